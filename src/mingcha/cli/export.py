"""`mingcha export`: a copy of an exact range, without re-encoding, with its proof."""

from __future__ import annotations

import argparse
import shutil
import sys
from functools import partial
from pathlib import Path

from mingcha.base.clock import Clock, SystemClock, isoformat
from mingcha.base.errors import Conflict, Invalid, MingchaError
from mingcha.base.ids import new_id
from mingcha.base.provenance import provenance_credentials
from mingcha.base.timerange import TimeRange
from mingcha.cli import archive, ledger_entry
from mingcha.media.export import proof
from mingcha.media.export.copying import ExportResult, export_range
from mingcha.media.export.names import file_name
from mingcha.media.export.provenance import Provenance
from mingcha.media.run.vouched import proof_ledger, stamp_of


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("export", help="copy an exact range of a camera as MP4, with its proof")
    parser.add_argument("camera", help="name or id of the camera")
    parser.add_argument("--from", dest="start", required=True, metavar="TIME", help="e.g. 2026-11-21T10:00:00")
    parser.add_argument("--to", dest="end", required=True, metavar="TIME", help="e.g. 2026-11-21T10:05:00")
    parser.add_argument("--out", type=Path, metavar="DIR", help="a new or empty directory (default: one made here)")
    parser.add_argument("--reason", default="", help="why, for the register")
    parser.add_argument(
        "--no-proof", action="store_true", help="only videos and manifest, when the ledger is out of order"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from_us, to_us = archive.instant_us(arguments.start), archive.instant_us(arguments.end)
    if from_us >= to_us:
        raise Invalid("cli.range", f"--from {arguments.start} is not before --to {arguments.end}.")
    asked = TimeRange(from_us, to_us)
    clock = SystemClock()
    with archive.opened() as opened:
        camera = opened.camera(arguments.camera)
        out = _directory(arguments.out, opened.names.get(camera, camera), asked)
        was_there = out.exists()
        opened.tell(
            camera, "footage.export_ordered", from_us=asked.start_us, to_us=asked.end_us, reason=arguments.reason
        )
        try:
            made = _copy(opened, camera, asked, out, clock, is_proven=not arguments.no_proof)
        except BaseException:
            _undo(out, keep_directory=was_there)
            raise
    for file in made.files:
        print(f"{out / file.name}  {file.bytes} bytes  sha256 {file.sha256}")
    for gap in made.gaps:
        print(f"not recorded: {isoformat(gap.from_us)} to {isoformat(gap.to_us)} ({gap.reason})")
    if not arguments.no_proof:
        print(f"Check it with: python3 {out / 'verify.py'}, or open {out / 'verify.html'} in a browser.")
    return 0


def _copy(
    opened: archive.Archive, camera: str, asked: TimeRange, out: Path, clock: Clock, *, is_proven: bool
) -> ExportResult:
    made = export_range(
        opened.footage,
        camera,
        "main",
        asked,
        out,
        _progress if sys.stderr.isatty() else lambda done, total: None,
        camera_name=opened.names.get(camera, camera),
        clock=clock,
        signed_by=_provenance(opened, clock) if is_proven else None,
    )
    if is_proven:
        fields = {
            "export": new_id("exp"),
            "camera": camera,
            "role": "main",
            "from_us": asked.start_us,
            "to_us": asked.end_us,
            "made_for": "console",
            "at_us": clock.wall_us(),
            "files": {file.name: file.sha256 for file in made.files},
            "manifest_sha256": proof.manifest_hash(out),
        }
        index = ledger_entry.enter(opened.data, clock, "export", fields, lambda text: print(text, file=sys.stderr))
        ledger = proof_ledger(opened.data)
        proof.write_proof(out, opened.footage, ledger, index, partial(stamp_of, opened.data.ledger))
        opened.tell(camera, "footage.exported", export=fields["export"], manifest_sha256=fields["manifest_sha256"])
    return made


def _provenance(opened: archive.Archive, clock: Clock) -> Provenance | None:
    """What signs the C2PA manifest; without it the copy is proven all the same."""
    try:
        credentials = provenance_credentials(opened.data.root, clock.wall_us())
        return Provenance(credentials, proof_ledger(opened.data).now())
    except MingchaError as error:
        print(f"The copy goes without C2PA provenance: {error}", file=sys.stderr)
        return None


def _directory(given: Path | None, camera_name: str, asked: TimeRange) -> Path:
    """Where the copy goes. Raises Conflict when there is something else already."""
    out = given or Path(Path(file_name(camera_name, asked.start_us, 1)).stem.removesuffix("_1"))
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise Conflict("cli.out", f"{out} is there already and not empty; name a new directory with --out.")
    return out


def _undo(out: Path, *, keep_directory: bool) -> None:
    """The directory was empty or new, so all in it is ours."""
    for path in out.iterdir() if out.is_dir() else ():
        path.unlink(missing_ok=True)
    if not keep_directory:
        shutil.rmtree(out, ignore_errors=True)


def _progress(done: int, total: int) -> None:
    if total:
        end = "\n" if done >= total else ""
        print(f"\r{done / 1e6:.1f} of {total / 1e6:.1f} MB", end=end, file=sys.stderr, flush=True)
