"""Half-open ranges of wall time, in integer microseconds UTC."""

from __future__ import annotations

from dataclasses import dataclass

from mingcha.base.errors import Invalid


@dataclass(frozen=True, slots=True, order=True)
class TimeRange:
    """[start_us, end_us). Empty or reversed ranges raise Invalid."""

    start_us: int
    end_us: int

    def __post_init__(self) -> None:
        if self.end_us <= self.start_us:
            raise Invalid("range.empty", "The end of the range must come after its start.")

    @property
    def duration_us(self) -> int:
        return self.end_us - self.start_us

    def intersect(self, other: TimeRange) -> TimeRange | None:
        """The shared part, or None."""
        start = max(self.start_us, other.start_us)
        end = min(self.end_us, other.end_us)
        return TimeRange(start, end) if start < end else None

    def contains(self, instant_us: int) -> bool:
        return self.start_us <= instant_us < self.end_us
