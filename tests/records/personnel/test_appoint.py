"""Appointing: the law stands in front of it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from mingcha.base.errors import Conflict, Invalid, NotAllowed, Unlawful
from mingcha.records.accounts.actions import disable_person
from mingcha.records.accounts.models import Person
from mingcha.records.inventory.models import Site
from mingcha.records.personnel import actions
from mingcha.records.personnel.models import Appointment, Post, Training
from mingcha.records.personnel.queries import may_watch
from tests.records.personnel.conftest import (
    TODAY,
    complete,
    give_check,
    give_filing,
    give_training,
    give_undertaking,
)
from tests.support.office import AT, last_entry


def appoint(
    person: Person, post: Post, actor: Person, from_on: date = TODAY, until_on: date | None = None
) -> Appointment:
    return actions.appoint(person=person, post=post, from_on=from_on, until_on=until_on, actor=actor, at=AT)


def refusal(person: Person, post: Post, actor: Person, from_on: date = TODAY) -> Unlawful:
    with pytest.raises(Unlawful) as caught:
        appoint(person, post, actor, from_on)
    assert not Appointment.objects.exists()
    assert last_entry().act != "appointment.made"
    return caught.value


def test_an_empty_file_is_refused_with_every_item_and_article(guard: Person, post: Post, manager: Person) -> None:
    error = refusal(guard, post, manager)
    assert error.code == "appointment.file_incomplete"
    assert error.params["items"] == ("entry_check", "undertaking", "training", "police_filing")
    assert set(error.citations) == {
        ("cn-2025-799", 16, "para2 (1) entry"),
        ("cn-2025-799", 16, "para2 (1) training"),
        ("hubei-2013-361", 17, "(2) training"),
        ("hubei-2013-361", 17, "(2) filing"),
        ("wuhan-2022-314", 16, "(2) training"),
        ("wuhan-2022-314", 16, "(2) filing"),
    }


def test_with_a_complete_file_it_is_made_and_entered_with_its_ground(
    guard: Person, clerk: Person, post: Post, manager: Person
) -> None:
    complete(guard, clerk, post.site)
    appointment = appoint(guard, post, manager, until_on=TODAY + timedelta(days=365))
    entry = last_entry()
    assert (entry.act, entry.actor, entry.subject) == ("appointment.made", manager.public_id, guard.public_id)
    assert entry.detail_fields["post_name"] == "东区值班"
    assert entry.detail_fields["until_on"] == "2027-11-21"
    assert entry.detail_fields["checked"] == ["entry_check", "undertaking", "training", "police_filing"]
    assert "wuhan-2022-314" in entry.ground
    assert entry.law_version == appointment.law_version != ""
    assert may_watch(guard, {post.site_id}, TODAY)


@pytest.mark.parametrize("left_out", ["entry_check", "undertaking", "training", "police_filing"])
def test_each_item_alone_is_enough_to_refuse(
    guard: Person, clerk: Person, post: Post, manager: Person, left_out: str
) -> None:
    give = {
        "entry_check": lambda: give_check(guard, clerk),
        "undertaking": lambda: give_undertaking(guard, clerk),
        "training": lambda: give_training(guard, clerk),
        "police_filing": lambda: give_filing(guard, clerk, post.site),
    }
    for item, step in give.items():
        if item != left_out:
            step()
    assert refusal(guard, post, manager).params["items"] == (left_out,)


def test_outside_hubei_nobody_asks_for_the_police_filing(
    guard: Person, clerk: Person, post: Post, manager: Person
) -> None:
    Site.objects.update(region="110101")
    give_check(guard, clerk)
    give_undertaking(guard, clerk)
    post = Post.objects.get(pk=post.pk)
    assert refusal(guard, post, manager).params["items"] == ("training",)
    give_training(guard, clerk)
    assert appoint(guard, post, manager)


@pytest.mark.parametrize(("region", "place"), [("", ""), ("", "mall"), ("110101", "")])
def test_what_is_not_told_of_the_site_leaves_the_national_rules(
    guard: Person, post: Post, manager: Person, region: str, place: str
) -> None:
    Site.objects.update(region=region, place=place)
    error = refusal(guard, Post.objects.get(pk=post.pk), manager)
    assert error.params["items"] == ("entry_check", "undertaking", "training")
    assert {cite[0] for cite in error.citations} == {"cn-2025-799"}


def test_where_no_rule_demands_anything_anybody_may_be_appointed(guard: Person, post: Post, manager: Person) -> None:
    Site.objects.update(region="110101", place="museum")
    assert appoint(guard, Post.objects.get(pk=post.pk), manager)


def test_a_management_post_needs_no_police_filing(guard: Person, clerk: Person, wuhan: Site, manager: Person) -> None:
    desk = actions.open_post(site=wuhan, name="主管", kind="management", seats=1, actor=clerk, at=AT)
    give_check(guard, clerk)
    give_undertaking(guard, clerk)
    give_training(guard, clerk)
    assert appoint(guard, desk, manager)


def test_a_newer_failed_check_undoes_the_passed_one(guard: Person, clerk: Person, post: Post, manager: Person) -> None:
    complete(guard, clerk, post.site)
    give_check(guard, clerk, result="failed")
    assert refusal(guard, post, manager).params["items"] == ("entry_check",)


def test_an_expired_training_is_none_and_its_last_day_still_counts(
    guard: Person, clerk: Person, post: Post, manager: Person
) -> None:
    complete(guard, clerk, post.site)
    Training.objects.update(expires_on=TODAY, held_on=TODAY - timedelta(days=365))
    assert refusal(guard, post, manager, TODAY + timedelta(days=1)).params["items"] == ("training",)
    assert appoint(guard, post, manager, TODAY)


def test_a_failed_course_does_not_undo_a_passed_one(guard: Person, clerk: Person, post: Post, manager: Person) -> None:
    complete(guard, clerk, post.site)
    give_training(guard, clerk, result="failed")
    assert appoint(guard, post, manager)


def test_a_withdrawn_line_counts_no_more(guard: Person, clerk: Person, post: Post, manager: Person) -> None:
    complete(guard, clerk, post.site)
    line = Training.objects.get()
    actions.withdraw_line(line=line, reason="录错人", actor=clerk, at=AT)
    assert refusal(guard, post, manager).params["items"] == ("training",)


def test_a_filing_with_the_police_of_the_site_counts_wherever_it_was_made(
    guard: Person, clerk: Person, wuhan: Site, post: Post, manager: Person
) -> None:
    other = Site.objects.create(unit=wuhan.unit, name="汉口分店", region="420103", place="mall", created_at=AT)
    complete(guard, clerk, other)
    Site.objects.filter(pk=wuhan.pk).update(police_organ="别的分局")
    assert refusal(guard, Post.objects.get(pk=post.pk), manager).params["items"] == ("police_filing",)
    Site.objects.filter(pk=wuhan.pk).update(police_organ="江岸区公安分局")
    assert appoint(guard, Post.objects.get(pk=post.pk), manager)


def test_one_person_holds_several_posts_but_none_twice_at_once(
    guard: Person, clerk: Person, wuhan: Site, post: Post, manager: Person
) -> None:
    complete(guard, clerk, wuhan)
    other = actions.open_post(site=wuhan, name="西区值班", kind="monitoring", seats=1, actor=clerk, at=AT)
    first = appoint(guard, post, manager, until_on=TODAY + timedelta(days=10))
    appoint(guard, other, manager)
    for from_on in (TODAY, TODAY + timedelta(days=10)):
        with pytest.raises(Conflict) as caught:
            appoint(guard, post, manager, from_on)
        assert caught.value.code == "appointment.overlaps"
    appoint(guard, post, manager, TODAY + timedelta(days=11))
    assert Appointment.objects.filter(person=guard).count() == 3
    first.refresh_from_db()
    assert first.until_on == TODAY + timedelta(days=10)


def test_what_cannot_be_is_refused(guard: Person, clerk: Person, post: Post, manager: Person) -> None:
    complete(guard, clerk, post.site)
    with pytest.raises(Invalid) as caught:
        appoint(guard, post, manager, until_on=TODAY - timedelta(days=1))
    assert caught.value.code == "appointment.range"
    disable_person(person=guard, actor=manager, at=AT)
    with pytest.raises(Conflict) as conflict:
        appoint(Person.objects.get(pk=guard.pk), post, manager)
    assert conflict.value.code == "person.disabled"
    actions.close_post(post=post, actor=clerk, at=AT)
    with pytest.raises(Conflict) as conflict:
        appoint(manager, post, manager)
    assert conflict.value.code == "post.closed"


def test_a_clerk_a_guard_and_the_outsider_appoint_nobody(
    guard: Person, outsider: Person, clerk: Person, auditor: Person, post: Post
) -> None:
    complete(guard, clerk, post.site)
    for actor in (guard, outsider, clerk, auditor):
        with pytest.raises(NotAllowed):
            appoint(guard, post, actor)
    assert not Appointment.objects.exists()
