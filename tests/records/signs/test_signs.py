"""Planning, posting, looking at and taking down notices; and which cameras are without one."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from mingcha.base.errors import Conflict, Invalid, NotAllowed
from mingcha.records.accounts.models import Person
from mingcha.records.inventory.models import Camera, Site
from mingcha.records.signs import actions, queries
from mingcha.records.signs.actions import NoticeDraft, SignDraft
from mingcha.records.signs.models import Sign
from mingcha.records.signs.queries import Search
from mingcha.records.signs.states import CHECK_EVERY_DAYS, SignState
from tests.records.signs.conftest import camera_at
from tests.support import uploads
from tests.support.office import AT, LATER, last_entry, make_person, words

TODAY = date(2026, 11, 21)


def unannounced(viewer: Person) -> list[str]:
    return [camera.name for camera in queries.unannounced(viewer=viewer)]


def post(sign: Sign, actor: Person) -> None:
    actions.post_sign(sign=sign, posted_on=TODAY, photo=None, actor=actor, at=LATER)


def test_a_planned_notice_announces_nothing_yet(sign: Sign, maintainer: Person) -> None:
    assert last_entry().act == "sign.planned"
    assert unannounced(maintainer) == ["东门", "西门", "北门"]
    assert {camera.public_id for camera in sign.cameras.all()} <= set(last_entry().refs)


def test_a_posted_notice_announces_its_cameras(sign: Sign, maintainer: Person) -> None:
    photo = uploads.upload("p.jpg", uploads.picture("JPEG"))
    actions.post_sign(sign=sign, posted_on=TODAY, photo=photo, actor=maintainer, at=LATER)
    assert unannounced(maintainer) == ["北门"]
    entry = last_entry()
    assert (entry.act, entry.subject) == ("sign.posted", sign.public_id)
    assert entry.detail_fields["sha256"] == sign.photo.sha256
    assert entry.detail_fields["wording"] == queries.notice_for(sign.site, LATER).version
    assert sign.next_check_on == TODAY + timedelta(days=CHECK_EVERY_DAYS)


def test_it_cannot_be_posted_tomorrow_or_with_something_else_than_a_picture(sign: Sign, maintainer: Person) -> None:
    with pytest.raises(Invalid) as raised:
        actions.post_sign(sign=sign, posted_on=TODAY + timedelta(days=1), photo=None, actor=maintainer, at=LATER)
    assert raised.value.code == "sign.future"
    paper = uploads.upload("a.pdf", uploads.pdf())
    with pytest.raises(Invalid) as raised:
        actions.post_sign(sign=sign, posted_on=TODAY, photo=paper, actor=maintainer, at=LATER)
    assert raised.value.code == "file.kind_here"


@pytest.mark.parametrize(("result", "names"), [("ok", ["北门"]), ("missing", ["东门", "西门", "北门"])])
def test_a_notice_found_missing_no_longer_counts(sign: Sign, maintainer: Person, result: str, names: list[str]) -> None:
    post(sign, maintainer)
    actions.check_sign(sign=sign, result=result, note="看过", photo=None, actor=maintainer, at=LATER)
    assert unannounced(maintainer) == names
    assert last_entry().detail_fields == {"result": result, "note": "看过"}
    assert [check.result for check in queries.checks_of(sign)] == [result]


def test_a_notice_that_was_put_up_again_counts_again(sign: Sign, maintainer: Person) -> None:
    post(sign, maintainer)
    actions.check_sign(sign=sign, result="damaged", note="", photo=None, actor=maintainer, at=LATER)
    post(sign, maintainer)
    assert unannounced(maintainer) == ["北门"]


def test_what_is_not_posted_cannot_be_checked_and_what_is_gone_stays_gone(sign: Sign, maintainer: Person) -> None:
    with pytest.raises(Conflict):
        actions.check_sign(sign=sign, result="ok", note="", photo=None, actor=maintainer, at=LATER)
    with pytest.raises(Invalid):
        actions.remove_sign(sign=sign, reason=" ", actor=maintainer, at=LATER)
    actions.remove_sign(sign=sign, reason="立柱拆除", actor=maintainer, at=LATER)
    assert last_entry().act == "sign.removed"
    with pytest.raises(Conflict):
        actions.remove_sign(sign=sign, reason="again", actor=maintainer, at=LATER)
    with pytest.raises(Conflict):
        post(sign, maintainer)


def test_a_notice_takes_only_cameras_of_its_own_site(
    mall: Site, cameras: list[Camera], sign: Sign, manager: Person, maintainer: Person
) -> None:
    other = Site.objects.create(unit=mall.unit, name="别处", created_at=AT)
    stranger = camera_at(other, "外")
    for chosen in ([], [stranger]):
        with pytest.raises(Invalid) as raised:
            actions.plan_sign(site=mall, draft=SignDraft("x", None, chosen), actor=manager, at=AT)
        assert raised.value.code == "sign.cameras"
    actions.change_sign(sign=sign, draft=SignDraft("东门岗亭", None, cameras), actor=maintainer, at=LATER)
    assert last_entry().detail_fields["after"] == {"name": "东门岗亭", "cameras": ["东门", "西门", "北门"]}


def test_cameras_that_need_none_and_retired_ones_are_not_listed(cameras: list[Camera], manager: Person) -> None:
    Camera.objects.filter(pk=cameras[0].pk).update(sign_required=False)
    Camera.objects.filter(pk=cameras[1].pk).update(state="retired", retired_at=AT)
    assert unannounced(manager) == ["北门"]


def test_the_interval_of_a_site_moves_the_next_look(sign: Sign, manager: Person, maintainer: Person) -> None:
    post(sign, maintainer)
    actions.publish_notice(site=sign.site, draft=NoticeDraft(check_every_days=7), actor=manager, at=LATER)
    sign.refresh_from_db()
    assert sign.next_check_on == TODAY + timedelta(days=7)
    due = Search(due_on=TODAY + timedelta(days=7))
    assert [one.name for one in queries.found_signs(viewer=manager, wanted=due)] == ["东门立柱"]
    assert not queries.found_signs(viewer=manager, wanted=Search(due_on=TODAY + timedelta(days=6)))
    for days in (0, 10_000):
        with pytest.raises(Invalid):
            actions.publish_notice(site=sign.site, draft=NoticeDraft(check_every_days=days), actor=manager, at=LATER)


def test_home_is_told_what_is_owed(sign: Sign, manager: Person, maintainer: Person, guard: Person) -> None:
    assert [(line.code, line.count) for line in queries.owed(maintainer, TODAY)] == [("sign.unannounced", 3)]
    post(sign, maintainer)
    late = TODAY + timedelta(days=CHECK_EVERY_DAYS)
    assert [(line.code, line.count) for line in queries.owed(manager, late)] == [
        ("sign.unannounced", 1),
        ("sign.check_due", 1),
    ]
    actions.check_sign(sign=sign, result="missing", note="", photo=None, actor=maintainer, at=LATER)
    assert ("sign.to_replace", 1) in [(line.code, line.count) for line in queries.owed(manager, TODAY)]
    assert queries.owed(guard, TODAY) == []


def test_who_may_not_changes_nothing(
    mall: Site, cameras: list[Camera], sign: Sign, guard: Person, outsider: Person
) -> None:
    before = [word for word in words() if word.startswith(("sign.", "notice."))]
    for actor in (guard, outsider, make_person("auditor", "孙审", "auditor")):
        draft = SignDraft("x", None, cameras)
        with pytest.raises(NotAllowed):
            actions.plan_sign(site=mall, draft=draft, actor=actor, at=AT)
        with pytest.raises(NotAllowed):
            actions.change_sign(sign=sign, draft=draft, actor=actor, at=AT)
        with pytest.raises(NotAllowed):
            post(sign, actor)
        with pytest.raises(NotAllowed):
            actions.check_sign(sign=sign, result="ok", note="", photo=None, actor=actor, at=LATER)
        with pytest.raises(NotAllowed):
            actions.remove_sign(sign=sign, reason="x", actor=actor, at=LATER)
        with pytest.raises(NotAllowed):
            actions.publish_notice(site=mall, draft=NoticeDraft(), actor=actor, at=AT)
        with pytest.raises(NotAllowed):
            actions.renew_link(site=mall, actor=actor, at=AT)
        with pytest.raises(NotAllowed):
            actions.withdraw_notice(site=mall, actor=actor, at=AT)
    assert [word for word in words() if word.startswith(("sign.", "notice."))] == before
    assert not queries.signs(viewer=outsider)
    with pytest.raises(NotAllowed) as raised:
        queries.sign_for(viewer=outsider, public_id=sign.public_id)
    assert raised.value.code == "sign.unknown"
    assert Sign.objects.get().state == SignState.PLANNED
