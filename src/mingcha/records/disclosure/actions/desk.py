"""At the desk: a request is received, officers and papers are added, the unit consents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.utils import timezone

from mingcha.base.errors import Conflict, Invalid, MingchaError
from mingcha.base.keys import node_sealer
from mingcha.base.timerange import TimeRange
from mingcha.records.accounts.queries import require
from mingcha.records.accounts.states import Permission
from mingcha.records.disclosure.actions.entering import enter_request, kept, settle
from mingcha.records.disclosure.models import Applicant, Officer, Paper, Request
from mingcha.records.disclosure.names import read_line
from mingcha.records.disclosure.queries import answer_for
from mingcha.records.disclosure.states import (
    CAMERAS_MOST,
    CERTIFICATES,
    NUMBER_LIMIT,
    OFFICERS_MOST,
    ORGANS,
    PAPERS,
    PAPERS_MOST,
    PERSON,
    POLICE_APPROVAL,
    RANGE_MOST,
    TEXT_LIMIT,
    DebtEnd,
    State,
)
from mingcha.records.files.actions import Upload, facts_of
from mingcha.records.files.states import PICTURES, Kind
from mingcha.records.inventory.codes import read_law_code
from mingcha.records.inventory.models import Camera, Site
from mingcha.records.register.actions import Actor, act

SCANS = PICTURES | {Kind.PDF}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for and why. `span` None: live pictures."""

    cameras: Sequence[Camera]
    span: TimeRange | None
    mode: str
    purpose: str
    case_number: str = ""
    emergency: bool = False


@dataclass(frozen=True, slots=True)
class Asking:
    """The state organ that asks. `requester`: a code of the law's vocabulary."""

    requester: str
    organ: str
    statutory_duty: str = ""
    own_sector: bool = True


@dataclass(frozen=True, slots=True)
class Self:
    """The person who asks, and for whom: codes of the law's vocabulary, ``none`` for nothing."""

    name: str
    id_number: str
    relationship: str
    protects: str
    urgent: bool = False


@act("disclosure.received")
def receive_from_organ(*, site: Site, asking: Asking, wanted: Wanted, actor: Actor, at: datetime) -> Request:
    """Enter a state organ's request. Raises NotAllowed, Invalid (``disclosure.*``)."""
    require(actor, Permission.RECEIVE_ACCESS)
    if asking.requester not in ORGANS:
        raise Invalid("disclosure.requester", "This requester is no state organ.", field="requester")
    request = _received(site, wanted, actor, at)
    request.requester = asking.requester
    request.organ = read_line(asking.organ, "organ")
    request.statutory_duty = read_line(asking.statutory_duty, "statutory_duty", limit=TEXT_LIMIT, may_be_empty=True)
    request.own_sector = asking.own_sector
    request.save()
    request.cameras.set(wanted.cameras)
    enter_request(request, actor, at, answer_for(request, at))
    return request


@act("disclosure.received")
def receive_from_person(*, site: Site, asking: Self, wanted: Wanted, actor: Actor, at: datetime) -> Request:
    """Enter the request of a person. The number goes in sealed and never into the register."""
    require(actor, Permission.RECEIVE_ACCESS)
    request = _received(site, wanted, actor, at)
    request.requester = PERSON
    request.save()
    request.cameras.set(wanted.cameras)
    number = read_line(asking.id_number, "id_number", limit=NUMBER_LIMIT, may_be_empty=True)
    Applicant.objects.create(
        request=request,
        name=read_line(asking.name, "name"),
        id_sealed=_sealed(number, f"{request.public_id}/applicant"),
        relationship=read_law_code("relationship", asking.relationship, "disclosure.relationship"),
        protects=read_law_code("protects", asking.protects, "disclosure.protects"),
        urgent=asking.urgent,
    )
    enter_request(request, actor, at, answer_for(request, at))
    return request


@dataclass(frozen=True, slots=True)
class OfficerDraft:
    """Somebody who came. `signature`: a picture drawn on the screen; `signed_name`: typed instead."""

    name: str
    organ: str
    certificate: str = ""
    number: str = ""
    photo: Upload | None = None
    signature: Upload | None = None
    signed_name: str = ""


@act("disclosure.officer_added", "disclosure.debt_settled")
def add_officer(*, request: Request, draft: OfficerDraft, actor: Actor, at: datetime) -> Officer:
    """Write down who came and what they showed; they have signed. Raises Conflict (``disclosure.decided``), Invalid
    (``disclosure.certificate``, ``disclosure.signature``, ``disclosure.too_many``, ``file.*``)."""
    require(actor, Permission.RECEIVE_ACCESS)
    _require_addable(request, request.officers.count(), OFFICERS_MOST)
    if request.requester not in ORGANS:
        raise Invalid("disclosure.requester", "Only a state organ sends officers.")
    if draft.certificate and draft.certificate not in CERTIFICATES:
        raise Invalid("disclosure.certificate", "This is no certificate.", field="certificate")
    signed_name = read_line(draft.signed_name, "signed_name", may_be_empty=True)
    if draft.signature is None and not signed_name:
        raise Invalid("disclosure.signature", "The officer has not signed.", field="signature")
    number = read_line(draft.number, "number", limit=NUMBER_LIMIT, may_be_empty=True)
    officer = Officer.objects.create(
        request=request,
        name=read_line(draft.name, "name"),
        organ=read_line(draft.organ, "organ"),
        certificate=draft.certificate,
        photo=kept(draft.photo, PICTURES, actor, at),
        signature=kept(draft.signature, PICTURES, actor, at),
        signed_name=signed_name,
        added_at=at,
    )
    officer.number_sealed = _sealed(number, f"{request.public_id}/officer/{officer.pk}")
    officer.save(update_fields=("number_sealed",))
    detail = {"officer": officer.name, "officer_organ": officer.organ, "certificate": officer.certificate}
    files = [stored for stored in (officer.photo, officer.signature) if stored]
    detail["files"] = [facts_of(stored) for stored in files]  # type: ignore[assignment]
    enter_request(request, actor, at, answer_for(request, at), detail=detail, files=files)
    settle(request, actor, at)
    return officer


@dataclass(frozen=True, slots=True)
class PaperDraft:
    """A letter or an approval that was shown."""

    kind: str
    issuer: str
    number: str = ""
    dated_on: date | None = None
    scan: Upload | None = None


@act("disclosure.paper_added", "disclosure.debt_settled")
def add_paper(*, request: Request, draft: PaperDraft, actor: Actor, at: datetime) -> Paper:
    """Write down a paper that was shown. Raises Conflict (``disclosure.decided``), Invalid (``disclosure.paper``,
    ``disclosure.paper_day``, ``disclosure.too_many``, ``file.*``)."""
    require(actor, Permission.RECEIVE_ACCESS)
    _require_addable(request, request.papers.count(), PAPERS_MOST)
    if draft.kind not in (*PAPERS, POLICE_APPROVAL):
        raise Invalid("disclosure.paper", "There is no such kind of paper.", field="kind")
    if draft.dated_on is not None and draft.dated_on > timezone.localdate(at):
        raise Invalid("disclosure.paper_day", "The day is still to come.", field="dated_on")
    paper = Paper.objects.create(
        request=request,
        kind=draft.kind,
        issuer=read_line(draft.issuer, "issuer"),
        number=read_line(draft.number, "number", limit=NUMBER_LIMIT, may_be_empty=True),
        dated_on=draft.dated_on,
        scan=kept(draft.scan, SCANS, actor, at),
        added_at=at,
    )
    detail = {"paper": paper.kind, "paper_number": paper.number, "issuer": paper.issuer}
    detail["files"] = [facts_of(paper.scan)] if paper.scan else []  # type: ignore[assignment]
    files = [paper.scan] if paper.scan else []
    enter_request(request, actor, at, answer_for(request, at), detail=detail, files=files)
    settle(request, actor, at)
    return paper


@act("disclosure.received", of_acts=True)
def receive_whole(
    *,
    site: Site,
    asking: Asking,
    wanted: Wanted,
    officers: Sequence[OfficerDraft],
    papers: Sequence[PaperDraft],
    actor: Actor,
    at: datetime,
) -> Request:
    """Enter a state organ's request with everybody who came and every paper shown, all of it or nothing. What is raised
    for one of these names it by `part`: ``officer0``, ``paper1`` …"""
    request = receive_from_organ(site=site, asking=asking, wanted=wanted, actor=actor, at=at)
    for number, officer in enumerate(officers):
        with _part(f"officer{number}"):
            add_officer(request=request, draft=officer, actor=actor, at=at)
    for number, paper in enumerate(papers):
        with _part(f"paper{number}"):
            add_paper(request=request, draft=paper, actor=actor, at=at)
    return request


@contextmanager
def _part(name: str) -> Iterator[None]:
    try:
        yield
    except MingchaError as error:
        error.params = {**error.params, "part": name}
        raise


@act("disclosure.consented")
def consent(*, request: Request, actor: Actor, at: datetime) -> None:
    """Give the unit's consent. Raises Conflict (``disclosure.decided``, ``disclosure.consented``)."""
    require(actor, Permission.DECIDE_ACCESS)
    given = Request.objects.filter(pk=request.pk, state=State.OPEN, consent_at__isnull=True)
    if given.update(consent_at=at, consent_by=actor.public_id, consent_by_name=actor.name) != 1:
        raise Conflict("disclosure.consented", "The unit has consented already, or the request has been decided.")
    request.refresh_from_db()
    enter_request(request, actor, at, answer_for(request, at))


def _received(site: Site, wanted: Wanted, actor: Actor, at: datetime) -> Request:
    """A request not yet saved, its cameras and range looked at."""
    if not wanted.cameras or len(wanted.cameras) > CAMERAS_MOST:
        raise Invalid("disclosure.cameras", "No camera, or too many.", field="cameras", limit=CAMERAS_MOST)
    if any(camera.site_id != site.pk for camera in wanted.cameras):
        raise Invalid("disclosure.cameras", "A camera is of another site.", field="cameras", limit=CAMERAS_MOST)
    if wanted.span is not None and wanted.span.duration_us > RANGE_MOST.total_seconds() * 1_000_000:
        raise Invalid("disclosure.range", "The range is too long.", field="until_at", days=RANGE_MOST.days)
    if wanted.span is None and wanted.mode == "copy":
        raise Invalid("disclosure.copy_range", "A copy needs a range.", field="mode")
    return Request(
        site=site,
        mode=read_law_code("mode", wanted.mode, "disclosure.mode"),
        from_us=wanted.span.start_us if wanted.span else None,
        to_us=wanted.span.end_us if wanted.span else None,
        purpose=read_line(wanted.purpose, "purpose", limit=TEXT_LIMIT),
        case_number=read_line(wanted.case_number, "case_number", limit=NUMBER_LIMIT, may_be_empty=True),
        emergency=wanted.emergency,
        received_at=at,
        received_by=actor.public_id,
        received_by_name=actor.name,
    )


def _require_addable(request: Request, count: int, most: int) -> None:
    """More may be added until the decision, and after it while something is owed."""
    request.refresh_from_db(fields=("state",))
    owes = request.debts.filter(settled_at__isnull=True).exclude(closed_as=DebtEnd.WRITTEN_OFF).exists()
    if request.state != State.OPEN and not owes:
        raise Conflict("disclosure.decided", "The request has been decided.")
    if count >= most:
        raise Invalid("disclosure.too_many", "There are too many.", limit=most)


def _sealed(number: str, context: str) -> str:
    return node_sealer(settings.DATA_DIR).seal(number, context) if number else ""
