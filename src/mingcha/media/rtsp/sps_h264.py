"""What a recorder needs of an H.264 sequence parameter set (ITU-T H.264 7.3.2.1.1, annex E.1)."""

from __future__ import annotations

from typing import Final

from mingcha.media.rtsp.bits import BitReader
from mingcha.media.rtsp.sps import StreamParameters, check_size, skip_appearance

_CHROMA_PROFILES: Final = frozenset({100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135})
_NO_REORDER_PROFILES: Final = frozenset({66, 88})  # baseline and extended as cameras use it
MAX_PICTURES: Final = 16


def parse_sps(nal: bytes) -> StreamParameters:
    """Parameters of an SPS NAL unit (header byte included). Raises ValueError when it is damaged."""
    if len(nal) < 5 or nal[0] & 0x1F != 7:
        raise ValueError("not an H.264 sequence parameter set")
    bits = BitReader(nal[1:])
    profile, constraints, level = bits.u(8), bits.u(8), bits.u(8)
    identifier = bits.ue()
    chroma, separate_planes = 1, False
    if profile in _CHROMA_PROFILES:
        chroma = bits.ue()
        if chroma == 3:
            separate_planes = bits.flag()
        bits.ue()
        bits.ue()
        bits.skip(1)
        if bits.flag():
            _skip_scaling_matrices(bits, 8 if chroma != 3 else 12)
    bits.ue()  # log2_max_frame_num_minus4
    order_type = _picture_order(bits)
    bits.ue()  # max_num_ref_frames
    bits.skip(1)
    width_mbs = bits.ue() + 1
    height_units = bits.ue() + 1
    frames_only = bits.flag()
    if not frames_only:
        bits.skip(1)
    bits.skip(1)
    crop = [bits.ue() for _ in range(4)] if bits.flag() else [0, 0, 0, 0]
    fields = 1 if frames_only else 2
    crop_x = 1 if chroma in (0, 3) or separate_planes else 2
    crop_y = (2 if chroma == 1 and not separate_planes else 1) * fields
    width = width_mbs * 16 - (crop[0] + crop[1]) * crop_x
    height = height_units * 16 * fields - (crop[2] + crop[3]) * crop_y
    fps, reorder = _usability(bits) if bits.flag() else (None, None)
    if order_type == 2 or profile in _NO_REORDER_PROFILES:
        reorder = 0
    return StreamParameters(
        identifier=identifier,
        width=check_size(width),
        height=check_size(height),
        codec_string=f"avc1.{profile:02x}{constraints:02x}{level:02x}",
        fps=fps,
        reorder_depth=reorder,
    )


def parse_pps_id(nal: bytes) -> int:
    """pic_parameter_set_id of a PPS NAL unit. Raises ValueError when it is damaged."""
    return BitReader(nal[1:16]).ue()


def _skip_scaling_matrices(bits: BitReader, count: int) -> None:
    for index in range(count):
        if not bits.flag():
            continue
        last, following = 8, 8
        for _ in range(16 if index < 6 else 64):
            if following != 0:
                following = (last + bits.se()) % 256
            last = following or last


def _picture_order(bits: BitReader) -> int:
    """pic_order_cnt_type, with what follows it read over."""
    order_type = bits.ue()
    if order_type == 0:
        bits.ue()
    elif order_type == 1:
        bits.skip(1)
        bits.se()
        bits.se()
        count = bits.ue()
        if count > 255:
            raise ValueError("the picture order cycle is too long")
        for _ in range(count):
            bits.se()
    elif order_type > 2:
        raise ValueError("the picture order type is unknown")
    return order_type


def _usability(bits: BitReader) -> tuple[float | None, int | None]:
    """(fps, reorder depth) of the VUI; a VUI that ends too early is common in cameras and counts as not said."""
    fps: float | None = None
    try:
        skip_appearance(bits)
        if bits.flag():
            units_in_tick, time_scale = bits.u(32), bits.u(32)
            bits.skip(1)
            if units_in_tick and time_scale:
                fps = time_scale / (2 * units_in_tick)
        decoder_models = 0
        for _ in range(2):
            if bits.flag():
                decoder_models += 1
                _skip_decoder_model(bits)
        bits.skip(2 if decoder_models else 1)
        if not bits.flag():
            return fps, None
        bits.skip(1)
        for _ in range(4):
            bits.ue()
        reorder = bits.ue()
    except ValueError:
        return fps, None
    return fps, min(reorder, MAX_PICTURES)


def _skip_decoder_model(bits: BitReader) -> None:
    count = bits.ue() + 1
    if count > 32:
        raise ValueError("the decoder model is too long")
    bits.skip(8)
    for _ in range(count):
        bits.ue()
        bits.ue()
        bits.skip(1)
    bits.skip(20)
