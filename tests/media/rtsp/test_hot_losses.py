"""Packets that are missing, doubled, broken or of something else: what becomes of their pictures."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingcha.media.rtsp import pictures as pictures_module
from mingcha.media.rtsp.pictures import DAMAGED
from tests.media.rtsp.assembling import Pictures, film
from tests.media.rtsp.packets import Sender, interleaved, rtp, sized, slice_h264


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
