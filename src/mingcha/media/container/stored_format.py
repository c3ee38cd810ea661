"""The picture and sound formats that a stored header (`ftyp` and `moov`) declares: `fmp4.header` read back."""

from __future__ import annotations

from struct import error as _StructError
from struct import unpack_from

from mingcha.base.errors import Corrupt
from mingcha.media.container import nal
from mingcha.media.container.boxes import Box, find, walk
from mingcha.media.units import AudioCodec, AudioFormat, VideoCodec, VideoFormat

_VIDEO_ENTRIES: dict[bytes, VideoCodec] = {b"avc1": "h264", b"avc3": "h264", b"hvc1": "h265", b"hev1": "h265"}
_AUDIO_ENTRIES: dict[bytes, AudioCodec] = {b"mp4a": "aac", b"alaw": "pcma", b"ulaw": "pcmu"}
_VIDEO_ENTRY_BYTES = 78
_AUDIO_ENTRY_BYTES = 28
_DECODER_SPECIFIC = 5
_DESCRIPTOR_HEADS = {3: 3, 4: 13}  # bytes before the children of ES_Descriptor and DecoderConfigDescriptor


def read_format(header: bytes) -> tuple[VideoFormat, AudioFormat | None]:
    """Formats of a segment file. Raises Corrupt."""
    video: VideoFormat | None = None
    audio: AudioFormat | None = None
    try:
        for entry in sample_entries(header):
            if entry.kind in _VIDEO_ENTRIES:
                video = _video(header, entry)
            elif entry.kind in _AUDIO_ENTRIES:
                audio = _audio(header, entry)
    except (IndexError, ValueError, _StructError) as error:
        raise _bad() from error
    if video is None:
        raise _bad()
    return video, audio


def sample_entries(header: bytes) -> list[Box]:
    """The first sample entry of each track, in the order of the tracks."""
    moov = find(header, (b"moov",))
    if moov is None:
        raise _bad()
    entries = []
    for trak in walk(header, moov.body, moov.end):
        if trak.kind != b"trak":
            continue
        table = find(header, (b"mdia", b"minf", b"stbl", b"stsd"), trak.body, trak.end)
        entry = next(walk(header, table.body + 8, table.end), None) if table is not None else None
        if entry is not None:
            entries.append(entry)
    return entries


def _video(header: bytes, entry: Box) -> VideoFormat:
    codec = _VIDEO_ENTRIES[entry.kind]
    width, height = unpack_from(">HH", header, entry.body + 24)
    name = b"avcC" if codec == "h264" else b"hvcC"
    config = find(header, (name,), entry.body + _VIDEO_ENTRY_BYTES, entry.end)
    if config is None:
        raise _bad()
    body = header[config.body : config.end]
    sets = nal.parameter_sets(_avc_nals(body) if codec == "h264" else _hevc_nals(body), codec)
    if not sets["sps"]:
        raise _bad()
    return VideoFormat(
        codec=codec,
        width=width,
        height=height,
        codec_string=nal.codec_string(codec, sets["sps"][0]),
        sps=sets["sps"],
        pps=sets["pps"],
        vps=sets["vps"],
    )


def _avc_nals(body: bytes) -> list[bytes]:
    """Parameter sets of an avcC (ISO/IEC 14496-15 section 5.3.3.1)."""
    nals, at = [], 5
    for mask in (0x1F, 0xFF):
        count = body[at] & mask
        at += 1
        for _ in range(count):
            (size,) = unpack_from(">H", body, at)
            nals.append(body[at + 2 : at + 2 + size])
            at += 2 + size
    return nals


def _hevc_nals(body: bytes) -> list[bytes]:
    """Parameter sets of an hvcC (ISO/IEC 14496-15 section 8.3.3.1)."""
    nals, at = [], 23
    for _ in range(body[22]):
        (count,) = unpack_from(">H", body, at + 1)
        at += 3
        for _ in range(count):
            (size,) = unpack_from(">H", body, at)
            nals.append(body[at + 2 : at + 2 + size])
            at += 2 + size
    return nals


def _audio(header: bytes, entry: Box) -> AudioFormat:
    (channels,) = unpack_from(">H", header, entry.body + 16)
    (rate,) = unpack_from(">I", header, entry.body + 24)
    codec = _AUDIO_ENTRIES[entry.kind]
    config = b""
    if codec == "aac":
        esds = find(header, (b"esds",), entry.body + _AUDIO_ENTRY_BYTES, entry.end)
        if esds is None:
            raise _bad()
        config = _decoder_specific(header[esds.body + 4 : esds.end])
    return AudioFormat(codec, rate >> 16, channels, config)


def _decoder_specific(data: bytes) -> bytes:
    """The AudioSpecificConfig inside an ES_Descriptor (ISO/IEC 14496-1 section 7.2.6)."""
    at = 0
    while at < len(data):
        tag = data[at]
        at, size = _descriptor_size(data, at + 1)
        if tag == _DECODER_SPECIFIC:
            return data[at : at + size]
        at += _DESCRIPTOR_HEADS.get(tag, size)
    return b""


def _descriptor_size(data: bytes, at: int) -> tuple[int, int]:
    size = 0
    while True:
        byte = data[at]
        at += 1
        size = size << 7 | byte & 127
        if byte < 128:
            return at, size


def _bad() -> Corrupt:
    return Corrupt("segment.header", "The file does not begin like a recording.")
