"""`mingcha certificate`: what the ledger says of a deletion, to be handed to somebody who checks it without us."""

from __future__ import annotations

import argparse
from pathlib import Path

from mingcha.base.atomic import write_file
from mingcha.base.clock import SystemClock, isoformat
from mingcha.base.datadir import DataDir
from mingcha.base.env import Env
from mingcha.base.errors import Conflict
from mingcha.cli import archive
from mingcha.cli.telling import tell_upkeep
from mingcha.ledger.notes import Verifier
from mingcha.media.export.record import zipped
from mingcha.media.run.vouched import record_of


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "certificate", help="a certificate of deletion with its proof, as ZIP (the office adds PDF files)"
    )
    parser.add_argument("id", help="dlc_… of a deletion, exp_… of a deleted copy, fct_… of a loss")
    parser.add_argument("--at", metavar="TIME", help="when it happened; without it all of the ledger is searched")
    parser.add_argument("--out", type=Path, metavar="FILE.zip", help="default: the id, here")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    data, out = DataDir.from_env(Env()), arguments.out or Path(f"{arguments.id}.zip")
    near_us = archive.instant_us(arguments.at) if arguments.at else None
    if out.exists():
        raise Conflict("cli.out", f"{out} is there already; name another file with --out.")
    record = record_of(data, arguments.id, near_us, None)
    packed = zipped(record, {}, SystemClock().wall_us())
    tell_upkeep(data, "ledger.record_taken", certificate=arguments.id)
    write_file(out, packed)
    told, vouched = record.told, record.vouched
    print(f"{told['kind']} of {told['camera']} at {isoformat(told['at_us'])}; ledger entry {vouched['entry']}.")
    print(f"Key fingerprint: {Verifier.from_text(vouched['log_key']).fingerprint}")
    print(f"{out}: unpack it, then python3 verify.py, or open verify.html. The page of the register adds PDF files.")
    return 0
