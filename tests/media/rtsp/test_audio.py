"""Sound out of RTP packets."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingcha.media.rtsp import sdp
from mingcha.media.rtsp.audio import MAX_FRAME_BYTES, AudioTrack, audio_format
from mingcha.media.rtsp.sdp import Media
from mingcha.media.rtsp.video import SharedState
from tests.media.rtsp.packets import Film, rtp

AAC_FMTP = "mode=AAC-hbr;config=1408;sizelength=13;indexlength=3;indexdeltalength=3"


def media(rtpmap: str, fmtp: str = "") -> Media:
    text = f"v=0\nm=audio 0 RTP/AVP 97\na=rtpmap:97 {rtpmap}\n" + (f"a=fmtp:97 {fmtp}\n" if fmtp else "")
    return sdp.parse(text.encode()).media[0]


def track(described: Media) -> tuple[AudioTrack, Film]:
    film = Film()
    shared = SharedState(film)
    shared.formatted = True
    shared.zero_us = 0
    form = audio_format(described)
    assert form is not None
    return AudioTrack(described, form, shared), film


def hbr(*frames: bytes, whole: int = 0) -> bytes:
    """An AAC-hbr payload; `whole`: the size to claim, when it is a part of one frame."""
    sizes = [whole or len(frame) for frame in frames]
    return (
        struct.pack(">H", 16 * len(frames))
        + b"".join(struct.pack(">H", size << 3) for size in sizes)
        + b"".join(frames)
    )


@pytest.mark.parametrize(
    ("rtpmap", "fmtp", "expected"),
    [
        ("PCMA/8000", "", ("pcma", 8000, 1, b"")),
        ("PCMU/8000/1", "", ("pcmu", 8000, 1, b"")),
        ("MPEG4-GENERIC/16000", AAC_FMTP, ("aac", 16000, 1, b"\x14\x08")),
        ("mpeg4-generic/48000/2", AAC_FMTP.replace("1408", "1190"), ("aac", 48000, 2, b"\x11\x90")),
    ],
)
def test_formats_that_are_recorded(rtpmap: str, fmtp: str, expected: tuple[object, ...]) -> None:
    form = audio_format(media(rtpmap, fmtp))
    assert form is not None
    assert (form.codec, form.sample_rate_hz, form.channels, form.config) == expected


@pytest.mark.parametrize(
    ("rtpmap", "fmtp"),
    [
        ("G726-32/8000", ""),
        ("opus/48000/2", ""),
        ("MPEG4-GENERIC/16000", "mode=CELP-cbr;config=1408"),
        ("MPEG4-GENERIC/16000", "mode=AAC-hbr;config=zz"),
        ("MPEG4-GENERIC/16000", "mode=AAC-hbr"),
        ("MPEG4-GENERIC/16000", "mode=AAC-hbr;config=1680"),  # reserved sample rate
    ],
)
def test_formats_that_are_not_recorded(rtpmap: str, fmtp: str) -> None:
    assert audio_format(media(rtpmap, fmtp)) is None


def test_g711_packets_are_frames() -> None:
    one, film = track(media("PCMA/8000"))
    for number in range(3):
        one.packet(rtp(number, number * 160, bytes((number,)) * 160))
    assert [(unit.payload[:1], unit.pts, unit.is_audio, unit.is_key) for unit in film.units] == [
        (b"\0", 8000, True, True),
        (b"\1", 8160, True, True),
        (b"\2", 8320, True, True),
    ]


def test_aac_frames_of_one_packet_are_parted_and_timed() -> None:
    one, film = track(media("MPEG4-GENERIC/16000", AAC_FMTP))
    one.packet(rtp(0, 500, hbr(b"a" * 10, b"b" * 20, b"c" * 30)))
    assert [(unit.payload, unit.pts - 16000) for unit in film.units] == [
        (b"a" * 10, 0),
        (b"b" * 20, 1024),
        (b"c" * 30, 2048),
    ]


def test_an_aac_frame_over_several_packets_is_joined() -> None:
    one, film = track(media("MPEG4-GENERIC/16000", AAC_FMTP))
    one.packet(rtp(0, 0, hbr(b"a" * 100, whole=250)))
    one.packet(rtp(1, 0, hbr(b"b" * 100, whole=250)))
    one.packet(rtp(2, 0, hbr(b"c" * 50, whole=250)))
    assert [unit.payload for unit in film.units] == [b"a" * 100 + b"b" * 100 + b"c" * 50]


def test_a_lost_part_costs_its_frame_only() -> None:
    one, film = track(media("MPEG4-GENERIC/16000", AAC_FMTP))
    one.packet(rtp(0, 0, hbr(b"a" * 100, whole=250)))
    one.packet(rtp(2, 0, hbr(b"c" * 50, whole=250)))
    one.packet(rtp(3, 1024, hbr(b"d" * 40)))
    assert [unit.payload for unit in film.units] == [b"d" * 40]


def test_stamps_that_tremble_are_no_jump_and_times_still_rise() -> None:
    one, film = track(media("PCMA/8000"))
    for number, stamp in enumerate([0, 160, 150, 320, 480]):
        one.packet(rtp(number, stamp, b"x" * 160))
    assert [unit.pts - 8000 for unit in film.units] == [0, 160, 161, 320, 480]
    assert film.losses == []


def test_sound_before_the_picture_format_is_not_told() -> None:
    one, film = track(media("PCMA/8000"))
    one._shared.formatted = False
    one.packet(rtp(0, 0, b"x" * 100))
    assert film.units == []


@pytest.mark.parametrize(
    "payload", [b"", b"\0", b"\0\0", b"\xff\xff", b"\0\x10\xff\xff", b"\0\x20\0\x08\0\0a", b"\0\x01\0"]
)
def test_broken_aac_payloads_break_nothing(payload: bytes) -> None:
    one, film = track(media("MPEG4-GENERIC/16000", AAC_FMTP))
    one.packet(rtp(0, 0, payload))
    one.packet(rtp(1, 1024, hbr(b"d" * 40)))
    assert [unit.payload for unit in film.units][-1] == b"d" * 40


@given(st.lists(st.binary(max_size=80), max_size=20), st.integers(0, 40), st.integers(0, 40))
def test_any_packets_are_taken(packets: list[bytes], size_bits: int, index_bits: int) -> None:
    fmtp = f"mode=AAC-hbr;config=1408;sizelength={size_bits};indexlength={index_bits}"
    for described in (media("MPEG4-GENERIC/16000", fmtp), media("PCMU/8000")):
        one, film = track(described)
        for index, packet in enumerate(packets):
            one.packet(packet)
            one.packet(rtp(index, index, packet))
        assert all(0 < len(unit.payload) <= MAX_FRAME_BYTES for unit in film.units)
