"""What one player sends and when, on a clock that stands still."""

from __future__ import annotations

import random

import pytest

from mingcha.media.sim import Clip, tiny_clip
from mingcha.media.sim.clip import Packing
from mingcha.media.sim.player import Player, mangler
from tests.media.sim.client import Depacketiser, parse_rtp


class Sink:
    """Keeps packets with the instant at which they came."""

    def __init__(self) -> None:
        self.now_us = 0
        self.is_clogged = False
        self.got: list[tuple[int, bytes]] = []

    def send(self, view: memoryview, starts: tuple[int, ...], first: int, end: int) -> None:
        for number in range(first, end):
            self.got.append((self.now_us, bytes(view[starts[number] + 4 : starts[number + 1]])))


def _player(sink: Sink, **options: object) -> Player:
    clip = Clip.load(tiny_clip(size=(640, 360), seconds=1, gop=5, noise=30))
    settings: dict[str, object] = {"ssrc": 7, "sequence": 65_530, "base": 2**32 - 9000, "anchor_us": 0, **options}
    player = Player(clip.packed_video(Packing()), sink, **settings)  # type: ignore[arg-type]
    player.seek_first()
    return player


def _run(player: Player, sink: Sink, until_us: int, tick_us: int = 1000) -> None:
    due: int | None = player.due_us
    for now_us in range(0, until_us, tick_us):
        sink.now_us = now_us
        if due is not None and due <= now_us:
            due = player.step(now_us)


def test_loops_follow_each_other_in_time_stamp_and_sequence_over_the_wrap() -> None:
    sink = Sink()
    _run(_player(sink), sink, 3_000_000)
    packets = [parse_rtp(data) for _, data in sink.got]
    assert [packet.sequence for packet in packets] == [(65_530 + n) & 0xFFFF for n in range(len(packets))]
    stamps = [packet.stamp for packet in packets if packet.marker]
    assert stamps == [(2**32 - 9000 + n * 3600) & 0xFFFFFFFF for n in range(75)]
    assert {packet.ssrc for packet in packets} == {7}


def test_pictures_go_out_when_a_camera_would_have_them() -> None:
    sink = Sink()
    _run(_player(sink), sink, 1_000_000)
    at = [when for when, data in sink.got if parse_rtp(data).marker]
    assert at == [n * 40_000 for n in range(25)]


@pytest.mark.parametrize(("pace_us", "least_us", "most_us"), [(0, 0, 0), (113, 1_000, 40_000), (1e9, 25_000, 40_000)])
def test_pace_spreads_the_packets_of_a_picture(pace_us: float, least_us: int, most_us: int) -> None:
    sink = Sink()
    _run(_player(sink, pace_us=pace_us), sink, 1_000_000)
    begins: dict[int, list[int]] = {}
    for when, data in sink.got:
        begins.setdefault(parse_rtp(data).stamp, []).append(when)
    largest = max(begins.values(), key=len)
    assert len(largest) > 12
    assert least_us <= largest[-1] - largest[0] <= most_us
    assert len(begins) == 25, "all of a picture is out before the next"


def test_a_held_player_sends_everything_at_once_afterwards() -> None:
    sink = Sink()
    player = _player(sink)
    player.hold(600_000)
    _run(player, sink, 1_000_000)
    at = [when for when, data in sink.got if parse_rtp(data).marker]
    assert at[:16] == [600_000] * 16
    assert at[16:] == [n * 40_000 for n in range(16, 25)]


def test_a_clogged_way_out_costs_whole_pictures_up_to_a_key_picture() -> None:
    sink = Sink()
    player = _player(sink)
    due: int | None = player.due_us
    for now_us in range(0, 1_000_000, 1000):
        sink.is_clogged = 280_000 <= now_us < 330_000
        if due is not None and due <= now_us:
            due = player.step(now_us)
    depacketiser = Depacketiser()
    for _, data in sink.got:
        depacketiser.add(parse_rtp(data))
    numbers = [((picture.stamp + 9000) & 0xFFFFFFFF) // 3600 for picture in depacketiser.pictures]
    assert numbers == [*range(7), *range(10, 25)], "7 and 8 met the full buffer, 9 waits for the key picture 10"
    assert player.units_left_out == 3


def test_seeking_finds_the_picture_that_is_due_now_or_the_next_key_picture() -> None:
    sink = Sink()
    player = _player(sink, base=0)
    player.seek(2_100_000, key=False)
    assert player.next_rtp_time == 53 * 3600
    player.seek(2_100_000, key=True)
    assert player.next_rtp_time == 55 * 3600
    player.seek(2_990_000, key=True)
    assert player.next_rtp_time == 75 * 3600


def test_mangling_loses_and_shuffles_but_never_touches_headers() -> None:
    sink = Sink()
    _run(_player(sink, mangle=mangler(random.Random(3), loss=0.1, corrupt=0.5, reorder=4)), sink, 1_000_000)
    packets = [parse_rtp(data) for _, data in sink.got]
    numbers = [(packet.sequence - 65_530) & 0xFFFF for packet in packets]
    assert numbers != sorted(numbers)
    assert len(set(numbers)) == len(numbers) < max(numbers) + 1
    assert {packet.payload_type for packet in packets} == {96}


def test_a_fast_clock_sends_sooner_with_the_same_time_stamps() -> None:
    sink = Sink()
    _run(_player(sink, drift_ppm=1_000_000), sink, 500_000)
    stamps = [parse_rtp(data).stamp for _, data in sink.got if parse_rtp(data).marker]
    assert stamps == [(2**32 - 9000 + n * 3600) & 0xFFFFFFFF for n in range(25)]
