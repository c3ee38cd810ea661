"""What a masked ticket changes: every picture under it is made anew with people painted over, and without sound.

The ticket decides, never the address: a piece, a preview or a snapshot cannot be had plain by leaving something out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mingcha.media.container.codec_work import picture_jpeg
from mingcha.media.container.samples import StoredPicture
from mingcha.media.playback.pieces import Cut, made_piece
from mingcha.media.units import VIDEO_CLOCK_HZ, VideoFormat
from mingcha.wire.ticket import Ticket

if TYPE_CHECKING:
    from mingcha.media.redact.boxes import Box

Clear = tuple[tuple[int, ...], ...]
"""Boxes (left, top, right, bottom) that stay as they are, in thousandths of the picture; empty: none."""

# At 25 pictures a second a head moves less than its own size in this time.
LOOK_EVERY = VIDEO_CLOCK_HZ // 5


def clear_of(ticket: Ticket, camera: str) -> Clear | None:
    """The boxes of a camera's picture that stay clear under a masked ticket; None when nothing is masked."""
    return tuple(box[1:] for box in ticket.clear if box[0] == camera) if ticket.masked else None


def masked_piece(video: VideoFormat, cut: Cut, clear: Clear) -> bytes:
    """`made_piece` with people painted over. Takes codec work: for a worker process. Raises Corrupt, Unavailable."""
    from mingcha.media.redact.painter import Painter

    return made_piece(video, cut, Painter(_boxes(clear), look_every=LOOK_EVERY))


def masked_jpeg(
    video: VideoFormat, units: Sequence[StoredPicture], at_pts: int, max_width: int | None, clear: Clear
) -> tuple[bytes, int]:
    """`picture_jpeg` with people painted over: a snapshot is the last picture of its stretch, masked as in playback;
    a preview (one picture, nothing before or after it) is coarse all over. For a worker process."""
    from mingcha.media.redact.painter import Coverer, Painter

    boxes = _boxes(clear)
    painter = Painter(boxes, look_every=LOOK_EVERY) if len(units) > 1 else Coverer(boxes)
    return picture_jpeg(video, units, at_pts, max_width=max_width, painter=painter)


def _boxes(clear: Clear) -> tuple[Box, ...]:
    from mingcha.media.redact.boxes import Box

    return tuple(Box(*(side / 1000 for side in box)) for box in clear)
