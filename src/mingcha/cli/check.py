"""`mingcha check`: the catalog against the disk; says what differs, changes nothing unless asked to rebuild."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict

from mingcha.base.clock import SystemClock
from mingcha.base.datadir import DataDir
from mingcha.base.env import Env
from mingcha.base.errors import Unavailable
from mingcha.media.catalog import Catalog, CatalogReader
from mingcha.media.catalog.check import CODES, Depth, check
from mingcha.media.catalog.rebuild import rebuild
from mingcha.media.store.directory import StoreDirectory
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
    parser.add_argument("--rebuild", action="store_true", help="make a lost catalog again from the files alone")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    data = DataDir.from_env(Env())
    if arguments.rebuild:
        return _rebuild(data)
    if arguments.files:
        return _check_files(as_json=arguments.json)
    if not data.catalog.exists():
        raise Unavailable("check.no_catalog", f"There is no catalog in {data.root}; has anything been recorded here?")
    reader = CatalogReader(data.catalog)
    with StoreDirectory.open(data.store, None, write=False) as store:
        report = check(reader, store, Depth[arguments.depth.upper()])
    for finding in report.findings:
        if arguments.json:
            print(json.dumps(asdict(finding), ensure_ascii=False))
        else:
            print(f"{finding.code}: {CODES[finding.code]} {finding.place} {finding.detail}".rstrip())
    print(f"{report.segments} segments looked at, {len(report.findings)} findings")
    return 1 if report.findings else 0


def _check_files(*, as_json: bool) -> int:
    """Every uploaded file against its hash; an unreferenced one is told and harms nobody."""
    start_django()
    from mingcha.records.files.queries import faults  # only once Django stands

    found = list(faults())
    for fault in found:
        print(json.dumps(asdict(fault)) if as_json else f"{fault.kind}: {fault.sha256} {fault.file}".rstrip())
    print(f"{len(found)} findings in the uploaded files")
    return 1 if any(fault.kind != "unreferenced" for fault in found) else 0


def _rebuild(data: DataDir) -> int:
    clock = SystemClock()
    catalog = Catalog(data.catalog, clock)
    try:
        with StoreDirectory.open(data.store, None) as store:
            done = rebuild(store, catalog)
    finally:
        catalog.close()
    for number, code in done.left_alone:
        print(f"left alone: file {number:010x}: {code}")
    print(f"catalog made again: {done.adopted} segments")
    return 1 if done.left_alone else 0
