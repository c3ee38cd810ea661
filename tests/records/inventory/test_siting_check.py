"""Adding a camera asks the law first."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mingcha import law
from mingcha.base.errors import Unlawful
from mingcha.records.accounts.models import Person
from mingcha.records.inventory.actions import SiteFacts, Siting, add_camera, change_site, open_site, record_consent
from mingcha.records.inventory.models import Area, Camera, Site
from mingcha.records.inventory.queries import plan_version, planned_cameras
from mingcha.records.register.models import Entry
from tests.records.inventory.conftest import MALL, WHY
from tests.support.office import AT, LATER, draft, last_entry, words

Put = Callable[..., Camera]
AreaOf = Callable[..., Area]


def test_a_lawful_camera_is_recorded_and_keeps_the_answer(mall: Site, put: Put) -> None:
    camera = put(mall)
    assert (camera.state, camera.verdict) == ("in_use", "mandatory")
    assert camera.verdict_law_version == law.version()
    assert camera.verdict_facts["region"] == "420106"
    assert camera.sign_required
    assert list(planned_cameras()) == [camera]
    entry = last_entry()
    assert (entry.law_version, entry.detail_fields["verdict"]) == (law.version(), "mandatory")
    assert '"article":7' in entry.ground


def test_a_camera_of_a_site_that_told_nothing_is_recorded_and_not_judged(site: Site, put: Put) -> None:
    camera = put(site)
    assert (camera.state, camera.verdict, camera.verdict_law_version) == ("in_use", "", "")
    assert last_entry().detail_fields["verdict"] == "not_judged"


@pytest.mark.parametrize("kind", ["toilet", "changing_room", "nursing_room", "bathroom", "fitting_room"])
def test_a_banned_area_is_refused_with_its_article(mall: Site, area: AreaOf, put: Put, kind: str) -> None:
    toilet, before = area(mall, kind), plan_version()
    with pytest.raises(Unlawful) as caught:
        put(mall, area=toilet)
    assert caught.value.code == "camera.prohibited"
    assert ("cn-2025-799", 8) in {cite[:2] for cite in caught.value.citations}
    assert not Camera.objects.exists()
    assert plan_version() == before
    entry = last_entry()
    assert (entry.act, entry.subject, entry.subject_name) == ("camera.refused", mall.public_id, "东门")
    assert entry.detail_fields["reasons"] == ["banned_area"]
    assert entry.law_version == law.version()
    assert '"article":8' in entry.ground


@pytest.mark.parametrize(
    ("siting", "reason"),
    [({"purpose": "other"}, "not_for_public_security")],
)
def test_other_grounds_of_refusal_are_named(mall: Site, put: Put, siting: dict[str, str], reason: str) -> None:
    with pytest.raises(Unlawful) as caught:
        put(mall, **siting)
    assert caught.value.params["reasons"] == (reason,)


def test_somebody_not_entitled_may_not_install(manager: Person, put: Put) -> None:
    facts = SiteFacts(region="420106", place="mall", installer="other")
    foreign = open_site(name="别人的", address="", actor=manager, at=AT, facts=facts)
    with pytest.raises(Unlawful) as caught:
        put(foreign)
    assert "installer_not_entitled" in caught.value.params["reasons"]  # type: ignore[operator]


def test_a_bank_counter_that_shows_passwords_is_refused(manager: Person, put: Put) -> None:
    facts = SiteFacts(region="440106", place="bank")
    bank = open_site(name="支行", address="", actor=manager, at=AT, facts=facts)
    with pytest.raises(Unlawful) as caught:
        put(bank, captures_passwords=True)
    assert "password_capture" in caught.value.params["reasons"]  # type: ignore[operator]


def test_a_refused_camera_can_be_kept_as_a_draft_and_is_never_planned(
    mall: Site, area: AreaOf, manager: Person
) -> None:
    given = draft(main_url="rtsp://u:pw@10.0.0.7/1", siting=Siting(area=area(mall, "toilet"), necessity=WHY))
    with pytest.raises(Unlawful) as caught:
        add_camera(site=mall, draft=given, actor=manager, at=AT, keep_refused=True)
    kept = Camera.objects.get()
    assert caught.value.params["camera"] == kept.public_id
    assert (kept.state, kept.verdict) == ("refused", "prohibited")
    assert not planned_cameras().exists()
    assert (last_entry().act, last_entry().subject) == ("camera.refused", kept.public_id)


def test_without_a_statement_of_necessity_a_new_camera_waits(mall: Site, put: Put) -> None:
    camera = put(mall, necessity="")
    assert camera.state == "waiting"
    assert not planned_cameras().exists()


def test_near_a_confidential_unit_a_camera_waits_for_its_consent(manager: Person, put: Put) -> None:
    facts = SiteFacts(region="420106", place="mall", near_confidential_unit=True, confidential_unit="某所")
    near = open_site(name="旁边", address="", actor=manager, at=AT, facts=facts)
    camera = put(near)
    assert (camera.state, camera.verdict) == ("waiting", "consent_required")
    from django.core.files.base import ContentFile

    letter = ContentFile(b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF", "consent.pdf")
    counts = record_consent(site=near, unit="某所", given_on=AT.date(), upload=letter, actor=manager, at=LATER)
    assert counts["changed"] == 1
    assert list(planned_cameras()) == [camera]
    assert words()[-2:] == ["camera.ruled_lawful", "site.consent_recorded"]


def test_telling_a_site_judges_its_cameras_without_stopping_lawful_ones(site: Site, put: Put, manager: Person) -> None:
    camera = put(site, necessity="")
    counts = change_site(site=site, name=site.name, address="", actor=manager, at=LATER, facts=MALL)
    camera.refresh_from_db()
    assert (camera.state, camera.verdict, counts) == ("in_use", "mandatory", {"in_use": 1, "changed": 0})


def test_a_change_of_the_site_takes_unlawful_cameras_out_and_tells(site: Site, put: Put, manager: Person) -> None:
    camera, before = put(site), plan_version()
    facts = SiteFacts(region="420106", place="mall", installer="other")
    counts = change_site(site=site, name=site.name, address="", actor=manager, at=LATER, facts=facts)
    assert counts == {"refused": 1, "changed": 1}
    assert not planned_cameras().exists()
    assert plan_version() == before + 1
    ruled = Entry.objects.get(act="camera.ruled_unlawful")
    assert (ruled.subject, ruled.detail_fields["state_before"]) == (camera.public_id, "in_use")
    change_site(site=site, name=site.name, address="", actor=manager, at=LATER, facts=MALL)
    assert list(planned_cameras()) == [camera]
    assert words()[-2:] == ["camera.ruled_lawful", "site.changed"]


def test_many_cameras_are_judged_with_few_queries(
    site: Site, put: Put, manager: Person, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    for number in range(12):
        put(site, f"相机 {number}")
    with django_assert_max_num_queries(24):  # type: ignore[attr-defined]
        change_site(site=site, name=site.name, address="", actor=manager, at=LATER, facts=MALL)
