"""`mingcha gateway`: carries orders and facts between office and recorder; `mingcha up` starts it for you."""

from __future__ import annotations

import argparse


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("gateway", help="carry orders and facts between the pages and the recorder")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from mingcha.web.setup import start_django

    start_django()
    from mingcha.gateway.run import main
    from mingcha.web.pages.evidence_papers import certificate

    return main(certificate)
