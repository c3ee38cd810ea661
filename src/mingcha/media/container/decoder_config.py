"""Decoder configuration records of ISO/IEC 14496-15 (avcC, hvcC) and the esds of ISO/IEC 14496-1."""

from __future__ import annotations

from struct import pack
from typing import NamedTuple

from mingcha.base.errors import Invalid
from mingcha.media.container.bits import BitReader, unescape
from mingcha.media.container.boxes import box, full_box
from mingcha.media.units import AudioFormat, VideoFormat

_AVC_HIGH_PROFILES = frozenset({100, 110, 122, 144})
_NAL_LENGTH_BYTES = 4
_H265_VPS, _H265_SPS, _H265_PPS = 32, 33, 34
_ES_DESCRIPTOR, _DECODER_CONFIG, _DECODER_SPECIFIC, _SL_CONFIG = 3, 4, 5, 6
_AAC_OBJECT_TYPE = 0x40
_AUDIO_STREAM = 0x15


class _Sampling(NamedTuple):
    chroma_format: int
    luma_depth_minus_8: int
    chroma_depth_minus_8: int


_USUAL_SAMPLING = _Sampling(1, 0, 0)


def _check(video: VideoFormat, *sets: tuple[bytes, ...]) -> None:
    if not all(sets) or any(not 4 <= len(nal) <= 0xFFFF for group in sets[:1] for nal in group):
        raise Invalid("media.parameter_sets", f"The {video.codec} stream has no usable parameter sets.")


def avc_config(video: VideoFormat) -> bytes:
    """The ``avcC`` box (section 5.3.3.1) with the format's parameter sets. Raises Invalid without them."""
    _check(video, video.sps, video.pps)
    first = video.sps[0]
    body = [pack(">B3sBB", 1, first[1:4], 0xFC | _NAL_LENGTH_BYTES - 1, 0xE0 | len(video.sps))]
    body += [pack(">H", len(nal)) + nal for nal in video.sps]
    body.append(pack(">B", len(video.pps)))
    body += [pack(">H", len(nal)) + nal for nal in video.pps]
    if first[1] in _AVC_HIGH_PROFILES:
        sampling = _avc_sampling(first)
        body.append(
            pack(
                ">BBBB",
                0xFC | sampling.chroma_format & 3,
                0xF8 | sampling.luma_depth_minus_8 & 7,
                0xF8 | sampling.chroma_depth_minus_8 & 7,
                0,
            )
        )
    return box(b"avcC", *body)


def _avc_sampling(sps: bytes) -> _Sampling:
    """From seq_parameter_set_data (ITU-T H.264 section 7.3.2.1.1); 4:2:0 in 8 bits where it cannot be read."""
    bits = BitReader(unescape(sps)[4:])
    try:
        bits.golomb()  # seq_parameter_set_id
        chroma = bits.golomb()
        if chroma == 3:
            bits.bits(1)  # separate_colour_plane_flag
        return _Sampling(chroma, bits.golomb(), bits.golomb())
    except ValueError:
        return _USUAL_SAMPLING


def hevc_config(video: VideoFormat) -> bytes:
    """The ``hvcC`` box (section 8.3.3.1) with the format's parameter sets. Raises Invalid without them."""
    _check(video, video.sps, video.pps, video.vps)
    sps = unescape(video.sps[0])
    if len(sps) < 15:
        raise Invalid("media.parameter_sets", "The h265 stream has no usable parameter sets.")
    sub_layers = (sps[2] >> 1 & 7) + 1
    sampling = _hevc_sampling(sps, sub_layers)
    body = [
        pack(
            ">B12sHBBBBHBB",
            1,
            sps[3:15],  # general_profile_space .. general_level_idc
            0xF000,  # min_spatial_segmentation_idc: unknown
            0xFC,  # parallelismType: unknown
            0xFC | sampling.chroma_format & 3,
            0xF8 | sampling.luma_depth_minus_8 & 7,
            0xF8 | sampling.chroma_depth_minus_8 & 7,
            0,  # avgFrameRate: unspecified
            sub_layers << 3 | (sps[2] & 1) << 2 | _NAL_LENGTH_BYTES - 1,
            3,
        )
    ]
    for kind, nals in ((_H265_VPS, video.vps), (_H265_SPS, video.sps), (_H265_PPS, video.pps)):
        # array_completeness 1, as hvc1 demands; copies inside the samples are the same sets and do no harm.
        body.append(pack(">BH", 0x80 | kind, len(nals)))
        body += [pack(">H", len(nal)) + nal for nal in nals]
    return box(b"hvcC", *body)


def _hevc_sampling(sps: bytes, sub_layers: int) -> _Sampling:
    """From seq_parameter_set_rbsp (ITU-T H.265 section 7.3.2.2.1); 4:2:0 in 8 bits where it cannot be read."""
    bits = BitReader(sps[15:])
    try:
        present = [(bits.bits(1), bits.bits(1)) for _ in range(sub_layers - 1)]
        if sub_layers > 1:
            bits.bits(2 * (9 - sub_layers))  # reserved_zero_2bits up to 8 layers
        for has_profile, has_level in present:
            bits.bits(88 * has_profile + 8 * has_level)
        bits.golomb()  # sps_seq_parameter_set_id
        chroma = bits.golomb()
        if chroma == 3:
            bits.bits(1)
        bits.golomb()  # pic_width_in_luma_samples
        bits.golomb()  # pic_height_in_luma_samples
        if bits.bits(1):
            for _ in range(4):
                bits.golomb()  # conf_win_*_offset
        return _Sampling(chroma, bits.golomb(), bits.golomb())
    except ValueError:
        return _USUAL_SAMPLING


def _descriptor(tag: int, *payload: bytes) -> bytes:
    body = b"".join(payload)
    size = len(body)
    return (
        pack(">BBBBB", tag, 0x80 | size >> 21 & 127, 0x80 | size >> 14 & 127, 0x80 | size >> 7 & 127, size & 127) + body
    )


def aac_config(audio: AudioFormat) -> bytes:
    """The ``esds`` box that carries the AudioSpecificConfig. Raises Invalid without one."""
    if len(audio.config) < 2:
        raise Invalid("media.audio_config", "The AAC stream has no AudioSpecificConfig.")
    decoder = _descriptor(
        _DECODER_CONFIG,
        pack(">BBBHII", _AAC_OBJECT_TYPE, _AUDIO_STREAM, 0, 0, 0, 0),
        _descriptor(_DECODER_SPECIFIC, audio.config),
    )
    return full_box(
        b"esds", 0, 0, _descriptor(_ES_DESCRIPTOR, pack(">HB", 0, 0), decoder, _descriptor(_SL_CONFIG, b"\x02"))
    )
