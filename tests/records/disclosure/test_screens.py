"""A grant opens on the named screens it was given for, and on no other."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from mingcha.base.errors import Invalid, NotAllowed
from mingcha.records.accounts.models import Person
from mingcha.records.disclosure import actions
from mingcha.records.disclosure.models import Request
from mingcha.records.inventory import actions as inventory
from mingcha.records.inventory.models import Camera, Site
from mingcha.records.screens import actions as screens
from mingcha.records.screens.models import Screen
from mingcha.records.screens.states import PLACE_COOKIE
from mingcha.records.viewing.models import Viewing
from tests.records.disclosure.conftest import HOUR, POLICE, SPAN, granted, officer, ready, wanted
from tests.support.office import AT, asker, browser, last_entry


@pytest.fixture
def named(beijing: Site, manager: Person) -> list[tuple[Screen, str]]:
    return [screens.name_screen(site=beijing, name=name, actor=manager, at=AT) for name in ("左屏", "右屏")]


def look(request: Request, guard: Person, camera: Camera, screen: Screen | None) -> Viewing:
    session = asker(guard).session_key
    return actions.open_granted(
        request=request,
        kind="playback",
        cameras=[camera],
        span=SPAN,
        asker=guard,
        session_key=session,
        at=AT,
        screen=screen,
    )


def test_without_named_screens_it_opens_where_it_is_opened(
    beijing: Site, camera: Camera, guard: Person, manager: Person
) -> None:
    assert look(granted(beijing, camera, guard, manager), guard, camera, None)


def test_where_there_are_some_it_is_for_all_of_them_unless_some_are_chosen(
    beijing: Site, camera: Camera, guard: Person, manager: Person, named: list[tuple[Screen, str]]
) -> None:
    request = granted(beijing, camera, guard, manager)
    assert sorted(last_entry().detail_fields["screens"]) == sorted(["左屏", "右屏"])
    for screen, _ in named:
        assert look(request, guard, camera, screen)
    with pytest.raises(NotAllowed) as refused:
        look(request, guard, camera, None)
    assert refused.value.code == "screen.other"


def test_the_chosen_one_and_no_other(
    beijing: Site, camera: Camera, guard: Person, manager: Person, named: list[tuple[Screen, str]]
) -> None:
    (left, _), (right, _) = named
    request = ready(beijing, camera, guard)
    for nothing in ([], [Screen(site=beijing, name="x")]):
        with pytest.raises(Invalid):
            actions.grant(request=request, duration=HOUR, actor=manager, at=AT, screens=nothing)
    actions.grant(request=request, duration=HOUR, actor=manager, at=AT, screens=[left])
    assert look(request, guard, camera, left)
    with pytest.raises(NotAllowed):
        look(request, guard, camera, right)
    screens.retire_screen(screen=left, actor=manager, at=AT)
    assert last_entry().act == "screen.retired"


def at_desk(guard: Person, secret: str = "") -> Client:
    client = browser(guard)
    if secret:
        client.cookies[PLACE_COOKIE] = secret
    return client


def test_the_pages_ask_the_browser_for_its_name(
    beijing: Site, camera: Camera, guard: Person, manager: Person, named: list[tuple[Screen, str]]
) -> None:
    (left, secret), (_, other_secret) = named
    now = datetime.now(UTC)
    request = actions.receive_from_organ(site=beijing, asking=POLICE, wanted=wanted(camera), actor=guard, at=now)
    actions.add_officer(request=request, draft=officer(), actor=guard, at=now)
    here = at_desk(guard, secret)
    page = here.get(reverse("access-request", args=(request.public_id,))).content.decode()
    assert "左屏" in page
    fields: dict[str, Any] = {"grant-minutes": "60"}
    path = reverse("grant-access", args=(request.public_id,))
    assert here.post(path, fields).status_code in (400, 409)
    assert here.post(path, {**fields, "grant-screens": left.public_id}).status_code == 302
    look_at = reverse("look-access", args=(request.public_id,))
    assert here.get(look_at).status_code == 200
    for client in (at_desk(guard), at_desk(guard, other_secret), at_desk(guard, secret[:-2] + "xx")):
        assert client.get(look_at).status_code == 302
        span = {"from_us": SPAN.start_us, "to_us": SPAN.end_us}
        body = {"mode": "playback", "cameras": [camera.public_id], **span}
        refused = client.post(
            reverse("access-viewings", args=(request.public_id,)), body, content_type="application/json"
        )
        assert refused.status_code == 403
    screens.retire_screen(screen=left, actor=manager, at=now)
    assert here.get(look_at).status_code == 302


def test_a_screen_of_another_site_is_none(beijing: Site, camera: Camera, guard: Person, manager: Person) -> None:
    elsewhere = inventory.open_site(name="别处", address="", actor=manager, at=AT)
    screen, _ = screens.name_screen(site=elsewhere, name="左屏", actor=manager, at=AT)
    request = ready(beijing, camera, guard)
    with pytest.raises(Invalid):
        actions.grant(request=request, duration=HOUR, actor=manager, at=AT, screens=[screen])
