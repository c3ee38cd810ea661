"""Addresses of the media server: guessed, twisted, in other methods."""

from __future__ import annotations

import pytest

from tests.attacks.outcome import PICTURES, refused
from tests.support.stack import Browser, Opened, Stack

TRAVERSALS = (
    "/hls/../control/status",
    "/hls/%2e%2e/control/status",
    "/hls/..%2f..%2fcontrol%2fstatus",
    "/hls/%252e%252e%252fcatalog.db/index.m3u8?from=1&to=2",
    "/hls/cam_0000000000000000%00/index.m3u8?from=1&to=2",
    "/hls/%ef%bc%8e%ef%bc%8e/info?from=1&to=2",
    "/hls//index.m3u8?from=1&to=2",
    "/hls/cam_0000000000000000/init/-1.mp4",
    "/hls/cam_0000000000000000/init/1.mp4.mp4",
    "/hls/cam_0000000000000000/piece/1/0-0.m4s/..",
    "/exports/..%2f..%2fsecrets%2fticket.key",
    "/exports/exp_0000000000000000/files/..%2f..%2fstate.json",
    "/exports/exp_0000000000000000/files/state.json",
    "/store/open",
    "/open/0000000001.mp4",
    "/static/../secrets/ticket.key",
    "/%2e%2e/%2e%2e/etc/passwd",
)


@pytest.mark.parametrize("path", TRAVERSALS)
def test_a_path_that_climbs_or_lies(guard: Browser, stack: Stack, playback: Opened, path: str) -> None:
    for ticket in ("", playback.ticket):
        answer = guard.media(path, ticket)
        assert answer.status_code in (400, 403, 404), (path, answer.status_code)
        assert not any(mark in answer.content for mark in PICTURES)
        assert b"SQLite" not in answer.content


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "PATCH", "TRACE", "PROPFIND", "DELETE", "get"])
def test_other_methods_show_nothing_without_a_ticket(stack: Stack, span: tuple[int, int], method: str) -> None:
    stranger = stack.browser()
    for path in (
        f"/preview?camera={stack.camera}&at={span[0]}",
        f"/hls/{stack.camera}/index.m3u8?from={span[0]}&to={span[1]}",
        f"/hls/{stack.camera}/init/1.mp4",
        f"/snapshot?camera={stack.camera}",
    ):
        answer = stranger.media(path, method=method)
        assert answer.status_code in (400, 403, 404, 405), (method, path, answer.status_code)
        assert not answer.content or not any(mark in answer.content for mark in PICTURES)


def test_head_tells_neither_length_nor_existence_without_a_ticket(stack: Stack, span: tuple[int, int]) -> None:
    stranger = stack.browser()
    known = stranger.media(f"/preview?camera={stack.camera}&at={span[0]}", method="HEAD")
    unknown = stranger.media("/preview?camera=cam_0000000000000000&at=5", method="HEAD")
    assert known.status_code == unknown.status_code == 403
    assert known.headers.get("content-length") == unknown.headers.get("content-length")


def test_an_override_of_the_method_is_not_known(stack: Stack, span: tuple[int, int]) -> None:
    stranger = stack.browser()
    headers = {"x-http-method-override": "GET", "x-original-url": "/control/status", "x-rewrite-url": "/control/status"}
    refused(stranger.media("/status?camera=x", method="POST", headers=headers))
    refused(stranger.media("/status", headers=headers))


def test_a_conditional_request_is_not_answered_from_a_cache_without_a_ticket(
    guard: Browser, stack: Stack, playback: Opened, span: tuple[int, int]
) -> None:
    path = f"/preview?camera={stack.camera}&at={span[0]}"
    assert guard.media(path, playback.ticket).status_code == 200
    stranger = stack.browser()
    for headers in ({"if-none-match": "*"}, {"if-modified-since": "Sat, 01 Jan 2000 00:00:00 GMT"}):
        refused(stranger.media(path, headers=headers), "ticket.missing")


def test_a_range_of_bytes_without_a_ticket(stack: Stack, span: tuple[int, int]) -> None:
    stranger = stack.browser()
    for value in ("bytes=0-1", "bytes=0-", "bytes=-1", "bytes=0-0,1-1"):
        refused(stranger.media(f"/hls/{stack.camera}/piece/1/0-0.m4s", headers={"range": value}), "ticket.missing")


def test_what_exists_and_what_does_not_are_refused_alike(stack: Stack, guard: Browser, live: Opened) -> None:
    """Without entitlement nobody learns which cameras, pieces and copies there are."""
    stranger = stack.browser()
    for known, unknown in (
        (f"/status?camera={stack.camera}", "/status?camera=cam_0000000000000000"),
        (f"/hls/{stack.camera}/init/1.mp4", "/hls/cam_0000000000000000/init/99999.mp4"),
    ):
        first, second = stranger.media(known), stranger.media(unknown)
        assert (first.status_code, first.content) == (second.status_code, second.content)
    first = guard.media(f"/hls/{stack.elsewhere}/init/1.mp4", live.ticket)
    second = guard.media("/hls/cam_0000000000000000/init/1.mp4", live.ticket)
    assert (first.status_code, first.content) == (second.status_code, second.content)


def test_pictures_are_kept_by_no_cache(guard: Browser, stack: Stack, playback: Opened, span: tuple[int, int]) -> None:
    paths = (
        f"/preview?camera={stack.camera}&at={span[0]}",
        f"/hls/{stack.camera}/index.m3u8?from={span[0]}&to={span[1]}",
        f"/timeline?camera={stack.camera}&from={span[0]}&to={span[1]}",
        "/status",
        "/nothing-here",
    )
    for path in paths:
        headers = guard.media(path, playback.ticket).headers
        assert "no-store" in headers.get("cache-control", ""), path
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"


def test_another_site_may_not_even_embed_what_the_media_server_gives(
    guard: Browser, stack: Stack, playback: Opened, span: tuple[int, int]
) -> None:
    """Address bar, frames, <img>: a page elsewhere that got hold of a link."""
    answer = guard.media(f"/preview?camera={stack.camera}&at={span[0]}&ticket={playback.ticket}")
    assert answer.headers["cross-origin-resource-policy"] == "same-site"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_a_foreign_page_s_request_is_refused_even_with_a_ticket(
    guard: Browser, stack: Stack, playback: Opened, span: tuple[int, int]
) -> None:
    for origin in ("https://evil.example", "null", stack.office + ".evil.example", "http://127.0.0.1:1", "file://"):
        path = f"/preview?camera={stack.camera}&at={span[0]}"
        answer = guard.media(path, playback.ticket, headers={"origin": origin})
        assert answer.status_code == 403, origin
        assert "access-control-allow-origin" not in answer.headers
        options = {"origin": origin, "access-control-request-method": "GET"}
        answer = guard.media(path, method="OPTIONS", headers=options)
        assert answer.status_code == 403
        assert "access-control-allow-origin" not in answer.headers


def test_our_own_page_is_let_in_by_its_exact_origin(guard: Browser, stack: Stack, live: Opened) -> None:
    answer = guard.media(f"/status?camera={stack.camera}", live.ticket, headers={"origin": stack.office})
    assert answer.headers["access-control-allow-origin"] == stack.office
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert "origin" in answer.headers["vary"].lower()


def test_a_name_that_points_here_does_not_become_our_origin(guard: Browser, stack: Stack, live: Opened) -> None:
    """DNS rebinding: the foreign page's own name leads to this machine, so Host and Origin agree."""
    port = stack.product.media_port
    headers = {"origin": f"http://evil.example:{stack.product.web_port}", "host": f"evil.example:{port}"}
    answer = guard.media(f"/status?camera={stack.camera}", live.ticket, headers=headers)
    assert answer.status_code in (400, 403)
    assert "access-control-allow-origin" not in answer.headers
