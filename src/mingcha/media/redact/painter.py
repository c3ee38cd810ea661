"""Masks a stretch of video picture by picture: looks at every few pictures, and covers those between from both sides.

Each look needs the picture itself twice: small for finding faces, and as luma for what moves. A picture leaves once the
look after it has been made, so that what comes in between two looks is covered from the first on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from mingcha.media.container.repaint import Drawn, Planes, Rgb
from mingcha.media.redact import faces, motion, paint
from mingcha.media.redact.boxes import Box
from mingcha.media.redact.tracks import Follower, between

# Longer sides find more of the small faces and take longer (docs/ref/performance.md).
LONG_SIDE = 800

Find = Callable[[Rgb], list[Box]]


@dataclass(frozen=True, slots=True)
class _Look:
    """What was seen on the picture at `pts`: where faces went since the look before, and the cells that moved; None
    where there was no look before to compare with."""

    pts: int
    moves: list[tuple[Box, Box]]
    moving: motion.Grid | None


class Painter:
    """`clear`: boxes that stay as they are, for whoever asked to see themselves. `look_every`: in ticks of `pts`."""

    def __init__(self, clear: tuple[Box, ...], *, look_every: int, find: Find = faces.find) -> None:
        self._clear = clear
        self._look_every = look_every
        self._find = find
        self._motion = motion.Motion()
        self._follower = Follower()
        self._held: list[Drawn] = []
        self._seen: _Look | None = None

    def feed(self, picture: Drawn) -> Iterator[tuple[Planes, int]]:
        """Masked pictures, in order, with their pts: those up to the look that this picture made due."""
        self._held.append(picture)
        looked = self._seen
        if looked is None or picture.pts - looked.pts >= self._look_every:
            self._look(picture)
            if looked is not None:
                yield from self._let_go(self._held[:-1], looked.pts)
                self._held = [picture]

    def finish(self) -> Iterator[tuple[Planes, int]]:
        """The pictures still held. Nothing may be fed afterwards."""
        looked = self._seen
        if looked is not None and self._held:
            if self._held[-1].pts != looked.pts:
                self._look(self._held[-1])
            yield from self._let_go(self._held, looked.pts)
            self._held = []

    def _look(self, picture: Drawn) -> None:
        luma = paint.luma_of(picture.planes)
        height, width = luma.shape
        moves = self._follower.look(self._find(picture.look(*faces.working_size(width, height, LONG_SIDE))))
        moving = self._motion.look(luma)
        # The first picture waits for the next look; when none comes, all of it is covered.
        self._seen = _Look(picture.pts, moves, None if self._seen is None else moving)

    def _let_go(self, pictures: list[Drawn], since_pts: int) -> Iterator[tuple[Planes, int]]:
        """Pictures between the look at `since_pts` and the last one, covered by what both told."""
        assert self._seen is not None
        seen = self._seen
        for picture in pictures:
            share = (picture.pts - since_pts) / max(1, seen.pts - since_pts)
            boxes = [between(move, min(1.0, max(0.0, share))) for move in seen.moves]
            yield paint.covered(picture.planes, seen.moving, boxes, self._clear), picture.pts


class Coverer:
    """For a picture without any before or after it: coarse everywhere except in the clear boxes."""

    def __init__(self, clear: tuple[Box, ...]) -> None:
        self._clear = clear

    def feed(self, picture: Drawn) -> Iterator[tuple[Planes, int]]:
        yield paint.covered(picture.planes, None, (), self._clear), picture.pts

    def finish(self) -> Iterator[tuple[Planes, int]]:
        return iter(())
