"""The consent of a second person to a grant, where the house wants one (policy ``second_grant``)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mingcha.base.errors import Conflict
from mingcha.records.accounts.models import Person
from mingcha.records.disclosure.models import Request
from mingcha.records.disclosure.queries import subject_name
from mingcha.records.policies.actions import ask_approval, use_approval
from mingcha.records.policies.models import Approval
from mingcha.records.policies.queries import open_wish, standing_approval, value_of
from mingcha.records.policies.states import ApprovalKind, PolicyKey
from mingcha.records.register.actions import Actor


@dataclass(frozen=True, slots=True)
class Second:
    """What an act's entry says of the second person; empty where none is wanted."""

    refs: tuple[str, ...] = ()
    detail: dict[str, object] = field(default_factory=dict)
    name: str = ""


def wants_second_person(request: Request, at: datetime) -> bool:
    return bool(value_of(PolicyKey.SECOND_GRANT, site=request.site.public_id, at=at))


def consent_facts(request: Request, duration: timedelta) -> dict[str, object]:
    """What the second person is told, and all that the consent is good for."""
    return {
        "request": request.public_id,
        "mode": request.mode,
        "purpose": request.purpose,
        "cameras": list(request.cameras.order_by("id").values_list("public_id", flat=True)),
        "from_us": request.from_us,
        "to_us": request.to_us,
        "minutes": int(duration.total_seconds()) // 60,
    }


def use_second_person(request: Request, duration: timedelta, actor: Actor, at: datetime) -> Second:
    """Use up the consent, inside the act it is for. Raises Conflict (``disclosure.second_person``) while it is wanted
    and not there. The node's own actors decide nothing here, so they are asked for none."""
    if not wants_second_person(request, at) or not isinstance(actor, Person):
        return Second()
    facts = consent_facts(request, duration)
    found = standing_approval(ApprovalKind.GRANT, request.public_id, at, facts=facts, asked_by=actor)
    if found is None:
        raise Conflict("disclosure.second_person", "A second person has to consent first.")
    used = use_approval(approval=found, at=at, facts=facts)
    name = used.answered_by.name if used.answered_by else ""
    return Second((used.public_id,), {"approved_by": name}, name)


def ask_second_person(request: Request, duration: timedelta, actor: Person, at: datetime) -> Approval:
    """Ask for the consent, unless it was asked for already."""
    facts = consent_facts(request, duration)
    waiting = open_wish(ApprovalKind.GRANT, request.public_id, at, asked_by=actor, facts=facts)
    return waiting or ask_approval(
        kind=ApprovalKind.GRANT,
        subject=request.public_id,
        actor=actor,
        facts=facts,
        at=at,
        subject_name=subject_name(request),
    )
