"""Reads of requests, decisions and debts; each takes the viewer and returns only what that person may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Q, QuerySet

from mingcha.base.errors import Corrupt, NotAllowed
from mingcha.base.identity import masked
from mingcha.base.keys import node_sealer
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.states import Permission
from mingcha.records.disclosure.models import Applicant, Debt, Officer, Request
from mingcha.records.disclosure.states import DebtEnd

UNREADABLE = "••••"
KNOWN_AMONG, KNOWN_MOST = 200, 20


@dataclass(frozen=True, slots=True)
class Search:
    """What a list of requests is to hold. `after_id`: the last row of the page before."""

    site: str = ""
    state: str = ""
    text: str = ""
    after_id: int | None = None


def requests(*, viewer: Person) -> QuerySet[Request]:
    """All requests, for those who may read them."""
    found = Request.objects.select_related("site", "decision", "grant", "applicant").order_by("-id")
    return found if viewer.may(Permission.READ_ACCESS) else found.none()


def found_requests(*, viewer: Person, wanted: Search) -> QuerySet[Request]:
    """The requests that match, newest first."""
    found = requests(viewer=viewer)
    if wanted.site:
        found = found.filter(site__public_id=wanted.site)
    if wanted.state:
        found = found.filter(state=wanted.state)
    if wanted.text:
        text = wanted.text
        found = found.filter(
            Q(organ__icontains=text) | Q(case_number__icontains=text) | Q(public_id=text) | Q(applicant__name=text)
        )
    return found.filter(pk__lt=wanted.after_id) if wanted.after_id else found


def known_organs(*, viewer: Person) -> list[str]:
    """Organs that asked before, the last first: so that nobody types the same name twice."""
    names = requests(viewer=viewer).exclude(organ="").values_list("organ", flat=True)[:KNOWN_AMONG]
    return list(dict.fromkeys(names))[:KNOWN_MOST]


def request_for(*, viewer: Person, public_id: str) -> Request:
    """One request; raises NotAllowed so that ids cannot be tried out."""
    found = requests(viewer=viewer).filter(public_id=public_id).first()
    if found is None:
        raise NotAllowed("disclosure.unknown", "There is no such request.")
    return found


def debts(*, viewer: Person) -> QuerySet[Debt]:
    """What is still owed, the earliest first; also what was reported and has not come."""
    found = (
        Debt.objects.filter(settled_at__isnull=True)
        .exclude(closed_as=DebtEnd.WRITTEN_OFF)
        .select_related("request__site", "request__applicant")
    )
    return found if viewer.may(Permission.READ_ACCESS) else found.none()


def is_open_now(request: Request, at: datetime) -> bool:
    """Whether a grant stands and its time is not over."""
    return request.state == "granted" and request.grant.until_at > at


def masked_officer_number(officer: Officer) -> str:
    """The number as screens show it; empty when there is none."""
    return _masked(officer.number_sealed, f"{officer.request.public_id}/officer/{officer.pk}")


def masked_applicant_number(applicant: Applicant) -> str:
    return _masked(applicant.id_sealed, f"{applicant.request.public_id}/applicant")


def _masked(sealed: str, context: str) -> str:
    if not sealed:
        return ""
    try:
        return masked(node_sealer(settings.DATA_DIR).open(sealed, context))
    except Corrupt:
        return UNREADABLE
