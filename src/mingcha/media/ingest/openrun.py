"""What the writer thread knows of the run it is writing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from mingcha.media.ingest.recording import Run
from mingcha.media.ingest.runclock import RunClock


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
