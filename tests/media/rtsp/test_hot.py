"""Packets into pictures, however a camera cuts and marks them."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingcha.media.rtsp import pictures as pictures_module
from mingcha.media.rtsp.hot import VideoAssembler
from mingcha.media.rtsp.pictures import DAMAGED, KEY, RECOVERY_POINT, ReadTime
from mingcha.media.rtsp.sei import has_recovery_point
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

AUD = b"\x09\xf0"
FILLER = b"\x0c" + b"\xff" * 40 + b"\x80"
SEI = b"\x06\x05\x04abcd\x80"
RECOVERY = b"\x06\x00\x01x\x06\x01\x84\x80"


class Pictures:
    """What an assembler made of the packets it was fed."""

    def __init__(self, *, h265: bool = False, donl: bool = False, channel: int = 0) -> None:
        self.made: list[tuple[bytes, int, int]] = []
        self.sets: list[bytes] = []
        self.losses: list[tuple[str, str]] = []
        self.assembler = VideoAssembler(h265, channel, ReadTime(), self._picture, self._loss, donl)

    def _picture(self, payload: bytes, stamp: int, arrived_us: int, flags: int, sets: list[bytes]) -> None:
        self.made.append((payload, stamp, flags))
        self.sets += sets

    def _loss(self, reason: str, detail: str) -> None:
        self.losses.append((reason, detail))

    def feed(self, packets: list[bytes], *, read: int = 1 << 20, flush: bool = True) -> Pictures:
        """Feed packets in interleaved frames, `read` bytes at a time, as a connection does."""
        data = b"".join(interleaved(0, packet) for packet in packets)
        buffer = bytearray(max(len(data), 1) + 70_000)
        tail = b""
        for at in range(0, len(data), read):
            piece = tail + data[at : at + read]
            buffer[: len(piece)] = piece
            view = memoryview(buffer)
            stopped = 0
            while True:
                stopped = self.assembler.feed(buffer, view, stopped, len(piece))
                if len(piece) - stopped < 4:
                    break
                size = struct.unpack_from(">H", buffer, stopped + 2)[0]
                if stopped + 4 + size > len(piece):
                    break
                self.assembler.packet(buffer, view, stopped + 4, stopped + 4 + size)
                stopped += 4 + size
            tail = piece[stopped:]
        if flush:
            self.assembler.flush()
        return self


def film(sender: Sender, pictures: int = 12, slices: int = 1) -> list[tuple[bytes, int, int]]:
    """Let the sender send pictures, a key picture with parameter sets every fifth; returns what must come out."""
    expected = []
    for number in range(pictures):
        key = number % 5 == 0
        if sender.h265:
            parts = [
                slice_h265(number * 10 + part, 350, nal_type=19 if key else 1, first=part == 0)
                for part in range(slices)
            ]
            nals = [VPS_H265, SPS_H265, PPS_H265, *parts] if key else parts
        else:
            parts = [slice_h264(number * 10 + part, 350, key=key, first=part == 0) for part in range(slices)]
            nals = [SPS, PPS, SEI, *parts] if key else parts
        stamp = (0xFFFFC000 + number * 3600) & 0xFFFFFFFF
        sender.picture(stamp, *nals)
        expected.append((sized(*nals), stamp, KEY if key else 0))
    return expected


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


def test_padding_extensions_and_sources_are_passed_over() -> None:
    nal = slice_h264(1, 60)
    head = struct.pack(">BBHII", 0x80 | 0x20 | 0x10 | 2, 96, 5, 0, 7)
    packet = head + b"\0" * 8 + b"\xbe\xde\0\1" + b"\0" * 4 + nal + b"\0\0\3"
    assert Pictures().feed([packet]).made == [(sized(nal), 0, 0)]


def test_fragments_with_an_extension_are_joined_as_well() -> None:
    sender = Sender(fragment_bytes=90)
    expected = film(sender, pictures=2)
    extended = [bytes((packet[0] | 0x10,)) + packet[1:12] + b"\0\0\0\1abcd" + packet[12:] for packet in sender.packets]
    assert Pictures().feed(extended).made == expected


@pytest.mark.parametrize("missing", range(2, 8))
def test_a_missing_packet_damages_its_picture_and_no_other(missing: int) -> None:
    sender = Sender()
    for number in range(5):
        sender.picture(number * 3600, slice_h264(number, 790, key=number == 0))
    packets = list(sender.packets)
    del packets[8 + missing - 1 : 8 + missing]
    pictures = Pictures().feed(packets)
    assert [flags & DAMAGED for _, _, flags in pictures.made] == [0, DAMAGED, 0, 0, 0]
    assert pictures.losses == [("packets_lost", "1 packets")]
    assert [stamp for _, stamp, _ in pictures.made] == [number * 3600 for number in range(5)]


def test_a_picture_without_its_beginning_is_dropped_and_told() -> None:
    sender = Sender()
    for number in range(3):
        sender.picture(number * 3600, slice_h264(number, 390))
    packets = list(sender.packets)
    del packets[4]
    pictures = Pictures().feed(packets)
    assert [(stamp, flags) for _, stamp, flags in pictures.made] == [(0, 0), (7200, DAMAGED)]
    assert pictures.losses == [("packets_lost", "1 packets")]


def test_a_cut_nal_unit_keeps_what_came_of_it() -> None:
    sender = Sender()
    nal = slice_h264(1, 790)
    packets = sender.picture(0, nal)
    pictures = Pictures().feed(packets[:3] + packets[4:])
    assert pictures.made == [(sized(nal[:301]), 0, DAMAGED)]


def test_a_lost_last_packet_damages_both_neighbours_it_may_belong_to() -> None:
    sender = Sender()
    for number in range(4):
        sender.picture(number * 3600, slice_h264(number, 390))
    packets = list(sender.packets)
    del packets[7]
    flags = [flags for _, _, flags in Pictures().feed(packets).made]
    assert flags == [0, DAMAGED, DAMAGED, 0]


def test_a_repeated_packet_is_taken_once() -> None:
    sender = Sender()
    expected = film(sender, pictures=3)
    doubled = [packet for packet in sender.packets for _ in range(2)]
    pictures = Pictures().feed(doubled)
    assert pictures.made == expected
    assert pictures.losses == []


def test_a_counter_that_starts_anew_is_a_loss_and_not_the_end() -> None:
    first, second = Sender(sequence=5000), Sender(sequence=100)
    first.picture(0, slice_h264(1, 300))
    second.picture(3600, slice_h264(2, 300))
    second.picture(7200, slice_h264(3, 300))
    pictures = Pictures().feed(first.packets + second.packets)
    assert len(pictures.made) == 3
    assert pictures.losses == [("packets_lost", "the packet numbers went back")]


def test_a_picture_above_the_limit_is_dropped_and_the_next_one_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures_module, "MAX_UNIT_BYTES", 2000)
    sender = Sender()
    sender.picture(0, slice_h264(1, 5000))
    sender.picture(3600, slice_h264(2, 500))
    pictures = Pictures().feed(sender.packets, read=700)
    assert [(stamp, flags & DAMAGED) for _, stamp, flags in pictures.made][-1] == (3600, DAMAGED)
    assert all(len(payload) <= 2000 for payload, _, _ in pictures.made)
    assert "bad_data" in [reason for reason, _ in pictures.losses]


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\x00",
        b"\x18",
        b"\x18\x00",
        b"\x18\x00\x00",
        b"\x18\xff\xff\x01",
        b"\x1c",
        b"\x1c\x85",
        b"\x1f\x00",
        b"\x00\x00\x00\x01",
    ],
)
def test_broken_payloads_break_nothing(payload: bytes) -> None:
    packets = [rtp(1, 0, payload), rtp(2, 3600, slice_h264(1, 50), marker=True), rtp(3, 7200, slice_h264(2, 50))]
    made = Pictures().feed(packets).made
    assert [item for item in made if item[1] == 7200] == [(sized(slice_h264(2, 50)), 7200, 0)]


@pytest.mark.parametrize("packet", [b"", b"\x80", b"\x00" * 40, b"\x80\x60" + b"\0" * 9, b"\xbf\x60" + b"\xff" * 30])
def test_broken_packets_break_nothing(packet: bytes) -> None:
    made = Pictures().feed([packet, rtp(1, 3600, slice_h264(1, 50), marker=True), rtp(2, 7200, b"\x41\x88abc")]).made
    assert any(payload.endswith(sized(slice_h264(1, 50))) for payload, _, _ in made)


def test_rtcp_on_the_picture_channel_is_no_picture() -> None:
    sender = Sender()
    expected = film(sender, pictures=3)
    report = struct.pack(">BBHI", 0x80, 200, 6, 7) + b"\0" * 20
    packets = [item for packet in sender.packets for item in (packet, report)]
    pictures = Pictures().feed(packets)
    assert pictures.made == expected
    assert pictures.losses == []


def test_frames_of_other_channels_are_left_alone() -> None:
    data = interleaved(2, rtp(1, 0, b"\x41\x88" + b"a" * 50))
    buffer = bytearray(data)
    assert Pictures().assembler.feed(buffer, memoryview(buffer), 0, len(data)) == 0


@given(st.lists(st.binary(max_size=60), max_size=30), st.booleans(), st.booleans())
def test_arbitrary_packets_raise_nothing_and_come_out_well_formed(packets: list[bytes], h265: bool, donl: bool) -> None:
    numbered = [rtp(index, index // 3, packet, marker=index % 5 == 0) for index, packet in enumerate(packets)]
    for payload, _, _ in Pictures(h265=h265, donl=donl).feed(numbered + packets).made:
        at = 0
        while at < len(payload):
            at += 4 + struct.unpack_from(">I", payload, at)[0]
        assert at == len(payload)
