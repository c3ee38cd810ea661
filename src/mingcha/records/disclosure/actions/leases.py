"""Take-overs: control handed over for a time, lengthened by a new decision only, and come back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mingcha.base.errors import Conflict, Invalid
from mingcha.law import Citation
from mingcha.records.accounts.queries import require
from mingcha.records.accounts.states import Permission
from mingcha.records.disclosure.actions.consenting import use_second_person
from mingcha.records.disclosure.actions.entering import enter_request, kept
from mingcha.records.disclosure.models import Cost, Grant, Lease, LeaseMove, LeaseTerm, Officer, Request
from mingcha.records.disclosure.names import read_line
from mingcha.records.disclosure.queries import answer_for, seers
from mingcha.records.disclosure.queries.leases import is_running, lease_of
from mingcha.records.disclosure.requirements import Answer, compensation, require_allowed
from mingcha.records.disclosure.states import (
    AMOUNT_MOST_FEN,
    COSTS_MOST,
    LEASE_MOST,
    NAME_LIMIT,
    TEXT_LIMIT,
    UNIT_ENDS,
    CostKind,
    LeaseEnd,
    State,
)
from mingcha.records.files.actions import Upload, facts_of
from mingcha.records.files.models import StoredFile
from mingcha.records.files.states import PICTURES
from mingcha.records.inventory.models import Camera
from mingcha.records.register.actions import SYSTEM, Actor, act, enter
from mingcha.records.viewing.actions import end_viewing
from mingcha.records.viewing.models import Viewing
from mingcha.records.viewing.queries import open_on, open_viewings
from mingcha.records.viewing.states import End, Kind
from mingcha.wire.facts import Fact


def begin_lease(*, grant: Grant, answer: Answer, actor: Actor, at: datetime) -> Lease:
    """Open the lease of a granted take-over, inside the act of granting: whoever of the unit turns these cameras now
    is stopped."""
    lease = Lease.objects.create(request=grant.request, begun_at=at)
    _note_term(lease, answer, grant.until_at, "", actor, at)
    end_inside_control(list(grant.cameras.all()), at)
    return lease


def end_inside_control(cameras: list[Camera], at: datetime) -> int:
    """End what the unit's own people have in hand of these cameras; inside an act that is made of acts. How many."""
    found = open_viewings().filter(kind=Kind.CONTROL, basis__isnull=True, cameras__in=cameras).distinct()
    return _end_all(list(found), End.NOT_ENTITLED, at)


@act("disclosure.lease_extended")
def extend_lease(*, request: Request, duration: timedelta, reason: str, actor: Actor, at: datetime) -> LeaseTerm:
    """Lengthen a take-over to so long from now: a decision of its own, for which the law is asked anew. Raises
    Unlawful, Conflict (``disclosure.not_leased``, ``disclosure.second_person``), Invalid
    (``disclosure.not_longer``)."""
    require(actor, Permission.DECIDE_ACCESS)
    lease = _running(request, at)
    if duration > LEASE_MOST or at + duration <= lease.request.grant.until_at:
        raise Invalid("disclosure.not_longer", "This is not longer, or too long.", field="minutes")
    said = read_line(reason, "reason", limit=TEXT_LIMIT)
    answer = answer_for(request, at)
    if answer is None:
        raise Conflict("disclosure.region", "Nobody has said in which region the site is.", site=request.site.name)
    require_allowed(answer, may_owe=False)
    second = use_second_person(request, duration, actor, at)
    until_at = at + duration
    Grant.objects.filter(pk=request.pk).update(until_at=until_at)
    open_on(request.public_id).update(until_at=until_at)
    term = _note_term(lease, answer, until_at, said, actor, at)
    detail = {"until_at": until_at.isoformat(), "why": said, **second.detail}
    enter_request(request, actor, at, answer, detail=detail, refs=(lease.public_id, *second.refs))
    return term


@dataclass(frozen=True, slots=True)
class HandBack:
    """Who of the officers gives control back, and their sign. `signature`: a picture drawn on the screen;
    `signed_name`: typed instead."""

    officer: Officer
    signature: Upload | None = None
    signed_name: str = ""
    note: str = ""


@act("disclosure.handed_back", of_acts=True)
def hand_back(*, request: Request, draft: HandBack, actor: Actor, at: datetime) -> Lease:
    """Take control back from an officer who signs for it. Raises Conflict (``disclosure.not_leased``), Invalid
    (``disclosure.signature``, ``disclosure.officer``, ``file.*``)."""
    require(actor, Permission.RECEIVE_ACCESS)
    lease = _running(request, at)
    if draft.officer.request_id != request.pk:
        raise Invalid("disclosure.officer", "This officer did not come for this request.", field="officer")
    signed_name = read_line(draft.signed_name, "signed_name", may_be_empty=True)
    if draft.signature is None and not signed_name:
        raise Invalid("disclosure.signature", "The officer has not signed.", field="signature")
    note = read_line(draft.note, "note", limit=TEXT_LIMIT, may_be_empty=True)
    lease.returned_by, lease.signed_name = draft.officer, signed_name
    lease.signature = kept(draft.signature, PICTURES, actor, at)
    closed = _end(lease, LeaseEnd.HANDED_BACK, note, actor, at)
    files = [lease.signature] if lease.signature else []
    detail = {"officer": draft.officer.name, "note": note, "files": [facts_of(stored) for stored in files]}
    _enter_end(lease, closed, actor, at, {**detail, "end": str(lease.end)}, files=files)
    return lease


@act("disclosure.lease_ended", of_acts=True)
def end_lease(*, request: Request, end: str, note: str, actor: Actor, at: datetime) -> Lease:
    """End a take-over from the unit's side, for a reason of the list: it may not take control back at will. Raises
    Conflict (``disclosure.not_leased``), Invalid (``disclosure.lease_end``, ``disclosure.empty``)."""
    require(actor, Permission.DECIDE_ACCESS)
    if end not in UNIT_ENDS:
        raise Invalid("disclosure.lease_end", "There is no such reason.", field="end")
    said = read_line(note, "note", limit=TEXT_LIMIT)
    lease = _running(request, at)
    closed = _end(lease, LeaseEnd(end), said, actor, at)
    _enter_end(lease, closed, actor, at, {"end": end, "why": said})
    return lease


@act("disclosure.lease_ended", of_acts=True)
def let_lapse(*, lease: Lease, at: datetime) -> Lease:
    """Note that a take-over's time is over; nothing flowed after it, noted or not."""
    closed = _end(lease, LeaseEnd.TIME_OVER, "", SYSTEM, at)
    _enter_end(
        lease,
        closed,
        SYSTEM,
        at,
        {"end": str(LeaseEnd.TIME_OVER), "until_at": lease.request.grant.until_at.isoformat()},
    )
    return lease


@act("disclosure.cost_recorded")
def record_cost(*, request: Request, kind: str, text: str, amount_fen: int, actor: Actor, at: datetime) -> Cost:
    """Write down what a take-over cost the unit; the entry names the provision that has it compensated. Raises Conflict
    (``disclosure.not_leased``), Invalid (``disclosure.cost``, ``disclosure.amount``, ``disclosure.too_many``)."""
    require(actor, Permission.RECEIVE_ACCESS)
    lease = lease_of(request)
    if lease is None:
        raise Conflict("disclosure.not_leased", "There is no take-over.")
    if kind not in CostKind.values:
        raise Invalid("disclosure.cost", "There is no such kind of cost.", field="kind")
    if not 0 < amount_fen <= AMOUNT_MOST_FEN:
        raise Invalid("disclosure.amount", "The amount is out of bounds.", field="amount")
    if lease.costs.count() >= COSTS_MOST:
        raise Invalid("disclosure.too_many", "There are too many.", limit=COSTS_MOST)
    said = read_line(text, "text", limit=TEXT_LIMIT)
    cost = Cost.objects.create(
        lease=lease, kind=kind, text=said, amount_fen=amount_fen, at=at, by=actor.public_id, by_name=actor.name
    )
    enter(
        actor=actor,
        at=at,
        subject=request.public_id,
        subject_name=request.organ,
        refs=[lease.public_id, request.site.public_id],
        detail={"cost": kind, "text": said, "amount_fen": amount_fen, "request": request.public_id},
        grounds=compensation(cited(lease)),
    )
    return cost


def note_move(fact: Fact, viewing: Viewing | None) -> tuple[list[str], dict[str, object]]:
    """Write down what the fact ``ptz.moved`` tells, inside the act that enters it: further ids the entry is about, and
    what else it says. A movement under a take-over gets a row of its own."""
    if viewing is None:
        return [], {"mover": ""}
    request = Request.objects.filter(public_id=viewing.basis).first() if viewing.basis else None
    lease = lease_of(request) if request is not None else None
    if request is None or lease is None:
        return [], {"mover": viewing.viewer.name}
    camera = Camera.objects.filter(public_id=fact.camera).first()
    if camera is not None:
        _put_move(lease, camera, viewing, fact)
    names: dict[str, object] = {"mover": " ".join((request.organ, seers(request))).strip(), "desk": viewing.viewer.name}
    return [request.public_id, lease.public_id], names


def cited(lease: Lease) -> list[Citation]:
    """What the first decision on a take-over rests on."""
    rows = lease.request.decision.citations
    return [Citation(row["instrument"], row["article"], row.get("item", "")) for row in rows]


def _put_move(lease: Lease, camera: Camera, viewing: Viewing, fact: Fact) -> None:
    said = fact.detail
    numbers = {key: said.get(key) for key in ("pan", "tilt", "zoom", "from_us", "to_us")}
    whole = {key: value if type(value) is int else 0 for key, value in numbers.items()}
    LeaseMove.objects.create(
        lease=lease,
        camera=camera,
        viewer_id=viewing.viewer_id,
        command=str(said.get("command", ""))[:16],
        preset=str(said.get("preset", ""))[:NAME_LIMIT],
        end=str(said.get("end", ""))[:16],
        code=str(said.get("code", ""))[:64],
        fact=fact.fact,
        **{**whole, **{key: max(-100, min(100, whole[key])) for key in ("pan", "tilt", "zoom")}},
    )


def _running(request: Request, at: datetime) -> Lease:
    lease = lease_of(request)
    if lease is None or not is_running(lease, at):
        raise Conflict("disclosure.not_leased", "There is no take-over, or it is over.")
    return lease


def _note_term(lease: Lease, answer: Answer, until_at: datetime, reason: str, actor: Actor, at: datetime) -> LeaseTerm:
    return LeaseTerm.objects.create(
        lease=lease,
        until_at=until_at,
        reason=reason,
        facts=answer.facts,
        citations=[cite.as_dict() for cite in answer.citations],
        law_version=answer.law_version,
        at=at,
        by=actor.public_id,
        by_name=actor.name,
    )


def _end(lease: Lease, end: LeaseEnd, note: str, actor: Actor, at: datetime) -> int:
    """End lease, grant and everything that flows under them; how many viewings that were."""
    ended = {"ended_at": at, "end": end, "returned_by": lease.returned_by}
    if Lease.objects.filter(pk=lease.pk, ended_at__isnull=True).update(**ended) != 1:
        raise Conflict("disclosure.not_leased", "The take-over is over already.")
    lease.ended_at, lease.end, lease.end_note = at, end, note
    lease.ended_by, lease.ended_by_name = actor.public_id, actor.name
    lease.save()
    request = lease.request
    Request.objects.filter(pk=request.pk, state=State.GRANTED).update(state=State.ENDED)
    request.state = State.ENDED
    if end != LeaseEnd.TIME_OVER:
        Grant.objects.filter(pk=request.pk).update(ended_at=at, end_reason=note)
    return _end_all(list(open_on(request.public_id)), End.GRANT_ENDED, at)


def _end_all(viewings: list[Viewing], end: End, at: datetime) -> int:
    ended = 0
    for viewing in viewings:
        try:
            end_viewing(viewing=viewing, end=end, at=at)
            ended += 1
        except Conflict:
            continue  # its page closed it at the same moment
    return ended


def _enter_end(
    lease: Lease,
    closed: int,
    actor: Actor,
    at: datetime,
    detail: Mapping[str, object],
    files: Sequence[StoredFile] = (),
) -> None:
    moves = {"moves": lease.moves.count(), "viewings": closed}
    refs = (lease.public_id,)
    enter_request(lease.request, actor, at, None, detail={**detail, **moves}, files=files, refs=refs)
