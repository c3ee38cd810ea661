"""The office's door to the recorder, copies, logs, and what lies on the disk."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.attacks.outcome import refused
from tests.support.stack import PASSWORD, S_US, Browser, Opened, Stack, until
from tools.access_table import OFFICE_KEY, OPENS

CONTROL = sorted(route for route, opens in OPENS.items() if opens == {OFFICE_KEY})


@pytest.mark.parametrize(("method", "path"), CONTROL)
def test_control_without_the_shared_key(stack: Stack, guard: Browser, live: Opened, method: str, path: str) -> None:
    address = path.replace("{export}", "exp_0000000000000000")
    token = stack.control_token
    for headers in (
        {},
        {"authorization": "Bearer "[:-1]},
        {"authorization": f"Bearer {live.ticket}"},
        {"authorization": f"Bearer {token[:-1]}"},
        {"authorization": f"Basic {token}"},
        {"cookie": f"control={token}"},
        {"x-control-token": token},
    ):
        answer = guard.http.request(method, stack.media + address, headers=headers, json={})
        assert answer.status_code == 403, (headers, answer.status_code)
        assert answer.json()["error"]["code"] == "control.token"
    answer = guard.http.request(method, f"{stack.media}{address}?token={token}&ticket={token}", json={})
    assert answer.status_code == 403


def test_the_shared_key_is_no_ticket(stack: Stack, guard: Browser) -> None:
    refused(guard.media(f"/status?camera={stack.camera}", stack.control_token), "ticket.invalid")


def test_a_page_in_a_browser_does_not_reach_control_even_with_the_key(stack: Stack, guard: Browser) -> None:
    headers = {"authorization": f"Bearer {stack.control_token}", "origin": "https://evil.example"}
    assert guard.http.get(f"{stack.media}/control/status", headers=headers).status_code == 403


# Copies


@pytest.fixture(scope="module")
def copied(stack: Stack, span: tuple[int, int]) -> tuple[Opened, str]:
    """A finished copy of the manager: its order and its number."""
    manager = stack.who("manager")
    ordered = manager.order(stack.camera, *span)
    body = {"camera": stack.camera, "from": span[0], "to": span[1]}
    answer = manager.media("/exports", ordered.ticket, method="POST", json=body)
    assert answer.status_code == 202, answer.text
    export = answer.json()["export"]
    manager.ask(f"/api/viewings/{ordered.grant}/export", export=export)
    until(lambda: manager.media(f"/exports/{export}", ordered.ticket).json()["state"] == "done")
    return ordered, export


def test_two_copies_from_one_order(
    stack: Stack, manager: Browser, copied: tuple[Opened, str], span: tuple[int, int]
) -> None:
    body = {"camera": stack.camera, "from": span[0], "to": span[1] - S_US}
    answer = manager.media("/exports", copied[0].ticket, method="POST", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "export.ordered")


def test_two_copies_ordered_at_the_same_moment(stack: Stack, manager: Browser, span: tuple[int, int]) -> None:
    ordered = manager.order(stack.camera, *span)
    body = {"camera": stack.camera, "from": span[0], "to": span[1]}

    def order(_: int) -> int:
        return manager.media("/exports", ordered.ticket, method="POST", json=body).status_code

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(order, range(4))) == [202, 409, 409, 409]


def test_a_copy_by_a_ticket_of_another_order_or_person(
    stack: Stack, manager: Browser, copied: tuple[Opened, str], span: tuple[int, int]
) -> None:
    other = manager.order(stack.camera, *span)
    for ticket in (other.ticket, stack.mint(modes=("export", "fetch"), from_us=span[0], to_us=span[1])):
        refused(manager.media(f"/exports/{copied[1]}", ticket), "ticket.outside")
        refused(manager.media(f"/exports/{copied[1]}", ticket, method="DELETE"), "ticket.outside")
        refused(manager.media(f"/exports/{copied[1]}/files/manifest.json", ticket))


def test_a_copy_is_not_downloaded_by_the_ticket_that_ordered_it(manager: Browser, copied: tuple[Opened, str]) -> None:
    """Each download is an act of its own with its own entry."""
    refused(manager.media(f"/exports/{copied[1]}/files/manifest.json", copied[0].ticket), "ticket.not_fetched")


def test_a_download_orders_and_deletes_nothing(
    stack: Stack, manager: Browser, copied: tuple[Opened, str], span: tuple[int, int]
) -> None:
    token = stack.mint(modes=("fetch",), from_us=span[0], to_us=span[1], export=copied[1])
    body = {"camera": stack.camera, "from": span[0], "to": span[1]}
    refused(manager.media("/exports", token, method="POST", json=body), "ticket.outside")
    refused(manager.media(f"/exports/{copied[1]}", token, method="DELETE"), "ticket.outside")
    assert manager.media(f"/exports/{copied[1]}/files/manifest.json", token).status_code == 200


def test_files_beside_the_copy_are_not_of_the_copy(
    stack: Stack, manager: Browser, copied: tuple[Opened, str], span: tuple[int, int]
) -> None:
    token = stack.mint(modes=("fetch",), from_us=span[0], to_us=span[1], export=copied[1])
    for name in ("state.json", "..%2f..%2fcatalog.db", "%2e%2e/state.json", "manifest.json%00.mp4", "", "."):
        refused(manager.media(f"/exports/{copied[1]}/files/{name}", token))


def test_ranges_of_a_copy_without_a_ticket(stack: Stack, copied: tuple[Opened, str]) -> None:
    stranger = stack.browser()
    for headers in ({"range": "bytes=0-0"}, {"range": "bytes=-1"}, {"if-range": "x", "range": "bytes=0-"}):
        for method in ("GET", "HEAD"):
            answer = stranger.media(f"/exports/{copied[1]}/files/manifest.json", method=method, headers=headers)
            assert answer.status_code == 403


def test_a_page_that_names_another_s_copy_as_its_own(
    stack: Stack, manager: Browser, copied: tuple[Opened, str], span: tuple[int, int]
) -> None:
    mine = manager.order(stack.camera, span[0], span[0] + 2 * S_US)
    manager.ask(f"/api/viewings/{mine.grant}/export", export=copied[1])
    refused(manager.media(f"/exports/{copied[1]}", mine.ticket), "ticket.outside")


# A grant, raced


def test_a_grant_ended_while_its_pictures_are_being_opened(stack: Stack) -> None:
    desk = stack.browser().sign_in("guard")
    request = stack.granted(desk, None)

    def open_one(_: int) -> str:
        answer = stack.open_granted(desk, request, "live")
        return answer.json()["ticket"] if answer.status_code == 201 else ""

    with ThreadPoolExecutor(5) as pool:
        opening = [pool.submit(open_one, number) for number in range(8)]
        stack.end_granted(request)
        tickets = [ticket for ticket in (one.result() for one in opening) if ticket]
    path = f"/status?camera={stack.camera}"
    until(lambda: all(desk.media(path, ticket).status_code == 403 for ticket in tickets), seconds=2.0, every=0.05)
    refused(stack.open_granted(desk, request, "live"))


def test_a_grant_of_the_desk_in_another_person_s_hands(stack: Stack, guard: Browser) -> None:
    """The request's id is on its receipt, as a QR code: whoever reads it gets no picture by it."""
    request = stack.granted(guard, None)
    for username in ("officer", "auditor", "inspector", "maintainer", "data_office"):
        refused(stack.open_granted(stack.who(username), request, "live"))
    refused(stack.open_granted(stack.browser(), request, "live"))
    other = {"cameras": [stack.other]}
    refused(stack.open_granted(guard, request, "live", **other), "disclosure.beyond_grant")
    refused(stack.open_granted(guard, request, "snapshot", (1, 2)))
    refused(stack.open_granted(guard, request, "export", (1, 2)))


# What is left behind


def test_logs_name_no_ticket_password_cookie_or_camera_login(stack: Stack, guard: Browser, live: Opened) -> None:
    guard.media(f"/status?camera={stack.camera}&ticket={live.ticket}")
    guard.media("/hls/%0d%0aInjected: yes/index.m3u8?from=1&to=2", live.ticket)
    logs = stack.logs().split("Sign in with one of these")[-1]
    assert "mct1." not in logs
    for secret in ("p@ss", "p%40ss", PASSWORD, guard.http.cookies["mingcha_session"], stack.control_token):
        assert secret not in logs, secret
    assert "\nInjected" not in logs


def test_errors_tell_nothing_of_the_inside(stack: Stack, guard: Browser, live: Opened) -> None:
    answers = [
        guard.get("/nope/%ff%fe"),
        guard.get("/cameras/?page=" + "9" * 400),
        guard.get("/register/?after=-1&ref=%00"),
        guard.media("/nothing", live.ticket),
        guard.media(f"/preview?camera={stack.camera}&at=x", live.ticket),
    ]
    for answer in answers:
        assert answer.status_code < 500, answer.url
        for word in ("Traceback", "site-packages", "/tmp/", "sqlite", "Django", "uvicorn", 'File "'):
            assert word not in answer.text, (answer.url, word)
        assert "server" not in answer.headers


def test_keys_and_footage_are_for_this_user_of_the_machine_alone(stack: Stack) -> None:
    data = stack.product.data_dir
    assert stat.S_IMODE((data / "secrets").stat().st_mode) == 0o700
    for path in (data / "secrets").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
    assert stat.S_IMODE((data / "exports").stat().st_mode) == 0o700
