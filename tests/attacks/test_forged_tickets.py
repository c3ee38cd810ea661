"""Tickets that nobody gave: forged, altered, of another office, in another place of the request."""

from __future__ import annotations

import base64
import json
from dataclasses import asdict

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mingcha.wire.ticket import mint
from tests.attacks.outcome import refused
from tests.support.stack import Browser, Opened, Stack


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _status(browser: Browser, stack: Stack, ticket: str, **options: object) -> object:
    return browser.media(f"/status?camera={stack.camera}", ticket, **options)


def test_a_genuine_ticket_opens(guard: Browser, stack: Stack, live: Opened) -> None:
    assert guard.media(f"/status?camera={stack.camera}", live.ticket).status_code == 200
    assert guard.media(f"/status?camera={stack.camera}", stack.mint()).status_code == 200  # the tests' own minting


def test_no_ticket(guard: Browser, stack: Stack) -> None:
    refused(guard.media(f"/status?camera={stack.camera}"), "ticket.missing")


def test_an_empty_ticket(guard: Browser, stack: Stack) -> None:
    refused(guard.media(f"/status?camera={stack.camera}&ticket="), "ticket.missing")
    refused(guard.media(f"/status?camera={stack.camera}", headers={"authorization": "Bearer"}), "ticket.missing")


def test_a_ticket_signed_by_another_key(guard: Browser, stack: Stack) -> None:
    token = mint(stack.claims(), Ed25519PrivateKey.generate())
    refused(guard.media(f"/status?camera={stack.camera}", token), "ticket.invalid")


def test_a_ticket_whose_signature_is_cut_off(guard: Browser, stack: Stack, live: Opened) -> None:
    head = live.ticket.rpartition(".")[0]
    for token in (head, head + ".", live.ticket[:-2], live.ticket[:-20]):
        refused(guard.media(f"/status?camera={stack.camera}", token), "ticket.invalid")


def test_a_ticket_that_says_its_algorithm_is_none(guard: Browser, stack: Stack) -> None:
    claims = _b64(json.dumps(asdict(stack.claims())).encode())
    header = _b64(json.dumps({"alg": "none", "typ": "JWT"}).encode())
    for token in (f"{header}.{claims}.", f"mct1.{claims}.{_b64(bytes(64))}", f"none.{claims}.{_b64(b'')}"):
        refused(guard.media(f"/status?camera={stack.camera}", token), "ticket.invalid")


def test_a_ticket_with_another_camera_written_in(guard: Browser, stack: Stack, live: Opened) -> None:
    prefix, claims, signature = live.ticket.split(".")
    fields = json.loads(base64.urlsafe_b64decode(claims + "=="))
    fields["cameras"] = [stack.camera, stack.other]
    token = f"{prefix}.{_b64(json.dumps(fields).encode())}.{signature}"
    refused(guard.media(f"/status?camera={stack.other}", token), "ticket.invalid")


def test_a_ticket_of_another_version(guard: Browser, stack: Stack, live: Opened) -> None:
    for prefix in ("mct0", "mct2", "MCT1", ""):
        token = f"{prefix}.{live.ticket.partition('.')[2]}"
        refused(guard.media(f"/status?camera={stack.camera}", token), "ticket.invalid")


def test_the_signature_of_one_ticket_under_the_claims_of_another(stack: Stack, guard: Browser, live: Opened) -> None:
    other = stack.mint(cameras=(stack.other,)).split(".")
    token = ".".join([other[0], other[1], live.ticket.rpartition(".")[2]])
    refused(guard.media(f"/status?camera={stack.other}", token), "ticket.invalid")


def test_a_ticket_that_is_far_too_long(guard: Browser, stack: Stack) -> None:
    refused(guard.media(f"/status?camera={stack.camera}", "mct1." + "A" * 20_000 + ".AA"), "ticket.invalid")


def test_a_ticket_in_signs_that_are_not_ascii(guard: Browser, stack: Stack) -> None:
    refused(guard.media(f"/status?camera={stack.camera}&ticket=mct1.票.签"), "ticket.invalid")
    refused(guard.media(f"/status?camera={stack.camera}&ticket=%00%ff.%00.%fe"), "ticket.invalid")


def test_the_cookie_alone_opens_nothing(guard: Browser, stack: Stack, live: Opened) -> None:
    assert "mingcha_screen" in guard.http.cookies
    refused(guard.media(f"/snapshot?camera={stack.camera}"), "ticket.missing")


def test_a_ticket_in_the_cookie_or_the_password_is_not_looked_for(stack: Stack, live: Opened) -> None:
    browser = stack.browser()
    path = f"/status?camera={stack.camera}"
    refused(browser.media(path, headers={"cookie": f"ticket={live.ticket}"}), "ticket.missing")
    basic = base64.b64encode(f"ticket:{live.ticket}".encode()).decode()
    refused(browser.media(path, headers={"authorization": f"Basic {basic}"}), "ticket.missing")


def test_of_two_tickets_the_good_one_does_not_help_the_bad_one(guard: Browser, stack: Stack) -> None:
    good, bad = stack.mint(), "mct1.AA.AA"
    refused(guard.media(f"/status?camera={stack.camera}&ticket={good}", bad), "ticket.invalid")
    refused(guard.media(f"/status?camera={stack.camera}&ticket={good}&ticket={bad}"), "ticket.invalid")


def test_a_genuine_ticket_of_impossible_types_is_refused_and_breaks_nothing(guard: Browser, stack: Stack) -> None:
    """Whoever held the key could sign nonsense; it must not become an error of ours."""
    for changes in ({"expires_us": "later"}, {"cameras": 5}, {"modes": "live"}, {"from_us": "0"}, {"grant": ["x"]}):
        token = stack.mint(**changes)
        answer = guard.media(f"/hls/{stack.camera}/index.m3u8?from=1&to=2", token)
        refused(answer)
