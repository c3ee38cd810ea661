"""What the page of a request shows: the law's checklist with links, names of codes, who came."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext

from mingcha.base.clock import to_datetime
from mingcha.law import Citation
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.states import Permission
from mingcha.records.disclosure import queries
from mingcha.records.disclosure.models import Decision, Officer, Paper, Request
from mingcha.records.disclosure.requirements import MODE, Answer
from mingcha.records.disclosure.states import ORGANS, POLICE_APPROVAL, Refusal, State
from mingcha.records.wording.law import Ground, grounds, label

OFFICERS = "second_officer"
"""Named by the law as what is missing; a line that is met wants other words."""
CONSENTS = frozenset({"unit_consent", "unit_consent_or_police_permission"})


@dataclass(frozen=True, slots=True)
class Shown:
    """One line of the checklist, ready to be read."""

    text: str
    is_met: bool
    grounds: list[Ground]


def checklist(request: Request, answer: Answer) -> list[Shown]:
    """What the law asks for, each with its articles, what is missing first."""
    lines = [
        Shown(_asked(request, line.code, line.group), line.is_met, grounds(line.citations)) for line in answer.lines
    ]
    return sorted(lines, key=lambda line: line.is_met)


def context_of(request: Request, viewer: Person, at: datetime) -> dict[str, Any]:
    """Everything about the request that its page and its papers say."""
    answer = queries.answer_for(request, at) if request.state == State.OPEN else None
    applicant = queries.applicant_of(request)
    decision = Decision.objects.filter(pk=request.pk).first()
    is_open_now = queries.is_open_now(request, at)
    debts = list(request.debts.all())
    owes = any(debt.settled_at is None for debt in debts)
    may_receive, may_decide = viewer.may(Permission.RECEIVE_ACCESS), viewer.may(Permission.DECIDE_ACCESS)
    is_undecided = request.state == State.OPEN
    is_organ = request.requester in ORGANS
    return {
        "request_row": request,
        "who": queries.subject_name(request),
        "kind": label("requester", request.requester),
        "mode": label("mode", request.mode),
        "span": span(request),
        "cameras": request.cameras.select_related("site").order_by("id"),
        "applicant": applicant,
        "applicant_number": queries.masked_applicant_number(applicant) if applicant else "",
        "relationship": label("relationship", applicant.relationship) if applicant else "",
        "protects": label("protects", applicant.protects) if applicant else "",
        "officers": [_officer(row) for row in request.officers.all()],
        "papers": [(row, paper_label(row)) for row in request.papers.all()],
        "answer": answer,
        "lines": checklist(request, answer) if answer else [],
        "is_allowed": answer is not None and answer.is_granted_by_law and (not answer.unwritten or request.emergency),
        "decision": decision,
        "decision_grounds": decision_grounds(decision) if decision else [],
        "missing": [missing_label(code) for code in decision.missing] if decision else [],
        "reasons": [Refusal(code).label for code in decision.reasons if code in Refusal.values] if decision else [],
        "grant": request.grant if request.state in (State.GRANTED, State.ENDED) else None,
        "debts": debts,
        "at": at,
        "is_open_now": is_open_now,
        "is_organ": is_organ,
        "may_add_officer": may_receive and is_organ and (is_undecided or owes),
        "may_add_paper": may_receive and (is_undecided or owes),
        "may_consent": may_decide and answer is not None and not CONSENTS.isdisjoint(answer.missing),
        "may_decide": may_decide and is_undecided,
        "may_end": may_decide and is_open_now,
        "may_look": may_receive and is_open_now and viewer.may(_right_to_see(request)),
        "unmasked_note": not is_organ,
    }


def span(request: Request) -> str:
    """The range in local time, or that live pictures were asked for."""
    if request.from_us is None or request.to_us is None:
        return gettext("Live pictures")
    zone = timezone.get_current_timezone()
    first, last = (to_datetime(us).astimezone(zone) for us in (request.from_us, request.to_us))
    return f"{first:%Y-%m-%d %H:%M:%S} – {last:%Y-%m-%d %H:%M:%S}"


def paper_label(paper: Paper) -> str:
    return label("missing", paper.kind) if paper.kind == POLICE_APPROVAL else label("document", paper.kind)


def missing_label(code: str) -> str:
    """A code of what was missing, whichever question it came from."""
    for group in ("missing", "record_field"):
        try:
            return label(group, code)
        except KeyError:
            continue
    return code


def decision_grounds(decision: Decision) -> list[Ground]:
    """The articles a decision rests on, as it keeps them."""
    return grounds(Citation(row["instrument"], row["article"], row.get("item", "")) for row in decision.citations)


def _asked(request: Request, code: str, group: str) -> str:
    if code == MODE:
        return gettext("A rule grants this to this requester: %(mode)s") % {"mode": label("mode", request.mode)}
    if code == OFFICERS:
        return gettext("As many officers as the rule asks for")
    return label(group, code)


def _officer(row: Officer) -> dict[str, Any]:
    return {
        "row": row,
        "certificate": label("document", row.certificate) if row.certificate else "",
        "number": queries.masked_officer_number(row),
    }


def _right_to_see(request: Request) -> Permission:
    return Permission.WATCH_LIVE if request.is_live else Permission.PLAY_BACK
