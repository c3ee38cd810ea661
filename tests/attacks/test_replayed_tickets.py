"""Genuine tickets where, when and for what they were not given."""

from __future__ import annotations

from tests.attacks.outcome import first_picture, no_picture, refused
from tests.support.stack import S_US, Browser, Opened, Stack, now_us, until


def test_a_ticket_of_another_session_of_the_same_person(stack: Stack, live: Opened) -> None:
    second = stack.browser().sign_in("guard")
    second.open("live", [stack.camera])  # has a cookie of its own
    refused(second.media(f"/status?camera={stack.camera}", live.ticket), "ticket.other_screen")
    assert no_picture(second.live(live.ticket, stack.camera)) == "ticket.other_screen"


def test_a_ticket_in_a_browser_that_never_signed_in(stack: Stack, live: Opened) -> None:
    stranger = stack.browser()
    refused(stranger.media(f"/status?camera={stack.camera}", live.ticket), "ticket.other_screen")
    refused(stranger.media(f"/status?camera={stack.camera}&ticket={live.ticket}"), "ticket.other_screen")
    assert no_picture(stranger.live(live.ticket, stack.camera)) == "ticket.other_screen"


def test_a_ticket_of_another_person(stack: Stack, live: Opened) -> None:
    relief = stack.who("relief")
    relief.open("live", [stack.camera])
    refused(relief.media(f"/status?camera={stack.camera}", live.ticket), "ticket.other_screen")


def test_a_ticket_with_its_cookie_but_of_the_wrong_value(stack: Stack, live: Opened) -> None:
    stranger = stack.browser()
    for value in ("", "0" * 64, "undefined"):
        cookie = {"cookie": f"mingcha_screen={value}"}
        refused(stranger.media(f"/status?camera={stack.camera}", live.ticket, headers=cookie), "ticket.other_screen")


def test_a_closed_viewing_s_ticket_within_two_seconds(guard: Browser, stack: Stack) -> None:
    opened = guard.open("live", [stack.camera])
    assert guard.ask(f"/api/viewings/{opened.grant}/close").status_code == 204
    path = f"/status?camera={stack.camera}"
    until(lambda: guard.media(path, opened.ticket).status_code == 403, seconds=2.0, every=0.05)
    refused(guard.media(path, opened.ticket), "ticket.revoked")
    assert no_picture(guard.live(opened.ticket, stack.camera)) == "ticket.revoked"


def test_a_closed_viewing_is_not_renewed(guard: Browser, stack: Stack) -> None:
    opened = guard.open("live", [stack.camera])
    guard.ask(f"/api/viewings/{opened.grant}/close")
    refused(guard.ask(f"/api/viewings/{opened.grant}/renew"), "viewing.ended")


def test_a_viewing_of_another_person_is_neither_renewed_nor_closed(stack: Stack, guard: Browser, live: Opened) -> None:
    for browser in (stack.who("relief"), stack.who("manager")):
        refused(browser.ask(f"/api/viewings/{live.grant}/renew"), "viewing.unknown")
        refused(browser.ask(f"/api/viewings/{live.grant}/close"), "viewing.unknown")
    assert guard.ask(f"/api/viewings/{live.grant}/renew").status_code == 200


def test_a_viewing_of_the_same_person_s_other_session_is_not_renewed(stack: Stack, live: Opened) -> None:
    second = stack.browser().sign_in("guard")
    refused(second.ask(f"/api/viewings/{live.grant}/renew"), "viewing.unknown")


def test_an_expired_ticket(guard: Browser, stack: Stack) -> None:
    at = now_us()
    token = stack.mint(issued_us=at - 200 * S_US, expires_us=at - 1)
    refused(guard.media(f"/status?camera={stack.camera}", token), "ticket.expired")
    assert no_picture(guard.live(token, stack.camera)) == "ticket.expired"


def test_a_ticket_that_is_not_yet_good(guard: Browser, stack: Stack) -> None:
    at = now_us()
    token = stack.mint(issued_us=at + 600 * S_US, expires_us=at + 700 * S_US)
    refused(guard.media(f"/status?camera={stack.camera}", token), "ticket.invalid")


def test_a_ticket_for_ever(guard: Browser, stack: Stack) -> None:
    token = stack.mint(expires_us=now_us() + 30 * 86_400 * S_US)
    refused(guard.media(f"/status?camera={stack.camera}", token), "ticket.invalid")


def test_the_ticket_given_out_lives_minutes(guard: Browser, stack: Stack, live: Opened) -> None:
    assert 0 < live.expires_us - now_us() <= 121 * S_US


def test_a_live_ticket_plays_nothing_back(guard: Browser, stack: Stack, live: Opened, span: tuple[int, int]) -> None:
    start, end = span
    paths = (
        f"/hls/{stack.camera}/index.m3u8?from={start}&to={end}",
        f"/hls/{stack.camera}/info?from={start}&to={end}",
        f"/preview?camera={stack.camera}&at={start}",
        f"/snapshot?camera={stack.camera}&at={start}",
        f"/snapshot?camera={stack.camera}",
    )
    for path in paths:
        refused(guard.media(path, live.ticket), "ticket.outside")


def test_a_playback_ticket_shows_nothing_live(guard: Browser, stack: Stack, playback: Opened) -> None:
    assert no_picture(guard.live(playback.ticket, stack.camera)) == "ticket.outside"
    refused(guard.media(f"/status?camera={stack.camera}", playback.ticket), "ticket.outside")


def test_a_playback_ticket_takes_no_snapshot_and_copies_nothing(
    guard: Browser, stack: Stack, playback: Opened, span: tuple[int, int]
) -> None:
    refused(guard.media(f"/snapshot?camera={stack.camera}&at={span[0]}", playback.ticket), "ticket.outside")
    body = {"camera": stack.camera, "from": span[0], "to": span[1]}
    refused(guard.media("/exports", playback.ticket, method="POST", json=body), "ticket.outside")


def test_a_snapshot_ticket_is_not_a_slow_live_view(guard: Browser, stack: Stack, span: tuple[int, int]) -> None:
    """Asked again and again for the newest picture, it would be one."""
    opened = guard.open("snapshot", [stack.camera], span[0] + S_US)
    refused(guard.media(f"/snapshot?camera={stack.camera}", opened.ticket), "ticket.outside")
    refused(guard.media(f"/snapshot?camera={stack.camera}&at={span[0] + 2 * S_US}", opened.ticket), "ticket.outside")
    refused(guard.media(f"/preview?camera={stack.camera}&at={span[0] + S_US}", opened.ticket), "ticket.outside")
    shown = guard.media(f"/snapshot?camera={stack.camera}&at={span[0] + S_US}", opened.ticket)
    assert shown.status_code == 200


def test_a_wall_s_ticket_shows_only_its_cameras(guard: Browser, stack: Stack, live: Opened) -> None:
    assert no_picture(guard.live(live.ticket, stack.other)) == "ticket.outside"
    assert first_picture(guard.live(live.ticket, stack.camera))


def test_a_retired_session_s_ticket_after_sign_out(stack: Stack) -> None:
    browser = stack.browser().sign_in("guard")
    opened = browser.open("live", [stack.camera])
    kept = {"cookie": browser.cookies()}
    assert browser.post("/sign-out/").status_code == 302
    stranger = stack.browser()
    path = f"/status?camera={stack.camera}"
    until(lambda: stranger.media(path, opened.ticket, headers=kept).status_code == 403, seconds=2.0, every=0.05)
    assert stranger.http.get("/", headers=kept).status_code == 302
    stranger.http.headers.update(kept)
    refused(stranger.ask(f"/api/viewings/{opened.grant}/renew"))
