"""What a recorder needs of an H.265 sequence parameter set (ITU-T H.265 7.3.2.2, annex E.2; codec string: ISO/IEC
14496-15 E.3)."""

from __future__ import annotations

from typing import Final

from mingcha.media.rtsp.bits import BitReader
from mingcha.media.rtsp.sps import StreamParameters, check_size, skip_appearance

MAX_PICTURES: Final = 16
MAX_SHORT_TERM_SETS: Final = 64
MAX_LONG_TERM: Final = 32


def parse_sps(nal: bytes) -> StreamParameters:
    """Parameters of an SPS NAL unit (both header bytes included). Raises ValueError when it is damaged."""
    if len(nal) < 16 or nal[0] >> 1 & 0x3F != 33:
        raise ValueError("not an H.265 sequence parameter set")
    bits = BitReader(nal[2:])
    bits.skip(4)
    sub_layers = bits.u(3)
    bits.skip(1)
    codec_string = _profile_tier_level(bits, sub_layers)
    identifier = bits.ue()
    chroma = bits.ue()
    separate_planes = bits.flag() if chroma == 3 else False
    width, height = bits.ue(), bits.ue()
    if bits.flag():
        left, right, top, bottom = (bits.ue() for _ in range(4))
        across = 2 if chroma in (1, 2) and not separate_planes else 1
        down = 2 if chroma == 1 and not separate_planes else 1
        width -= (left + right) * across
        height -= (top + bottom) * down
    bits.ue()
    bits.ue()
    order_bits = bits.ue() + 4
    if order_bits > 16:
        raise ValueError("the picture order count is too long")
    reorder = 0
    for _ in range(sub_layers + 1 if bits.flag() else 1):
        bits.ue()
        reorder = bits.ue()  # the last one is that of the whole stream
        bits.ue()
    return StreamParameters(
        identifier=identifier,
        width=check_size(width),
        height=check_size(height),
        codec_string=codec_string,
        fps=_frame_rate(bits, sub_layers, order_bits),
        reorder_depth=min(reorder, MAX_PICTURES),
    )


def parse_pps_id(nal: bytes) -> int:
    """pps_pic_parameter_set_id of a PPS NAL unit. Raises ValueError when it is damaged."""
    return BitReader(nal[2:16]).ue()


def _profile_tier_level(bits: BitReader, sub_layers: int) -> str:
    """Reads profile_tier_level(1, sub_layers); returns the codec string, such as ``hvc1.1.6.L93.B0``."""
    space, tier, profile = bits.u(2), bits.u(1), bits.u(5)
    compatibility = int(f"{bits.u(32):032b}"[::-1], 2)
    constraints = bits.u(48).to_bytes(6, "big").rstrip(b"\0")
    level = bits.u(8)
    present = [(bits.flag(), bits.flag()) for _ in range(sub_layers)]
    if sub_layers:
        bits.skip(2 * (8 - sub_layers))
    for has_profile, has_level in present:
        bits.skip((88 if has_profile else 0) + (8 if has_level else 0))
    words = [f"hvc1.{('', 'A', 'B', 'C')[space]}{profile}", f"{compatibility:X}", f"{'LH'[tier]}{level}"]
    return ".".join(words + [f"{byte:X}" for byte in constraints])


def _frame_rate(bits: BitReader, sub_layers: int, order_bits: int) -> float | None:
    """The frame rate in the VUI, behind everything that stands before it; None when it is not said or the rest is
    damaged."""
    try:
        for _ in range(6):  # block sizes and transform depths
            bits.ue()
        if bits.flag() and bits.flag():
            _skip_scaling_lists(bits)
        bits.skip(2)
        if bits.flag():  # pcm_enabled_flag
            bits.skip(8)
            bits.ue()
            bits.ue()
            bits.skip(1)
        _skip_reference_sets(bits)
        if bits.flag():
            count = bits.ue()
            if count > MAX_LONG_TERM:
                return None
            bits.skip(count * (order_bits + 1))
        bits.skip(2)
        return _usability(bits) if bits.flag() else None
    except ValueError:
        return None


def _skip_scaling_lists(bits: BitReader) -> None:
    for size in range(4):
        for _ in range(2 if size == 3 else 6):
            if not bits.flag():
                bits.ue()
                continue
            if size > 1:
                bits.se()
            for _ in range(min(64, 1 << (4 + (size << 1)))):
                bits.se()


def _skip_reference_sets(bits: BitReader) -> None:
    """The short-term reference picture sets (7.3.7); a set may be told by its difference from the one before."""
    count = bits.ue()
    if count > MAX_SHORT_TERM_SETS:
        raise ValueError("too many reference picture sets")
    pictures = 0
    for index in range(count):
        if index and bits.flag():
            bits.skip(1)
            bits.ue()
            used = 0
            for _ in range(pictures + 1):
                if bits.flag() or bits.flag():
                    used += 1
            pictures = used
        else:
            pictures = bits.ue() + bits.ue()
            if pictures > 2 * MAX_PICTURES:
                raise ValueError("a reference picture set is too long")
            for _ in range(pictures):
                bits.ue()
                bits.skip(1)


def _usability(bits: BitReader) -> float | None:
    skip_appearance(bits)
    bits.skip(3)
    if bits.flag():
        for _ in range(4):
            bits.ue()
    if not bits.flag():
        return None
    units_in_tick, time_scale = bits.u(32), bits.u(32)
    return time_scale / units_in_tick if units_in_tick and time_scale else None
