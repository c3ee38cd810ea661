"""Changing policies: stricter at once, weaker only with another person and after its notice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from mingcha.base.errors import Conflict, Invalid, NotAllowed
from mingcha.records.accounts import actions as accounts
from mingcha.records.accounts.models import Person
from mingcha.records.inventory.models import Site
from mingcha.records.policies.actions import agree_to_change, change_policy, withdraw_change
from mingcha.records.policies.models import Change, Policy
from mingcha.records.policies.queries import value_of, waiting_changes
from mingcha.records.policies.states import RULES, PolicyKey
from mingcha.records.register.actions import CONSOLE
from tests.support.office import AT, LATER, last_entry, make_person, words

NIGHT = PolicyKey.SECOND_NIGHT
NOTICE = timedelta(days=RULES[NIGHT].notice_days)


@pytest.fixture
def auditor() -> Person:
    return make_person("auditor", "周敏", "auditor")


def switched_on(manager: Person, **more: str) -> Change:
    return change_policy(key=NIGHT, value=1, reason="夜间从严", actor=manager, at=AT, **more)


def asked_off(manager: Person) -> Change:
    switched_on(manager)
    return change_policy(key=NIGHT, value=0, reason="夜班只有一人", actor=manager, at=LATER)


def test_every_policy_has_a_rule_whose_default_is_within_its_bounds() -> None:
    assert set(RULES) == set(PolicyKey)
    assert all(rule.least <= rule.default <= rule.most for rule in RULES.values())


def test_nothing_decided_is_the_default(manager: Person) -> None:
    assert value_of(NIGHT, at=AT) == 0
    assert value_of(PolicyKey.NIGHT_FROM, at=AT) == 22


def test_a_stricter_value_holds_at_once_and_is_entered(manager: Person) -> None:
    change = switched_on(manager)
    assert value_of(NIGHT, at=AT) == 1
    entry = last_entry()
    assert (entry.act, entry.actor, entry.subject) == ("policy.changed", manager.public_id, change.public_id)
    assert entry.detail_fields["policy"] == NIGHT
    assert entry.detail_fields["policy_before"] is False
    assert entry.detail_fields["policy_value"] is True


def test_a_weaker_value_changes_nothing_until_another_agreed_and_the_notice_is_over(
    manager: Person, auditor: Person
) -> None:
    change = asked_off(manager)
    assert last_entry().act == "policy.change_asked"
    assert value_of(NIGHT, at=LATER + timedelta(days=400)) == 1
    agree_to_change(change=change, actor=auditor, at=LATER)
    assert value_of(NIGHT, at=LATER + NOTICE - timedelta(seconds=1)) == 1
    assert value_of(NIGHT, at=LATER + NOTICE) == 0
    assert last_entry().act == "policy.change_agreed"
    assert manager.public_id in last_entry().refs


def test_who_asked_cannot_agree_even_past_the_act(manager: Person) -> None:
    change = asked_off(manager)
    with pytest.raises(NotAllowed) as caught:
        agree_to_change(change=change, actor=manager, at=LATER)
    assert caught.value.code == "policy.same_person"
    with pytest.raises(IntegrityError), transaction.atomic():
        Change.objects.filter(pk=change.pk).update(agreed_by=manager)
    with pytest.raises(IntegrityError), transaction.atomic():
        Change.objects.filter(pk=change.pk).update(effective_at=LATER)


@pytest.mark.parametrize("role", ["guard", "clerk", "maintainer", "inspector", "officer", "data_office"])
def test_whoever_lacks_the_right_neither_changes_nor_agrees(manager: Person, role: str) -> None:
    other = make_person("other", "无权者", role)
    change = asked_off(manager)
    with pytest.raises(NotAllowed):
        agree_to_change(change=change, actor=other, at=LATER)
    with pytest.raises(NotAllowed):
        change_policy(key=NIGHT, value=1, reason="试试", actor=other, at=LATER)
    with pytest.raises(NotAllowed):
        withdraw_change(change=change, actor=other, at=LATER)


def test_an_auditor_agrees_but_does_not_change(auditor: Person) -> None:
    with pytest.raises(NotAllowed):
        change_policy(key=NIGHT, value=1, reason="试试", actor=auditor, at=AT)


def test_a_closed_account_neither_asks_nor_agrees(manager: Person, auditor: Person, outsider: Person) -> None:
    change = asked_off(manager)
    with pytest.raises(NotAllowed):
        agree_to_change(change=change, actor=outsider, at=LATER)
    second = make_person("second", "孙莉", "manager")
    accounts.disable_person(person=manager, actor=second, at=LATER)
    with pytest.raises(Conflict) as caught:
        agree_to_change(change=change, actor=auditor, at=LATER)
    assert caught.value.code == "policy.asker_gone"


def test_an_asker_who_became_a_guard_meanwhile_gets_no_agreement(manager: Person, auditor: Person) -> None:
    change = asked_off(manager)
    make_person("second", "孙莉", "manager")
    accounts.change_role(person=manager, role="guard", actor=CONSOLE, at=LATER)
    with pytest.raises(Conflict):
        agree_to_change(change=change, actor=auditor, at=LATER)


def test_a_change_is_agreed_to_once(manager: Person, auditor: Person) -> None:
    change = asked_off(manager)
    agree_to_change(change=change, actor=auditor, at=LATER)
    stale = Change.objects.get(pk=change.pk)
    with pytest.raises(Conflict):
        agree_to_change(change=stale, actor=auditor, at=LATER + timedelta(days=9))
    assert value_of(NIGHT, at=LATER + NOTICE) == 0


def test_deciding_anew_withdraws_what_waited_and_what_was_to_come(manager: Person, auditor: Person) -> None:
    change = asked_off(manager)
    agree_to_change(change=change, actor=auditor, at=LATER)
    change_policy(key=NIGHT, value=1, reason="还是从严", actor=manager, at=LATER)
    assert value_of(NIGHT, at=LATER + NOTICE) == 1
    change.refresh_from_db()
    assert change.withdrawn_by == manager
    assert words()[-2:] == ["policy.change_withdrawn", "policy.changed"]
    with pytest.raises(Conflict):
        agree_to_change(change=change, actor=auditor, at=LATER)


def test_either_of_the_two_takes_a_weakening_back_before_its_day(manager: Person, auditor: Person) -> None:
    change = asked_off(manager)
    agree_to_change(change=change, actor=auditor, at=LATER)
    withdraw_change(change=change, actor=auditor, at=LATER)
    assert value_of(NIGHT, at=LATER + NOTICE) == 1
    with pytest.raises(Conflict):
        withdraw_change(change=change, actor=manager, at=LATER)


def test_a_weakening_that_holds_already_is_not_taken_back(manager: Person, auditor: Person) -> None:
    change = asked_off(manager)
    agree_to_change(change=change, actor=auditor, at=LATER)
    with pytest.raises(Conflict):
        withdraw_change(change=change, actor=manager, at=LATER + NOTICE)
    assert value_of(NIGHT, at=LATER + NOTICE) == 0


def test_a_site_goes_before_everywhere_and_to_be_weaker_there_is_a_weakening(manager: Person, site: Site) -> None:
    switched_on(manager)
    there = change_policy(
        key=NIGHT, value=0, reason="另有值守", actor=manager, at=AT, scope=site.public_id, scope_name=site.name
    )
    assert there.is_weaker
    assert value_of(NIGHT, site=site.public_id, at=AT) == 1
    change_policy(key=NIGHT, value=1, reason="从严", actor=manager, at=AT, scope=site.public_id)
    assert Policy.objects.get(scope=site.public_id).value == 1
    assert site.public_id in last_entry().refs


@pytest.mark.parametrize(
    ("key", "stricter", "weaker"),
    [
        (PolicyKey.BULK_CAMERAS, 4, 9),
        (PolicyKey.BULK_CAMERAS, 4, 0),
        (PolicyKey.NIGHT_FROM, 20, 23),
        (PolicyKey.NIGHT_UNTIL, 8, 5),
        (PolicyKey.KEEP_DAYS, 90, 60),
        (PolicyKey.KEEP_LOG_DAYS, 400, 200),
        (PolicyKey.FOLLOW_UP_HOURS, 12, 48),
    ],
)
def test_it_knows_which_way_each_policy_is_stricter(manager: Person, key: str, stricter: int, weaker: int) -> None:
    assert not change_policy(key=key, value=stricter, reason="从严", actor=manager, at=AT).is_weaker
    assert change_policy(key=key, value=weaker, reason="放宽", actor=manager, at=AT).is_weaker
    assert value_of(key, at=AT) == stricter


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"key": "nothing"}, "policy.unknown"),
        ({"value": 2}, "policy.value"),
        ({"value": -1}, "policy.value"),
        ({"value": True}, "policy.value"),
        ({"reason": "  "}, "policy.reason"),
        ({"reason": "长" * 501}, "text.long"),
        ({"scope": "cam_0000000000000000"}, "policy.scope"),
    ],
)
def test_it_refuses_what_cannot_be_decided(manager: Person, changes: dict[str, object], code: str) -> None:
    given: dict[str, object] = {"key": NIGHT, "value": 1, "reason": "从严", **changes}
    with pytest.raises(Invalid) as caught:
        change_policy(**given, actor=manager, at=AT)  # type: ignore[arg-type]
    assert caught.value.code == code
    assert not Policy.objects.exists()


def test_a_waiting_weakening_waits_for_others_not_for_its_asker(manager: Person, auditor: Person) -> None:
    change = asked_off(manager)
    assert list(waiting_changes(viewer=auditor)) == [change]
    assert list(waiting_changes(viewer=manager)) == []
