"""Rounds of verification: each takes one of so many slots of the archive, so that a round is a sample of everything and
all rounds together are the whole. What was done and what is known to be broken survives a restart."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from mingcha.base.atomic import write_file
from mingcha.media.verify.segments import Finding

FORMAT = "mingcha.rounds/1"
DAY_US = 86_400_000_000
KNOWN_MOST = 10_000
"""Broken segments that are remembered; a disk with more is lost, and said to be by others."""


@dataclass(slots=True)
class Round:
    """The round that is under way. `through`: the last segment number that was looked at."""

    slot: int
    began_us: int
    through: int = 0
    segments: int = 0
    bytes_read: int = 0
    unreachable: int = 0
    findings: int = 0
    books_done: bool = False


@dataclass(slots=True)
class Rounds:
    """`done_us`: when each slot was last finished; before its first time the instant from which it is counted. `ever`:
    whether it was. `broken`: code by number of what was told as damaged."""

    done_us: list[int]
    ever: list[bool]
    now: Round | None = None
    broken: dict[int, str] = field(default_factory=dict)

    @classmethod
    def begin(cls, slots: int, at_us: int) -> Rounds:
        """As on the first day: one slot falls due at once, and one more each day."""
        return cls([at_us - (slots - slot) * DAY_US for slot in range(slots)], [False] * slots)

    @property
    def slots(self) -> int:
        return len(self.done_us)

    def next_round(self, at_us: int) -> Round | None:
        """The round under way, or a new one if a slot is due: as many days after its last time as there are slots."""
        if self.now is None:
            slot = min(range(self.slots), key=self.done_us.__getitem__)
            # A clock that was set back must not stop verification for as long.
            if self.done_us[slot] + self.slots * DAY_US > at_us and self.done_us[slot] <= at_us:
                return None
            self.now = Round(slot, at_us)
        return self.now

    def finish(self, at_us: int) -> None:
        """The round under way is over."""
        assert self.now is not None
        self.done_us[self.now.slot], self.ever[self.now.slot] = at_us, True
        self.now = None

    def covered(self, at_us: int) -> int:
        """How many slots were verified within the last `slots` days (and the one it takes)."""
        reach = (self.slots + 1) * DAY_US
        return sum(ever and at_us - done <= reach for ever, done in zip(self.ever, self.done_us, strict=True))

    def news(self, findings: Iterable[Finding]) -> list[Finding]:
        """Those that were not told before; from now on they were."""
        fresh = [finding for finding in findings if self.broken.get(finding.number) != finding.code]
        fresh = fresh[: max(0, KNOWN_MOST - len(self.broken))]
        self.broken.update({finding.number: finding.code for finding in fresh})
        return fresh


def load(path: Path, slots: int, at_us: int) -> Rounds:
    """What was kept; begun anew where there is nothing, it cannot be read, or the number of slots was changed. Broken
    segments are remembered all the same."""
    try:
        raw = json.loads(path.read_bytes())
        broken = {int(number): str(code) for number, code in raw["broken"].items()}
        rounds = Rounds(
            [int(done) for done in raw["done_us"]],
            [bool(ever) for ever in raw["ever"]],
            Round(**raw["now"]) if raw["now"] else None,
            broken,
        )
        if raw["format"] != FORMAT or len(rounds.done_us) != len(rounds.ever):
            raise ValueError(raw["format"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Rounds.begin(slots, at_us)
    if rounds.slots != slots:
        fresh = Rounds.begin(slots, at_us)
        fresh.broken = broken
        return fresh
    return rounds


def save(path: Path, rounds: Rounds) -> None:
    """Keep them, durably. Raises OSError."""
    raw = {"format": FORMAT, **asdict(rounds)}
    write_file(path, json.dumps(raw, separators=(",", ":")).encode())
