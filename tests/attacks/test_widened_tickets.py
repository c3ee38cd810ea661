"""More than the grant: beyond its edges by a millisecond, other cameras, other pieces, strange numbers."""

from __future__ import annotations

import re

import pytest

from tests.attacks.outcome import refused
from tests.support.stack import S_US, Browser, Opened, Stack

MS_US = 1000


def _pieces(browser: Browser, stack: Stack, opened: Opened, span: tuple[int, int]) -> list[str]:
    """Addresses of the pieces of a playlist, from the root."""
    answer = browser.media(f"/hls/{stack.camera}/index.m3u8?from={span[0]}&to={span[1]}", opened.ticket)
    assert answer.status_code == 200, answer.text
    return [f"/hls/{stack.camera}/{line}" for line in answer.text.splitlines() if line.startswith("piece/")]


@pytest.fixture
def narrow(guard: Browser, stack: Stack, span: tuple[int, int]) -> tuple[Opened, tuple[int, int]]:
    """A playback of two seconds in the middle of what was recorded."""
    inside = (span[0] + 2 * S_US, span[0] + 4 * S_US)
    return guard.open("playback", [stack.camera], *inside), inside


def test_a_playlist_asked_beyond_both_edges_is_cut_to_them(
    guard: Browser, stack: Stack, narrow: tuple[Opened, tuple[int, int]], span: tuple[int, int]
) -> None:
    opened, (start, end) = narrow
    info = guard.media(f"/hls/{stack.camera}/info?from={span[0]}&to={span[1]}", opened.ticket).json()
    assert (info["from_us"], info["to_us"]) == (start, end)


def test_a_preview_one_millisecond_before_or_after_the_range(
    guard: Browser, stack: Stack, narrow: tuple[Opened, tuple[int, int]]
) -> None:
    opened, (start, end) = narrow
    for at in (start - MS_US, start - 1, end, end + MS_US):
        refused(guard.media(f"/preview?camera={stack.camera}&at={at}", opened.ticket), "ticket.outside")
    assert guard.media(f"/preview?camera={stack.camera}&at={start}", opened.ticket).status_code == 200


def test_a_preview_never_shows_the_key_frame_from_before_the_range(
    guard: Browser, stack: Stack, narrow: tuple[Opened, tuple[int, int]]
) -> None:
    opened, (start, end) = narrow
    answer = guard.media(f"/preview?camera={stack.camera}&at={start + 50 * MS_US}", opened.ticket)
    assert start <= int(answer.headers["x-instant-us"]) < end


def test_pieces_outside_the_range_guessed_by_their_numbers(
    guard: Browser, manager: Browser, stack: Stack, narrow: tuple[Opened, tuple[int, int]], span: tuple[int, int]
) -> None:
    opened, inside = narrow
    wide = manager.open("playback", [stack.camera], *span)
    every = _pieces(manager, stack, wide, span)
    mine = _pieces(guard, stack, opened, inside)
    beyond = [path for path in every if path not in mine]
    assert len(beyond) >= 2
    last = int(re.search(r"-(\d+)\.m4s", mine[-1])[1])  # type: ignore[index]
    for path in beyond:
        first = int(re.search(r"/(\d+)-\d+\.m4s", path)[1])  # type: ignore[index]
        if first > last:
            refused(guard.media(path, opened.ticket), "ticket.outside")
    head, tail = mine[0].rsplit("/", 1)
    begin = int(tail.partition("-")[0])
    for name in (f"{begin}-{last + 5}.m4s", f"0-{last}.m4s" if begin else f"{last + 1}-{last + 1}.m4s"):
        refused(guard.media(f"{head}/{name}", opened.ticket))


def test_a_piece_with_its_ends_exchanged(guard: Browser, stack: Stack, narrow: tuple[Opened, tuple[int, int]]) -> None:
    opened, inside = narrow
    path = _pieces(guard, stack, opened, inside)[0]
    head = path.rsplit("/", 1)[0]
    for name in ("3-2.m4s", "00000000000000000000000-1.m4s", "0-99999999999999999999.m4s"):
        refused(guard.media(f"{head}/{name}", opened.ticket))


def test_another_camera_s_footage_under_my_camera_s_name(
    guard: Browser, manager: Browser, stack: Stack, playback: Opened, span: tuple[int, int]
) -> None:
    wide = manager.open("playback", [stack.other], *span)
    answer = manager.media(f"/hls/{stack.other}/index.m3u8?from={span[0]}&to={span[1]}", wide.ticket)
    names = [line for line in answer.text.splitlines() if line.startswith("piece/")]
    assert names
    for name in names[:2]:
        refused(guard.media(f"/hls/{stack.camera}/{name}", playback.ticket))
        refused(guard.media(f"/hls/{stack.other}/{name}", playback.ticket), "ticket.outside")


def test_another_camera_s_header_under_my_camera_s_name(
    guard: Browser, manager: Browser, stack: Stack, playback: Opened, span: tuple[int, int]
) -> None:
    wide = manager.open("playback", [stack.other], *span)
    text = manager.media(f"/hls/{stack.other}/index.m3u8?from={span[0]}&to={span[1]}", wide.ticket).text
    number = re.search(r"init/(\d+)\.mp4", text)[1]  # type: ignore[index]
    refused(guard.media(f"/hls/{stack.camera}/init/{number}.mp4", playback.ticket))
    refused(guard.media(f"/hls/{stack.other}/init/{number}.mp4", playback.ticket), "ticket.outside")


def test_every_segment_number_near_mine_as_a_header(guard: Browser, stack: Stack, playback: Opened) -> None:
    """Headers carry no pictures, yet none of a segment outside the range is given."""
    opened = guard.open("playback", [stack.camera], 1, 2)
    for number in range(12):
        refused(guard.media(f"/hls/{stack.camera}/init/{number}.mp4", opened.ticket))


def test_previews_and_playlists_of_another_camera(
    guard: Browser, stack: Stack, playback: Opened, span: tuple[int, int]
) -> None:
    for camera in (stack.other, stack.elsewhere):
        for path in (
            f"/preview?camera={camera}&at={span[0]}",
            f"/hls/{camera}/index.m3u8?from={span[0]}&to={span[1]}",
            f"/timeline?camera={camera}&from={span[0]}&to={span[1]}",
        ):
            refused(guard.media(path, playback.ticket), "ticket.outside")


def test_two_cameras_in_one_question_of_which_one_is_mine(
    guard: Browser, stack: Stack, live: Opened, playback: Opened, span: tuple[int, int]
) -> None:
    mine, other = f"camera={stack.camera}", f"camera={stack.other}"
    for query in (f"{mine}&{other}", f"{other}&{mine}"):
        refused(guard.media(f"/status?{query}", live.ticket), "ticket.outside")
        refused(guard.media(f"/timeline?{query}&from={span[0]}&to={span[1]}", playback.ticket), "ticket.outside")
    refused(guard.media(f"/preview?{mine}&{other}&at={span[0]}", playback.ticket), "ticket.outside")
    refused(guard.media("/status", live.ticket), "ticket.outside")


def test_two_ranges_in_one_question(guard: Browser, stack: Stack, narrow: tuple[Opened, tuple[int, int]]) -> None:
    opened, (start, end) = narrow
    query = f"from={start}&to={end}&from={start - 60 * S_US}&to={end + 60 * S_US}"
    info = guard.media(f"/hls/{stack.camera}/info?{query}", opened.ticket).json()
    assert start <= info["from_us"] < info["to_us"] <= end


@pytest.mark.parametrize(
    ("start", "end"), [("2", "1"), ("-1", "1"), ("0", "9" * 30), ("1e3", "2e3"), ("٣", "٤"), ("", ""), ("0x1", "0xff")]
)
def test_a_range_of_nonsense(guard: Browser, stack: Stack, playback: Opened, start: str, end: str) -> None:
    refused(guard.media(f"/hls/{stack.camera}/index.m3u8?from={start}&to={end}", playback.ticket))
    refused(guard.media(f"/timeline?camera={stack.camera}&from={start}&to={end}", playback.ticket))


def test_numbers_that_no_database_holds(guard: Browser, stack: Stack, playback: Opened) -> None:
    for number in ("9" * 19, "9" * 40, "9" * 5000):
        refused(guard.media(f"/hls/{stack.camera}/init/{number}.mp4", playback.ticket))
        refused(guard.media(f"/hls/{stack.camera}/piece/{number}/0-1.m4s", playback.ticket))


def test_the_time_line_tells_nothing_beyond_the_range(
    guard: Browser, stack: Stack, narrow: tuple[Opened, tuple[int, int]], span: tuple[int, int]
) -> None:
    opened, (start, end) = narrow
    query = f"camera={stack.camera}&from={span[0] - 60 * S_US}&to={span[1] + 60 * S_US}"
    told = guard.media(f"/timeline?{query}", opened.ticket).json()["cameras"][stack.camera]
    edges = [edge for stretch in told["coverage"] for edge in stretch]
    assert edges
    assert all(start <= edge <= end for edge in edges)


def test_a_copy_one_microsecond_wider_than_its_order(manager: Browser, stack: Stack, span: tuple[int, int]) -> None:
    opened = manager.order(stack.camera, span[0], span[1])
    for start, end in ((span[0] - 1, span[1]), (span[0], span[1] + 1), (span[0] - MS_US, span[1] + MS_US)):
        body = {"camera": stack.camera, "from": start, "to": end}
        refused(manager.media("/exports", opened.ticket, method="POST", json=body), "ticket.outside")


def test_a_copy_of_another_camera_or_stream(manager: Browser, stack: Stack, span: tuple[int, int]) -> None:
    opened = manager.order(stack.camera, *span)
    for changes in ({"camera": stack.other}, {"stream": "../main"}, {"camera": [stack.camera]}, {"from": True}):
        body = {"camera": stack.camera, "from": span[0], "to": span[1], **changes}
        refused(manager.media("/exports", opened.ticket, method="POST", json=body))


def test_the_watermark_and_other_wishes_in_the_address_change_nothing(
    guard: Browser, stack: Stack, playback: Opened, span: tuple[int, int]
) -> None:
    plain = f"/preview?camera={stack.camera}&at={span[0]}"
    wishes = "&watermark=&masked=0&clear=0,0,1000,1000&mode=export&person=per_0&from=0&to=9999999999999999"
    first = guard.media(plain, playback.ticket)
    second = guard.media(plain + wishes, playback.ticket)
    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert first.headers["x-instant-us"] == second.headers["x-instant-us"]


def test_a_viewing_may_not_be_opened_wider_than_the_law_of_the_house(guard: Browser, stack: Stack) -> None:
    body = {"mode": "playback", "cameras": [stack.camera], "reason": "routine", "note": ""}
    refused(guard.ask("/api/viewings", **body, from_us=0, to_us=400 * 86_400 * S_US), "viewing.range")
    refused(guard.ask("/api/viewings", **{**body, "mode": "export"}, from_us=1, to_us=2), "viewing.mode")
    refused(guard.ask("/api/viewings", **{**body, "mode": "live", "cameras": [stack.camera] * 100 + ["x"]}))


def test_a_camera_of_a_site_where_the_guard_has_no_post(guard: Browser, stack: Stack, span: tuple[int, int]) -> None:
    body = {"cameras": [stack.elsewhere], "reason": "routine", "note": ""}
    for mode, start, end in (("live", None, None), ("playback", *span), ("snapshot", span[0], None)):
        refused(guard.ask("/api/viewings", mode=mode, from_us=start, to_us=end, **body), "watch.no_post")
    mixed = {**body, "cameras": [stack.camera, stack.elsewhere]}
    refused(guard.ask("/api/viewings", mode="live", from_us=None, to_us=None, **mixed), "watch.no_post")


def test_wishes_in_the_body_of_an_opening_are_not_taken(guard: Browser, stack: Stack) -> None:
    """Mass assignment: the viewing is the session's, whoever the body names."""
    wishes = {"viewer": stack.ids["people"]["manager"], "until_at": "2099-01-01", "expires_at": "2099-01-01"}
    wishes |= {"watermark": "", "basis": "req_0000000000000000", "grant": "grt_0000000000000000", "session_key": "x"}
    body = {"mode": "live", "cameras": [stack.camera], "from_us": None, "to_us": None, "reason": "routine", "note": ""}
    answer = guard.ask("/api/viewings", **body, **wishes)
    assert answer.status_code == 201
    assert answer.json()["grant"] != wishes["grant"]
    assert guard.ask(f"/api/viewings/{answer.json()['grant']}/renew").status_code == 200
