"""Writing fragmented MP4 (ISO/IEC 14496-12): one header, then parts of one `moof` and one `mdat` each.

The sample entries are `avc1` and `hvc1` with the parameter sets in the header: these two are what every player
opens (QuickTime refuses `hev1`, older ones `avc3`). Copies of the same sets inside the samples stay where the camera
put them; a change of the sets begins another run and so another header.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from struct import Struct, pack

from mingcha.media.container.boxes import box, find, full_box, walk
from mingcha.media.container.decoder_config import aac_config, avc_config, hevc_config
from mingcha.media.container.identity import Identity, identity_box
from mingcha.media.units import VIDEO_CLOCK_HZ, AudioFormat, VideoFormat

VIDEO_TRACK = 1
AUDIO_TRACK = 2

KEY_FLAGS = 0x02000000  # sample_depends_on = 2: depends on nothing
DELTA_FLAGS = 0x01010000  # sample_depends_on = 1, sample_is_non_sync_sample

_MATRIX = pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_LANGUAGE_UNDETERMINED = 0x55C4

_TFHD_DEFAULT_BASE_IS_MOOF = 0x020000
_TRUN_OFFSET_DURATION_SIZE = 0x000301
_TRUN_FLAGS_COMPOSITION = 0x000C00

_TRAF = Struct(">I4sI4sIII4sIQ")  # traf header, tfhd with track, tfdt version 1
_TRUN = Struct(">I4sIII")  # trun header, flags, sample count, data offset
_MOOF_HEAD = Struct(">I4sI4sII")
_MDAT = Struct(">I4s")
_U64 = Struct(">Q")
_TRAF_BYTES = 44
_TRUN_BYTES = 20


@dataclass(slots=True)
class Sample:
    """One coded picture or audio frame of a part. `dts`, `pts`, `duration`: ticks of the track (video 90 kHz, audio
    its sample rate), from the start of the file; `pts` may lie before `dts` (signed composition offsets)."""

    payload: bytes
    dts: int
    pts: int
    duration: int
    is_key: bool


def header(video: VideoFormat, audio: AudioFormat | None = None, identity: Identity | None = None) -> bytes:
    """`ftyp` and `moov`. Raises Invalid when the format lacks parameter sets."""
    tracks = [_track(VIDEO_TRACK, VIDEO_CLOCK_HZ, b"vide", _video_entry(video), video.width, video.height)]
    extends = [_track_defaults(VIDEO_TRACK, DELTA_FLAGS)]
    if audio is not None:
        tracks.append(_track(AUDIO_TRACK, audio.sample_rate_hz, b"soun", _audio_entry(audio), 0, 0))
        extends.append(_track_defaults(AUDIO_TRACK, KEY_FLAGS))
    file_type = box(b"ftyp", b"iso6", pack(">I", 0), b"iso6", b"isom", b"mp41")
    movie = full_box(
        b"mvhd",
        0,
        0,
        pack(">IIIIIHHII", 0, 0, VIDEO_CLOCK_HZ, 0, 0x10000, 0x100, 0, 0, 0),
        _MATRIX,
        bytes(24),
        pack(">I", len(tracks) + 1),
    )
    own = identity_box(identity) if identity is not None else b""
    return file_type + box(b"moov", movie, *tracks, box(b"mvex", *extends), own)


def _track_defaults(track: int, flags: int) -> bytes:
    return full_box(b"trex", 0, 0, pack(">IIIII", track, 1, 0, 0, flags))


def _track(track: int, timescale: int, handler: bytes, entry: bytes, width: int, height: int) -> bytes:
    is_audio = handler == b"soun"
    head = full_box(
        b"tkhd",
        0,
        3,  # enabled, in movie
        pack(">IIIII8xHHHH", 0, 0, track, 0, 0, 0, 0, 0x100 if is_audio else 0, 0),
        _MATRIX,
        pack(">II", width << 16, height << 16),
    )
    media_head = full_box(b"mdhd", 0, 0, pack(">IIIIHH", 0, 0, timescale, 0, _LANGUAGE_UNDETERMINED, 0))
    name = b"Audio\0" if is_audio else b"Video\0"
    handler_box = full_box(b"hdlr", 0, 0, bytes(4), handler, bytes(12), name)
    kind_head = full_box(b"smhd", 0, 0, bytes(4)) if is_audio else full_box(b"vmhd", 0, 1, bytes(8))
    data_info = box(b"dinf", full_box(b"dref", 0, 0, pack(">I", 1), full_box(b"url ", 0, 1)))
    empty = pack(">I", 0)
    table = box(
        b"stbl",
        full_box(b"stsd", 0, 0, pack(">I", 1), entry),
        full_box(b"stts", 0, 0, empty),
        full_box(b"stsc", 0, 0, empty),
        full_box(b"stsz", 0, 0, empty, empty),
        full_box(b"stco", 0, 0, empty),
    )
    return box(b"trak", head, box(b"mdia", media_head, handler_box, box(b"minf", kind_head, data_info, table)))


def _video_entry(video: VideoFormat) -> bytes:
    kind, config = (b"avc1", avc_config(video)) if video.codec == "h264" else (b"hvc1", hevc_config(video))
    fields = pack(
        ">6xH16xHHIIIH32sHh", 1, video.width, video.height, 0x480000, 0x480000, 0, 1, b"", 24, -1
    )  # 72 dpi, one frame per sample, depth 24, no colour table
    return box(kind, fields, config)


def _audio_entry(audio: AudioFormat) -> bytes:
    kind = {"aac": b"mp4a", "pcma": b"alaw", "pcmu": b"ulaw"}[audio.codec]
    rate = audio.sample_rate_hz << 16 if audio.sample_rate_hz < 1 << 16 else 0
    fields = pack(">6xH8xHHHHI", 1, audio.channels, 16, 0, 0, rate)
    return box(kind, fields, aac_config(audio) if audio.codec == "aac" else b"")


def part(sequence: int, video: Sequence[Sample], audio: Sequence[Sample] = ()) -> bytes:
    """One `moof` and `mdat`. `sequence` rises by 1 from 1 in a file. The payloads are copied once.

    Both tracks begin at their first sample's `dts`; samples of a track follow each other by their durations.
    """
    video_bytes = sum([len(sample.payload) for sample in video])
    audio_bytes = sum([len(sample.payload) for sample in audio])
    video_traf = _TRAF_BYTES + _TRUN_BYTES + 16 * len(video) if video else 0
    audio_traf = _TRAF_BYTES + _TRUN_BYTES + 8 * len(audio) if audio else 0
    moof_bytes = 24 + video_traf + audio_traf
    pieces = [_MOOF_HEAD.pack(moof_bytes, b"moof", 16, b"mfhd", 0, sequence)]
    if video:
        pieces.append(_TRAF.pack(video_traf, b"traf", 16, b"tfhd", _TFHD_DEFAULT_BASE_IS_MOOF, VIDEO_TRACK,
                                 20, b"tfdt", 1 << 24, video[0].dts))  # fmt: skip
        pieces.append(_TRUN.pack(video_traf - _TRAF_BYTES, b"trun",
                                 1 << 24 | _TRUN_OFFSET_DURATION_SIZE | _TRUN_FLAGS_COMPOSITION,
                                 len(video), moof_bytes + 8))  # fmt: skip
        fields: list[int] = []
        for sample in video:
            fields += (
                sample.duration,
                len(sample.payload),
                KEY_FLAGS if sample.is_key else DELTA_FLAGS,
                sample.pts - sample.dts & 0xFFFFFFFF,
            )
        pieces.append(pack(f">{len(fields)}I", *fields))
    if audio:
        pieces.append(_TRAF.pack(audio_traf, b"traf", 16, b"tfhd", _TFHD_DEFAULT_BASE_IS_MOOF, AUDIO_TRACK,
                                 20, b"tfdt", 1 << 24, audio[0].dts))  # fmt: skip
        pieces.append(_TRUN.pack(audio_traf - _TRAF_BYTES, b"trun", 1 << 24 | _TRUN_OFFSET_DURATION_SIZE,
                                 len(audio), moof_bytes + 8 + video_bytes))  # fmt: skip
        fields = []
        for sample in audio:
            fields += (sample.duration, len(sample.payload))
        pieces.append(pack(f">{len(fields)}I", *fields))
    pieces.append(_MDAT.pack(8 + video_bytes + audio_bytes, b"mdat"))
    pieces += [sample.payload for sample in video]
    pieces += [sample.payload for sample in audio]
    return b"".join(pieces)


def patch_tfdt(data: bytes, video_offset: int, audio_offset: int = 0) -> bytes:
    """A copy of a part (or of its `moof` alone) with ticks added to the decode times of its tracks."""
    patched = bytearray(data)
    moof = next(walk(patched), None)
    if moof is None or moof.kind != b"moof":
        return bytes(patched)
    for child in walk(patched, moof.body, moof.end):
        if child.kind != b"traf":
            continue
        head = find(patched, (b"tfhd",), child.body, child.end)
        time = find(patched, (b"tfdt",), child.body, child.end)
        if head is None or time is None or patched[time.body] != 1:
            continue
        track = int.from_bytes(patched[head.body + 4 : head.body + 8], "big")
        (ticks,) = _U64.unpack_from(patched, time.body + 4)
        _U64.pack_into(patched, time.body + 4, ticks + (video_offset if track == VIDEO_TRACK else audio_offset))
    return bytes(patched)
