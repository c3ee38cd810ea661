"""Debts that were never paid: reported to the police organ, or written off, each with its reason."""

from __future__ import annotations

from datetime import datetime

from mingcha.base.errors import Conflict
from mingcha.records.accounts.queries import require
from mingcha.records.accounts.states import Permission
from mingcha.records.disclosure.actions.entering import enter_request
from mingcha.records.disclosure.models import Debt
from mingcha.records.disclosure.names import read_line
from mingcha.records.disclosure.states import TEXT_LIMIT, DebtEnd
from mingcha.records.register.actions import Actor, act


@act("disclosure.debt_reported")
def report_debt(*, debt: Debt, to: str, reason: str, actor: Actor, at: datetime) -> Debt:
    """Write down that an unpaid debt was reported, and to whom. What comes afterwards still settles it. Raises Conflict
    (``disclosure.debt_closed``), Invalid (``disclosure.empty``)."""
    require(actor, Permission.DECIDE_ACCESS)
    return _close(debt, DebtEnd.REPORTED, read_line(to, "to"), reason, actor, at)


@act("disclosure.debt_written_off")
def write_off_debt(*, debt: Debt, reason: str, actor: Actor, at: datetime) -> Debt:
    """Write down that nothing more is waited for, and why. Raises as `report_debt`."""
    require(actor, Permission.DECIDE_ACCESS)
    return _close(debt, DebtEnd.WRITTEN_OFF, "", reason, actor, at)


def _close(debt: Debt, end: DebtEnd, to: str, reason: str, actor: Actor, at: datetime) -> Debt:
    said = read_line(reason, "reason", limit=TEXT_LIMIT)
    standing = Debt.objects.filter(pk=debt.pk, settled_at__isnull=True).exclude(closed_as=DebtEnd.WRITTEN_OFF)
    if end == DebtEnd.REPORTED:
        standing = standing.filter(closed_at__isnull=True)
    changed = {
        "closed_as": end,
        "closed_at": at,
        "closed_by": actor.public_id,
        "closed_by_name": actor.name,
        "closed_to": to,
        "closed_reason": said,
    }
    if standing.update(**changed) != 1:
        raise Conflict("disclosure.debt_closed", "The debt was settled or closed already.")
    debt.refresh_from_db()
    detail = {"owed": debt.code, "due_at": debt.due_at.isoformat(), "why": said, **({"to": to} if to else {})}
    enter_request(debt.request, actor, at, None, detail=detail)
    return debt
