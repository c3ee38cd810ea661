"""`mingcha register verify`: the whole register against what the signed ledger holds of it. Changes nothing."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict

from mingcha.base.datadir import DataDir
from mingcha.base.env import Env
from mingcha.web.setup import start_django

STEP = 50_000


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("register", help="compare the register with the ledger")
    which = parser.add_subparsers(metavar="WHAT", required=True)
    verify = which.add_parser(
        "verify",
        help="hash every entry again and compare it with the ledger",
        description="Exit: 0 everything is as it was; 1 something is not; 2 refused.",
    )
    verify.add_argument("--json", action="store_true", help="one JSON object a finding")
    verify.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    data = DataDir.from_env(Env())
    start_django()
    from mingcha.records.register.checking import CODES, Book, check_all  # only once Django stands

    told = 0

    def tell(entries: int) -> None:
        nonlocal told
        if entries - told >= STEP and sys.stderr.isatty():
            told = entries
            print(f"\r{entries} entries compared", end="", file=sys.stderr)

    done = check_all(Book(data.ledger, data.root), tell)
    for finding in done.findings:
        if arguments.json:
            print(json.dumps(asdict(finding)))
        else:
            named = f"entry {finding.first}" if finding.first == finding.last else f"{finding.first} to {finding.last}"
            print(f"{finding.code}: {CODES[finding.code]} {named}, entry {finding.log_index} of the ledger")
    print(f"{done.entries} entries in {done.stretches} stretches compared, {done.waiting} not in the ledger yet")
    print(f"{len(done.findings)} findings")
    return 1 if done.findings else 0
