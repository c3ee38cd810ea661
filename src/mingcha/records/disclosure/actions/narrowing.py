"""A grant made smaller: what is cut off ends, what is left goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mingcha.base.errors import Conflict, Invalid
from mingcha.base.timerange import TimeRange
from mingcha.records.accounts.queries import require
from mingcha.records.accounts.states import Permission
from mingcha.records.disclosure.actions.entering import enter_request
from mingcha.records.disclosure.models import Grant, Narrowing, Request
from mingcha.records.disclosure.names import read_line
from mingcha.records.disclosure.states import TEXT_LIMIT, State
from mingcha.records.inventory.models import Camera
from mingcha.records.register.actions import Actor, act
from mingcha.records.viewing.actions import end_viewing
from mingcha.records.viewing.models import Viewing
from mingcha.records.viewing.queries import open_on
from mingcha.records.viewing.states import End


@dataclass(frozen=True, slots=True)
class Width:
    """What a grant opens. `span` None: live pictures."""

    cameras: Sequence[Camera]
    span: TimeRange | None
    until_at: datetime


@act("disclosure.narrowed", of_acts=True)
def narrow_grant(*, request: Request, wanted: Width, reason: str, actor: Actor, at: datetime) -> Grant:
    """Make a grant smaller: fewer cameras, a shorter range, an earlier end. Viewings that reach beyond end with it, in
    the same act; the others go on. Raises Conflict (``disclosure.not_granted``), Invalid (``disclosure.wider``,
    ``disclosure.not_narrower``, ``disclosure.empty``)."""
    require(actor, Permission.DECIDE_ACCESS)
    said = read_line(reason, "reason", limit=TEXT_LIMIT)
    request.refresh_from_db(fields=("state",))
    grant = Grant.objects.filter(pk=request.pk).first()
    if grant is None or request.state != State.GRANTED or grant.until_at <= at:
        raise Conflict("disclosure.not_granted", "The grant is over, or there is none.")
    before = width_of(grant)
    _require_narrower(before, wanted, at)
    Narrowing.objects.create(
        grant=grant, before=_written(before), reason=said, at=at, by=actor.public_id, by_name=actor.name
    )
    if wanted.span is not None:
        grant.from_us, grant.to_us = wanted.span.start_us, wanted.span.end_us
    grant.until_at = wanted.until_at
    grant.save(update_fields=("from_us", "to_us", "until_at"))
    grant.cameras.set(wanted.cameras)
    closed = _cut(request, wanted, at)
    detail = {"why": said, "before": _written(before), "after": _written(wanted), "viewings": closed}
    enter_request(request, actor, at, None, detail=detail)
    return grant


def width_of(grant: Grant) -> Width:
    """What it opens now."""
    span = None if grant.from_us is None or grant.to_us is None else TimeRange(grant.from_us, grant.to_us)
    return Width(list(grant.cameras.order_by("id")), span, grant.until_at)


def _require_narrower(before: Width, wanted: Width, at: datetime) -> None:
    old, new = ({camera.pk for camera in width.cameras} for width in (before, wanted))
    wider = Invalid("disclosure.wider", "A grant can only be made smaller.", field="cameras")
    if not new or not new <= old:
        raise wider
    if (before.span is None) != (wanted.span is None):
        raise Invalid("disclosure.wider", "A grant can only be made smaller.", field="from_at")
    if before.span and wanted.span and before.span.intersect(wanted.span) != wanted.span:
        raise Invalid("disclosure.wider", "A grant can only be made smaller.", field="from_at")
    if not at < wanted.until_at <= before.until_at:
        raise Invalid("disclosure.wider", "A grant can only be made smaller.", field="until")
    if (new, wanted.span, wanted.until_at) == (old, before.span, before.until_at):
        raise Invalid("disclosure.not_narrower", "Nothing was made smaller.")


def _cut(request: Request, wanted: Width, at: datetime) -> int:
    """End what reaches beyond; the rest ends no later than the grant now does."""
    left = {camera.pk for camera in wanted.cameras}
    closed = 0
    for viewing in open_on(request.public_id):
        if _fits(viewing, left, wanted.span):
            Viewing.objects.filter(pk=viewing.pk).update(until_at=wanted.until_at)
            continue
        try:
            end_viewing(viewing=viewing, end=End.GRANT_ENDED, at=at)
            closed += 1
        except Conflict:
            continue  # its page closed it at the same moment
    return closed


def _fits(viewing: Viewing, cameras: set[int], span: TimeRange | None) -> bool:
    if not set(viewing.cameras.values_list("pk", flat=True)) <= cameras:
        return False
    if span is None or viewing.from_us is None or viewing.to_us is None:
        return True
    return span.start_us <= viewing.from_us and viewing.to_us <= span.end_us


def _written(width: Width) -> dict[str, object]:
    return {
        "cameras": [camera.public_id for camera in width.cameras],
        "from_us": width.span.start_us if width.span else None,
        "to_us": width.span.end_us if width.span else None,
        "until_at": width.until_at.isoformat(),
    }
