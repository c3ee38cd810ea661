"""The consent of a second person: every way to cheat on it that one person or two could try."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from mingcha.base.errors import Conflict, Invalid, MingchaError, NotAllowed
from mingcha.records.accounts import actions as accounts
from mingcha.records.accounts.models import Person
from mingcha.records.policies.actions import (
    approve,
    ask_approval,
    refuse_approval,
    use_approval,
    withdraw_approval,
)
from mingcha.records.policies.models import Approval
from mingcha.records.policies.queries import approvals, open_wish, standing_approval, waiting_approvals
from mingcha.records.policies.states import APPROVERS, STANDS, WAITS, ApprovalKind
from mingcha.records.register.actions import CONSOLE
from tests.support.office import AT, LATER, last_entry, make_person

KIND = ApprovalKind.VIEWING
FACTS = {"cameras": ["cam_0000000000000001"], "from_us": 1, "to_us": 2}


@pytest.fixture
def clerk() -> Person:
    return make_person("clerk", "何静", "clerk")


def wish(by: Person, at: datetime = AT, **changes: object) -> Approval:
    given: dict[str, object] = {
        "kind": KIND,
        "subject": by.public_id,
        "facts": FACTS,
        "subject_name": "东门",
        **changes,
    }
    return ask_approval(**given, actor=by, at=at)  # type: ignore[arg-type]


def given(by: Person, approver: Person) -> Approval:
    return approve(approval=wish(by), actor=approver, at=LATER)


def test_every_kind_has_a_right_and_two_terms() -> None:
    assert set(APPROVERS) == set(WAITS) == set(STANDS) == set(ApprovalKind)


def test_a_consent_stands_for_exactly_what_was_asked(guard: Person, manager: Person) -> None:
    approval = given(guard, manager)
    assert last_entry().act == "approval.given"
    assert {guard.public_id, manager.public_id, approval.public_id} <= set(last_entry().refs)
    assert standing_approval(KIND, guard.public_id, LATER) == approval
    assert standing_approval(KIND, guard.public_id, LATER, facts=FACTS, asked_by=guard) == approval
    wider = {**FACTS, "to_us": 3}
    assert standing_approval(KIND, guard.public_id, LATER, facts=wider) is None
    assert standing_approval(KIND, manager.public_id, LATER) is None
    assert standing_approval(ApprovalKind.GRANT, guard.public_id, LATER) is None
    assert standing_approval(KIND, guard.public_id, LATER, asked_by=manager) is None


def test_the_wish_alone_is_no_consent(guard: Person) -> None:
    wish(guard)
    assert standing_approval(KIND, guard.public_id, LATER) is None


def test_nobody_approves_their_own_wish(manager: Person) -> None:
    own = wish(manager)
    with pytest.raises(NotAllowed) as caught:
        approve(approval=own, actor=manager, at=LATER)
    assert caught.value.code == "approval.same_person"
    with pytest.raises(IntegrityError), transaction.atomic():
        Approval.objects.filter(pk=own.pk).update(answer="given", answered_by=manager)
    assert list(waiting_approvals(viewer=manager, at=LATER)) == []


def test_a_relabelled_asker_does_not_help(guard: Person, manager: Person) -> None:
    """An instance whose asker was changed in memory only."""
    own = wish(manager)
    own.asked_by = guard
    with pytest.raises(MingchaError):
        approve(approval=own, actor=manager, at=LATER)
    assert standing_approval(KIND, manager.public_id, LATER) is None


@pytest.mark.parametrize("role", ["guard", "maintainer", "auditor", "inspector", "officer", "data_office"])
def test_a_second_person_without_the_right_is_refused(guard: Person, role: str) -> None:
    other = make_person("other", "无权者", role)
    with pytest.raises(NotAllowed) as caught:
        approve(approval=wish(guard), actor=other, at=LATER)
    assert caught.value.code == "permission.missing"


def test_a_clerk_may_consent_to_a_viewing_but_not_to_a_grant(guard: Person, clerk: Person) -> None:
    given(guard, clerk)
    with pytest.raises(NotAllowed):
        approve(approval=wish(guard, kind=ApprovalKind.GRANT), actor=clerk, at=LATER)


def test_a_closed_account_approves_nothing(guard: Person, outsider: Person) -> None:
    with pytest.raises(NotAllowed):
        approve(approval=wish(guard), actor=outsider, at=LATER)


def test_a_consent_falls_with_the_right_of_who_gave_it(guard: Person, manager: Person, clerk: Person) -> None:
    approval = given(guard, clerk)
    accounts.change_role(person=clerk, role="guard", actor=manager, at=LATER)
    assert standing_approval(KIND, guard.public_id, LATER) is None
    with pytest.raises(Conflict):
        use_approval(approval=approval, at=LATER, facts=FACTS)


def test_a_consent_falls_with_the_account_of_who_gave_it(guard: Person, manager: Person, clerk: Person) -> None:
    approval = given(guard, clerk)
    accounts.disable_person(person=clerk, actor=manager, at=LATER)
    with pytest.raises(Conflict):
        use_approval(approval=approval, at=LATER, facts=FACTS)


def test_a_wish_of_a_closed_account_is_not_approved(guard: Person, manager: Person) -> None:
    asked = wish(guard)
    accounts.disable_person(person=guard, actor=manager, at=AT)
    with pytest.raises(Conflict):
        approve(approval=asked, actor=manager, at=LATER)


def test_a_consent_is_used_once(guard: Person, manager: Person) -> None:
    approval = given(guard, manager)
    use_approval(approval=approval, at=LATER, facts=FACTS)
    with pytest.raises(Conflict):
        use_approval(approval=approval, at=LATER, facts=FACTS)
    assert standing_approval(KIND, guard.public_id, LATER) is None


def test_a_consent_is_not_used_for_something_else(guard: Person, manager: Person) -> None:
    with pytest.raises(Conflict):
        use_approval(approval=given(guard, manager), at=LATER, facts={**FACTS, "to_us": 99})


def test_a_consent_ends_by_itself(guard: Person, manager: Person) -> None:
    approval = given(guard, manager)
    after = LATER + STANDS[KIND]
    assert standing_approval(KIND, guard.public_id, after - timedelta(seconds=1)) is not None
    assert standing_approval(KIND, guard.public_id, after) is None
    with pytest.raises(Conflict):
        use_approval(approval=approval, at=after, facts=FACTS)


def test_a_wish_is_not_answered_after_its_time(guard: Person, manager: Person) -> None:
    asked = wish(guard)
    with pytest.raises(Conflict):
        approve(approval=asked, actor=manager, at=AT + WAITS[KIND])
    assert list(waiting_approvals(viewer=manager, at=AT + WAITS[KIND])) == []


def test_only_the_first_answer_counts(guard: Person, manager: Person, clerk: Person) -> None:
    asked = wish(guard)
    refuse_approval(approval=asked, actor=clerk, note="没有理由", at=LATER)
    with pytest.raises(Conflict):
        approve(approval=Approval.objects.get(pk=asked.pk), actor=manager, at=LATER)
    assert last_entry().act == "approval.refused"
    assert last_entry().detail_fields["why"] == "没有理由"


def test_a_refusal_wants_words_and_another_person(guard: Person, manager: Person) -> None:
    with pytest.raises(Invalid):
        refuse_approval(approval=wish(guard), actor=manager, note=" \n", at=LATER)
    with pytest.raises(NotAllowed):
        refuse_approval(approval=wish(manager), actor=manager, note="算了", at=LATER)


def test_asker_and_giver_take_back_what_was_not_used_and_nobody_else(
    guard: Person, manager: Person, clerk: Person
) -> None:
    with pytest.raises(NotAllowed):
        withdraw_approval(approval=wish(guard), actor=clerk, at=LATER)
    withdraw_approval(approval=Approval.objects.get(), actor=guard, at=LATER)
    second = given(guard, manager)
    withdraw_approval(approval=second, actor=manager, at=LATER)
    assert standing_approval(KIND, guard.public_id, LATER) is None
    third = given(guard, manager)
    use_approval(approval=third, at=LATER)
    with pytest.raises(Conflict):
        withdraw_approval(approval=third, actor=manager, at=LATER)


def test_the_same_wish_waits_once(guard: Person, manager: Person) -> None:
    asked = wish(guard)
    with pytest.raises(Conflict):
        wish(guard)
    assert open_wish(KIND, guard.public_id, AT, asked_by=guard, facts=FACTS) == asked
    approve(approval=asked, actor=manager, at=AT)
    assert wish(guard).pk != asked.pk


def test_one_sees_ones_own_wishes_and_those_one_may_answer(guard: Person, manager: Person, clerk: Person) -> None:
    other = make_person("other", "另一人", "guard")
    mine, grant = wish(guard), wish(other, kind=ApprovalKind.GRANT)
    assert list(approvals(viewer=guard)) == [mine]
    assert list(approvals(viewer=other)) == [grant]
    assert list(waiting_approvals(viewer=clerk, at=LATER)) == [mine]
    assert list(waiting_approvals(viewer=manager, at=LATER)) == [mine, grant]


def test_console_is_no_second_person(guard: Person) -> None:
    with pytest.raises((MingchaError, AttributeError, ValueError)):
        approve(approval=wish(guard), actor=CONSOLE, at=LATER)  # type: ignore[arg-type]
