"""What the writer thread knows of the run it is writing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from mingcha.media.container.fmp4 import Sample
from mingcha.media.ingest.recording import Run
from mingcha.media.ingest.runclock import RunClock
from mingcha.media.units import VIDEO_CLOCK_HZ

PAUSE_TICKS = 3 * VIDEO_CLOCK_HZ
"""No camera that is used for recording sends less than a picture in three seconds by intention."""


class Stretch(NamedTuple):
    """A stretch inside the recording with pictures damaged or missing."""

    start_us: int
    end_us: int
    reason: str
    detail: str


@dataclass(slots=True)
class OpenRun:
    """A run as the catalog knows it. `first_dts`: media time of the run's start in the loop's counting. `before_us`:
    end of the footage before it, if it `has_forerunner`, else when recording was ordered. `said_us`: where the gap
    before it was said to end, if there was one. `is_settled`: its start is final. `named`: stretches placed
    while it was not."""

    source: Run
    number: int
    clock: RunClock
    first_dts: int
    start_us: int
    before_us: int
    has_forerunner: bool
    said_us: int = 0
    is_settled: bool = False
    named: list[Stretch] = field(default_factory=list)


def pauses_of(samples: Sequence[Sample]) -> Iterator[tuple[int, int]]:
    """Stretches of media time that no picture shows, in ticks: the camera paused and went on."""
    usual = min(sample.duration for sample in samples)
    usual = usual if usual <= PAUSE_TICKS else VIDEO_CLOCK_HZ // 25
    for sample in samples:
        if sample.duration > PAUSE_TICKS:
            yield sample.dts + usual, sample.dts + sample.duration
