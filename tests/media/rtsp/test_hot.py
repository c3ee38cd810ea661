"""Packets into pictures, however a camera cuts and marks them."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingcha.media.rtsp.pictures import DAMAGED, KEY, RECOVERY_POINT
from mingcha.media.rtsp.sei import has_recovery_point
from tests.media.rtsp.assembling import AUD, FILLER, RECOVERY, SEI, Pictures, film
from tests.media.rtsp.packets import (
    PPS,
    PPS_H265,
    SPS,
    SPS_H265,
    VPS_H265,
    Sender,
    aggregate,
    interleaved,
    rtp,
    sized,
    slice_h264,
    slice_h265,
)


@pytest.mark.parametrize("h265", [False, True])
@pytest.mark.parametrize("markers", ["right", "never", "always"])
@pytest.mark.parametrize("slices", [1, 3])
def test_pictures_come_out_whole_however_markers_are_set(h265: bool, markers: str, slices: int) -> None:
    sender = Sender(h265=h265, markers=markers)
    expected = film(sender, slices=slices)
    pictures = Pictures(h265=h265).feed(sender.packets)
    assert pictures.made == expected
    assert pictures.losses == []


@pytest.mark.parametrize("h265", [False, True])
def test_reads_may_end_at_every_byte(h265: bool) -> None:
    sender = Sender(h265=h265)
    expected = film(sender, pictures=3, slices=2)
    size = sum(len(packet) + 4 for packet in sender.packets)
    for read in [*range(1, 140), size - 1, size]:
        assert Pictures(h265=h265).feed(sender.packets, read=read).made == expected


@given(cuts=st.lists(st.integers(1, 400), min_size=1, max_size=40))
def test_uneven_reads_change_nothing(cuts: list[int]) -> None:
    sender = Sender()
    expected = film(sender, pictures=4)
    pictures = Pictures()
    data = b"".join(interleaved(0, packet) for packet in sender.packets)
    buffer, tail, at, turn = bytearray(1 << 16), b"", 0, 0
    while at < len(data):
        piece = tail + data[at : at + cuts[turn % len(cuts)]]
        at += cuts[turn % len(cuts)]
        turn += 1
        buffer[: len(piece)] = piece
        stopped = pictures.assembler.feed(buffer, memoryview(buffer), 0, len(piece))
        tail = piece[stopped:]
    pictures.assembler.flush()
    assert pictures.made == expected


def test_a_right_marker_ends_a_picture_at_once_after_three_proofs() -> None:
    sender, pictures = Sender(), Pictures()
    made = []
    for number in range(6):
        pictures.feed(sender.picture(number * 3600, slice_h264(number, 300)), flush=False)
        made.append(len(pictures.made))
    assert made == [0, 1, 2, 4, 5, 6]


def test_a_marker_that_begins_to_lie_is_never_trusted_again() -> None:
    sender, pictures = Sender(), Pictures()
    for number in range(6):
        pictures.feed(sender.picture(number * 3600, slice_h264(number, 300)), flush=False)
    sender.markers = "always"
    halves = [slice_h264(70, 200), slice_h264(71, 200, first=False)]
    pictures.feed(sender.picture(6 * 3600, *halves), flush=False)
    assert pictures.made[6:] == [(sized(halves[0]), 6 * 3600, 0)]
    pictures.feed(sender.picture(7 * 3600, slice_h264(8, 90), slice_h264(9, 90, first=False)))
    assert pictures.made[7:] == [
        (sized(halves[1]), 6 * 3600, DAMAGED),
        (sized(slice_h264(8, 90), slice_h264(9, 90, first=False)), 7 * 3600, 0),
    ]


def test_delimiters_and_fillers_are_dropped_and_sei_is_kept() -> None:
    sender = Sender()
    sender.picture(0, AUD, SPS, PPS, SEI, slice_h264(1, 300, key=True), FILLER)
    sender.picture(3600, AUD, SEI, slice_h264(2, 300), FILLER)
    pictures = Pictures().feed(sender.packets)
    assert [payload for payload, _, _ in pictures.made] == [
        sized(SPS, PPS, SEI, slice_h264(1, 300, key=True)),
        sized(SEI, slice_h264(2, 300)),
    ]
    assert pictures.sets == [SPS, PPS]


def test_packed_nal_units_are_taken_apart() -> None:
    packets = [rtp(1, 0, aggregate(SPS, PPS, slice_h264(1, 50, key=True)), marker=True)]
    assert Pictures().feed(packets).made == [(sized(SPS, PPS, slice_h264(1, 50, key=True)), 0, KEY)]


def test_packed_h265_nal_units_are_taken_apart() -> None:
    nals = [VPS_H265, SPS_H265, PPS_H265, slice_h265(1, 50, nal_type=20)]
    packets = [rtp(1, 0, aggregate(*nals, h265=True), marker=True)]
    assert Pictures(h265=True).feed(packets).made == [(sized(*nals), 0, KEY)]


def test_decoding_order_numbers_are_taken_out_when_announced() -> None:
    nal = slice_h265(3, 60)
    big = slice_h265(4, 250)
    packed = bytes((48 << 1, 1)) + b"\0\1" + struct.pack(">H", len(nal)) + nal + b"\0" + struct.pack(">H", 60) + nal
    whole = rtp(1, 0, packed)
    single = rtp(2, 0, nal[:2] + b"\0\3" + nal[2:])
    head = bytes((49 << 1, 1))
    cut = [rtp(3, 0, head + b"\x81\0\4" + big[2:120]), rtp(4, 0, head + b"\x01" + big[120:200])]
    last = rtp(5, 0, head + b"\x41" + big[200:], marker=True)
    pictures = Pictures(h265=True, donl=True).feed([whole, single, *cut, last])
    assert pictures.made == [(sized(nal, nal, nal, big), 0, 0)]


@pytest.mark.parametrize("nal_type", [16, 17, 18, 19, 20, 21])
def test_every_irap_picture_is_a_key_picture(nal_type: int) -> None:
    pictures = Pictures(h265=True).feed([rtp(1, 0, slice_h265(1, 40, nal_type=nal_type), marker=True)])
    assert pictures.made[0][2] == KEY


def test_a_recovery_point_is_told() -> None:
    packets = [rtp(1, 0, RECOVERY), rtp(2, 0, slice_h264(1, 60), marker=True), rtp(3, 3600, slice_h264(2, 60))]
    assert [flags for _, _, flags in Pictures().feed(packets).made] == [RECOVERY_POINT, 0]


@pytest.mark.parametrize(
    ("sei", "expected"),
    [
        (b"\x06\x06\x01\x84\x80", True),
        (b"\x06\x05\x02xx\x06\x01\x84\x80", True),
        (b"\x06\x05\xff\x04" + b"x" * 259 + b"\x06\x01\x84\x80", True),
        (b"\x06\xff\x06\x01\x84\x80", False),
        (b"\x06\x05\x09\x06\x01\x80", False),
        (b"\x06\xff\xff\xff", False),
        (b"\x06\x05\xff\xff", False),
        (b"\x06", False),
        (b"\x07\x06\x01\x84\x80", False),
    ],
)
def test_recovery_points_are_found_behind_other_messages(sei: bytes, expected: bool) -> None:
    assert has_recovery_point(sei) == expected


def test_parameter_sets_with_a_time_of_their_own_go_with_the_picture_after_them() -> None:
    sender = Sender()
    sender.picture(0, slice_h264(1, 80))
    sender.picture(1000, SPS, PPS)
    sender.picture(3600, slice_h264(2, 80, key=True))
    assert Pictures().feed(sender.packets).made == [
        (sized(slice_h264(1, 80)), 0, 0),
        (sized(SPS, PPS, slice_h264(2, 80, key=True)), 3600, KEY),
    ]


def test_parameter_sets_before_every_slice_do_not_part_a_picture() -> None:
    """As GStreamer's payloader sends them."""
    sender = Sender()
    first, second = slice_h264(1, 250, key=True), slice_h264(2, 250, key=True, first=False)
    for number in range(5):
        sender.picture(number * 3600, SPS, PPS, first, SPS, PPS, second)
    pictures = Pictures().feed(sender.packets)
    assert pictures.made == [(sized(SPS, PPS, first, SPS, PPS, second), number * 3600, KEY) for number in range(5)]
    assert pictures.sets == [SPS, PPS] * 10


@pytest.mark.parametrize("markers", ["right", "always"])
def test_a_time_stamp_that_stands_still_does_not_join_pictures(markers: str) -> None:
    sender = Sender(markers=markers)
    nals = [(slice_h264(number, 250), slice_h264(number + 50, 250, first=False)) for number in range(8)]
    for pair in nals:
        sender.picture(9, *pair)
    assert [payload for payload, _, _ in Pictures().feed(sender.packets).made] == [sized(*pair) for pair in nals]


def test_what_comes_after_the_slices_under_the_old_time_goes_with_the_next_picture() -> None:
    packets = [
        rtp(1, 0, slice_h264(1, 80)),
        rtp(2, 0, SPS),
        rtp(3, 0, PPS),
        rtp(4, 0, RECOVERY),
        rtp(5, 3600, slice_h264(2, 80)),
        rtp(6, 7200, slice_h264(3, 80)),
    ]
    assert Pictures().feed(packets).made == [
        (sized(slice_h264(1, 80)), 0, 0),
        (sized(SPS, PPS, RECOVERY, slice_h264(2, 80)), 3600, RECOVERY_POINT),
        (sized(slice_h264(3, 80)), 7200, 0),
    ]
