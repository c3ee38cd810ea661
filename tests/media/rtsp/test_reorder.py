"""UDP packets in any order."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingcha.media.rtsp.reorder import MAX_HELD_BYTES, MAX_HELD_PACKETS, MAX_WAIT_US, RESTART_AFTER, Reorder
from tests.media.rtsp.packets import rtp


class Line:
    """What comes out, as sequence numbers."""

    def __init__(self) -> None:
        self.out: list[int] = []
        self.reorder = Reorder(self._deliver)

    def _deliver(self, buffer: bytearray, view: memoryview, start: int, stop: int) -> None:
        assert bytes(view[start:stop]) == bytes(buffer[start:stop])
        self.out.append(int.from_bytes(buffer[start + 2 : start + 4], "big"))

    def take(self, *sequences: int, now_us: int = 0, size: int = 10) -> Line:
        for sequence in sequences:
            packet = bytearray(rtp(sequence, 0, b"x" * size))
            self.reorder.take(packet + bytearray(50), memoryview(packet + bytearray(50)), len(packet), now_us)
        return self


def test_order_is_kept() -> None:
    assert Line().take(65534, 65535, 0, 1).out == [65534, 65535, 0, 1]


def test_a_late_packet_is_waited_for() -> None:
    line = Line().take(1, 3, 4, 6)
    assert line.out == [1]
    assert line.take(2).out == [1, 2, 3, 4]
    assert line.take(5).out == [1, 2, 3, 4, 5, 6]


def test_a_tenth_of_all_packets_late_is_no_loss() -> None:
    random = Random(1)
    sent = [number & 0xFFFF for number in range(65_000, 67_000)]
    order = sorted(range(2000), key=lambda index: index + (random.randint(1, 20) if random.random() < 0.1 else 0))
    line = Line().take(sent[0], *[sent[index] for index in order])
    assert line.out == sent


def test_doubled_and_late_packets_are_dropped() -> None:
    assert Line().take(1, 1, 2, 4, 4, 3, 2, 5).out == [1, 2, 3, 4, 5]


def test_a_packet_held_twice_counts_once() -> None:
    line = Line().take(1, *[3] * 40, size=60_000)
    assert line.out == [1]
    assert line.take(2).out == [1, 2, 3]


def test_a_lost_packet_is_given_up_after_a_while() -> None:
    line = Line().take(1, 3, now_us=1000)
    assert line.take(4, now_us=1000 + MAX_WAIT_US).out == [1]
    assert line.take(5, now_us=1001 + MAX_WAIT_US).out == [1, 3, 4, 5]
    assert (line.reorder.received, line.reorder.highest - line.reorder.first + 1) == (4, 5)


@pytest.mark.parametrize(("size", "limit"), [(10, MAX_HELD_PACKETS), (60_000, MAX_HELD_BYTES // 60_000)])
def test_what_is_held_is_bounded(size: int, limit: int) -> None:
    line = Line().take(1).take(*range(3, 3 + limit + 1), size=size)
    assert line.out == [1, *range(3, 3 + limit + 1)]


def test_a_sender_that_counts_anew_is_followed() -> None:
    line = Line().take(40_000, 40_002).take(*range(20_000, 20_003 + RESTART_AFTER))
    assert line.out == [40_000, 40_002, *range(19_999 + RESTART_AFTER, 20_003 + RESTART_AFTER)]


@pytest.mark.parametrize("data", [b"", b"\x80", b"\x00" * 50, b"\x80" * 11])
def test_what_is_no_packet_is_passed_over(data: bytes) -> None:
    line = Line()
    line.reorder.take(bytearray(data + b"\0" * 20), memoryview(bytearray(70)), len(data), 0)
    assert line.out == []


@given(st.lists(st.tuples(st.integers(0, 0xFFFF), st.integers(0, MAX_WAIT_US)), max_size=300))
def test_any_order_comes_out_once_each(items: list[tuple[int, int]]) -> None:
    line = Line()
    now_us = 0
    for sequence, step in items:
        now_us += step
        line.take(sequence, now_us=now_us)
    assert len(line.out) <= len(items)
