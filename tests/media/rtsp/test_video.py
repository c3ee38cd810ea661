"""Formats, key pictures and times of a track, without a network."""

from __future__ import annotations

import pytest

from mingcha.media.rtsp.video import FIRST_IDR_US, LOOK_PICTURES, NO_IDR_US, SEEN_REORDER_DEPTH, SharedState, VideoTrack
from tests.media.rtsp.packets import (
    PPS,
    PPS_H265,
    SPS,
    SPS_1080,
    SPS_H265,
    VPS_H265,
    Film,
    Sender,
    sized,
    slice_h264,
    slice_h265,
)
from tests.media.rtsp.test_sps import h264

RECOVERY = b"\x06\x06\x01\x84\x80"
UNDECLARED = h264()  # main profile, nothing said about reordering
FRAME_US = 40_000


class Track:
    """A video track fed with pictures."""

    def __init__(self, *sets: bytes, h265: bool = False) -> None:
        self.film = Film()
        self.shared = SharedState(self.film)
        self.track = VideoTrack("h265" if h265 else "h264", 0, self.shared)
        self.sender = Sender(h265=h265)
        if sets:
            self.track.take_sets(list(sets))

    def picture(self, stamp: int, *nals: bytes, passed_us: int = FRAME_US) -> Track:
        self.shared.time.now_us += passed_us
        for packet in self.sender.picture(stamp, *nals):
            data = bytearray(packet)
            self.track.assembler.deliver(data, memoryview(data), 0, len(data))
        return self

    def done(self) -> Film:
        self.track.flush()
        return self.film


def test_pictures_before_any_parameter_sets_are_dropped() -> None:
    one = Track()
    one.picture(0, slice_h264(0, 50)).picture(3600, PPS, slice_h264(1, 50)).picture(
        7200, SPS, slice_h264(2, 50, key=True)
    )
    film = one.done()
    assert [unit.payload for unit in film.units] == [sized(SPS, slice_h264(2, 50, key=True))]
    assert len(film.formats) == 1


def test_sets_in_the_stream_replace_those_of_the_description_before_the_first_picture() -> None:
    other_pps = bytes.fromhex("68cb8cb3")
    film = Track(SPS_1080, PPS).picture(0, SPS, other_pps, slice_h264(0, 50, key=True)).done()
    assert len(film.formats) == 1
    assert film.formats[0][0].width == 640
    assert film.formats[0][0].pps == (other_pps,)


def test_new_sets_take_the_old_ones_away() -> None:
    numbered_1 = bytes.fromhex("685b8cb2")
    film = Track(SPS_1080, PPS).picture(0, SPS, numbered_1, slice_h264(0, 50, key=True)).done()
    assert film.formats[0][0].pps == (numbered_1,)


def test_the_same_sets_again_are_no_new_format() -> None:
    one = Track(SPS, PPS)
    for number in range(6):
        one.picture(number * 3600, SPS, PPS, slice_h264(number, 50, key=True))
    assert len(one.done().formats) == 1


def test_a_new_picture_parameter_set_alone_is_no_new_format() -> None:
    one = Track(SPS, PPS).picture(0, slice_h264(0, 50, key=True))
    one.picture(3600, bytes.fromhex("68cb8cb3"), slice_h264(1, 50))
    assert len(one.done().formats) == 1


def test_a_damaged_parameter_set_changes_nothing_and_is_told() -> None:
    one = Track(SPS, PPS).picture(0, slice_h264(0, 50, key=True), passed_us=5_000_000)
    one.picture(3600, b"\x67\x64", slice_h264(1, 50, key=True))
    film = one.done()
    assert len(film.formats) == 1
    assert len(film.units) == 2
    assert film.reasons == ["bad_data"]


def test_h265_needs_all_three_sets() -> None:
    one = Track(h265=True)
    one.picture(0, VPS_H265, SPS_H265, slice_h265(0, 50, nal_type=19))
    one.picture(3600, PPS_H265, slice_h265(1, 50))
    film = one.done()
    assert len(film.units) == 1
    video = film.formats[0][0]
    assert (video.vps, video.sps, video.pps) == ((VPS_H265,), (SPS_H265,), (PPS_H265,))
    assert (video.codec_string, video.width) == ("hvc1.1.6.L63.90", 640)


# Key pictures of streams that never send an IDR picture.


def recovery_stream(one: Track, seconds: int, *, idr_at_s: int = -1) -> Film:
    """A recovery point each second, 5 pictures a second."""
    for number in range(seconds * 5):
        idr = number == idr_at_s * 5
        sei = (RECOVERY,) if number % 5 == 0 else ()
        one.picture(number * 18_000, *sei, slice_h264(number, 50, key=idr), passed_us=200_000)
    return one.done()


def test_recovery_points_are_key_pictures_when_no_idr_comes_at_first() -> None:
    film = recovery_stream(Track(SPS, PPS), 6)
    keys = [unit.arrived_mono_us - film.units[0].arrived_mono_us for unit in film.units if unit.is_key]
    assert keys[0] >= FIRST_IDR_US
    assert len(keys) == 4


def test_recovery_points_are_key_pictures_after_ten_seconds_without_idr() -> None:
    film = recovery_stream(Track(SPS, PPS), 16, idr_at_s=1)
    keys = [unit.arrived_mono_us for unit in film.units if unit.is_key]
    assert keys[1] - keys[0] >= NO_IDR_US
    assert len(keys) == 6  # the IDR picture at 1 s, then 11 s, 12 s, …


def test_recovery_points_between_idrs_are_no_key_pictures() -> None:
    one = Track(SPS, PPS)
    for number in range(60):
        sei = (RECOVERY,) if number % 5 == 0 else ()
        one.picture(number * 18_000, *sei, slice_h264(number, 50, key=number % 25 == 0), passed_us=200_000)
    assert [index for index, unit in enumerate(one.done().units) if unit.is_key] == [0, 25, 50]


# Time.


def test_undeclared_b_pictures_are_noticed_before_the_format_is_told() -> None:
    one = Track(UNDECLARED, PPS)
    for number, stamp in enumerate([0, 3, 1, 2, 6, 4, 5]):
        one.picture(stamp * 3600, slice_h264(number, 50, key=number == 0))
    film = one.done()
    assert [video.reorder_depth for video, _ in film.formats] == [SEEN_REORDER_DEPTH]
    assert film.losses == []
    assert [(unit.pts - 90_000) // 3600 for unit in film.units] == [0, 3, 1, 2, 6, 4, 5]


def test_b_pictures_that_come_later_are_told_as_a_new_format() -> None:
    one = Track(UNDECLARED, PPS)
    for number, stamp in enumerate([0, 1, 2, 3, 4, 5, 8, 6, 7]):
        one.picture(stamp * 3600, slice_h264(number, 50, key=number == 0))
    film = one.done()
    assert [video.reorder_depth for video, _ in film.formats] == [0, SEEN_REORDER_DEPTH]
    assert film.losses == []


def test_the_first_pictures_of_an_undeclared_stream_are_held_shortly() -> None:
    one = Track(UNDECLARED, PPS)
    counts = []
    for number in range(7):
        one.picture(number * 3600, slice_h264(number, 50, key=number == 0))
        counts.append(len(one.film.units))
    assert counts == [0, 0, 0, LOOK_PICTURES, 5, 6, 7]
    film = one.done()
    assert len(film.units) == 7
    assert [unit.arrived_mono_us for unit in film.units] == [FRAME_US * (number + 1) for number in range(7)]
    assert [video.reorder_depth for video, _ in film.formats] == [0]


def test_held_pictures_are_handed_on_when_the_stream_ends() -> None:
    one = Track(UNDECLARED, PPS)
    one.picture(0, slice_h264(0, 50, key=True))
    assert len(one.done().units) == 1


def test_a_stream_that_cannot_reorder_jumps_when_it_goes_back() -> None:
    one = Track(SPS, PPS)
    for number, stamp in enumerate([100, 101, 50, 51]):
        one.picture(stamp * 3600, slice_h264(number, 50, key=number == 0))
    film = one.done()
    assert film.losses == [("timestamp_jump", "-2.040 s")]
    assert [unit.pts for unit in film.units] == sorted(unit.pts for unit in film.units)
    assert len(film.formats) == 1


@pytest.mark.parametrize("pictures", [100])
def test_a_broken_camera_is_told_once_a_second(pictures: int) -> None:
    one = Track(SPS, PPS)
    for number in range(pictures):
        one.picture(number * 3600, b"\x1f\x00", slice_h264(number, 50, key=number == 0))
    assert one.done().reasons == ["bad_data"] * 4


def test_time_stamps_that_stand_still_are_told() -> None:
    one = Track(SPS, PPS)
    for number in range(50):
        one.picture(7, SPS, PPS, slice_h264(number, 50, key=True))
    film = one.done()
    assert [unit.pts for unit in film.units] == list(range(90_000, 90_050))
    assert film.losses == [("bad_data", "the time stamp stands still")] * 2


def test_arrival_is_the_instant_of_the_read() -> None:
    one = Track(SPS, PPS).picture(0, slice_h264(0, 50, key=True), passed_us=123)
    film = one.picture(3600, slice_h264(1, 50), passed_us=1000).done()
    assert [unit.arrived_mono_us for unit in film.units] == [123, 1123]


def test_what_is_coded_otherwise_than_announced_is_found_out_after_a_while() -> None:
    """A camera that was switched to H.265 in the midst of a session that had announced H.264."""
    track = Track(SPS, PPS)
    track.picture(0, SPS, PPS, slice_h264(0, 60, key=True))
    for second in range(1, 20):
        track.picture(
            second * 90_000, VPS_H265, SPS_H265, PPS_H265, slice_h265(second, 60, nal_type=19), passed_us=1_000_000
        )
    now_us = track.shared.time.now_us
    assert track.track.is_gibberish(now_us, 0)
    assert not track.track.is_gibberish(now_us, now_us - 14_000_000)
    track.picture(20 * 90_000, SPS, PPS, slice_h264(20, 60, key=True)).picture(21 * 90_000, slice_h264(21, 60))
    assert not track.track.is_gibberish(now_us + 60_000_000, 0)
