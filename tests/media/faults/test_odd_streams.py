"""Streams that jump, burst, lack key frames, change their format or are damaged, before the real recorder."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.media.faults.recorded import Stretch, breaks
from tests.media.faults.street import Street

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("street")]

SECOND = 1_000_000
LATE_US = 2 * SECOND
NEAR_US = SECOND // 5
"""A loss shows in the picture itself or in the next; and stretches are named before a segment's start is final."""


def unbroken(street: Street, name: str) -> Stretch:
    """The one run of a camera from which not one picture is missing."""
    (stretch,) = street.scene.stretches(name)
    assert breaks(stretch.frames, street.loops[name], 0) == ""
    assert len(stretch.frames) >= street.scene.players[name][0].units_sent - 5
    assert {gap[0] for gap in street.scene.ended_gaps(name)} <= {"not_yet_known"}
    assert street.scene.said(name)[-1] == ("live", "")
    return stretch


def is_even(stretch: Stretch) -> bool:
    """Whether each picture comes 40 ms after the one before, but for the slow correction of the clock."""
    return all(abs(after - before - 40_000) <= 3_000 for before, after in pairwise(stretch.at_us))


@pytest.mark.parametrize("name", ["wrap", "garbage", "h265"])
def test_a_wrap_of_time_stamps_or_bytes_between_packets_cost_nothing(street: Street, name: str) -> None:
    assert is_even(unbroken(street, name))


@pytest.mark.parametrize("name", ["forward", "backward", "hiccup"])
def test_a_jump_of_time_stamps_begins_a_run_and_loses_no_picture(street: Street, name: str) -> None:
    before, after = street.scene.stretches(name)
    assert breaks([*before.frames, *after.frames], street.loops[name], 0) == ""
    assert abs(after.start_us - before.end_us) < SECOND // 4
    holes = [gap for gap in street.scene.ended_gaps(name) if gap[0] != "not_yet_known"]
    assert holes == ([("timestamp_jump", before.end_us, after.start_us)] if after.start_us > before.end_us else [])
    assert street.scene.said(name) == [("connecting", ""), ("live", "")]


def test_time_stamps_that_begin_at_zero_in_each_session_are_told_apart_by_the_wall_clock(street: Street) -> None:
    stretches = street.scene.stretches("from_zero")
    assert len(stretches) >= 4
    assert all(before.end_us < after.start_us for before, after in pairwise(stretches))
    assert all(is_even(stretch) for stretch in stretches)


def test_a_burst_of_buffered_frames_stands_where_its_time_stamps_say(street: Street) -> None:
    stretch = unbroken(street, "burst")
    assert is_even(stretch)
    assert abs(len(stretch.frames) * 40_000 - (stretch.end_us - stretch.start_us)) < SECOND // 10
    assert abs(stretch.end_us - street.marks["end"]) < LATE_US
    assert ("stalled", "camera.silent") in street.scene.said("burst")


def test_a_stream_without_key_frames_is_said_to_be_one_and_recorded_from_the_first_that_comes(street: Street) -> None:
    (stretch,) = street.scene.stretches("keyless")
    assert street.scene.said("keyless") == [
        ("connecting", ""),
        ("stalled", "camera.no_key_frame"),
        ("live", ""),
    ]
    (gap,) = street.scene.ended_gaps("keyless")
    assert gap[0] == "no_key_frame"
    assert gap[1] < street.marks["start"]
    assert gap[2] == stretch.start_us
    assert abs(stretch.start_us - street.marks["keys"]) < LATE_US
    assert len(street.scene.players["keyless"]) == 1
    assert breaks(stretch.frames, street.loops["keyless"]) == ""


def test_a_stream_that_ceases_to_send_key_frames_is_recorded_on(street: Street) -> None:
    (stretch,) = street.scene.stretches("keyless_later")
    loop = street.loops["keyless_later"]
    others = tuple(digest for index, digest in enumerate(loop) if index not in street.keys["keyless_later"])
    first = next(index for index, digest in enumerate(stretch.frames) if digest != loop[index % len(loop)])
    assert breaks(stretch.frames[:first], loop, 0) == ""
    assert breaks(stretch.frames[first:], others) == ""
    assert len(stretch.frames) >= street.scene.players["keyless_later"][0].units_sent - 5
    assert street.scene.said("keyless_later")[-1] == ("live", "")


def test_a_gop_of_ten_seconds_is_waited_for_and_recorded_whole(street: Street) -> None:
    (stretch,) = street.scene.stretches("long_gop")
    loop = street.loops["long_gop"]
    assert breaks(stretch.frames, loop) == ""
    assert loop.index(stretch.frames[0]) in street.keys["long_gop"]
    assert street.scene.said("long_gop") == [("connecting", ""), ("live", "")]
    (gap,) = street.scene.ended_gaps("long_gop")
    assert (gap[0], gap[2]) == ("not_yet_known", stretch.start_us)


def test_udp_packets_out_of_order_cost_nothing(street: Street) -> None:
    assert is_even(unbroken(street, "shuffled"))


@pytest.mark.parametrize("name", ["lossy", "lossy_tcp"])
def test_pictures_that_packets_were_lost_of_are_kept_and_the_stretch_is_named(street: Street, name: str) -> None:
    (stretch,) = street.scene.stretches(name)
    loop = street.loops[name]
    damaged = [(start, end) for reason, start, end in street.scene.ended_gaps(name) if reason == "packets_lost"]
    wrong = 0
    for (before, _), (after, at_us) in pairwise(zip(stretch.frames, stretch.at_us, strict=True)):
        follows = before in loop and loop[(loop.index(before) + 1) % len(loop)] == after
        if not follows and before in loop:
            wrong += 1
            assert any(start - NEAR_US <= at_us <= end + NEAR_US for start, end in damaged)
    assert wrong >= 5
    assert len(stretch.frames) > 0.8 * street.scene.players[name][0].units_sent
    assert street.scene.said(name)[-1] == ("live", "")


def test_wrong_bytes_in_pictures_are_recorded_as_they_came(street: Street) -> None:
    stretches = street.scene.stretches("corrupt")
    frames = [frame for stretch in stretches for frame in stretch.frames]
    loop = street.loops["corrupt"]
    alien = sum(frame not in loop for frame in frames)
    assert 0 < alien < 0.5 * len(frames)
    assert len(frames) > 0.9 * street.scene.players["corrupt"][0].units_sent
    assert len(street.scene.players["corrupt"]) == 1


def test_b_pictures_are_recorded_in_the_order_of_decoding(street: Street) -> None:
    unbroken(street, "bframes")


def test_a_change_of_resolution_within_the_stream_begins_a_run_and_loses_no_picture(street: Street) -> None:
    before, after = street.scene.stretches("resized")
    assert (before.run.width, after.run.width) == (320, 192)
    assert breaks(before.frames, street.loops["resized"], 0) == ""
    assert breaks(after.frames, street.loops["small"], 0) == ""
    assert len(before.frames) + len(after.frames) >= street.scene.players["resized"][0].units_sent - 5
    changes = [gap for gap in street.scene.ended_gaps("resized") if gap[0] == "format_changed"]
    assert changes == ([("format_changed", before.end_us, after.start_us)] if after.start_us > before.end_us else [])
    assert abs(after.start_us - before.end_us) < SECOND // 4


def test_another_codec_after_a_reconnect_is_recorded_as_what_it_is(street: Street) -> None:
    before, after = street.scene.stretches("other_codec")
    assert (before.run.codec, after.run.codec) == ("h264", "h265")
    assert breaks(before.frames, street.loops["plain"], 0) == ""
    assert breaks(after.frames, street.loops["h265"], 0) == ""
    (gap,) = [gap for gap in street.scene.ended_gaps("other_codec") if gap[0] != "not_yet_known"]
    assert gap == ("camera_closed", before.end_us, after.start_us)


def test_another_codec_in_the_midst_of_a_session_is_noticed_and_the_camera_is_asked_anew(street: Street) -> None:
    stretches = street.scene.stretches("recoded")
    assert ("lost", "camera.protocol") in street.scene.said("recoded")
    assert len(street.scene.players["recoded"]) >= 2
    assert breaks(stretches[-1].frames[:50], street.loops["recoded"], 0) == ""
    assert "camera_protocol" in {gap[0] for gap in street.scene.ended_gaps("recoded")}


@pytest.mark.parametrize("codec", ["aac", "pcma"])
def test_sound_is_recorded_with_a_recorded_reason(street: Street, codec: str) -> None:
    stretch = unbroken(street, codec)
    assert stretch.run.audio_codec == codec
    assert stretch.audio_frames > 1000
    assert street.requests[codec].count("SETUP") == 2


def test_without_a_recorded_reason_the_camera_is_never_asked_for_sound(street: Street) -> None:
    stretch = unbroken(street, "mute")
    assert stretch.run.audio_codec == ""
    assert stretch.audio_frames == 0
    assert street.requests["mute"].count("SETUP") == 1
