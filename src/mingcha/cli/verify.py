"""`mingcha verify`: is every recording still what it was, by disk, catalog, ledger and witness? Changes nothing."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from mingcha.base.atomic import write_file
from mingcha.base.clock import US_PER_S, SystemClock, isoformat
from mingcha.base.datadir import DataDir
from mingcha.base.env import Env
from mingcha.base.errors import Corrupt, Invalid, Unavailable
from mingcha.media.catalog import CatalogReader
from mingcha.media.store.directory import StoreDirectory
from mingcha.media.verify.archive import WHOLE, Progress, verify
from mingcha.media.verify.segments import CODES, Ledger

STATE = "verify.json"


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("verify", help="hash the whole archive again and compare it with the ledger")
    parser.add_argument(
        "--sample", type=float, default=100.0, metavar="PERCENT", help="share of the recordings to read"
    )
    parser.add_argument("--seed", default="", help="draws another sample")
    parser.add_argument("--resume", action="store_true", help="go on where the last verification was stopped")
    parser.add_argument("--no-ledger", action="store_true", help="compare with the catalog only")
    parser.add_argument("--json", action="store_true", help="one JSON object a finding")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    data = DataDir.from_env(Env())
    if not 0 < arguments.sample <= 100:
        raise Invalid("verify.sample", "--sample is a percentage above 0 and at most 100.")
    if not data.catalog.exists():
        raise Unavailable("check.no_catalog", f"There is no catalog in {data.root}; has anything been recorded here?")
    share = max(1, round(arguments.sample * WHOLE / 100))
    ledger = None if arguments.no_ledger else open_ledger(data)
    catalog, clock = CatalogReader(data.catalog), SystemClock()
    path = data.root / STATE
    after = _kept(path) if arguments.resume else 0
    began_us = clock.mono_us()

    def keep(progress: Progress) -> None:
        write_file(path, json.dumps({"through": progress.through}).encode())
        if sys.stderr.isatty():
            print(f"\r{progress.segments} recordings, {progress.bytes_read >> 20} MiB", end="", file=sys.stderr)

    try:
        with StoreDirectory.open(data.store, None, write=False) as store:
            done = verify(catalog, store, ledger, after=after, share=share, seed=arguments.seed, on_page=keep)
    finally:
        catalog.close()
    path.unlink(missing_ok=True)
    took_s = max(1, clock.mono_us() - began_us) / US_PER_S
    _print(done, took_s, as_json=arguments.json)
    return 1 if done.findings else 0


def _print(done: Progress, took_s: float, *, as_json: bool) -> None:
    for finding in done.findings:
        if as_json:
            print(json.dumps(asdict(finding), ensure_ascii=False))
        else:
            parts = f" parts {', '.join(map(str, finding.parts))}" if finding.parts else ""
            where = f"recording {finding.number} of {finding.camera}, {isoformat(finding.start_us)}"
            print(f"{finding.code}: {CODES[finding.code]} {where}{parts} {finding.detail}".rstrip())
    speed = done.bytes_read / took_s / 1e9
    print(f"{done.segments} recordings read, {done.bytes_read} bytes, {speed:.2f} GB/s, {len(done.findings)} findings")


def open_ledger(data: DataDir) -> Ledger:
    """The ledger under its checkpoint, which must continue what witnesses cosigned. Raises Unavailable, Corrupt."""
    from mingcha.base.keys import ledger_key
    from mingcha.ledger.checkpoints import open_signed
    from mingcha.ledger.log import Log
    from mingcha.ledger.notes import Signer
    from mingcha.ledger.proofs import verify_consistency
    from mingcha.ledger.reader import LogReader, read_checkpoint
    from mingcha.media.anchor.cosigning import read_addresses

    if not (data.ledger / "log.json").exists():
        raise Unavailable("ledger.absent", "There is no ledger yet; start the recorder once, or give --no-ledger.")
    origin = Log.origin_of(data.ledger)
    own = Signer(origin, ledger_key(data.root)).verifier
    now = read_checkpoint(data.ledger, origin, [own]).checkpoint
    reader = LogReader(data.ledger, now.size)
    if reader.tree.root() != now.root:
        raise Corrupt("ledger.root", "The ledger's files are not those its checkpoint was signed over.")
    witnesses = [address.key for address in read_addresses(data.witnesses)]
    cosigned = data.ledger / "cosigned"
    if witnesses and cosigned.exists():
        then = open_signed(cosigned.read_bytes(), origin, [own], witnesses).checkpoint
        verify_consistency(then.size, then.root, now.size, now.root, reader.tree.consistency_proof(then.size))
    return Ledger(reader, now.root)


def _kept(path: Path) -> int:
    try:
        return int(json.loads(path.read_bytes())["through"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0
