"""Showing a sealed number once, to somebody who has the right and says why."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from mingcha.base.errors import Invalid
from mingcha.base.keys import node_sealer
from mingcha.records.accounts.queries import require
from mingcha.records.accounts.states import Permission
from mingcha.records.disclosure.actions.entering import enter_request
from mingcha.records.disclosure.models import Officer, Request
from mingcha.records.disclosure.names import read_line
from mingcha.records.disclosure.queries import applicant_of
from mingcha.records.disclosure.states import TEXT_LIMIT
from mingcha.records.register.actions import Actor, act


@act("disclosure.number_revealed")
def reveal_number(*, request: Request, officer: Officer | None, reason: str, actor: Actor, at: datetime) -> str:
    """The number on an officer's certificate, or with `officer` None that of the person who asks; the entry stands
    before anybody sees it, and holds no part of it. Raises Invalid (``disclosure.empty``, ``disclosure.no_number``),
    Corrupt where it was sealed by another key."""
    require(actor, Permission.REVEAL_NUMBERS)
    said = read_line(reason, "reason", limit=TEXT_LIMIT)
    applicant = applicant_of(request)
    if officer is not None and officer.request_id == request.pk:
        sealed, context, whose = officer.number_sealed, f"{request.public_id}/officer/{officer.pk}", officer.name
    elif officer is None and applicant is not None:
        sealed, context, whose = applicant.id_sealed, f"{request.public_id}/applicant", applicant.name
    else:
        sealed = context = whose = ""
    if not sealed:
        raise Invalid("disclosure.no_number", "There is no number.")
    number = node_sealer(settings.DATA_DIR).open(sealed, context)
    enter_request(request, actor, at, None, detail={"whose": whose, "why": said})
    return number
