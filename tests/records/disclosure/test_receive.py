"""A request is received, officers and papers are added."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mingcha.base.errors import Conflict, Invalid, NotAllowed
from mingcha.records.accounts.models import Person
from mingcha.records.disclosure import actions, queries
from mingcha.records.disclosure.actions import Asking, PaperDraft
from mingcha.records.disclosure.models import Applicant, Officer, Request
from mingcha.records.inventory import actions as inventory
from mingcha.records.inventory.models import Camera, Site
from tests.records.disclosure.conftest import POLICE, officer, ready, received, relative, wanted
from tests.support.office import AT, draft, last_entry, make_person, words
from tests.support.uploads import pdf, picture, upload


def test_the_guard_receives_and_the_book_says_who_asks_for_what(beijing: Site, camera: Camera, guard: Person) -> None:
    request = received(beijing, camera, guard)
    entry = last_entry()
    assert (entry.act, entry.subject, entry.subject_name) == ("disclosure.received", request.public_id, "江岸分局")
    detail = entry.detail_fields
    assert (detail["requester"], detail["use"], detail["mode"]) == ("public_security", "查找走失老人", "view")
    assert camera.public_id in entry.about
    assert any("799" in ground["instrument"] for ground in entry.grounds)
    assert entry.law_version


@pytest.mark.parametrize("who", ["outsider", "maintainer"])
def test_nobody_else_receives(who: str, beijing: Site, camera: Camera, request: pytest.FixtureRequest) -> None:
    person = make_person("maintainer", "钱修", "maintainer") if who == "maintainer" else request.getfixturevalue(who)
    before = words()
    with pytest.raises(NotAllowed):
        received(beijing, camera, person)
    assert words() == before


@pytest.mark.parametrize(
    ("code", "spoil"),
    [
        ("disclosure.cameras", lambda camera: wanted(camera, cameras=[])),
        ("disclosure.mode", lambda camera: wanted(camera, mode="steal")),
        ("disclosure.copy_range", lambda camera: wanted(camera, mode="copy", span=None)),
        ("disclosure.empty", lambda camera: wanted(camera, purpose=" \n ")),
        ("disclosure.long", lambda camera: wanted(camera, purpose="长" * 501)),
    ],
)
def test_a_wrong_request_is_refused_with_what_is_wrong(
    code: str, spoil: Callable[[Camera], actions.Wanted], beijing: Site, camera: Camera, guard: Person
) -> None:
    with pytest.raises(Invalid) as raised:
        actions.receive_from_organ(site=beijing, asking=POLICE, wanted=spoil(camera), actor=guard, at=AT)
    assert raised.value.code == code
    assert not Request.objects.exists()


def test_cameras_of_another_site_are_not_part_of_it(
    beijing: Site, camera: Camera, guard: Person, manager: Person
) -> None:
    other = inventory.open_site(name="别处", address="", actor=manager, at=AT)
    foreign = inventory.add_camera(site=other, draft=draft("别的"), actor=manager, at=AT)
    with pytest.raises(Invalid) as raised:
        received(beijing, camera, guard, cameras=[camera, foreign])
    assert raised.value.code == "disclosure.cameras"


def test_a_person_is_no_state_organ(beijing: Site, camera: Camera, guard: Person) -> None:
    with pytest.raises(Invalid):
        actions.receive_from_organ(
            site=beijing, asking=Asking("person", "某人"), wanted=wanted(camera), actor=guard, at=AT
        )


def test_an_officers_number_is_sealed_and_masked(beijing: Site, camera: Camera, guard: Person) -> None:
    request = ready(beijing, camera, guard)
    found = Officer.objects.get(request=request)
    assert found.number_sealed
    assert "012345678" not in found.number_sealed
    assert "012345678" not in str(last_entry().detail)
    assert queries.masked_officer_number(found) not in ("", "012345678")


def test_an_officer_must_sign(beijing: Site, camera: Camera, guard: Person) -> None:
    request = received(beijing, camera, guard)
    with pytest.raises(Invalid) as raised:
        actions.add_officer(request=request, draft=officer(signed_name=""), actor=guard, at=AT)
    assert raised.value.code == "disclosure.signature"


def test_photo_and_signature_are_kept_with_their_hash_in_the_book(beijing: Site, camera: Camera, guard: Person) -> None:
    request = received(beijing, camera, guard)
    drawn = officer(signed_name="", photo=upload("papers.png", picture()), signature=upload("signature.png", picture()))
    found = actions.add_officer(request=request, draft=drawn, actor=guard, at=AT)
    assert found.photo is not None
    assert found.signature is not None
    files = last_entry().detail_fields["files"]
    assert [one["sha256"] for one in files] == [found.photo.sha256, found.signature.sha256]


def test_a_paper_is_kept_with_its_scan(beijing: Site, camera: Camera, guard: Person) -> None:
    request = received(beijing, camera, guard)
    paper = PaperDraft("introduction_letter", "江岸分局", "岸公介 17 号", AT.date(), upload("letter.pdf", pdf()))
    kept = actions.add_paper(request=request, draft=paper, actor=guard, at=AT)
    assert kept.scan is not None
    assert last_entry().act == "disclosure.paper_added"
    with pytest.raises(Invalid):
        actions.add_paper(request=request, draft=PaperDraft("diary", "江岸分局"), actor=guard, at=AT)


def test_the_number_of_a_person_is_sealed(beijing: Site, camera: Camera, guard: Person) -> None:
    request = actions.receive_from_person(site=beijing, asking=relative(), wanted=wanted(camera), actor=guard, at=AT)
    applicant = Applicant.objects.get(request=request)
    assert "889X" not in applicant.id_sealed
    assert queries.masked_applicant_number(applicant).endswith("889X")
    assert "1990" not in str(last_entry().detail)


def test_only_who_decides_may_consent_for_the_unit(
    beijing: Site, camera: Camera, guard: Person, manager: Person
) -> None:
    request = actions.receive_from_person(site=beijing, asking=relative(), wanted=wanted(camera), actor=guard, at=AT)
    with pytest.raises(NotAllowed):
        actions.consent(request=request, actor=guard, at=AT)
    actions.consent(request=request, actor=manager, at=AT)
    assert request.consent_by_name == manager.name
    with pytest.raises(Conflict):
        actions.consent(request=request, actor=manager, at=AT)


def test_others_see_no_requests(beijing: Site, camera: Camera, guard: Person, outsider: Person) -> None:
    request = received(beijing, camera, guard)
    assert list(queries.requests(viewer=guard)) == [request]
    assert not queries.requests(viewer=outsider).exists()
    with pytest.raises(NotAllowed):
        queries.request_for(viewer=outsider, public_id=request.public_id)
