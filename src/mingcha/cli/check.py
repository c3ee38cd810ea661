"""`mingcha check`: the catalog against the disk; says what differs, changes nothing unless asked to rebuild."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict

from mingcha.base.clock import SystemClock, isoformat
from mingcha.base.datadir import DataDir
from mingcha.base.env import Env
from mingcha.base.errors import Corrupt, Unavailable
from mingcha.ledger import fsck
from mingcha.media.catalog import Catalog, CatalogReader
from mingcha.media.catalog.check import CODES, CheckReport, Depth, check
from mingcha.media.catalog.keeping import spans_of
from mingcha.media.catalog.restore import Restored, restore
from mingcha.media.run.level import opened_disks
from mingcha.media.run.signed import open_ledger
from mingcha.media.store.directory import StoreDirectory
from mingcha.media.store.disks import read_disks
from mingcha.web.setup import start_django


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("check", help="compare the catalog with what is on the disk")
    parser.add_argument(
        "--depth",
        choices=[depth.name.lower() for depth in Depth],
        default=Depth.BOXES.name.lower(),
        help="files: rows and files belong together; boxes: sizes and structure too; hashes: every byte",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a finding")
    parser.add_argument("--files", action="store_true", help="the office's uploaded files instead of the recordings")
    parser.add_argument("--rebuild", action="store_true", help="make a lost catalog again from ledger and disks")
    parser.add_argument("--no-ledger", action="store_true", help="with --rebuild: the ledger is lost too")
    parser.add_argument(
        "--give-up",
        action="append",
        default=[],
        metavar="STORE",
        help="with --rebuild: this disk (sto_…) will never come back; what lay on it is put down as lost",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    data = DataDir.from_env(Env())
    if arguments.rebuild:
        return _rebuild(arguments, data)
    if arguments.files:
        return _check_files(as_json=arguments.json)
    if not data.catalog.exists():
        raise Unavailable("check.no_catalog", f"There is no catalog in {data.root}; has anything been recorded here?")
    reader, findings, looked_at = CatalogReader(data.catalog), 0, 0
    with opened_disks(data) as (stores, away):
        if not stores:
            raise Unavailable("store.absent", f"The recording disk is not there: {away[0]}.")
        for store in stores:
            report = check(reader, store, Depth[arguments.depth.upper()])
            _print_findings(report, as_json=arguments.json)
            findings, looked_at = findings + len(report.findings), looked_at + report.segments
    for path in away:
        print(f"not looked at, since it is not here: {path}")
    print(f"{looked_at} segments looked at, {findings} findings")
    return 1 if findings or away else 0


def _print_findings(report: CheckReport, *, as_json: bool) -> None:
    for finding in report.findings:
        if as_json:
            print(json.dumps(asdict(finding), ensure_ascii=False))
        else:
            print(f"{finding.code}: {CODES[finding.code]} {finding.place} {finding.detail}".rstrip())


def _check_files(*, as_json: bool) -> int:
    """Every uploaded file against its hash; an unreferenced one is told and harms nobody."""
    start_django()
    from mingcha.records.files.queries import faults  # only once Django stands

    found = list(faults())
    for fault in found:
        print(json.dumps(asdict(fault)) if as_json else f"{fault.kind}: {fault.sha256} {fault.file}".rstrip())
    print(f"{len(found)} findings in the uploaded files")
    return 1 if any(fault.kind != "unreferenced" for fault in found) else 0


def _rebuild(arguments: argparse.Namespace, data: DataDir) -> int:
    """From ledger and disks. The recorder must not run: its lock on the disks says so."""
    clock = SystemClock()
    ledger = None if arguments.no_ledger else open_ledger(data)
    if ledger is not None:
        damage = fsck.check(data.ledger, ledger.signed.checkpoint).findings
        if damage:
            raise Corrupt("check.ledger", f"The ledger is damaged: {damage[0].message} Restore its newest copy first.")
    stores, away = _opened(data)
    catalog = Catalog(data.catalog, clock)
    try:
        if away and ledger is None:
            raise Unavailable("check.disks", f"A recording disk is not here: {away[0]}. Connect it first.")
        done = restore(
            catalog,
            stores,
            None if ledger is None else ledger.reader,
            at_us=clock.wall_us(),
            given_up=arguments.give_up,
            progress=_tell,
        )
    finally:
        catalog.close()
        for store in stores:
            store.close()
    _print(done)
    return 1 if done.left_alone or (done.told is not None and (done.told.lost or done.told.unreadable)) else 0


def _opened(data: DataDir) -> tuple[list[StoreDirectory], list[str]]:
    stores, away = [], []
    for order in read_disks(data.root, data.store):
        try:
            stores.append(StoreDirectory.open(order.path, order.store or None))
        except Unavailable as error:
            if error.code != "store.absent":
                raise
            away.append(str(order.path))
    return stores, away


def _tell(what: str, done: int) -> None:
    if done % 10_000 == 0 and sys.stderr.isatty():
        print(f"\r{done} {what} ", end="", file=sys.stderr)


def _print(done: Restored) -> None:
    told = done.told
    for number, code in [*done.left_alone, *(told.unreadable if told else [])]:
        print(f"left alone: file {number:010x}: {code}")
    if told is not None:
        for loss in told.lost:
            numbers = ", ".join(f"{first}-{last}" for first, last in spans_of(loss.numbers)[:5])
            until = f"{isoformat(loss.stretches[0][0])} to {isoformat(loss.stretches[-1][1])}"
            print(f"lost: {len(loss.numbers)} recordings of {loss.camera}/{loss.role}, {until}, numbers {numbers}")
        back = f"{told.segments} recordings, {told.holds} holds, {told.gaps} gaps"
        print(f"from {told.entries} entries of the ledger: {back}, {told.deleted} lawful deletions")
    print(f"catalog made again: {done.adopted} recordings from the disks alone, {done.holes} holes without a reason")
    if told is None:
        print(
            "without a ledger holds and rules are not known: nothing is deleted for 7 days, until the office told them"
        )
