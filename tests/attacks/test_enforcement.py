"""A right that ends ends every flow within two seconds, whatever ended it and however the pictures come (issue 5).

`benchmarks/enforcement.py` prints the same as a table, more than once.
"""

from __future__ import annotations

import pytest

from tests.attacks.outcome import no_more, refused
from tests.support.enforcement import Flows, Reasons, inside_flows, measure, replay_flows
from tests.support.stack import S_US, Browser, Stack, until

LIMIT_S = 2.0


@pytest.fixture
def reasons(stack: Stack) -> Reasons:
    """Whoever ends the others' rights has just signed in, so that no page asks once more who that is."""
    return Reasons(stack, stack.browser().sign_in("manager"))


def within(took: dict[str, float]) -> None:
    print({name: round(seconds, 2) for name, seconds in took.items()})
    assert max(took.values()) <= LIMIT_S, took


def test_signing_out(stack: Stack, span: tuple[int, int], reasons: Reasons) -> None:
    browser = stack.browser().sign_in("sleeper")
    flows = inside_flows(stack, browser, span)
    within(measure(flows, lambda: reasons.signed_out(browser)))


def test_the_account_is_closed(stack: Stack, span: tuple[int, int], reasons: Reasons) -> None:
    flows = inside_flows(stack, stack.browser().sign_in("leaver"), span)
    within(measure(flows, lambda: reasons.account_closed("leaver")))


def test_the_role_is_taken(stack: Stack, span: tuple[int, int], reasons: Reasons) -> None:
    flows = inside_flows(stack, stack.browser().sign_in("changer"), span)
    within(measure(flows, lambda: reasons.role_taken("changer")))


def test_the_appointment_ends(stack: Stack, span: tuple[int, int], reasons: Reasons) -> None:
    flows = inside_flows(stack, stack.browser().sign_in("holder"), span)
    within(measure(flows, lambda: reasons.appointment_ended("holder")))


def test_the_manager_ends_the_session(stack: Stack, span: tuple[int, int], reasons: Reasons) -> None:
    flows = inside_flows(stack, stack.browser().sign_in("mover"), span)
    within(measure(flows, lambda: reasons.sessions_ended("mover")))


def test_a_grant_is_ended(stack: Stack, span: tuple[int, int], reasons: Reasons) -> None:
    """Live, playback and the finished copy of an officer at the desk."""
    desk = stack.browser().sign_in("manager")
    live = stack.granted(desk, None)
    opened = stack.open_granted(desk, live, "live").json()
    flows = Flows()
    flows.watch(desk, opened["ticket"], stack.camera)
    within(measure(flows, lambda: reasons.grant_ended(live)))
    copy = stack.granted(desk, span, mode="copy")
    played = stack.open_granted(desk, copy, "playback", span).json()
    flows = replay_flows(Flows(), stack, desk, played["ticket"], (played_from(stack, desk, played["ticket"], span)))
    ordered = desk.ask(f"/api/requests/{copy}/exports", camera=stack.camera, from_us=span[0], to_us=span[1]).json()
    made = _make_copy(stack, desk, ordered["ticket"], span)
    flows.ask("state of the copy", desk, f"/exports/{made}", ordered["ticket"])
    within(measure(flows, lambda: reasons.grant_ended(copy)))
    refused(desk.media(f"/exports/{made}/files/manifest.json", ordered["ticket"]))


def played_from(stack: Stack, desk: Browser, ticket: str, span: tuple[int, int]) -> tuple[int, int]:
    """What the desk's form, which counts in seconds, made of the span."""
    info = desk.media(f"/hls/{stack.camera}/info?from={span[0]}&to={span[1]}", ticket).json()
    return info["from_us"], info["to_us"]


def _make_copy(stack: Stack, desk: Browser, ticket: str, span: tuple[int, int]) -> str:
    span = played_from_export(stack, desk, ticket, span)
    body = {"camera": stack.camera, "from": span[0], "to": span[1]}
    answer = desk.media("/exports", ticket, method="POST", json=body)
    assert answer.status_code == 202, answer.text
    export: str = answer.json()["export"]
    until(lambda: desk.media(f"/exports/{export}", ticket).json()["state"] == "done")
    return export


def played_from_export(stack: Stack, desk: Browser, ticket: str, span: tuple[int, int]) -> tuple[int, int]:
    query = f"camera={stack.camera}&from={span[0] - 5 * S_US}&to={span[1] + 5 * S_US}"
    covered = desk.media(f"/timeline?{query}", ticket).json()["cameras"][stack.camera]["coverage"]
    return covered[0][0], covered[-1][1]


def test_a_grant_runs_out(stack: Stack, span: tuple[int, int]) -> None:
    desk = stack.browser().sign_in("guard")
    request = stack.granted(desk, None)
    opened = stack.open_granted(desk, request, "live").json()
    flows = Flows()
    flows.watch(desk, opened["ticket"], stack.camera)
    flows.ask("status", desk, f"/status?camera={stack.camera}", opened["ticket"])

    def cut() -> float:
        return float(stack.run("cut", request, "1.5"))

    within(measure(flows, cut))
    refused(stack.open_granted(desk, request, "live"))
    refused(desk.ask(f"/api/viewings/{opened['grant']}/renew"), "viewing.ended")


def test_a_camera_is_retired(stack: Stack, reasons: Reasons) -> None:
    """Its live picture ends; what was recorded of it stays to be played back by those who may."""
    manager = reasons.boss
    camera = stack.elsewhere
    opened = manager.open("live", [camera])
    socket = manager.live(opened.ticket, camera)
    assert manager.post(f"/cameras/{camera}/retire/", reason="拆除").status_code == 302
    assert no_more(socket) <= LIMIT_S
