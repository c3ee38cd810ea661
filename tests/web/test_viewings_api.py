"""The JSON the islands speak (docs/design/frontend.md)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from mingcha.base.clock import from_datetime
from mingcha.base.keys import ticket_public_key
from mingcha.records.accounts.models import BrowserSession, Person
from mingcha.records.inventory.actions import remove_camera
from mingcha.records.inventory.models import Camera
from mingcha.records.policies.actions import change_policy
from mingcha.records.policies.models import Approval
from mingcha.records.viewing.models import Export, Viewing
from mingcha.wire.ticket import check
from tests.support.office import AT, PASSWORD, browser, words

NOW_US = from_datetime(AT)
HOUR_US = 3_600_000_000


def ask(client: Client, path: str, **body: Any) -> Any:
    return client.post(path, json.dumps(body), content_type="application/json")


def live(client: Client, camera: Camera, **changes: Any) -> Any:
    body = {
        "mode": "live",
        "cameras": [camera.public_id],
        "from_us": None,
        "to_us": None,
        "reason": "routine",
        "note": "",
    }
    return ask(client, "/api/viewings", **{**body, **changes})


@pytest.fixture
def desk(guard: Person) -> Client:
    return browser(guard)


def test_a_live_view_is_entered_and_answered_with_a_ticket(desk: Client, camera: Camera, settings: Any) -> None:
    response = live(desk, camera)
    assert response.status_code == 201
    answer = response.json()
    ticket = check(answer["ticket"], ticket_public_key(settings.DATA_DIR), now_us=NOW_US)
    assert answer["expires_us"] == ticket.expires_us == NOW_US + 120_000_000
    assert (answer["viewing"][:4], answer["grant"]) == ("vws_", ticket.grant)
    assert words()[-1] == "viewing.live_opened"


def test_playback_and_snapshot_are_opened_the_same_way(desk: Client, camera: Camera) -> None:
    played = live(desk, camera, mode="playback", from_us=NOW_US - HOUR_US, to_us=NOW_US)
    assert played.status_code == 201
    shot = live(desk, camera, mode="snapshot", from_us=NOW_US)
    assert shot.status_code == 201
    assert words()[-2:] == ["viewing.playback_opened", "viewing.snapshot_taken"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"mode": "teleport"}, "viewing.mode"),
        ({"mode": "export"}, "viewing.mode"),
        ({"mode": None}, "viewing.mode"),
        ({"cameras": []}, "viewing.cameras"),
        ({"cameras": "cam"}, "viewing.cameras"),
        ({"cameras": [1]}, "viewing.cameras"),
        ({"cameras": ["cam_0000000000000000"]}, "camera.unknown"),
        ({"reason": ""}, "viewing.reason"),
        ({"reason": {"x": 1}}, "viewing.reason"),
        ({"reason": "other"}, "viewing.note"),
        ({"mode": "playback"}, "viewing.range"),
        ({"mode": "playback", "from_us": 5, "to_us": 5}, "range.empty"),
        ({"mode": "playback", "from_us": "1", "to_us": 5}, "viewing.range"),
        ({"mode": "playback", "from_us": True, "to_us": 5}, "viewing.range"),
        ({"mode": "playback", "from_us": -1, "to_us": 5}, "viewing.range"),
        ({"mode": "playback", "from_us": 1.5, "to_us": 5}, "viewing.range"),
        ({"mode": "playback", "from_us": 0, "to_us": 1 << 70}, "viewing.range"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_opened(
    desk: Client, camera: Camera, changes: dict[str, Any], code: str
) -> None:
    response = live(desk, camera, **changes)
    assert (response.status_code, response.json()["error"]["code"]) == (404 if "unknown" in code else 400, code)
    assert not Viewing.objects.exists()


@pytest.mark.parametrize("body", ["{", "[]", "1", "\xff"])
def test_nonsense_is_refused(desk: Client, body: str) -> None:
    response = desk.post("/api/viewings", body.encode("latin-1"), content_type="application/json")
    assert response.json()["error"]["code"] == "request.invalid"


def test_renew_until_closed(desk: Client, camera: Camera) -> None:
    grant = live(desk, camera).json()["grant"]
    assert ask(desk, f"/api/viewings/{grant}/renew").json()["expires_us"] == NOW_US + 120_000_000
    assert ask(desk, f"/api/viewings/{grant}/close").status_code == 204
    assert ask(desk, f"/api/viewings/{grant}/close").status_code == 204
    refused = ask(desk, f"/api/viewings/{grant}/renew")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "viewing.ended")
    assert words().count("viewing.closed") == 1


def test_another_persons_grant_is_unknown(desk: Client, camera: Camera, manager: Person) -> None:
    grant = live(desk, camera).json()["grant"]
    for path in ("renew", "close", "export"):
        assert ask(browser(manager), f"/api/viewings/{grant}/{path}", export="exp_0123456789abcdef").status_code == 404


def test_after_sign_out_nothing_is_renewed(desk: Client, camera: Camera, guard: Person) -> None:
    grant = live(desk, camera).json()["grant"]
    desk.post("/sign-out/")
    assert ask(desk, f"/api/viewings/{grant}/renew").status_code == 401
    assert ask(browser(guard), f"/api/viewings/{grant}/renew").status_code == 404


def test_a_viewing_of_ones_other_session_is_not_renewed_here(desk: Client, camera: Camera, guard: Person) -> None:
    grant = live(desk, camera).json()["grant"]
    assert ask(browser(guard), f"/api/viewings/{grant}/renew").status_code == 404
    assert ask(desk, f"/api/viewings/{grant}/renew").status_code == 200


def test_a_ticket_is_bound_to_the_browser_session_it_is_given_to(desk: Client, camera: Camera, settings: Any) -> None:
    response = live(desk, camera)
    ticket = check(response.json()["ticket"], ticket_public_key(settings.DATA_DIR), now_us=NOW_US)
    cookie = response.cookies["mingcha_screen"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"
    assert ticket.screen
    assert ticket.is_of_screen(cookie.value)
    assert not ticket.is_of_screen("")
    settings.MEDIA_ORIGIN = "https://video.example"
    elsewhere = live(desk, camera)
    assert check(elsewhere.json()["ticket"], ticket_public_key(settings.DATA_DIR), now_us=NOW_US).screen == ""


def test_a_copy_is_ordered_and_its_number_kept(manager: Person, camera: Camera) -> None:
    client = browser(manager)
    order = {"camera": camera.public_id, "from_us": NOW_US - HOUR_US, "to_us": NOW_US, "reason": "incident", "note": ""}
    answer = ask(client, "/api/exports", **order)
    assert answer.status_code == 201
    grant = answer.json()["grant"]
    assert ask(client, f"/api/viewings/{grant}/export", export="../../etc").status_code == 400
    assert ask(client, f"/api/viewings/{grant}/export", export="exp_0123456789abcdef").status_code == 204
    assert Export.objects.get().export_id == "exp_0123456789abcdef"


def test_a_cross_site_request_is_refused(guard: Person, camera: Camera) -> None:
    client = browser(guard, enforce_csrf_checks=True)
    assert live(client, camera).status_code == 403
    assert not Viewing.objects.exists()


def test_the_token_of_the_page_opens_it(guard: Person, camera: Camera) -> None:
    client = browser(guard, enforce_csrf_checks=True)
    token = client.get("/wall/").context["config"]["csrfToken"]
    body = json.dumps({"mode": "live", "cameras": [camera.public_id], "reason": "routine"})
    answer = client.post("/api/viewings", body, content_type="application/json", headers={"x-csrftoken": token})
    assert answer.status_code == 201


def test_the_island_gets_what_its_contract_says(desk: Client, camera: Camera) -> None:
    config = desk.get("/wall/", {"camera": [camera.public_id, "cam_0000000000000000"], "at": "123"}).context["config"]
    assert config["cameras"] == [
        {"id": camera.public_id, "name": "东门", "site": "滨江商场", "hasSub": True, "turns": False}
    ]
    assert config["rights"] == {"live": True, "playback": True, "snapshot": True, "export": False, "turn": True}
    assert config["urls"]["renew"] == "/api/viewings/{grant}/renew"
    assert config["urls"]["exports"] == "/api/exports"
    assert config["start"] == {"cameras": [camera.public_id], "atUs": 123}
    assert {"code": "other", "label": "其他（须说明）", "needsNote": True} in config["reasons"]
    assert config["serverNowUs"] == NOW_US
    assert config["timeZone"] == "Asia/Shanghai"


def test_playback_lists_retired_cameras_and_the_wall_does_not(manager: Person, camera: Camera) -> None:
    remove_camera(camera=camera, actor=manager, at=AT)
    client = browser(manager)
    (listed,) = client.get("/playback/", {"camera": camera.public_id}).context["config"]["cameras"]
    assert (listed["id"], listed["name"]) == (camera.public_id, "东门（已停用）")
    assert client.get("/wall/").context["config"]["cameras"] == []


@pytest.mark.parametrize("at", ["", "x", "-1", "1e9", "٣", "9" * 30])
def test_a_strange_instant_in_the_link_is_left_out(desk: Client, at: str) -> None:
    assert desk.get("/playback/", {"at": at}).context["config"]["start"]["atUs"] is None


# A second person


def yesterday(camera: Camera, **changes: Any) -> dict[str, Any]:
    body = {"mode": "playback", "cameras": [camera.public_id], "from_us": NOW_US - 26 * HOUR_US,
            "to_us": NOW_US - 25 * HOUR_US, "reason": "incident", "note": ""}  # fmt: skip
    return {**body, **changes}


@pytest.fixture
def strict(manager: Person) -> None:
    change_policy(key="second_other_shift", value=1, reason="从严", actor=manager, at=AT)


@pytest.mark.usefixtures("strict")
def test_a_second_person_approves_on_the_same_screen_and_it_goes_on(desk: Client, camera: Camera) -> None:
    refused = ask(desk, "/api/viewings", **yesterday(camera))
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "viewing.second_person")
    assert "非本班录像" in refused.json()["error"]["message"]
    why = ask(desk, "/api/viewings/second", **yesterday(camera)).json()
    assert why == {"why": ["非本班录像"], "own": None}
    asked = ask(desk, "/api/viewings/second/ask", **yesterday(camera))
    assert asked.status_code == 201
    path = f"/api/approvals/{asked.json()['approval']}/confirm"
    assert ask(desk, path, username="manager", password=PASSWORD, code="").status_code == 204
    opened = ask(desk, "/api/viewings", **yesterday(camera))
    assert opened.status_code == 201
    assert Viewing.objects.get().approval == asked.json()["approval"]
    assert words()[-4:] == [
        "approval.asked",
        "person.identity_confirmed",
        "approval.given",
        "viewing.playback_opened",
    ]
    assert ask(desk, "/api/viewings", **yesterday(camera)).status_code == 403


@pytest.mark.usefixtures("strict")
def test_the_own_part_of_a_day_is_offered_and_opens_by_itself(desk: Client, guard: Person, camera: Camera) -> None:
    since = AT - timedelta(hours=2)
    BrowserSession.objects.create(person=guard, session_key="own", began_at=since, seen_at=AT)
    day = yesterday(camera, from_us=NOW_US - 12 * HOUR_US, to_us=NOW_US + 12 * HOUR_US)
    assert ask(desk, "/api/viewings", **day).status_code == 403
    own = ask(desk, "/api/viewings/second", **day).json()["own"]
    assert own == {"from_us": NOW_US - 9 * HOUR_US // 4, "to_us": NOW_US + 12 * HOUR_US}
    assert ask(desk, "/api/viewings", **{**day, **own}).status_code == 201


@pytest.mark.usefixtures("strict")
@pytest.mark.parametrize("changes", [{"mode": "live"}, {"mode": 3}, {"cameras": []}, {"from_us": "x"}, {"to_us": 1}])
def test_a_wish_that_cannot_be_read_is_refused(desk: Client, camera: Camera, changes: dict[str, Any]) -> None:
    for path in ("/api/viewings/second", "/api/viewings/second/ask"):
        assert ask(desk, path, **yesterday(camera, **changes)).status_code == 400
    assert not Approval.objects.exists()


def test_where_nobody_is_wanted_nobody_is_asked(desk: Client, camera: Camera) -> None:
    assert ask(desk, "/api/viewings/second", **yesterday(camera)).json() == {"why": [], "own": None}
    assert ask(desk, "/api/viewings/second/ask", **yesterday(camera)).status_code == 409
