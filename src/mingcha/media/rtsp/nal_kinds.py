"""What each NAL unit type means to the assembler, as tables of 64 bytes indexed by type (ITU-T H.264 table 7-1, H.265
table 7-1)."""

from __future__ import annotations

from typing import Final

DROP: Final = 0  # fillers: nothing is lost without them
PICTURE: Final = 1  # a slice
KEY_PICTURE: Final = 2  # a slice of a picture that decoding can begin with
PARAMETERS: Final = (
    3  # VPS, SPS, PPS; begins an access unit when it comes after a slice (H.264 7.4.1.2.3, H.265 7.4.2.4.4)
)
OPENING: Final = 4  # other types that begin an access unit when they come after a slice
OTHER: Final = 5  # may come anywhere in an access unit
DELIMITER: Final = 6  # begins an access unit and is dropped
INVALID: Final = 7  # may not stand in RTP

H264_STAP_A: Final = 24
H264_FU_A: Final = 28
H265_AP: Final = 48
H265_FU: Final = 49

H264_SEI: Final = 6
H264_SPS: Final = 7
H264_PPS: Final = 8
H265_VPS: Final = 32
H265_SPS: Final = 33
H265_PPS: Final = 34


def _table(default: int, kinds: dict[range, int]) -> bytes:
    table = bytearray([default]) * 64
    for types, kind in kinds.items():
        for number in types:
            table[number] = kind
    return bytes(table)


H264_KINDS: Final = _table(
    INVALID,
    {
        range(1, 5): PICTURE,
        range(5, 6): KEY_PICTURE,
        range(6, 7): OPENING,
        range(7, 9): PARAMETERS,
        range(9, 10): DELIMITER,
        range(10, 12): OTHER,
        range(12, 13): DROP,
        range(13, 19): OPENING,
        range(19, 22): OTHER,
    },
)
H265_KINDS: Final = _table(
    INVALID,
    {
        range(0, 16): PICTURE,
        range(16, 24): KEY_PICTURE,
        range(24, 32): OTHER,
        range(32, 35): PARAMETERS,
        range(35, 36): DELIMITER,
        range(36, 38): OTHER,
        range(38, 39): DROP,
        range(39, 40): OPENING,
        range(40, 41): OTHER,
        range(41, 45): OPENING,
        range(45, 48): OTHER,
    },
)
