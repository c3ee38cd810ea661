"""Decisions: what the law forbids is refused with its articles, what it allows opens exactly what was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings

from mingcha.base.errors import Conflict, Invalid
from mingcha.records.accounts.queries import require
from mingcha.records.accounts.states import Permission
from mingcha.records.disclosure.actions.consenting import use_second_person
from mingcha.records.disclosure.actions.entering import enter_request, lacking
from mingcha.records.disclosure.actions.leases import begin_lease
from mingcha.records.disclosure.models import Debt, Decision, Grant, Request
from mingcha.records.disclosure.names import read_line
from mingcha.records.disclosure.queries import answer_for, seers, subject_name
from mingcha.records.disclosure.requirements import Answer, require_allowed
from mingcha.records.disclosure.states import GRANT_MOST, ORGANS, TAKEOVER, TEXT_LIMIT, Refusal, State
from mingcha.records.register.actions import Actor, act
from mingcha.records.screens.models import Screen
from mingcha.records.screens.queries import screens_of
from mingcha.records.viewing.actions import end_viewing
from mingcha.records.viewing.queries import open_on
from mingcha.records.viewing.states import End

WATERMARK_LIMIT = 500


@act("disclosure.granted", of_acts=True)
def grant(
    *, request: Request, duration: timedelta, actor: Actor, at: datetime, screens: Sequence[Screen] | None = None
) -> Grant:
    """Grant a request, for so long from now; a take-over hands control over at once. `screens`: where it may be looked
    at; None: at all named screens of the site, or, where it has none, in the session that opens it. Raises Unlawful
    (``disclosure.not_allowed``, ``disclosure.nothing_in_force``) with what is missing and the articles that ask for it,
    Conflict (``disclosure.decided``, ``disclosure.region``, ``disclosure.second_person``), Invalid
    (``disclosure.duration``, ``screen.wanted``).

    In an emergency what the law asks for must be there all the same; the particulars of the officers and their paper
    may follow and are owed.
    """
    require(actor, right_to_grant(request))
    if not timedelta(0) < duration <= GRANT_MOST:
        raise Invalid("disclosure.duration", "The duration is out of bounds.", field="minutes")
    named = list(screens_of(request.site))
    chosen = named if screens is None else list(screens)
    if (named and not chosen) or any(screen not in named for screen in chosen):
        raise Invalid("screen.wanted", "Named screens of the site must be chosen.", field="screens")
    answer = _asked(request, at)
    require_allowed(answer, may_owe=_may_owe(request))
    second = use_second_person(request, duration, actor, at)
    _decided(request, State.GRANTED)
    _note_decision(request, answer, actor, at, granted=True)
    made = _open_grant(request, at, at + duration, second.name)
    made.screens.set(chosen)
    owed = lacking(request) if _may_owe(request) else []
    due_at = at + timedelta(hours=settings.PAPERS_OWED_HOURS)
    Debt.objects.bulk_create(Debt(request=request, code=code, due_at=due_at) for code in owed)
    detail = {"until_at": made.until_at.isoformat(), "owed": [str(code) for code in owed], **second.detail}
    if chosen:
        detail["screens"] = [screen.name for screen in chosen]
    lease = begin_lease(grant=made, answer=answer, actor=actor, at=at) if request.mode == TAKEOVER else None
    refs = (*second.refs, *([lease.public_id] if lease else []))
    enter_request(request, actor, at, answer, detail=detail, refs=refs)
    return made


@act("disclosure.refused")
def refuse(*, request: Request, reasons: Sequence[str], note: str, actor: Actor, at: datetime) -> Decision:
    """Refuse a request: for what the law finds missing, and for reasons of our own. Raises Conflict
    (``disclosure.decided``, ``disclosure.region``), Invalid (``disclosure.reasons``, ``disclosure.reason_note``)."""
    require(actor, Permission.DECIDE_ACCESS)
    answer = _asked(request, at)
    if any(code not in Refusal.values for code in reasons):
        raise Invalid("disclosure.reasons", "There is no such reason.", field="reasons")
    if not reasons and answer.is_granted_by_law:
        raise Invalid("disclosure.reasons", "The law finds nothing missing; a reason is needed.", field="reasons")
    said = read_line(note, "note", limit=TEXT_LIMIT, may_be_empty=True)
    if Refusal.OTHER in reasons and not said:
        raise Invalid("disclosure.reason_note", "The reason is not described.", field="note")
    _decided(request, State.REFUSED)
    made = _note_decision(request, answer, actor, at, granted=False, reasons=reasons, note=said)
    detail = {"missing": list(answer.missing), "reasons": list(reasons), "note": said}
    enter_request(request, actor, at, answer, detail=detail)
    return made


@act("disclosure.ended", of_acts=True)
def end_grant(*, request: Request, reason: str, actor: Actor, at: datetime) -> Grant:
    """End a grant before its time: viewings that rest on it end with it, and the gateway tells the recorder. Raises
    Conflict (``disclosure.not_granted``, ``disclosure.end_lease``), Invalid (``disclosure.empty``)."""
    require(actor, Permission.DECIDE_ACCESS)
    said = read_line(reason, "reason", limit=TEXT_LIMIT)
    if request.mode == TAKEOVER:
        raise Conflict("disclosure.end_lease", "A take-over is ended by its own act.")
    if Request.objects.filter(pk=request.pk, state=State.GRANTED).update(state=State.ENDED) != 1:
        raise Conflict("disclosure.not_granted", "There is no grant to end.")
    request.state = State.ENDED
    made = request.grant
    made.ended_at, made.end_reason = at, said
    made.save(update_fields=("ended_at", "end_reason"))
    closed = 0
    for viewing in open_on(request.public_id):
        try:
            end_viewing(viewing=viewing, end=End.GRANT_ENDED, at=at)
            closed += 1
        except Conflict:
            continue  # its page closed it at the same moment
    enter_request(request, actor, at, None, detail={"end_reason": said, "viewings": closed})
    return made


def right_to_grant(request: Request) -> Permission:
    """What granting this wants: where the law leaves nothing to weigh, whoever sits at the desk may do as it says; a
    take-over, and whatever a person asks for, is decided by who answers for the unit."""
    plain = request.requester in ORGANS and request.mode != TAKEOVER
    return Permission.GRANT_LAWFUL if plain else Permission.DECIDE_ACCESS


def _open_grant(request: Request, at: datetime, until_at: datetime, approved_by_name: str) -> Grant:
    """Exactly as wide as the request."""
    made = Grant.objects.create(
        request=request,
        from_us=request.from_us,
        to_us=request.to_us,
        begun_at=at,
        until_at=until_at,
        watermark=_watermark(request),
        approved_by_name=approved_by_name,
    )
    made.cameras.set(request.cameras.all())
    return made


def _may_owe(request: Request) -> bool:
    """Only a state organ in an emergency; a person who asks is there and can be named."""
    return request.emergency and request.requester in ORGANS


def _asked(request: Request, at: datetime) -> Answer:
    answer = answer_for(request, at)
    if answer is None:
        raise Conflict("disclosure.region", "Nobody has said in which region the site is.", site=request.site.name)
    return answer


def _decided(request: Request, state: State) -> None:
    if Request.objects.filter(pk=request.pk, state=State.OPEN).update(state=state) != 1:
        raise Conflict("disclosure.decided", "The request has been decided already.")
    request.state = state


def _note_decision(
    request: Request,
    answer: Answer,
    actor: Actor,
    at: datetime,
    *,
    granted: bool,
    reasons: Sequence[str] = (),
    note: str = "",
) -> Decision:
    return Decision.objects.create(
        request=request,
        granted=granted,
        facts=answer.facts,
        allowed=answer.allowed,
        missing=[*answer.missing, *answer.unwritten],
        citations=[cite.as_dict() for cite in answer.citations],
        law_version=answer.law_version,
        reasons=list(reasons),
        note=note,
        at=at,
        by=actor.public_id,
        by_name=actor.name,
    )


def _watermark(request: Request) -> str:
    """Whoever films the screen films the names of those who were let in."""
    names = " ".join(dict.fromkeys((subject_name(request), seers(request))))
    return f"{names} {request.public_id}".strip()[:WATERMARK_LIMIT]
