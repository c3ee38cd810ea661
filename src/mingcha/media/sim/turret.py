"""A pan-tilt-zoom head: where it looks, how it moves, which places it knows. Degrees; zoom is a factor from 1."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from mingcha.base.clock import US_PER_S, Clock

PAN_PER_S, TILT_PER_S = 60.0, 30.0
ZOOM_PER_S = 1.0
"""Doublings a second at full speed."""
TILT_MOST = 25.0
ZOOM_MOST = 6.0


@dataclass(frozen=True, slots=True)
class Aim:
    """`pan` from 0 to 360 to the right, `tilt` upwards, `zoom` from 1 to `ZOOM_MOST`."""

    pan: float = 0.0
    tilt: float = 0.0
    zoom: float = 1.0


PRESETS: dict[str, tuple[str, Aim]] = {
    "1": ("Gate", Aim(30.0, 0.0, 1.0)),
    "2": ("Lake", Aim(150.0, -5.0, 1.5)),
    "3": ("Platform", Aim(270.0, 0.0, 2.5)),
}


@dataclass
class Turret:
    """Moves by the clock it is given: asking where it looks carries the movement on."""

    clock: Clock
    aim: Aim = field(default_factory=Aim)
    presets: dict[str, tuple[str, Aim]] = field(default_factory=lambda: dict(PRESETS))
    done: list[str] = field(default_factory=list)
    """What it was told, in order: for tests to look at."""
    _speed: tuple[float, float, float] = (0.0, 0.0, 0.0)
    _until_us: int = 0
    _target: Aim | None = None
    _at_us: int = 0

    def __post_init__(self) -> None:
        self._at_us = self.clock.mono_us()

    @property
    def is_moving(self) -> bool:
        self.look()
        return self._target is not None or any(self._speed)

    def move(self, pan: float, tilt: float, zoom: float, timeout_s: float) -> None:
        """Turn at these shares of full speed until told otherwise, or until the time is over."""
        self.look()
        self.done.append("move")
        self._target, self._speed = None, (pan, tilt, zoom)
        self._until_us = self._at_us + round(timeout_s * US_PER_S)

    def stop(self) -> None:
        self.look()
        self.done.append("stop")
        self._target, self._speed = None, (0.0, 0.0, 0.0)

    def go_to(self, target: Aim) -> None:
        """Turn there at full speed, the short way round."""
        self.look()
        self.done.append("go")
        self._speed, self._target = (0.0, 0.0, 0.0), target

    def look(self) -> Aim:
        """Where it looks now."""
        now_us = self.clock.mono_us()
        end_us = now_us if self._target is not None else min(now_us, max(self._at_us, self._until_us))
        seconds = max(0, end_us - self._at_us) / US_PER_S
        if self._target is not None:
            self._approach(self._target, seconds)
        elif any(self._speed):
            pan, tilt, zoom = self._speed
            self._take(pan * PAN_PER_S * seconds, tilt * TILT_PER_S * seconds, zoom * ZOOM_PER_S * seconds)
            if now_us >= self._until_us:
                self._speed = (0.0, 0.0, 0.0)
        self._at_us = now_us
        return self.aim

    def _take(self, pan: float, tilt: float, doublings: float) -> None:
        now = self.aim
        self.aim = Aim(
            (now.pan + pan) % 360.0,
            max(-TILT_MOST, min(TILT_MOST, now.tilt + tilt)),
            max(1.0, min(ZOOM_MOST, now.zoom * 2.0**doublings)),
        )

    def _approach(self, target: Aim, seconds: float) -> None:
        off = (target.pan - self.aim.pan + 180.0) % 360.0 - 180.0
        pan = _limited(off, PAN_PER_S * seconds)
        tilt = _limited(target.tilt - self.aim.tilt, TILT_PER_S * seconds)
        self._take(pan, tilt, 0.0)
        ratio = _limited(target.zoom / self.aim.zoom - 1.0, ZOOM_PER_S * seconds)
        self.aim = replace(self.aim, zoom=max(1.0, min(ZOOM_MOST, self.aim.zoom * (1.0 + ratio))))
        if pan == off and self.aim.tilt == target.tilt and abs(self.aim.zoom - target.zoom) < 1e-6:
            self.aim, self._target = target, None


def _limited(value: float, most: float) -> float:
    return max(-most, min(most, value))
