"""`mingcha export`: a copy of an exact range, without re-encoding, with its manifest."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from mingcha.base.clock import SystemClock, isoformat
from mingcha.base.timerange import TimeRange
from mingcha.cli import archive
from mingcha.media.export.copying import export_range


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("export", help="copy an exact range of a camera as MP4, with a manifest")
    parser.add_argument("camera", help="name or id of the camera")
    parser.add_argument("--from", dest="start", required=True, metavar="TIME", help="e.g. 2026-11-21T10:00:00")
    parser.add_argument("--to", dest="end", required=True, metavar="TIME", help="e.g. 2026-11-21T10:05:00")
    parser.add_argument("--out", type=Path, default=Path("."), metavar="DIR", help="where the files go (default: here)")
    parser.add_argument("--reason", default="", help="why, for the register")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    asked = TimeRange(archive.instant_us(arguments.start), archive.instant_us(arguments.end))
    with archive.opened() as opened:
        camera = opened.camera(arguments.camera)
        arguments.out.mkdir(parents=True, exist_ok=True)
        opened.tell(
            camera, "footage.export_ordered", from_us=asked.start_us, to_us=asked.end_us, reason=arguments.reason
        )
        result = export_range(
            opened.footage,
            camera,
            "main",
            asked,
            arguments.out,
            _progress if sys.stderr.isatty() else lambda done, total: None,
            camera_name=opened.names.get(camera, camera),
            clock=SystemClock(),
        )
    for file in result.files:
        print(f"{arguments.out / file.name}  {file.bytes} bytes  sha256 {file.sha256}")
    for gap in result.gaps:
        print(f"not recorded: {isoformat(gap.from_us)} to {isoformat(gap.to_us)} ({gap.reason})")
    return 0


def _progress(done: int, total: int) -> None:
    if total:
        end = "\n" if done >= total else ""
        print(f"\r{done / 1e6:.1f} of {total / 1e6:.1f} MB", end=end, file=sys.stderr, flush=True)
