"""`mingcha settings`: every setting, its value and where it comes from; secrets are never shown."""

from __future__ import annotations

import argparse

from mingcha.base.env import SETTINGS, Env


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("settings", help="show every setting and its value")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    env = Env()
    for setting in SETTINGS:
        value = env.text(setting.name)
        shown = "(set)" if setting.kind == "secret" and value else value or "(empty)"
        origin = "environment" if env.given(setting.name) else "default"
        print(f"{setting.name} = {shown}  [{origin}]")
        print(f"    {setting.meaning}")
    return 0
