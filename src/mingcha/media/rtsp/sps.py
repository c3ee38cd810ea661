"""What both kinds of sequence parameter set say about a stream."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from mingcha.media.rtsp.bits import BitReader

MAX_SIDE: Final = 16384
_EXTENDED_SAR: Final = 255


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


def skip_appearance(bits: BitReader) -> None:
    """Pass over aspect ratio, overscan, colour and the place of chroma samples: the same in both annexes E."""
    if bits.flag() and bits.u(8) == _EXTENDED_SAR:
        bits.skip(32)
    if bits.flag():
        bits.skip(1)
    if bits.flag():
        bits.skip(4)
        if bits.flag():
            bits.skip(24)
    if bits.flag():
        bits.ue()
        bits.ue()
