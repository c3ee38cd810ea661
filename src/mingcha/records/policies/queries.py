"""Reads of policies and approvals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db.models import Q, QuerySet
from django.urls import reverse

from mingcha.base.errors import NotAllowed
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.states import Permission
from mingcha.records.policies.models import Approval, Change, Policy
from mingcha.records.policies.states import APPROVERS, RULES, Answer
from mingcha.records.register.canonical import canonical, digest, plain
from mingcha.records.wording.owed import Owed

EACH = 20
"""Lines of one kind on the home page at most."""


def value_of(key: str, *, site: str | None = None, at: datetime) -> int:
    """What the house has decided (yes: 1, no: 0). `site`: public id; its own value goes before that of everywhere, and
    the default holds where nobody has decided. The law is asked separately, always."""
    scopes = ("", site) if site else ("",)
    found = {row.scope: row for row in Policy.objects.filter(key=key, scope__in=scopes)}
    row = found.get(site or "") or found.get("")
    return row.value_at(at) if row is not None else RULES[key].default


def policies(*, viewer: Person) -> QuerySet[Policy]:
    """Whatever was decided, for those who read the books."""
    return Policy.objects.all() if viewer.may(Permission.READ_REGISTER) else Policy.objects.none()


def changes(*, viewer: Person) -> QuerySet[Change]:
    """All changes, the newest first."""
    found = Change.objects.select_related("asked_by", "agreed_by", "withdrawn_by")
    return found if viewer.may(Permission.READ_REGISTER) else found.none()


def change_for(*, viewer: Person, public_id: str) -> Change:
    """One change; raises NotAllowed (``policy.unknown``)."""
    found = changes(viewer=viewer).filter(public_id=public_id).first()
    if found is None:
        raise NotAllowed("policy.unknown", "There is no such change of a policy.")
    return found


def waiting_changes(*, viewer: Person) -> QuerySet[Change]:
    """Weakenings that wait for this person to agree: those another asked for."""
    if not viewer.may(Permission.AGREE_POLICIES):
        return Change.objects.none()
    waiting = Change.objects.filter(effective_at__isnull=True, withdrawn_at__isnull=True)
    return waiting.select_related("asked_by").exclude(asked_by=viewer)


def approvals(*, viewer: Person) -> QuerySet[Approval]:
    """What the person asked for, answered, or may answer; all of them for who reads the register."""
    found = Approval.objects.select_related("asked_by", "answered_by").order_by("-id")
    if viewer.may(Permission.READ_REGISTER):
        return found
    return found.filter(Q(asked_by=viewer) | Q(answered_by=viewer) | Q(kind__in=_may_answer(viewer)))


def approval_for(*, viewer: Person, public_id: str) -> Approval:
    """One approval; raises NotAllowed (``approval.unknown``)."""
    found = approvals(viewer=viewer).filter(public_id=public_id).first()
    if found is None:
        raise NotAllowed("approval.unknown", "There is no such wish for approval.")
    return found


def waiting_approvals(*, viewer: Person, at: datetime) -> QuerySet[Approval]:
    """Wishes of others that this person may answer now, the oldest first."""
    waiting = Approval.objects.filter(answer="", until_at__gt=at, kind__in=_may_answer(viewer))
    return waiting.exclude(asked_by=viewer).select_related("asked_by").order_by("id")


def standing_approval(
    kind: str, subject: str, at: datetime, *, facts: Mapping[str, object] | None = None, asked_by: Person | None = None
) -> Approval | None:
    """A consent that may be used now: given, not used, not over, and by somebody who still holds the right. `facts`:
    only one given for exactly these; `asked_by`: only one this person asked for."""
    found = Approval.objects.filter(
        kind=kind, subject=subject, answer=Answer.GIVEN, used_at__isnull=True, until_at__gt=at
    ).select_related("asked_by", "answered_by")
    if facts is not None:
        found = found.filter(digest=digest_of(facts))
    if asked_by is not None:
        found = found.filter(asked_by=asked_by)
    return next((one for one in found.order_by("-id") if holds(one)), None)


def open_wish(
    kind: str, subject: str, at: datetime, *, asked_by: Person, facts: Mapping[str, object]
) -> Approval | None:
    """The same wish of the same person that still waits for an answer."""
    waiting = Approval.objects.filter(kind=kind, subject=subject, answer="", until_at__gt=at, asked_by=asked_by)
    return waiting.filter(digest=digest_of(facts)).first()


def holds(approval: Approval) -> bool:
    """Whether who gave it still has the right and another person's account than the asker's, which is open."""
    by = approval.answered_by
    if by is None or by.pk == approval.asked_by_id or not approval.asked_by.is_active:
        return False
    return by.may(APPROVERS[approval.kind])


def digest_of(facts: Mapping[str, object]) -> str:
    """What pins the facts."""
    return digest(canonical(plain(facts)))


def owed(viewer: Person, at: datetime) -> list[Owed]:
    """What waits for this person's consent: wishes of others, and weakenings others asked for."""
    return [
        *(
            Owed(
                "approval_waits",
                one.public_id,
                f"{one.get_kind_display()} · {one.subject_name[:60]}",
                reverse("approval", args=(one.public_id,)),
                params={"asker": one.asked_by.name},
            )
            for one in waiting_approvals(viewer=viewer, at=at)[:EACH]
        ),
        *(
            Owed(
                "policy_waits",
                one.public_id,
                one.get_key_display(),
                reverse("policy", args=(one.key,)),
                params={"asker": one.asked_by.name},
            )
            for one in waiting_changes(viewer=viewer)[:EACH]
        ),
    ]


def _may_answer(viewer: Person) -> list[str]:
    return [kind for kind, needed in APPROVERS.items() if viewer.may(needed)]
