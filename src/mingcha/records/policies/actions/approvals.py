"""Acts of asking for and giving the consent of a second person. A consent fits exactly what it was asked for, once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from mingcha.base.errors import Conflict, Invalid, NotAllowed
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.queries import require
from mingcha.records.policies.actions.changes import read_words
from mingcha.records.policies.models import Approval
from mingcha.records.policies.queries import digest_of, holds, open_wish
from mingcha.records.policies.states import APPROVERS, STANDS, WAITS, Answer, ApprovalKind
from mingcha.records.register.actions import act, enter
from mingcha.records.register.canonical import plain


@act("approval.asked")
def ask_approval(
    *,
    kind: str,
    subject: str,
    actor: Person,
    facts: Mapping[str, object],
    at: datetime,
    subject_name: str = "",
) -> Approval:
    """Ask for a second person's consent. `subject`: public id of what it is about; `facts`: what that person is told,
    and all that the consent will be good for. Who may ask is for the caller to say.

    Raises Conflict (``approval.asked``) when the same wish of the same person waits already.
    """
    if kind not in ApprovalKind.values or not actor.is_active:
        raise Invalid("approval.kind", "There is no such kind of approval.")
    if open_wish(kind, subject, at, asked_by=actor, facts=facts) is not None:
        raise Conflict("approval.asked", "This was asked for already.")
    approval = Approval.objects.create(
        kind=kind,
        subject=subject,
        subject_name=subject_name[:1000],
        facts=plain(facts),
        digest=digest_of(facts),
        asked_at=at,
        asked_by=actor,
        until_at=at + WAITS[kind],
    )
    _enter(approval, actor, at, {"approved_facts": approval.facts})
    return approval


@act("approval.given")
def approve(*, approval: Approval, actor: Person, at: datetime) -> Approval:
    """Consent, as another person than who asked. The caller has made sure a moment ago that it is they.

    Raises NotAllowed (``approval.same_person``, ``permission.missing``), Conflict (``approval.state``).
    """
    _answer(approval, actor, at, Answer.GIVEN, "")
    _enter(approval, actor, at)
    return approval


@act("approval.refused")
def refuse_approval(*, approval: Approval, actor: Person, note: str, at: datetime) -> Approval:
    """Refuse, with a reason. Raises as `approve`, and Invalid (``approval.note``)."""
    said = read_words(note)
    if not said:
        raise Invalid("approval.note", "A reason is missing.")
    _answer(approval, actor, at, Answer.REFUSED, said)
    _enter(approval, actor, at, {"why": said})
    return approval


@act("approval.withdrawn")
def withdraw_approval(*, approval: Approval, actor: Person, at: datetime) -> Approval:
    """Take one's own wish back, or a consent that was not used yet: who asked, and who gave it, each alone."""
    approval.refresh_from_db()
    if actor.pk not in (approval.asked_by_id, approval.answered_by_id):
        raise NotAllowed("approval.unknown", "There is no such wish for approval.")
    open_ = Approval.objects.filter(pk=approval.pk, used_at__isnull=True, answer__in=("", Answer.GIVEN))
    if open_.update(answer=Answer.WITHDRAWN) != 1:
        raise Conflict("approval.state", "It was answered or used already.")
    approval.refresh_from_db()
    _enter(approval, actor, at)
    return approval


def use_approval(*, approval: Approval, at: datetime, facts: Mapping[str, object] | None = None) -> Approval:
    """Use a consent up, inside the act it is for; that act's entry names it (`refs`: its id, `approved_by`: the second
    person's name). `facts`: as they are now; others than it was given for are refused. No act of its own.

    Raises Conflict (``approval.state``): used before, over, for something else, or its giver has lost the right.
    """
    fresh = Approval.objects.select_related("asked_by", "answered_by").get(pk=approval.pk)
    if not holds(fresh) or (facts is not None and fresh.digest != digest_of(facts)):
        raise Conflict("approval.state", "The consent does not hold for this.")
    unused = Approval.objects.filter(pk=fresh.pk, answer=Answer.GIVEN, used_at__isnull=True, until_at__gt=at)
    if unused.update(used_at=at) != 1:
        raise Conflict("approval.state", "The consent was used or is over.")
    fresh.used_at = at
    return fresh


def _answer(approval: Approval, by: Person, at: datetime, answer: Answer, note: str) -> None:
    require(by, APPROVERS[approval.kind])
    if by.pk == approval.asked_by_id:
        raise NotAllowed("approval.same_person", "Who asked may not answer.")
    asker = Person.objects.get(pk=approval.asked_by_id)
    if answer is Answer.GIVEN and not asker.is_active:
        raise Conflict("approval.state", "The account of who asked was closed.")
    until = at + STANDS[approval.kind] if answer is Answer.GIVEN else approval.until_at
    waiting = Approval.objects.filter(pk=approval.pk, answer="", until_at__gt=at).exclude(asked_by=by)
    if waiting.update(answer=answer, answered_at=at, answered_by=by, note=note, until_at=until) != 1:
        raise Conflict("approval.state", "It was answered already, or is over.")
    approval.refresh_from_db()


def _enter(approval: Approval, actor: Person, at: datetime, detail: Mapping[str, object] | None = None) -> None:
    enter(
        actor=actor,
        at=at,
        subject=approval.public_id,
        subject_name=approval.subject_name,
        refs=[approval.subject, approval.asked_by.public_id],
        detail={"approval": approval.kind, "asked_by": approval.asked_by.name, **(detail or {})},
    )
