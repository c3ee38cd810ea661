"""Boxes in parts of the picture, so that one found on a small copy fits the large picture: (left, top, right, bottom),
each from 0 to 1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Box(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    def grown(self, across: float, up: float, down: float) -> Box:
        """Larger by these shares of its own size on each side, above, and below; never beyond the picture."""
        return Box(
            max(0.0, self.left - across * self.width),
            max(0.0, self.top - up * self.height),
            min(1.0, self.right + across * self.width),
            min(1.0, self.bottom + down * self.height),
        )

    def mixed(self, other: Box, share: float) -> Box:
        """Between this (0) and the other (1)."""
        return Box(*(a + (b - a) * share for a, b in zip(self, other, strict=True)))

    def around(self, other: Box) -> Box:
        """The smallest box that holds both."""
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )


def overlap(one: Box, other: Box) -> float:
    """Shared area over joint area, 0 to 1."""
    shared = max(0.0, min(one.right, other.right) - max(one.left, other.left)) * max(
        0.0, min(one.bottom, other.bottom) - max(one.top, other.top)
    )
    joint = one.width * one.height + other.width * other.height - shared
    return shared / joint if joint > 0 else 0.0


def distance(one: Box, other: Box) -> float:
    """Between the middles, in heights of the larger box."""
    size = max(one.height, other.height, 1e-6)
    across = (one.left + one.right - other.left - other.right) / 2
    down = (one.top + one.bottom - other.top - other.bottom) / 2
    return float((across * across + down * down) ** 0.5) / size


def pairs(before: Sequence[Box], after: Sequence[Box], *, reach: float = 2.0) -> dict[int, int]:
    """Which box of `after` each of `before` went to: nearest first, at most `reach` heights away, each once."""
    near = sorted((distance(one, other), i, j) for i, one in enumerate(before) for j, other in enumerate(after))
    found: dict[int, int] = {}
    taken: set[int] = set()
    for far, i, j in near:
        if far > reach:
            break
        if i not in found and j not in taken:
            found[i] = j
            taken.add(j)
    return found
