"""`mingcha verify`: is every recording still what it was, by disk, catalog, ledger and witness? Changes nothing."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from mingcha.base.atomic import write_file
from mingcha.base.clock import US_PER_S, SystemClock, isoformat
from mingcha.base.datadir import DataDir
from mingcha.base.env import Env
from mingcha.base.errors import Corrupt, Invalid, MingchaError, Unavailable
from mingcha.cli.verify_witnesses import ask_witnesses
from mingcha.ledger.checkpoints import open_signed
from mingcha.media.anchor import timestamps
from mingcha.media.catalog import CatalogReader
from mingcha.media.catalog.disks import Disks
from mingcha.media.run.level import opened_disks
from mingcha.media.run.reading import ReadStores
from mingcha.media.run.signed import SignedLedger, open_ledger
from mingcha.media.verify.archive import WHOLE, Progress, drawn, verify
from mingcha.media.verify.books import Compared, compare
from mingcha.media.verify.segments import CODES, Finding, Ledger

STATE = "verify.json"
STEP = 100_000


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "verify",
        help="hash the whole archive again and compare it with the ledger",
        description="Exit: 0 everything is as it was; 1 something is not, or could not be looked at: a disk or a "
        "witness is away; 2 refused.",
    )
    parser.add_argument(
        "--sample", type=float, default=100.0, metavar="PERCENT", help="share of the recordings to read"
    )
    parser.add_argument("--seed", default="", help="draws another sample")
    parser.add_argument("--resume", action="store_true", help="go on where the last verification was stopped")
    parser.add_argument("--metadata", action="store_true", help="read no footage: only catalog, ledger and file names")
    parser.add_argument("--no-witness", action="store_true", help="ask no witness")
    parser.add_argument("--no-ledger", action="store_true", help="compare with the catalog only")
    parser.add_argument("--json", action="store_true", help="one JSON object a finding")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    data = DataDir.from_env(Env())
    if not 0 < arguments.sample <= 100:
        raise Invalid("verify.sample", "--sample is a percentage above 0 and at most 100.")
    if arguments.metadata and arguments.no_ledger:
        raise Invalid("verify.words", "--metadata compares with the ledger; leave out --no-ledger.")
    if not data.catalog.exists():
        raise Unavailable("check.no_catalog", f"There is no catalog in {data.root}; has anything been recorded here?")
    ledger = None if arguments.no_ledger else open_ledger(data)
    catalog = CatalogReader(data.catalog)
    findings: list[Finding] = []
    said: list[str] = []
    away, unsure = 0, 0
    try:
        # Both ways between the books first: it is quick, and tells of what the second part cannot see.
        if ledger is not None:
            compared = _compare(data, catalog, ledger, said)
            findings, away = compared.findings, compared.unreachable
            unsure = _check_stamps(data, ledger, said)
            unsure += 0 if arguments.no_witness else ask_witnesses(data, ledger, said)
        if not arguments.metadata:
            known = {(finding.code, finding.number) for finding in findings}
            done = _read(arguments, data, catalog, ledger, said)
            findings += [finding for finding in done.findings if (finding.code, finding.number) not in known]
            away = done.unreachable
    finally:
        catalog.close()
    if away:
        said.append(f"{away} recordings lie on disks that are not here and were not looked at")
    _print(findings, as_json=arguments.json)
    print("\n".join([*said, f"{len(findings)} findings"]))
    return 1 if findings or away or unsure else 0


def _check_stamps(data: DataDir, ledger: SignedLedger, said: list[str]) -> int:
    """Every time stamp: over a checkpoint this ledger signed and continues, by an authority of the root certificates
    set; how many are not."""
    env, bad, newest = Env(), 0, None
    roots = timestamps.read_roots(env.path("MINGCHA_TSA_ROOTS")) if env.text("MINGCHA_TSA_ROOTS") else ()
    for stamp in timestamps.stamps(data.ledger):
        try:
            then = open_signed(stamp.checkpoint.encode(), ledger.own[0].name, ledger.own).checkpoint
            if then.size > ledger.size or ledger.reader.at(then.size).root() != then.root:
                raise Corrupt("timestamp.refused", "The time stamp is over another history of this ledger.")
            if roots:
                timestamps.check(stamp, roots)
        except MingchaError as error:
            bad += 1
            said.append(f"{error.code}: {error} (time stamp of {stamp.size} entries)")
        else:
            newest = stamp
    if newest is not None:
        how = "checked" if roots else "not checked: MINGCHA_TSA_ROOTS names no root certificates"
        said.append(
            f"time stamp of {newest.size} entries: {isoformat(newest.stamped_us)} by {newest.authority} ({how})"
        )
    return bad


def _compare(data: DataDir, catalog: CatalogReader, ledger: SignedLedger, said: list[str]) -> Compared:
    clock = SystemClock()
    began_us = clock.mono_us()

    def tell(what: str, done: int) -> None:
        if done % STEP == 0 and sys.stderr.isatty():
            print(f"\r{done} {what} compared", end="", file=sys.stderr)

    with opened_disks(data) as (stores, _):
        done = compare(catalog, ledger.reader, lambda: open_ledger(data).reader, Disks(stores), on_step=tell)
    took_s = max(1, clock.mono_us() - began_us) / US_PER_S
    said.append(f"{done.entries} entries of the ledger and {done.segments} recordings compared in {took_s:.1f} s")
    return done


def _read(
    arguments: argparse.Namespace, data: DataDir, catalog: CatalogReader, ledger: SignedLedger | None, said: list[str]
) -> Progress:
    clock, path = SystemClock(), data.root / STATE
    after = _kept(path) if arguments.resume else 0
    last = catalog.newest_known()
    began_us = clock.mono_us()

    def keep(progress: Progress) -> None:
        write_file(path, json.dumps({"through": progress.through}).encode())
        if sys.stderr.isatty():
            share = 100 * (progress.through - after) / max(1, last - after)
            read = f"{progress.segments} recordings, {progress.bytes_read >> 20} MiB"
            print(f"\r{share:3.0f} % {read}, {len(progress.findings)} findings ", end="", file=sys.stderr)

    done = verify(
        catalog,
        ReadStores(data).store_of,
        None if ledger is None else Ledger(ledger.reader, ledger.root),
        after=after,
        is_chosen=drawn(max(1, round(arguments.sample * WHOLE / 100)), arguments.seed),
        on_page=keep,
    )
    path.unlink(missing_ok=True)
    took_s = max(1, clock.mono_us() - began_us) / US_PER_S
    speed = done.bytes_read / took_s / 1e9
    said.append(f"{done.segments} recordings read, {done.bytes_read} bytes, {speed:.2f} GB/s")
    return done


def _print(findings: Iterable[Finding], *, as_json: bool) -> None:
    for finding in findings:
        if as_json:
            print(json.dumps(asdict(finding), ensure_ascii=False))
        else:
            parts = f" parts {', '.join(map(str, finding.parts))}" if finding.parts else ""
            where = f"recording {finding.number} of {finding.camera}, {isoformat(finding.start_us)}"
            print(f"{finding.code}: {CODES[finding.code]} {where}{parts} {finding.detail}".rstrip())


def _kept(path: Path) -> int:
    try:
        return int(json.loads(path.read_bytes())["through"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0
