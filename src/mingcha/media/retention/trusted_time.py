"""The time by which footage is deleted: never ahead of what has surely passed.

A wall clock that jumps ahead would make young footage look old. So retention keeps a time of its own, which runs with
the machine's monotonic clock, counts through a restart of the process by the kernel's time since boot, and follows the
wall clock only backwards, by small corrections, or when somebody vouches for it: the kernel, which knows whether it
is kept by a time server, or a person. The time of deletion is the earlier of the two.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import Protocol

from mingcha.base.clock import US_PER_S

log = logging.getLogger(__name__)

SLACK_US = 60 * US_PER_S
"""A wall clock ahead by less may be corrected drift. The sweep waits that much longer after each ceiling, so that even
then nothing goes early."""
DRIFT = 1000
"""Correction is earned by time that passes, one part in a thousand, twice what a time server may ask of the kernel."""


class Machine(Protocol):
    """What the kernel knows of time."""

    def wall_us(self) -> int:
        """The wall clock."""

    def since_boot_us(self) -> int:
        """Time since boot, sleep included (CLOCK_BOOTTIME)."""

    def boot(self) -> str:
        """Another text after each boot."""

    def is_synchronised(self) -> bool:
        """Whether a time server keeps the wall clock."""


@dataclass(frozen=True, slots=True)
class Mark:
    """The trusted time at a moment of the boot clock; kept in the catalog."""

    trusted_us: int
    boot: str
    since_boot_us: int


@dataclass(frozen=True, slots=True)
class Leap:
    """The wall clock was found to be right after it had gone wrong: what was recorded in the `since_boot_us` before
    `before_us` was stamped by the wrong clock and is younger than it looks."""

    before_us: int
    after_us: int
    since_boot_us: int


class TrustedTime:
    """`doubt_us`: by how much the wall clock is ahead of what has surely passed; 0 while it is believed. `leaps` are
    for the caller to take away."""

    def __init__(self, machine: Machine, mark: Mark | None) -> None:
        self._machine = machine
        now = Mark(machine.wall_us(), machine.boot(), machine.since_boot_us())
        if mark is None:
            self.mark = now  # a new catalog: there is nothing yet that could go too early
        elif mark.boot == now.boot and now.boot:
            self.mark = replace(now, trusted_us=mark.trusted_us + max(0, now.since_boot_us - mark.since_boot_us))
        else:
            # How long the machine was off is not known; at least as long as it has been on again.
            self.mark = replace(now, trusted_us=mark.trusted_us + now.since_boot_us)
        self._was_kept = False
        self._allowance_us = SLACK_US
        self.doubt_us = 0
        self.leaps: list[Leap] = []

    def now_us(self) -> int:
        """The instant by which footage is judged. Reads the clocks, moves the mark on."""
        wall_us, since_us = self._machine.wall_us(), self._machine.since_boot_us()
        elapsed_us = since_us - self.mark.since_boot_us
        passed_us = self.mark.trusted_us + elapsed_us
        ahead_us = wall_us - passed_us
        is_kept = self._machine.is_synchronised()
        self._allowance_us = min(SLACK_US, self._allowance_us + elapsed_us // DRIFT)
        self.doubt_us = 0
        if 0 < ahead_us <= self._allowance_us:
            self._allowance_us -= ahead_us
            passed_us = wall_us
        elif ahead_us > 0 and is_kept and not self._was_kept:
            self._leap(passed_us, wall_us, since_us)
            passed_us = wall_us
        elif ahead_us > 0:
            # A clock that was kept and still leapt is as likely wrong now as before: a person has to look.
            self.doubt_us = ahead_us
        self._was_kept = is_kept
        self.mark = Mark(passed_us, self.mark.boot, since_us)
        return min(wall_us, passed_us)

    def confirm(self) -> None:
        """A person has looked: the wall clock is right."""
        wall_us, since_us = self._machine.wall_us(), self._machine.since_boot_us()
        passed_us = self.mark.trusted_us + since_us - self.mark.since_boot_us
        if wall_us > passed_us:
            self._leap(passed_us, wall_us, since_us)
        self.mark = Mark(wall_us, self.mark.boot, since_us)
        self.doubt_us = 0

    def _leap(self, before_us: int, after_us: int, since_boot_us: int) -> None:
        log.warning("the wall clock is believed again, %d s ahead", (after_us - before_us) // US_PER_S)
        self.leaps.append(Leap(before_us, after_us, since_boot_us))
