"""The pages of holds: placing from a link, the two persons, what others see."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mingcha.base.clock import from_datetime
from mingcha.records.accounts.models import Person
from mingcha.records.custody.actions import find_holds
from mingcha.records.custody.models import Hold
from mingcha.records.inventory.models import Camera, Site
from mingcha.wire.holds import Standing
from tests.records.custody.conftest import clerk, hold, in_force, tell  # noqa: F401
from tests.support.office import AT, browser, make_person

FILLED = {"start": "2026-11-21T10:00:00", "end": "2026-11-21T11:00:00", "ground": "case", "number": "8", "text": "盗窃"}


def test_a_link_from_playback_fills_the_form(camera: Camera, clerk: Person) -> None:  # noqa: F811
    start, end = from_datetime(AT) + 1, from_datetime(AT + timedelta(seconds=5)) + 1
    shown = browser(clerk).get(f"/holds/place/?camera={camera.public_id}&from={start}&to={end}").content.decode()
    assert 'value="2026-11-21T12:00:00"' in shown
    assert 'value="2026-11-21T12:00:06"' in shown
    assert f'value="{camera.public_id}"' in shown
    assert "checked" in shown


def test_without_a_camera_the_sites_are_offered(camera: Camera, clerk: Person, site: Site) -> None:  # noqa: F811
    client = browser(clerk)
    assert site.public_id in client.get("/holds/place/").content.decode()
    assert camera.public_id in client.get(f"/holds/place/?site={site.public_id}").content.decode()


def test_from_ordering_to_release(camera: Camera, clerk: Person, manager: Person) -> None:  # noqa: F811
    desk, boss = browser(clerk), browser(manager)
    assert desk.post("/holds/place/", {**FILLED, "cameras": camera.public_id}).status_code == 302
    hold = Hold.objects.get()  # noqa: F811
    page = f"/holds/{hold.public_id}/"
    assert "已下达，尚未生效" in desk.get(page).content.decode()
    assert "ask-release" not in desk.get(page).content.decode()
    tell(hold, "hold.placed")
    assert "ask-release" in desk.get(page).content.decode()
    assert desk.post(f"{page}review/", {"review-note": "未结案"}).status_code == 302
    assert desk.post(f"{page}ask-release/", {"ask-note": ""}).status_code == 400
    assert desk.post(f"{page}ask-release/", {"ask-note": "已结案"}).status_code == 302
    assert f"{page}release/" not in desk.get(page).content.decode()
    assert desk.post(f"{page}release/").status_code == 403
    assert f"{page}release/" in boss.get(page).content.decode()
    assert boss.post(f"{page}release/").status_code == 302
    hold.refresh_from_db()
    assert hold.released_by == manager
    tell(hold, "hold.released")
    assert hold.public_id not in desk.get("/holds/").content.decode()
    assert hold.public_id in desk.get("/holds/?state=released").content.decode()


def test_whoever_asked_cannot_release_even_by_the_address(in_force: Hold, manager: Person) -> None:  # noqa: F811
    client, page = browser(manager), f"/holds/{in_force.public_id}/"
    client.post(f"{page}ask-release/", {"ask-note": "不再需要"})
    assert "您自己" in client.post(f"{page}release/", follow=True).content.decode()
    in_force.refresh_from_db()
    assert in_force.release_ordered_at is None
    assert client.post(f"{page}refuse-release/", {"refuse-note": "看错了"}).status_code == 302
    in_force.refresh_from_db()
    assert in_force.release_asked_at is None


def test_releasing_asks_again_who_sits_there(in_force: Hold, manager: Person, clerk: Person) -> None:  # noqa: F811
    page = f"/holds/{in_force.public_id}/"
    answer = browser(clerk, confirmed=False).post(f"{page}ask-release/", {"ask-note": "已结案"})
    assert "identity_password" in answer.content.decode()
    in_force.refresh_from_db()
    assert in_force.release_asked_at is None


def test_what_was_typed_stays_when_it_is_refused(camera: Camera, clerk: Person) -> None:  # noqa: F811
    given = {**FILLED, "number": "", "cameras": camera.public_id}
    shown = browser(clerk).post("/holds/place/", given).content.decode()
    assert "field--error" in shown
    assert "盗窃" in shown
    backwards = {**FILLED, "end": "2026-11-21T09:00:00", "cameras": camera.public_id}
    assert "field--error" in browser(clerk).post("/holds/place/", backwards).content.decode()
    assert not Hold.objects.exists()


def test_the_list_is_empty_and_filtered(hold: Hold, clerk: Person, camera: Camera) -> None:  # noqa: F811
    client = browser(clerk)
    assert hold.public_id in client.get("/holds/").content.decode()
    assert hold.public_id in client.get(f"/holds/?camera={camera.public_id}").content.decode()
    assert hold.public_id not in client.get("/holds/?state=in_force").content.decode()
    assert client.get("/holds/?before=nonsense&state=odd").status_code == 200
    auditor = browser(make_person("auditor", "何清", "auditor"))
    shown = auditor.get("/holds/").content.decode()
    assert hold.public_id in shown
    assert "/holds/place/" not in shown


@pytest.mark.parametrize("path", ["", "place/", "{}/"])
def test_a_guard_sees_none_of_it(hold: Hold, guard: Person, path: str) -> None:  # noqa: F811
    assert browser(guard).get(f"/holds/{path.format(hold.public_id)}").status_code == 403


def test_an_auditor_changes_nothing(in_force: Hold) -> None:  # noqa: F811
    client = browser(make_person("auditor", "何清", "auditor"))
    for path in ("review", "ask-release", "refuse-release", "release"):
        assert client.post(f"/holds/{in_force.public_id}/{path}/", {"note": "x"}).status_code == 403


def test_long_words_and_a_hold_for_a_term(camera: Camera, clerk: Person) -> None:  # noqa: F811
    Site.objects.update(region="420102", place="mall", name="场" * 200)
    Camera.objects.update(name="机" * 200)
    given = {**FILLED, "ground": "important", "text": "重" * 500, "cameras": camera.public_id}
    shown = browser(clerk).post("/holds/place/", given, follow=True).content.decode()
    assert "第" in shown
    assert "2028-11-21" in shown
    unknown = browser(clerk).get("/holds/hld_0000000000000000/")
    assert unknown.status_code in (403, 404)


def test_a_hold_only_the_recorder_knows_is_shown_and_given_a_reason(
    camera: Camera,
    clerk: Person,  # noqa: F811
    manager: Person,
) -> None:
    span = {"start_us": from_datetime(AT), "end_us": from_datetime(AT) + 1, "placed_us": from_datetime(AT)}
    find_holds(found=[Standing(hold="hld_0123456789abcdef", camera=camera.public_id, **span)], at=AT)
    desk, page = browser(clerk), "/holds/found/hld_0123456789abcdef/"
    assert page in desk.get("/holds/").content.decode()
    assert camera.name in desk.get(page).content.decode()
    assert desk.post(page, {"ground": "case", "number": "", "text": "盗窃"}).status_code == 400
    assert desk.post(page, {"ground": "case", "number": "8", "text": "盗窃"}).status_code == 302
    assert page not in desk.get("/holds/").content.decode()
    assert desk.get(page).status_code == 404
    assert Hold.objects.get().placed_by == clerk
