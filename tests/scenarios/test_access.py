"""Every scenario of access in the law's own tests, through the pages of the desk: what the law refuses, the page
refuses and shows with the same codes and articles; what it allows opens pictures. `internal` goes through the control
room.

The acts alone are tried by tests/records/disclosure/test_law_scenarios.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import gettext, override

from mingcha import law
from mingcha.base.clock import ManualClock, from_datetime
from mingcha.law.scenarios import read
from mingcha.records.accounts.gate.identity import SESSION_KEY as IDENTITY
from mingcha.records.accounts.models import Person
from mingcha.records.disclosure.models import Request
from mingcha.records.disclosure.requirements import MODE
from mingcha.records.disclosure.states import CERTIFICATES
from mingcha.records.disclosure.views.shown import OFFICERS
from mingcha.records.inventory.models import Camera, Site
from mingcha.records.register.models import Entry
from mingcha.records.wording.law import label
from tests.support.office import browser, make_person

HERE = Path(__file__).parent
SOURCE = HERE.parent / "law" / "scenarios" / "access.yaml"
SHARED = HERE.parents[2] / "shared" / "law" / "examples.jsonl"
CASES = [pytest.param(case.facts, id=case.name) for case in read(SOURCE) if "error" not in case.wanted]


def shared_cases() -> Iterator[Any]:
    lines = SHARED.read_text(encoding="utf-8").splitlines() if SHARED.is_file() else []
    for case in map(json.loads, lines):
        if case["question"] == "access" and "error" not in case["expect"]:
            yield pytest.param(case["facts"], id=case["id"])


class Desk:
    """Guard and manager at the desk on the scenario's day."""

    def __init__(self, facts: dict[str, Any], site: Site, camera: Camera, guard: Person, manager: Person) -> None:
        self.facts, self.site, self.camera = facts, site, camera
        day = datetime.fromisoformat(str(facts["on"]))
        self.at = day.replace(hour=12, tzinfo=law.current().data.offset)
        self.guard, self.manager = self._in(guard), self._in(manager)

    def _in(self, person: Person) -> Client:
        client = browser(person)
        session = client.session
        session[IDENTITY] = from_datetime(self.at)
        session.save()
        return client

    def post(self, client: Client, name: str, request: Request, fields: dict[str, Any]) -> None:
        answer = client.post(reverse(name, args=(request.public_id,)), fields)
        assert answer.status_code == 302, answer.content.decode()

    def bring(self) -> Request:
        """The request as the scenario tells it, page by page."""
        facts = self.facts
        day = self.at - timedelta(days=1)
        what = {"what": "recorded", "from_at": f"{day:%Y-%m-%dT09:00}", "until_at": f"{day:%Y-%m-%dT11:00}"}
        if facts["mode"] == "takeover":
            what = {"what": "live"}
        fields: dict[str, Any] = {"purpose": "查找走失老人", "cameras": [self.camera.public_id], "mode": facts["mode"]}
        if facts["requester"] == "person":
            fields |= {"name": "孙某", "relationship": facts.get("relationship", "none")}
            fields |= {"protects": facts.get("protects", "none")} | ({"urgent": "on"} if facts.get("urgent") else {})
            page = "receive-person"
        else:
            fields |= {"organ": "某机关", "requester": facts["requester"]}
            fields |= {"statutory_duty": "刑事案件侦查" if facts.get("statutory_duty") else ""}
            fields |= {name: "on" for name in ("own_sector", "emergency") if facts.get(name, name == "own_sector")}
            page = "receive-organ"
        answer = self.guard.post(reverse(page, args=(self.site.public_id,)), {**fields, **what})
        assert answer.status_code == 302, answer.content.decode()
        request = Request.objects.get()
        self._come(request)
        if facts.get("unit_consent"):
            self.post(self.manager, "consent-access", request, {})
        return request

    def _come(self, request: Request) -> None:
        """Officers, each showing one certificate, and the papers."""
        facts = self.facts
        shown = list(facts.get("shown", [])) + (["police_approval"] if facts.get("police_approval") else [])
        certificates = [code for code in shown if code in CERTIFICATES]
        for code in (code for code in shown if code not in CERTIFICATES):
            self.post(self.guard, "add-access-paper", request, {"paper-kind": code, "paper-issuer": "某机关"})
        staff = facts.get("staff", 0) or len(certificates)
        certificates = certificates[-staff:] if staff else []
        if facts["requester"] == "person":
            return
        for number in range(staff):
            held = certificates[number] if number < len(certificates) else ""
            self.add_officer(request, f"警官{number}", held)

    def add_officer(self, request: Request, name: str, certificate: str = "") -> None:
        fields = {"name": name, "organ": "某机关", "certificate": certificate, "signed_name": name}
        named = {f"officer-{key}": value for key, value in fields.items()}
        self.post(self.guard, "add-access-officer", request, named)

    def grant(self, request: Request) -> Any:
        return self.manager.post(reverse("grant-access", args=(request.public_id,)), {"grant-minutes": "60"})


@pytest.fixture
def desk_on(site: Site, camera: Camera, guard: Person, manager: Person, settings: Any, tmp_path: Path) -> Iterator[Any]:
    """Makes the desk for the facts of a scenario: the clock on its day, the site in its region."""
    (tmp_path / "secrets").symlink_to(settings.DATA_DIR / "secrets")
    settings.DATA_DIR = tmp_path
    # Posts are of these years, scenarios of all; the law's question is another one.
    settings.WATCH_NEEDS_POST = False

    def make(facts: dict[str, Any]) -> Desk:
        Site.objects.filter(pk=site.pk).update(region=facts["region"], drafts=facts.get("drafts", False))
        site.refresh_from_db()
        desk = Desk(facts, site, camera, guard, manager)
        settings.CLOCK = ManualClock(from_datetime(desk.at), 1)
        return desk

    return make


def test_there_are_scenarios_to_run() -> None:
    assert len(CASES) >= 50
    told = [param.values[0] for param in CASES]
    assert {facts["requester"] for facts in told} == {  # type: ignore[index]
        "internal", "public_security", "state_security", "authority", "person",
    }  # fmt: skip


@pytest.mark.parametrize("facts", CASES)
def test_the_product_decides_as_the_law_does(facts: dict[str, Any], desk_on: Any) -> None:
    decided(facts, desk_on)


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_file(), reason="../shared/law/examples.jsonl is not here")
@pytest.mark.parametrize("facts", list(shared_cases()))
def test_the_product_decides_as_the_shared_examples_do(facts: dict[str, Any], desk_on: Any) -> None:
    decided(facts, desk_on)


def decided(facts: dict[str, Any], desk_on: Any) -> None:
    desk: Desk = desk_on(dict(facts))
    if facts["requester"] == "internal":
        _inside(desk)
        return
    request = desk.bring()
    if facts["requester"] == "person" and facts["mode"] != "view":
        # The desk does not even take such a wish from a person.
        assert request.mode == "view"
        assert (
            desk.guard.post(f"/api/requests/{request.public_id}/exports", "{}", "application/json").status_code >= 400
        )
        return
    # Whatever the scenario says, receiving is entering: it cannot be missing here.
    answer = law.decide("access", {**facts, "registered": True})
    if answer["allowed"] is True:
        _allowed(desk, request)
    else:
        _refused(desk, request, answer)


def _allowed(desk: Desk, request: Request) -> None:
    if desk.facts["requester"] != "person" and not request.officers.exists():
        desk.add_officer(request, "警官")  # the register of retrievals wants a name
    answer = desk.grant(request)
    assert answer.status_code == 302, answer.content.decode()
    body: dict[str, Any] = {"mode": "live" if request.is_live else "playback", "cameras": [desk.camera.public_id]}
    if not request.is_live:
        body |= {"from_us": request.from_us, "to_us": request.to_us}
    path = f"/api/requests/{request.public_id}/viewings"
    opened = desk.guard.post(path, json.dumps(body), content_type="application/json")
    assert opened.status_code == 201, opened.content.decode()
    assert opened.json()["ticket"].startswith("mct1.")


def _refused(desk: Desk, request: Request, said: Any) -> None:
    """Refused, and the page shows every code's sentence and every article."""
    answer = desk.grant(request)
    assert answer.status_code == 409
    request.refresh_from_db()
    assert request.state == "open"
    page = answer.content.decode()
    for code in said["missing"]:
        assert _sentence(code, request) in page, code
    for cite in said["citations"]:
        assert f"/law/{cite['instrument']}/{cite['article']}/" in page, cite
    path = f"/api/requests/{request.public_id}/viewings"
    body = {"mode": "playback", "cameras": [desk.camera.public_id], "from_us": request.from_us, "to_us": request.to_us}
    opened = desk.guard.post(path, json.dumps(body), content_type="application/json")
    assert opened.status_code in (400, 403, 409)
    assert "ticket" not in opened.json()


def _sentence(code: str, request: Request) -> str:
    """What the page says of a code that is missing, in the reader's language."""
    with override("zh-hans"):
        if code == MODE:
            asked = {"mode": label("mode", request.mode)}
            return escape(gettext("A rule grants this to this requester: %(mode)s") % asked)
        return escape(gettext("As many officers as the rule asks for") if code == OFFICERS else label("missing", code))


def _inside(desk: Desk) -> None:
    """Inside use is authorised by the role, reasoned by the form and entered by the act; the house asks for all three
    even where a text in force does not."""
    facts = desk.facts
    said = law.decide("access", {**facts, "registered": True})
    client = desk.guard if facts.get("authorised", said["allowed"] is True) else browser(_stranger())
    reason = "incident" if facts.get("reason_recorded", said["allowed"] is True) else ""
    end_us = from_datetime(desk.at)
    body = {"mode": "playback", "cameras": [desk.camera.public_id], "from_us": end_us - 60_000_000, "to_us": end_us}
    body |= {"reason": reason, "note": ""}
    opened = client.post("/api/viewings", json.dumps(body), content_type="application/json")
    if said["allowed"] is True:
        assert opened.status_code == 201, opened.content.decode()
        assert Entry.objects.filter(act="viewing.playback_opened").count() == 1
        return
    codes = {"authorisation": "permission.missing", "reason_recorded": "viewing.reason"}
    expected = {codes[code] for code in said["missing"]}
    assert opened.status_code in (400, 403)
    assert opened.json()["error"]["code"] in expected


def _stranger() -> Person:
    """Somebody of the house whose role lets them see the list of cameras and no picture."""
    return make_person("auditor", "周明", "auditor")
