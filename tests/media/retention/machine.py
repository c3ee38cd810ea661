"""A machine whose clocks obey the test."""

from __future__ import annotations

from mingcha.base.clock import US_PER_S


class FakeMachine:
    """Both clocks move with `pass_time`; the wall clock alone with `set_wall`."""

    def __init__(self, wall_us: int) -> None:
        self.wall = wall_us
        self.since = 3_600 * US_PER_S
        self.boots = 1
        self.kept = False

    def wall_us(self) -> int:
        return self.wall

    def since_boot_us(self) -> int:
        return self.since

    def boot(self) -> str:
        return f"boot-{self.boots}"

    def is_synchronised(self) -> bool:
        return self.kept

    def pass_time(self, seconds: float) -> None:
        self.wall += round(seconds * US_PER_S)
        self.since += round(seconds * US_PER_S)

    def set_wall(self, seconds: float) -> None:
        self.wall += round(seconds * US_PER_S)

    def reboot(self, off_s: float = 60) -> None:
        self.boots += 1
        self.wall += round((off_s + 20) * US_PER_S)
        self.since = 20 * US_PER_S
