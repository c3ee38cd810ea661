"""What the page of a request shows: the law's checklist with links, names of codes, who came."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext

from mingcha.base.clock import US_PER_S, to_datetime
from mingcha.law import Citation
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.states import Permission
from mingcha.records.custody import queries as custody
from mingcha.records.disclosure import actions, queries
from mingcha.records.disclosure.actions.leases import cited
from mingcha.records.disclosure.models import Decision, Grant, LeaseMove, Officer, Paper, Request
from mingcha.records.disclosure.queries.leases import holder, is_running, lease_of
from mingcha.records.disclosure.requirements import MODE, Answer, Line, compensation
from mingcha.records.disclosure.states import (
    DIRECTIONS,
    MOVE_ENDS,
    ORGANS,
    POLICE_APPROVAL,
    TAKEOVER,
    DebtEnd,
    Refusal,
    State,
)
from mingcha.records.inventory.models import Camera
from mingcha.records.wording.law import Ground, grounds, label

OFFICERS = "second_officer"
"""Named by the law as what is missing; a line that is met wants other words."""
MOVES_SHOWN = 50
CONSENTS = frozenset({"unit_consent", "unit_consent_or_police_permission"})


@dataclass(frozen=True, slots=True)
class Shown:
    """One line of the checklist, ready to be read."""

    text: str
    is_met: bool
    grounds: list[Ground]


def checklist(request: Request, answer: Answer) -> list[Shown]:
    """What the law asks for, each with its articles, what is missing first."""
    return asked_lines(request.mode, answer)


def asked_lines(mode: str, answer: Answer) -> list[Shown]:
    """The lines of an answer in words."""
    lines = [Shown(_asked(mode, line), line.is_met, grounds(line.citations)) for line in answer.lines]
    return sorted(lines, key=lambda line: line.is_met)


def context_of(request: Request, viewer: Person, at: datetime) -> dict[str, Any]:
    """Everything about the request that its page and its papers say."""
    answer = queries.answer_for(request, at) if request.state == State.OPEN else None
    applicant = queries.applicant_of(request)
    decision = Decision.objects.filter(pk=request.pk).first()
    is_open_now = queries.is_open_now(request, at)
    debts = list(request.debts.all())
    owes = any(debt.settled_at is None and debt.closed_as != DebtEnd.WRITTEN_OFF for debt in debts)
    is_allowed = answer is not None and answer.is_granted_by_law and (not answer.unwritten or request.emergency)
    may_grant = viewer.may(actions.right_to_grant(request))
    may_receive, may_decide = viewer.may(Permission.RECEIVE_ACCESS), viewer.may(Permission.DECIDE_ACCESS)
    is_undecided = request.state == State.OPEN
    is_organ = request.requester in ORGANS
    return {
        "request_row": request,
        "who": queries.subject_name(request),
        "kind": label("requester", request.requester),
        "mode": label("mode", request.mode),
        "span": span(request),
        "width": _width(request),
        "cameras": request.cameras.select_related("site").order_by("id"),
        "applicant": applicant,
        "applicant_number": queries.masked_applicant_number(applicant) if applicant else "",
        "relationship": label("relationship", applicant.relationship) if applicant else "",
        "protects": label("protects", applicant.protects) if applicant else "",
        "officers": [_officer(row) for row in request.officers.all()],
        "papers": [(row, paper_label(row)) for row in request.papers.all()],
        "copies": custody.items_on(viewer=viewer, basis=request.public_id),
        "answer": answer,
        "lines": checklist(request, answer) if answer else [],
        "is_allowed": is_allowed,
        "decision": decision,
        "decision_grounds": decision_grounds(decision) if decision else [],
        "missing": [missing_label(code) for code in decision.missing] if decision else [],
        "reasons": [Refusal(code).label for code in decision.reasons if code in Refusal.values] if decision else [],
        "grant_screens": list(request.grant.screens.all()) if request.state in (State.GRANTED, State.ENDED) else [],
        "grant": request.grant if request.state in (State.GRANTED, State.ENDED) else None,
        "debts": debts,
        "at": at,
        "is_open_now": is_open_now,
        "is_organ": is_organ,
        "may_add_officer": may_receive and is_organ and (is_undecided or owes),
        "may_add_paper": may_receive and (is_undecided or owes),
        "may_consent": may_decide and answer is not None and not CONSENTS.isdisjoint(answer.missing),
        "may_decide": may_decide and is_undecided,
        "may_grant": is_undecided and may_grant and (may_decide or is_allowed),
        "may_narrow": may_decide and is_open_now,
        "may_end": may_decide and is_open_now and request.mode != TAKEOVER,
        "may_close_debts": may_decide,
        "may_reveal": viewer.may(Permission.REVEAL_NUMBERS),
        **lease_context(request, viewer, at),
        "may_look": may_receive and is_open_now and viewer.may(_right_to_see(request)),
        "unmasked_note": not is_organ,
    }


def lease_context(request: Request, viewer: Person, at: datetime) -> dict[str, Any]:
    """What the page and the papers say of a take-over; no lease where there is none."""
    lease = lease_of(request)
    if lease is None:
        return {"lease": None}
    costs = list(lease.costs.all())
    runs = is_running(lease, at)
    return {
        "lease": lease,
        "lease_runs": runs,
        "holder": holder(lease),
        "terms": list(lease.terms.all()),
        "moves": [_move(move) for move in lease.moves.select_related("camera").order_by("-id")[:MOVES_SHOWN]],
        "moves_count": lease.moves.count(),
        "costs": [(cost, yuan(cost.amount_fen)) for cost in costs],
        "costs_sum": yuan(sum(cost.amount_fen for cost in costs)),
        "compensation": grounds(compensation(cited(lease))),
        "may_hand_back": runs and viewer.may(Permission.RECEIVE_ACCESS),
        "may_change_lease": runs and viewer.may(Permission.DECIDE_ACCESS),
        "may_add_cost": viewer.may(Permission.RECEIVE_ACCESS),
    }


@dataclass(frozen=True, slots=True)
class Move:
    """A movement, ready to be read."""

    when: datetime
    camera: Camera
    words: str
    seconds: str
    result: str
    failed: bool


def _move(row: LeaseMove) -> Move:
    speeds = {"pan": row.pan, "tilt": row.tilt, "zoom": row.zoom}
    words = [str(DIRECTIONS[name, speed > 0]) for name, speed in speeds.items() if speed]
    return Move(
        when=to_datetime(row.from_us),
        camera=row.camera,
        words=gettext("To the place “%(name)s”") % {"name": row.preset} if row.preset else " · ".join(words),
        seconds=f"{(row.to_us - row.from_us) / US_PER_S:.1f}",
        result=str(MOVE_ENDS.get(row.end, row.end)),
        failed=row.end == "failed" or bool(row.code),
    )


def yuan(fen: int) -> str:
    """An amount as it is written: 1,234.50."""
    return f"{fen // 100:,}.{fen % 100:02d}"


def _width(request: Request) -> dict[str, Any] | None:
    """What a grant that was narrowed has left; None for one that was not."""
    grant = Grant.objects.filter(pk=request.pk).first()
    if grant is None or not grant.narrowings.exists():
        return None
    return {
        "cameras": [camera.name for camera in grant.cameras.order_by("id")],
        "span": _range(grant.from_us, grant.to_us),
        "rows": list(grant.narrowings.all()),
    }


def span(request: Request) -> str:
    """The range in local time, or that live pictures were asked for."""
    return _range(request.from_us, request.to_us)


def _range(from_us: int | None, to_us: int | None) -> str:
    if from_us is None or to_us is None:
        return gettext("Live pictures")
    zone = timezone.get_current_timezone()
    first, last = (to_datetime(us).astimezone(zone) for us in (from_us, to_us))
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


def _asked(mode: str, line: Line) -> str:
    if line.code == MODE:
        return gettext("A rule grants this to this requester: %(mode)s") % {"mode": label("mode", mode)}
    if line.code == OFFICERS:
        return gettext("As many officers as the rule asks for")
    what, papers = label(line.group, line.code), [label("document", paper) for paper in line.papers]
    if line.is_met or not papers or any(paper.casefold() in what.casefold() for paper in papers):
        return what
    return gettext("%(what)s (%(papers)s)") % {"what": what, "papers": " / ".join(papers)}


def _officer(row: Officer) -> dict[str, Any]:
    return {
        "row": row,
        "certificate": label("document", row.certificate) if row.certificate else "",
        "number": queries.masked_officer_number(row),
    }


def _right_to_see(request: Request) -> Permission:
    return Permission.WATCH_LIVE if request.is_live else Permission.PLAY_BACK
