"""`mingcha play`: recorded pictures as one MP4 stream on standard output, for a player on this machine."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator

from mingcha.base.clock import US_PER_S, SystemClock
from mingcha.base.errors import Invalid
from mingcha.base.timerange import TimeRange
from mingcha.cli import archive
from mingcha.media.container import fmp4
from mingcha.media.footage.archive import Footage, StoredSegment, read_exactly
from mingcha.media.playback.pieces import shape_of

DEFAULT_LENGTH_US = 60 * US_PER_S


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "play", help="write recorded pictures to standard output as MP4: mingcha play CAMERA --from T | mpv -"
    )
    parser.add_argument("camera", help="name or id of the camera")
    parser.add_argument("--from", dest="start", required=True, metavar="TIME", help="e.g. 2026-11-21T10:00:00")
    parser.add_argument("--to", dest="end", metavar="TIME", help="default: a minute later")
    parser.add_argument("--reason", default="", help="why, for the register")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    if sys.stdout.isatty():
        raise Invalid("play.terminal", "Send the pictures to a player or a file: mingcha play … | mpv -")
    start_us = archive.instant_us(arguments.start)
    end_us = archive.instant_us(arguments.end) if arguments.end else start_us + DEFAULT_LENGTH_US
    asked = TimeRange(start_us, min(end_us, SystemClock().wall_us()) if end_us > start_us else end_us)
    with archive.opened() as opened:
        camera = opened.camera(arguments.camera)
        pieces = stream(opened.footage, camera, asked)
        first = next(pieces, None)
        if first is None:
            raise Invalid("play.nothing", "Nothing was recorded by this camera in that time.")
        opened.tell(camera, "footage.played", from_us=asked.start_us, to_us=asked.end_us, reason=arguments.reason)
        output = sys.stdout.buffer
        output.write(first)
        for piece in pieces:
            output.write(piece)
        output.flush()
    return 0


def stream(footage: Footage, camera: str, asked: TimeRange) -> Iterator[bytes]:
    """One header, then parts from the key frame before the start on, gaps closed up. Ends where the picture format
    changes, since one MP4 has one format."""
    media, shape, header = 0, None, b""
    for segment in footage.segments(camera, "main", asked):
        with footage.opened(segment) as fd:
            found = read_exactly(fd, segment.header_bytes, 0)
            if shape is None:
                shape, header = shape_of(found), found
                yield header
            elif shape_of(found) != shape:
                print("mingcha: the picture format changes here; play the rest by itself", file=sys.stderr)
                return
            rate = shape.audio.sample_rate_hz if shape.audio is not None else 0
            first, last = _parts(segment, asked)
            shift = media - segment.parts[first].media_time
            for part in segment.parts[first : last + 1]:
                data = read_exactly(fd, part.size, part.offset)
                yield fmp4.patch_tfdt(data, shift, shift * rate // 90_000)
            media = shift + segment.parts[last].media_time + segment.parts[last].duration


def _parts(segment: StoredSegment, asked: TimeRange) -> tuple[int, int]:
    """First (with its key frame) and last part that the range touches."""
    first = segment.part_at(segment.ticks_at(max(asked.start_us, segment.start_us)))
    last = segment.part_at(segment.ticks_at(min(asked.end_us, segment.end_us) - 1))
    return segment.key_part_at(first) or 0, last
