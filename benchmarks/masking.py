"""CPU time of masked playback beside the plain conversion of the same pictures, in one run.

.venv/bin/python -m benchmarks.masking FILE.mp4 [FILE.mp4 ...] [--seconds 10]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from mingcha.media.container.demux import demux
from mingcha.media.container.fmp4 import Sample
from mingcha.media.playback.masking import masked_piece
from mingcha.media.playback.pieces import Cut, made_piece
from mingcha.media.units import VIDEO_CLOCK_HZ
from tests.media.playback.clips import access_units, video_format


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE")
    parser.add_argument("--seconds", type=float, default=10.0)
    arguments = parser.parse_args()
    for path in arguments.files:
        media = demux(path)
        video = video_format(media)
        pieces = groups(media, arguments.seconds)
        masked_piece(video, pieces[0], ())  # loads the model
        seconds = sum(sample.duration for piece in pieces for sample in piece.video) / VIDEO_CLOCK_HZ
        plain = sum(cpu_s(made_piece, video, piece) for piece in pieces)
        masked = sum(cpu_s(masked_piece, video, piece, ()) for piece in pieces)
        print(f"{path.name}: {video.width}x{video.height}, {video.fps:.1f} pictures/s, {seconds:.1f} s")
        print(f"  CPU for a second of video: masked {masked / seconds:.2f} s, converted only {plain / seconds:.2f} s")


def groups(media: object, seconds: float) -> list[Cut]:
    """Pieces as playback makes them: from key frame to key frame."""
    units = access_units(media)  # type: ignore[arg-type]
    found: list[list[Sample]] = []
    for unit, after in pairwise(units):
        if unit.pts > units[0].pts + seconds * VIDEO_CLOCK_HZ:
            break
        if unit.is_key:
            found.append([])
        duration = max(1, after.pts - unit.pts)
        found[-1].append(Sample(unit.payload, unit.pts, unit.pts, duration, unit.is_key))
    return [Cut(samples, []) for samples in found]


def cpu_s(work: Callable[..., object], *arguments: object) -> float:
    began = time.process_time()
    work(*arguments)
    return time.process_time() - began


if __name__ == "__main__":
    main()
