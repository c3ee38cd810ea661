"""Every scenario of access in the law's own tests, put through the acts: what the law refuses, the act refuses, with
the same codes. `internal` is inside use and asks no request; `registration` cannot be missing once one is received."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mingcha import law
from mingcha.base.errors import Unlawful
from mingcha.law.scenarios import Scenario, read
from mingcha.records.accounts.models import Person
from mingcha.records.disclosure import actions
from mingcha.records.disclosure.actions import Asking, PaperDraft, Self
from mingcha.records.disclosure.models import Request
from mingcha.records.disclosure.states import ORGANS, PERSON
from mingcha.records.inventory.models import Camera, Site
from tests.records.disclosure.conftest import officer, wanted

SOURCE = Path(__file__).resolve().parents[2] / "law" / "scenarios" / "access.yaml"
CERTIFICATES = ("work_certificate", "enforcement_certificate", "ministerial_certificate")
CASES = [
    case for case in read(SOURCE) if case.facts.get("requester") in (*ORGANS, PERSON) and "error" not in case.wanted
]


def test_there_are_scenarios_to_run() -> None:
    assert len(CASES) >= 40
    assert {case.facts["requester"] for case in CASES} >= {"public_security", "state_security", "authority", "person"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_act_decides_as_the_law_does(
    case: Scenario, site: Site, camera: Camera, guard: Person, manager: Person
) -> None:
    on = datetime.fromisoformat(str(case.facts["on"])).replace(hour=12, tzinfo=law.current().data.offset)
    Site.objects.filter(pk=site.pk).update(region=case.facts["region"], drafts=case.facts.get("drafts", False))
    site.refresh_from_db()
    request = _brought(case, site, camera, guard, manager, on)
    answer = law.decide("access", {**case.facts, "registered": True})
    assert isinstance(answer["missing"], list)
    if answer["allowed"] is True:
        _name_somebody(case, request, guard, on)
        actions.grant(request=request, duration=timedelta(hours=1), actor=manager, at=on)
        request.refresh_from_db()
        assert request.state == "granted"
        assert request.decision.citations == answer["citations"]
        return
    with pytest.raises(Unlawful) as raised:
        actions.grant(request=request, duration=timedelta(hours=1), actor=manager, at=on)
    if answer["allowed"] is None:
        assert raised.value.code == "disclosure.nothing_in_force"
    else:
        assert list(raised.value.params["codes"]) == answer["missing"]  # type: ignore[call-overload]
        assert bool(raised.value.citations) == bool(answer["citations"])
    if "missing" in case.wanted and answer["allowed"] is False:
        assert answer["missing"] == [code for code in case.wanted["missing"] if code != "registration"]
    request.refresh_from_db()
    assert request.state == "open"


def _brought(case: Scenario, site: Site, camera: Camera, guard: Person, manager: Person, at: datetime) -> Request:
    """The request as the scenario tells it, through the desk's acts."""
    facts: dict[str, Any] = dict(case.facts)
    ask = wanted(camera, mode=facts["mode"], emergency=facts.get("emergency", False))
    if facts["requester"] == "person":
        who = Self(
            "孙某", "", facts.get("relationship", "none"), facts.get("protects", "none"), facts.get("urgent", False)
        )
        request = actions.receive_from_person(site=site, asking=who, wanted=ask, actor=guard, at=at)
    else:
        duty = "刑事案件侦查" if facts.get("statutory_duty") else ""
        organ = Asking(facts["requester"], "某机关", duty, facts.get("own_sector", True))
        request = actions.receive_from_organ(site=site, asking=organ, wanted=ask, actor=guard, at=at)
        _come(request, facts, guard, at)
    if facts.get("unit_consent"):
        actions.consent(request=request, actor=manager, at=at)
    if facts.get("police_approval"):
        actions.add_paper(request=request, draft=PaperDraft("police_approval", "分局"), actor=guard, at=at)
    return request


def _come(request: Request, facts: dict[str, Any], guard: Person, at: datetime) -> None:
    """As many officers as were said, the certificates shown among them; each needs somebody to show it."""
    shown = list(facts.get("shown", []))
    certificates = [code for code in shown if code in CERTIFICATES]
    for code in [code for code in shown if code not in CERTIFICATES]:
        actions.add_paper(request=request, draft=PaperDraft(code, "某机关"), actor=guard, at=at)
    staff = facts.get("staff", 0)
    if not staff and certificates:
        staff = len(certificates)
    if 0 < staff < len(certificates):
        certificates = certificates[-staff:]  # one hand shows one: the strongest
    for number in range(staff):
        held = certificates[number] if number < len(certificates) else ""
        actions.add_officer(request=request, draft=officer(f"警官 {number}", certificate=held), actor=guard, at=at)


def _name_somebody(case: Scenario, request: Request, guard: Person, at: datetime) -> None:
    """The register of retrievals wants a name where the law of access asks for no officer."""
    if case.facts["requester"] != "person" and not request.officers.exists():
        actions.add_officer(request=request, draft=officer(certificate=""), actor=guard, at=at)
