"""Pages of take-overs, narrowing, debts and sealed numbers: who sees which, what they say, what they refuse."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from mingcha.records.accounts.models import Person
from mingcha.records.disclosure import actions
from mingcha.records.disclosure.models import Lease, Request
from mingcha.records.inventory.models import Camera, Site
from mingcha.records.policies.actions import change_policy
from mingcha.records.policies.models import Approval
from mingcha.records.policies.states import PolicyKey
from mingcha.records.viewing.models import Viewing
from tests.records.disclosure.conftest import HOUR, granted, officer, ready, received
from tests.records.disclosure.test_leases import asked, guangzhou, taken  # noqa: F401
from tests.support.office import AT, browser, last_entry, make_person

NARROW, REVEAL = "narrow-access", "reveal-officer-number"


@pytest.fixture
def beijing(site: Site, camera: Camera) -> Site:
    Site.objects.filter(pk=site.pk).update(region="110101", place="mall")
    site.refresh_from_db()
    return site


def page(person: Person, found: Request, name: str = "access-request") -> str:
    answer = browser(person).get(reverse(name, args=(found.public_id,)))
    assert answer.status_code == 200
    return answer.content.decode()


def post(person: Person, name: str, found: Request, fields: dict[str, Any], *more: object) -> Any:
    return browser(person).post(reverse(name, args=(found.public_id, *more)), fields)


def test_the_desk_hands_over_and_takes_back(
    guangzhou: Site,  # noqa: F811
    camera: Camera,
    guard: Person,
    manager: Person,
) -> None:
    found = asked(guangzhou, camera, guard)
    assert reverse("grant-access", args=(found.public_id,)) not in page(guard, found)
    assert post(guard, "grant-access", found, {"grant-minutes": "60"}).status_code == 403
    assert post(manager, "grant-access", found, {"grant-minutes": "60"}).status_code == 302
    text = page(guard, found)
    assert reverse("hand-back-takeover", args=(found.public_id,)) in text
    assert reverse("end-takeover", args=(found.public_id,)) not in text
    first = found.officers.all()[0]
    unsigned = post(guard, "hand-back-takeover", found, {"back-officer": first.pk})
    assert unsigned.status_code == 400
    back = {"back-officer": first.pk, "back-signed_name": "陈警官", "back-note": "镜头朝门"}
    assert post(guard, "hand-back-takeover", found, back).status_code == 302
    cost = {"cost-kind": "expense", "cost-text": "加班", "cost-amount": "1234.50"}
    assert post(guard, "add-takeover-cost", found, cost).status_code == 302
    paper = page(manager, found, "access-paper")
    for said in ("镜头朝门", "1,234.50", "陈警官", "第十八条"):
        assert said in paper


def test_lengthening_and_ending_are_the_managers(
    guangzhou: Site,  # noqa: F811
    camera: Camera,
    guard: Person,
    manager: Person,
) -> None:
    found = taken(guangzhou, camera, guard, manager)
    longer = {"extend-minutes": "120", "extend-reason": "未完"}
    assert post(guard, "extend-takeover", found, longer).status_code == 403
    assert post(manager, "extend-takeover", found, {**longer, "extend-minutes": "15"}).status_code == 409
    assert post(manager, "extend-takeover", found, longer).status_code == 302
    end = {"lease-end-end": "gone", "lease-end-note": "已离开"}
    assert post(guard, "end-takeover", found, end).status_code == 403
    assert post(manager, "end-takeover", found, {**end, "lease-end-end": "handed_back"}).status_code == 400
    assert post(manager, "end-takeover", found, end).status_code == 302
    assert Lease.objects.get().end == "gone"


def test_the_island_may_turn_under_a_takeover_and_its_ticket_shows_no_picture(
    guangzhou: Site,  # noqa: F811
    camera: Camera,
    guard: Person,
    manager: Person,
) -> None:
    found = taken(guangzhou, camera, guard, manager)
    body = {"mode": "control", "cameras": [camera.public_id]}
    desk = browser(guard)
    answer = desk.post(reverse("access-viewings", args=(found.public_id,)), body, content_type="application/json")
    assert answer.status_code == 201
    assert Viewing.objects.get().kind == "control"
    own = {**body, "reason": "routine"}
    refused = desk.post(reverse("take-in-hand"), own, content_type="application/json")
    assert refused.status_code == 403
    assert refused.json()["error"]["code"] == "ptz.leased"
    told = desk.get(reverse("taken-over"), {"camera": camera.public_id}).json()
    assert "江岸分局" in told["cameras"][camera.public_id]["by"]


def test_who_may_not_see_a_camera_is_not_told_who_has_it(
    guangzhou: Site,  # noqa: F811
    camera: Camera,
    guard: Person,
    manager: Person,
    outsider: Person,
) -> None:
    taken(guangzhou, camera, guard, manager)
    answer = browser(outsider).get(reverse("taken-over"), {"camera": camera.public_id})
    assert answer.status_code in (302, 401, 403)


def test_the_manager_narrows_and_the_guard_does_not(
    beijing: Site, camera: Camera, guard: Person, manager: Person
) -> None:
    found = granted(beijing, camera, guard, manager)
    until = AT + timedelta(minutes=10)
    fields = {
        "cameras": [camera.public_id],
        "from_at": "2026-11-20T09:00:00",
        "until_at": "2026-11-20T10:00:00",
        "until": f"{until.astimezone().isoformat()}",
        "reason": "已查到",
    }
    assert post(guard, NARROW, found, fields).status_code == 403
    assert browser(manager).get(reverse(NARROW, args=(found.public_id,))).status_code == 200
    wider = post(manager, NARROW, found, {**fields, "until_at": "2026-11-21T23:00:00"})
    assert wider.status_code == 400
    assert "只能缩小" in wider.content.decode()
    answer = post(manager, NARROW, found, fields)
    assert answer.status_code == 302, answer.content.decode()
    assert "已查到" in page(manager, found)


def test_a_number_is_shown_once_and_only_after_a_reason(
    beijing: Site, camera: Camera, guard: Person, manager: Person
) -> None:
    found = ready(beijing, camera, guard)
    row = found.officers.get().pk
    assert post(guard, REVEAL, found, {"reason": "核对"}, row).status_code == 403
    assert "012345678" not in post(manager, REVEAL, found, {"reason": ""}, row).content.decode()
    answer = post(manager, REVEAL, found, {"reason": "核对"}, row)
    assert "012345678" in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert "012345678" not in browser(manager).get(reverse(REVEAL, args=(found.public_id, row))).content.decode()
    stale = browser(manager, confirmed=False).post(reverse(REVEAL, args=(found.public_id, row)), {"reason": "核对"})
    assert "012345678" not in stale.content.decode()


def test_a_second_person_is_asked_where_the_house_wants_one(
    beijing: Site, camera: Camera, guard: Person, manager: Person
) -> None:
    change_policy(key=PolicyKey.SECOND_GRANT, value=1, reason="制度", actor=manager, at=AT)
    make_person("second", "郑二", "manager")
    found = ready(beijing, camera, guard)
    desk = browser(guard)
    answer = desk.post(reverse("grant-access", args=(found.public_id,)), {"grant-minutes": "60"})
    wish = Approval.objects.get()
    assert answer.status_code == 302
    assert wish.public_id in answer["Location"]
    from tests.support.office import PASSWORD

    signed = {"username": "second", "password": PASSWORD, "next": f"/requests/{found.public_id}/?minutes=60"}
    assert desk.post(reverse("confirm-approval", args=(wish.public_id,)), signed).status_code == 302
    assert desk.post(reverse("grant-access", args=(found.public_id,)), {"grant-minutes": "60"}).status_code == 302
    assert json.loads(last_entry().detail)["approved_by"] == "郑二"


def test_a_debt_is_reported_from_the_page_of_the_request(
    beijing: Site, camera: Camera, guard: Person, manager: Person
) -> None:
    found = received(beijing, camera, guard, emergency=True)
    actions.add_officer(request=found, draft=officer(), actor=guard, at=AT)
    actions.grant(request=found, duration=HOUR, actor=manager, at=AT)
    debt = found.debts.get()
    fields = {f"debt{debt.pk}-what": "reported", f"debt{debt.pk}-to": "", f"debt{debt.pk}-reason": "多次催交"}
    assert post(manager, "close-access-debt", found, fields, debt.pk).status_code == 400
    fields[f"debt{debt.pk}-to"] = "江岸分局"
    assert post(guard, "close-access-debt", found, fields, debt.pk).status_code == 403
    assert post(manager, "close-access-debt", found, fields, debt.pk).status_code == 302
    assert "多次催交" in page(manager, found)
