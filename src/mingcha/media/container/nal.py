"""NAL units between the two byte forms: start codes (Annex B) for codecs, 4-byte lengths for files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from mingcha.media.units import VideoCodec, VideoFormat

START_CODE = b"\x00\x00\x00\x01"
_START = re.compile(rb"\x00\x00\x01")

_H264_DELIMITER = 9
_H265_DELIMITER = 35
_H264_PARAMETER_SETS = {7: "sps", 8: "pps"}
_H265_PARAMETER_SETS = {32: "vps", 33: "sps", 34: "pps"}


def nal_type(nal: bytes, codec: VideoCodec) -> int:
    """nal_unit_type of ITU-T H.264 7.3.1 or H.265 7.3.1.2."""
    return nal[0] & 0x1F if codec == "h264" else (nal[0] >> 1) & 0x3F


def is_delimiter(nal: bytes, codec: VideoCodec) -> bool:
    return nal_type(nal, codec) == (_H264_DELIMITER if codec == "h264" else _H265_DELIMITER)


def split_annex_b(data: bytes) -> Iterator[bytes]:
    """NAL units of a byte stream (ITU-T H.264 annex B), without start codes and trailing zeros. Empty ones are left
    out."""
    starts = [match.end() for match in _START.finditer(data)]
    for index, start in enumerate(starts):
        end = starts[index + 1] - 3 if index + 1 < len(starts) else len(data)
        nal = data[start:end].rstrip(b"\x00")
        if nal:
            yield nal


def split_lengths(payload: bytes) -> Iterator[bytes]:
    """NAL units of an access unit as stored. A torn last unit ends the iteration."""
    position, size = 0, len(payload)
    while position + 4 <= size:
        length = int.from_bytes(payload[position : position + 4], "big")
        position += 4
        if length == 0 or position + length > size:
            return
        yield payload[position : position + length]
        position += length


def with_lengths(nals: Iterable[bytes]) -> bytes:
    """An access unit as stored: each NAL unit behind its 4-byte big-endian length."""
    return b"".join(len(nal).to_bytes(4, "big") + nal for nal in nals)


def annex_b(nals: Iterable[bytes]) -> bytes:
    return b"".join(START_CODE + nal for nal in nals)


def parameter_sets(nals: Iterable[bytes], codec: VideoCodec) -> dict[str, tuple[bytes, ...]]:
    """The parameter sets among some NAL units, by kind (``vps``, ``sps``, ``pps``), in their order, each once."""
    kinds = _H264_PARAMETER_SETS if codec == "h264" else _H265_PARAMETER_SETS
    found: dict[str, list[bytes]] = {"vps": [], "sps": [], "pps": []}
    for nal in nals:
        kind = kinds.get(nal_type(nal, codec))
        if kind is not None and nal not in found[kind]:
            found[kind].append(nal)
    return {kind: tuple(sets) for kind, sets in found.items()}


def codec_string(codec: VideoCodec, sps: bytes) -> str:
    """RFC 6381 name of a stream by its SPS (ISO/IEC 14496-15 annex E), e.g. ``avc1.64001f``, ``hvc1.1.6.L93.B0``."""
    if codec == "h264":
        return f"avc1.{sps[1:4].hex()}"
    raw = sps[:32].replace(b"\x00\x00\x03", b"\x00\x00")
    profile_byte, compatibility, constraints, level = raw[3], raw[4:8], raw[8:14], raw[14]
    space = ("", "A", "B", "C")[profile_byte >> 6]
    reversed_flags = int(f"{int.from_bytes(compatibility, 'big'):032b}"[::-1], 2)
    tier = "H" if profile_byte & 0x20 else "L"
    tail = "".join(f".{byte:X}" for byte in constraints.rstrip(b"\x00"))
    return f"hvc1.{space}{profile_byte & 0x1F}.{reversed_flags:X}.{tier}{level}{tail}"


def parameter_sets_of(video: VideoFormat) -> tuple[bytes, ...]:
    """All parameter sets of a format in the order a decoder wants them."""
    return (*video.vps, *video.sps, *video.pps)
