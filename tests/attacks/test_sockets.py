"""The live WebSocket: foreign pages, no ticket, wrong ticket, tricks after opening."""

from __future__ import annotations

import json
import time

import pytest
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import connect

from tests.attacks.outcome import first_picture, no_more, no_picture
from tests.support.stack import S_US, Browser, Opened, Stack, now_us


def test_our_page_gets_pictures(guard: Browser, stack: Stack, live: Opened) -> None:
    with guard.live(live.ticket, stack.camera) as socket:
        assert first_picture(socket)


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", "http://localhost"])
def test_a_foreign_page_s_socket_with_a_stolen_ticket(guard: Browser, stack: Stack, live: Opened, origin: str) -> None:
    """Cross-site WebSocket hijacking: the browser would send our cookie along."""
    with pytest.raises(InvalidHandshake):
        guard.live(live.ticket, stack.camera, origin=origin)


def test_a_socket_under_a_foreign_host_name(guard: Browser, stack: Stack, live: Opened) -> None:
    headers = {"Cookie": guard.cookies(), "Host": "evil.example:80"}
    origin = f"http://evil.example:{stack.product.web_port}"
    address = f"ws://127.0.0.1:{stack.product.media_port}/live?camera={stack.camera}"
    with pytest.raises(InvalidHandshake):
        connect(address, origin=origin, additional_headers=headers, proxy=None, legacy=True)  # type: ignore[arg-type]


def test_a_socket_that_never_shows_a_ticket(guard: Browser, stack: Stack) -> None:
    began = time.monotonic()
    assert no_picture(guard.live(None, stack.camera)) == ""
    assert time.monotonic() - began < 7.5


def test_a_ticket_in_the_address_of_a_socket_is_not_taken(guard: Browser, stack: Stack, live: Opened) -> None:
    assert no_picture(guard.live(None, f"{stack.camera}&ticket={live.ticket}")) == ""


def test_a_ticket_as_subprotocol_or_header_is_not_taken(guard: Browser, stack: Stack, live: Opened) -> None:
    header = {"Cookie": guard.cookies(), "Authorization": f"Bearer {live.ticket}"}
    address = f"ws://127.0.0.1:{stack.product.media_port}/live?camera={stack.camera}"
    options = {"origin": stack.office, "additional_headers": header, "proxy": None, "legacy": True}
    with connect(address, subprotocols=["mct1", "ticket"], **options) as socket:  # type: ignore[arg-type,list-item]
        assert socket.subprotocol is None
        assert no_picture(socket) == ""


@pytest.mark.parametrize("first", ["{}", "[]", "null", '{"ticket": null}', '{"ticket": {"a": 1}}', "x" * 30_000, "票"])
def test_a_first_message_that_is_no_ticket(guard: Browser, stack: Stack, first: str) -> None:
    socket = guard.live(None, stack.camera)
    socket.send(first)
    assert no_picture(socket) in ("ticket.missing", "")


def test_a_first_message_of_bytes(guard: Browser, stack: Stack, live: Opened) -> None:
    socket = guard.live(None, stack.camera)
    socket.send(json.dumps({"ticket": live.ticket}).encode())
    assert no_picture(socket) in ("ticket.missing", "")


def test_a_good_ticket_after_a_bad_one(guard: Browser, stack: Stack, live: Opened) -> None:
    socket = guard.live("mct1.AA.AA", stack.camera)
    try:
        socket.send(json.dumps({"ticket": live.ticket}))
    except ConnectionClosed:
        pass
    assert no_picture(socket) == "ticket.invalid"


def test_the_camera_is_not_switched_by_a_message(guard: Browser, stack: Stack, live: Opened) -> None:
    other = guard.open("live", [stack.other])
    with guard.live(live.ticket, stack.camera) as socket:
        first_picture(socket)
        socket.send(json.dumps({"ticket": live.ticket, "camera": stack.other, "stream": "sub"}))
        socket.send(json.dumps({"ticket": other.ticket, "camera": stack.other}))
        assert first_picture(socket)  # still the first camera's, and the other ticket was not adopted
        guard.ask(f"/api/viewings/{live.grant}/close")
        assert no_more(socket) <= 2.0


def test_two_cameras_in_the_address_of_a_socket(guard: Browser, stack: Stack, live: Opened) -> None:
    assert no_picture(guard.live(live.ticket, f"{stack.camera}&camera={stack.other}")) == "ticket.outside"


def test_a_renewal_by_a_forged_or_foreign_ticket_prolongs_nothing(guard: Browser, stack: Stack) -> None:
    """The first ticket has two seconds; none of these carries it on."""
    guard.open("live", [stack.camera])
    short = stack.mint(expires_us=now_us() + 2 * S_US)
    foreign = stack.mint(grant="grt_0000000000000009")
    relief = stack.who("relief").open("live", [stack.camera]).ticket
    with guard.live(short, stack.camera) as socket:
        first_picture(socket)
        for ticket in (foreign, relief, "mct1.AA.AA", short[:-3]):
            socket.send(json.dumps({"ticket": ticket}))
        assert no_more(socket) <= 4.0


def test_a_renewal_bound_to_another_browser_prolongs_nothing(guard: Browser, stack: Stack) -> None:
    short = stack.mint(expires_us=now_us() + 2 * S_US)
    bound = stack.mint(screen="0" * 32, expires_us=now_us() + 100 * S_US)
    with guard.live(short, stack.camera) as socket:
        first_picture(socket)
        socket.send(json.dumps({"ticket": bound}))
        assert no_more(socket) <= 4.0


def test_a_socket_at_another_address(guard: Browser, stack: Stack, live: Opened) -> None:
    for path in ("/hls", "/control/status", "/live/../control", "/LIVE", "/status"):
        address = f"ws://127.0.0.1:{stack.product.media_port}{path}?camera={stack.camera}"
        headers = {"Cookie": guard.cookies()}
        with pytest.raises(InvalidHandshake):
            connect(address, origin=stack.office, additional_headers=headers, proxy=None, legacy=True)  # type: ignore[arg-type]


def test_an_unknown_camera_or_stream(guard: Browser, stack: Stack) -> None:
    token = stack.mint(cameras=("cam_0000000000000000", stack.camera))
    assert no_picture(guard.live(token, "cam_0000000000000000")) == "live.camera"
    assert no_picture(guard.live(token, "../" + stack.camera)) == "ticket.outside"


def test_the_office_opens_no_sockets(guard: Browser, stack: Stack) -> None:
    with pytest.raises(InvalidHandshake):
        connect(f"ws://127.0.0.1:{stack.product.web_port}/wall/", proxy=None, legacy=True)
