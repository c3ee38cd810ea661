"""From boxes on some pictures to boxes on every picture: what lies between two looks is followed, what was missed once
stays covered a while."""

from __future__ import annotations

from dataclasses import dataclass

from mingcha.media.redact.boxes import Box, pairs

# A face that turns away or is missed stays covered where it was last for this many looks.
HELD_LOOKS = 4
# How much a box that was not found again grows with each look: whoever it covers may be moving.
HELD_GROWTH = 0.25


@dataclass(frozen=True, slots=True)
class Track:
    """A box, and for how many looks it has not been found. Nobody is followed beyond one stretch of video: a track has
    no name and no number."""

    box: Box
    missed: int = 0


class Follower:
    """Joins the boxes of one look with those of the next. `look` gives what to cover between both."""

    def __init__(self) -> None:
        self._tracks: list[Track] = []

    def look(self, found: list[Box]) -> list[tuple[Box, Box]]:
        """(where it was at the look before, where it is now) for each box to be covered in between."""
        went = pairs([track.box for track in self._tracks], found)
        moves: list[tuple[Box, Box]] = []
        tracks: list[Track] = []
        for index, track in enumerate(self._tracks):
            if index in went:
                box = found[went[index]]
                moves.append((track.box, box))
                tracks.append(Track(box))
            elif track.missed < HELD_LOOKS:
                box = track.box.grown(HELD_GROWTH, HELD_GROWTH, HELD_GROWTH)
                moves.append((track.box, box))
                tracks.append(Track(box, track.missed + 1))
        for index, box in enumerate(found):
            if index not in went.values():
                # It came in since the look before: covered from then on, where it is now.
                moves.append((box, box))
                tracks.append(Track(box))
        self._tracks = tracks
        return moves


def between(move: tuple[Box, Box], share: float) -> Box:
    """The box at a part of the way, large enough for a head whose face turns, and for an uneven way."""
    before, after = move
    box = before.mixed(after, share)
    nearer = before if share < 0.5 else after
    return box.around(nearer).grown(0.3, 0.45, 0.25)
