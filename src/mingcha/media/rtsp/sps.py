"""What both kinds of sequence parameter set say about a stream."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MAX_SIDE: Final = 16384


@dataclass(frozen=True, slots=True)
class StreamParameters:
    """`codec_string`: RFC 6381. `fps`: as declared, None when not. `reorder_depth`: None when the stream does not say
    and only its time stamps will show."""

    identifier: int
    width: int
    height: int
    codec_string: str
    fps: float | None
    reorder_depth: int | None


def check_size(side: int) -> int:
    """The side of a picture in pixels, when a camera can mean it; else ValueError."""
    if not 0 < side <= MAX_SIDE:
        raise ValueError("the picture size is impossible")
    return side
