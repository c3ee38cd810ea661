"""Whoever asks to see themselves sees the others painted over (Order 799 art. 21; Shenzhen draft 35)."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from mingcha.base.errors import Conflict, Invalid
from mingcha.records.accounts.models import Person
from mingcha.records.disclosure import actions
from mingcha.records.disclosure.models import Request
from mingcha.records.inventory.models import Camera, Site
from mingcha.records.viewing import actions as viewing_actions
from mingcha.records.viewing.models import Viewing
from tests.records.disclosure.conftest import HOUR, SPAN, granted, relative, wanted
from tests.support.office import AT, LATER, asker, browser, last_entry


@pytest.fixture
def of_a_person(beijing: Site, camera: Camera, guard: Person, manager: Person) -> Request:
    request = actions.receive_from_person(site=beijing, asking=relative(), wanted=wanted(camera), actor=guard, at=AT)
    actions.consent(request=request, actor=manager, at=AT)
    actions.grant(request=request, duration=HOUR, actor=manager, at=AT)
    return request


def look(request: Request, guard: Person, camera: Camera, session_key: str = "") -> Viewing:
    return actions.open_granted(
        request=request,
        kind="playback",
        cameras=[camera],
        span=SPAN,
        asker=guard,
        session_key=session_key or asker(guard).session_key,
        at=AT,
    )


def claims(token: str) -> dict[str, Any]:
    body = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return {"masked": False, "clear": [], **found}


def test_the_ticket_of_a_person_is_masked_and_the_register_says_so(
    of_a_person: Request, guard: Person, camera: Camera
) -> None:
    viewing = look(of_a_person, guard, camera)
    assert last_entry().detail_fields["masked"] is True
    told = claims(viewing_actions.mint(viewing, at=AT))
    assert (told["masked"], told["clear"]) == (True, [])
    again = claims(viewing_actions.renew(viewing=viewing, at=AT))
    assert again["masked"] is True


def test_the_police_see_it_as_it_was(beijing: Site, camera: Camera, guard: Person, manager: Person) -> None:
    viewing = look(granted(beijing, camera, guard, manager), guard, camera)
    assert claims(viewing_actions.mint(viewing, at=AT))["masked"] is False
    assert "masked" not in last_entry().detail_fields


def test_a_part_is_shown_clearly_by_an_act_and_masked_again_by_another(
    of_a_person: Request, guard: Person, camera: Camera
) -> None:
    viewing = look(of_a_person, guard, camera)
    viewing_actions.show_area(viewing=viewing, camera=camera, box=(100, 200, 400, 900), actor=guard, at=AT)
    assert claims(viewing_actions.mint(viewing, at=AT))["clear"] == [[camera.public_id, 100, 200, 400, 900]]
    entry = last_entry()
    assert (entry.act, entry.detail_fields["area"]) == ("viewing.area_shown", [100, 200, 400, 900])
    viewing_actions.show_area(viewing=viewing, camera=camera, box=(0, 0, 10, 10), actor=guard, at=AT)
    assert claims(viewing_actions.mint(viewing, at=AT))["clear"] == [[camera.public_id, 0, 0, 10, 10]]
    viewing_actions.show_area(viewing=viewing, camera=camera, box=None, actor=guard, at=AT)
    assert claims(viewing_actions.mint(viewing, at=AT))["clear"] == []


@pytest.mark.parametrize("box", [(0, 0, 0, 10), (10, 0, 5, 10), (-1, 0, 5, 5), (0, 0, 1001, 5), (0, 9, 9, 9)])
def test_an_area_outside_the_picture_or_without_size_is_refused(
    of_a_person: Request, guard: Person, camera: Camera, box: tuple[int, int, int, int]
) -> None:
    viewing = look(of_a_person, guard, camera)
    with pytest.raises(Invalid):
        viewing_actions.show_area(viewing=viewing, camera=camera, box=box, actor=guard, at=AT)
    viewing.refresh_from_db()
    assert viewing.clear == []


def test_nothing_is_shown_clearly_once_it_is_over(of_a_person: Request, guard: Person, camera: Camera) -> None:
    viewing = look(of_a_person, guard, camera)
    with pytest.raises(Conflict):
        viewing_actions.show_area(viewing=viewing, camera=camera, box=(0, 0, 9, 9), actor=guard, at=LATER + 2 * HOUR)


@pytest.fixture
def now_granted(beijing: Site, camera: Camera, guard: Person, manager: Person) -> Request:
    """As `of_a_person`, by the clock of the pages."""
    now = datetime.now(UTC)
    request = actions.receive_from_person(site=beijing, asking=relative(), wanted=wanted(camera), actor=guard, at=now)
    actions.consent(request=request, actor=manager, at=now)
    actions.grant(request=request, duration=HOUR, actor=manager, at=now)
    return request


def post(client: Client, path: str, **body: Any) -> Any:
    return client.post(path, json.dumps(body), content_type="application/json")


def opened(client: Client, request: Request, camera: Camera) -> dict[str, Any]:
    span = {"from_us": SPAN.start_us, "to_us": SPAN.end_us}
    path = reverse("access-viewings", args=(request.public_id,))
    answer = post(client, path, mode="playback", cameras=[camera.public_id], **span)
    assert answer.status_code == 201, answer.content
    found: dict[str, Any] = answer.json()
    return found


def test_the_desk_changes_the_area_of_its_own_viewing_only(now_granted: Request, guard: Person, camera: Camera) -> None:
    desk, elsewhere = browser(guard), browser(guard)
    first = opened(desk, now_granted, camera)
    assert claims(first["ticket"])["masked"] is True
    path = reverse("access-area", args=(now_granted.public_id, first["grant"]))
    answer = post(desk, path, camera=camera.public_id, box=[0, 0, 500, 1000])
    assert answer.status_code == 200
    assert claims(answer.json()["ticket"])["clear"] == [[camera.public_id, 0, 0, 500, 1000]]
    assert post(elsewhere, path, camera=camera.public_id, box=[0, 0, 1000, 1000]).status_code in (403, 404)
    for nonsense in ([0, 0, 500], "all", [0, 0, 1.5, 9], [True, 0, 5, 5], [0, 0, 5000, 9]):
        assert post(desk, path, camera=camera.public_id, box=nonsense).status_code == 400
    assert post(desk, path, camera="cam_0000000000000099", box=None).status_code in (400, 403, 404)


def test_the_desk_page_says_that_people_are_masked(now_granted: Request, guard: Person) -> None:
    text = browser(guard).get(reverse("look-access", args=(now_granted.public_id,))).content.decode()
    assert '"isMasked": true' in text
    assert f"/api/requests/{now_granted.public_id}/viewings/{{grant}}/area" in text
