"""Acts of viewing: each leaves its entry in the register before a ticket exists.

The acts commit first (`register.act` is durable); only then does `mint` sign a ticket. A ticket lives `TICKET_LIFE`
and is renewed by the page; renewing looks at rights and session anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings

from mingcha.base.clock import from_datetime
from mingcha.base.errors import Conflict, Invalid, MingchaError, NotAllowed
from mingcha.base.ids import new_id
from mingcha.base.keys import ticket_key
from mingcha.base.timerange import TimeRange
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.queries import require
from mingcha.records.inventory.models import Camera
from mingcha.records.personnel.queries import require_watch
from mingcha.records.policies.actions import ask_approval, use_approval
from mingcha.records.policies.models import Approval
from mingcha.records.policies.queries import open_wish, standing_approval
from mingcha.records.policies.states import ApprovalKind
from mingcha.records.register.actions import SYSTEM, Actor, Ground, act, enter
from mingcha.records.viewing.models import Export, Viewing
from mingcha.records.viewing.queries import reason_to_end
from mingcha.records.viewing.second import RECORDINGS, facts_of, second_for
from mingcha.records.viewing.states import MODES, NEEDED, NOTE_LIMIT, NOTE_NEEDED, End, ExportState, Kind, Reason
from mingcha.wire.ticket import Ticket, screen_of
from mingcha.wire.ticket import mint as sign

TICKET_LIFE = timedelta(seconds=120)
DOWNLOAD_LIFE = timedelta(hours=1)
"""Large copies take their time. A revocation ends a download within two seconds all the same."""
MAX_CAMERAS = 64
MAX_PLAYBACK_US = 8 * 86_400_000_000
MAX_EXPORT_US = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, in which browser session, and why."""

    viewer: Person
    session_key: str
    reason: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """A grant to somebody from outside that a viewing rests on. `basis`: the request; `record`: what the register of
    retrievals is to say of them; `masked`: other people on the pictures are painted over; `stands`: whether it is still
    as it was read, asked again within the act, since it may be ended or narrowed at the same moment."""

    basis: str
    until_at: datetime
    watermark: str
    record: Mapping[str, object] = field(default_factory=dict)
    grounds: Sequence[Ground] = ()
    law_version: str = ""
    masked: bool = False
    stands: Callable[[], bool] = lambda: True


@act("viewing.live_opened")
def open_live(*, asker: Asker, cameras: Sequence[Camera], at: datetime, terms: Terms | None = None) -> Viewing:
    """Register a live view of these cameras. Raises NotAllowed or Invalid (``viewing.*``)."""
    return _open(Kind.LIVE, asker, cameras, None, at, terms)


@act("viewing.control_opened")
def open_control(*, asker: Asker, cameras: Sequence[Camera], at: datetime, terms: Terms | None = None) -> Viewing:
    """Register that somebody takes these cameras in hand to turn them; its ticket shows no picture."""
    return _open(Kind.CONTROL, asker, cameras, None, at, terms)


@act("viewing.playback_opened")
def open_playback(
    *, asker: Asker, cameras: Sequence[Camera], span: TimeRange, at: datetime, terms: Terms | None = None
) -> Viewing:
    """Register a playback of these cameras over one range."""
    if span.duration_us > MAX_PLAYBACK_US:
        raise Invalid("viewing.range", "The range is too long.")
    return _open(Kind.PLAYBACK, asker, cameras, span, at, terms)


@act("viewing.snapshot_taken")
def take_snapshot(*, asker: Asker, camera: Camera, instant_us: int, at: datetime) -> Viewing:
    """Register one picture of one camera, at an instant."""
    return _open(Kind.SNAPSHOT, asker, [camera], TimeRange(instant_us, instant_us + 1), at)


@act("viewing.export_ordered")
def order_export(*, asker: Asker, camera: Camera, span: TimeRange, at: datetime, terms: Terms | None = None) -> Viewing:
    """Register the order of a copy of exactly this camera and range; its `export` row holds what becomes of it."""
    if span.duration_us > MAX_EXPORT_US:
        raise Invalid("export.range", "The range is too long.")
    viewing = _open(Kind.EXPORT, asker, [camera], span, at, terms)
    Export.objects.create(viewing=viewing)
    return viewing


@act("viewing.export_fetched")
def fetch_export(*, export: Export, asker: Asker, at: datetime, terms: Terms | None = None) -> Viewing:
    """Register that somebody downloads a finished copy; a new viewing over the same camera and range, resting on the
    grant that `terms` name. Whether it may be downloaded now is a matter of custody, which calls this."""
    ordered = export.viewing
    if export.state == ExportState.FAILED or not export.export_id or ordered.from_us is None or ordered.to_us is None:
        raise Conflict("export.failed", "The copy could not be made.")
    span = TimeRange(ordered.from_us, ordered.to_us)
    return _open(Kind.EXPORT, asker, list(ordered.cameras.all()), span, at, terms, life=DOWNLOAD_LIFE, is_weighed=True)


@act("viewing.closed")
def close_viewing(*, viewing: Viewing, actor: Actor, at: datetime) -> None:
    """End a viewing by its viewer. The gateway tells the media plane. Raises Conflict when it has ended already."""
    _end(viewing, End.CLOSED, actor, at)


@act("viewing.revoked")
def end_viewing(*, viewing: Viewing, end: End, at: datetime) -> None:
    """End a viewing by the system: session gone, right lost, page gone, grant over."""
    _end(viewing, end, SYSTEM, at)


@act("viewing.area_shown")
def show_area(
    *, viewing: Viewing, camera: Camera, box: tuple[int, int, int, int] | None, actor: Person, at: datetime
) -> None:
    """Leave one box of a camera's picture unmasked, for whoever asked to see themselves; None masks it all again.
    `box`: left, top, right, bottom in thousandths of the picture. Raises Invalid, Conflict."""
    require(actor, NEEDED[Kind(viewing.kind)])
    if not viewing.masked or viewing.ended_at is not None or reason_to_end(viewing, at=at) is not None:
        raise Conflict("viewing.ended", "The viewing has ended, or nothing is masked in it.")
    if not viewing.cameras.filter(pk=camera.pk).exists():
        raise Invalid("viewing.cameras", "This camera is not part of the viewing.")
    if box is not None and not (0 <= box[0] < box[2] <= 1000 and 0 <= box[1] < box[3] <= 1000):
        raise Invalid("viewing.area", "Draw an area inside the picture.")
    others = [kept for kept in viewing.clear if kept[0] != camera.public_id]
    viewing.clear = [*others, [camera.public_id, *box]] if box is not None else others
    viewing.save(update_fields=["clear"])
    enter(
        actor=actor,
        at=at,
        subject=viewing.public_id,
        subject_name=camera.name,
        refs=[camera.public_id, *([viewing.basis] if viewing.basis else [])],
        detail={"area": list(box) if box is not None else [], "camera": camera.name},
    )


def ask_second_person(
    *, kind: str, asker: Asker, cameras: Sequence[Camera], span: TimeRange | None, at: datetime
) -> Approval:
    """Ask a second person to consent to exactly this look; the same wish that waits already is given back. No act
    itself, it runs one. Raises as opening does, and Conflict (``viewing.no_second_person``) where nobody is wanted."""
    if kind not in RECORDINGS:
        raise Invalid("viewing.mode", "Unknown mode.")
    _require(Kind(kind), asker, cameras, at)
    why = second_for(asker.viewer, Kind(kind), cameras, span, at)
    if not why:
        raise Conflict("viewing.no_second_person", "No second person is wanted.")
    facts = facts_of(Kind(kind), cameras, span, asker.reason, asker.note.strip(), why)
    subject = asker.viewer.public_id
    waiting = open_wish(ApprovalKind.VIEWING, subject, at, asked_by=asker.viewer, facts=facts)
    return waiting or ask_approval(
        kind=ApprovalKind.VIEWING,
        subject=subject,
        subject_name=_names(cameras),
        facts=facts,
        actor=asker.viewer,
        at=at,
    )


def renew(*, viewing: Viewing, at: datetime, screen: str = "") -> str:
    """A fresh ticket while nothing speaks against it; no act, since it only prolongs one. Raises Conflict
    (``viewing.ended``)."""
    ended = Conflict("viewing.ended", "The viewing has ended.")
    if viewing.ended_at is not None or reason_to_end(viewing, at=at) is not None:
        raise ended
    until = _ticket_until(viewing.until_at, at)
    if Viewing.objects.filter(pk=viewing.pk, ended_at__isnull=True).update(expires_at=until) != 1:
        raise ended
    viewing.expires_at = until
    return mint(viewing, at=at, screen=screen)


def mint(viewing: Viewing, *, at: datetime, screen: str = "", export: str = "") -> str:
    """Sign a ticket exactly as wide as the viewing, good until its `expires_at`. `screen`: cookie of the browser that
    gets it; nobody else can use it. `export`: the one copy that a download fetches; it lets nothing new be copied."""
    if viewing.pk is None or viewing.ended_at is not None:
        raise Conflict("viewing.ended", "The viewing has ended.")
    playable = viewing.kind in (Kind.PLAYBACK, Kind.EXPORT, Kind.SNAPSHOT)
    ticket = Ticket(
        grant=viewing.grant,
        person=viewing.viewer.public_id,
        modes=_modes(viewing),
        cameras=tuple(viewing.cameras.order_by("id").values_list("public_id", flat=True)),
        from_us=viewing.from_us if playable else None,
        to_us=viewing.to_us if playable else None,
        issued_us=from_datetime(at),
        expires_us=from_datetime(viewing.expires_at),
        serial=new_id("grt"),
        screen=screen_of(screen) if screen else "",
        export=export,
        copy_until_us=_copy_until_us(viewing),
        masked=viewing.masked,
        clear=tuple((str(camera), *box) for camera, *box in viewing.clear),
    )
    return sign(ticket, ticket_key(settings.DATA_DIR))


def _copy_until_us(viewing: Viewing) -> int | None:
    """While a grant from outside runs, the recorder keeps the copy made for it, though its footage may have to go."""
    if viewing.kind != Kind.EXPORT or viewing.until_at is None:
        return None
    return from_datetime(viewing.until_at)


def _modes(viewing: Viewing) -> tuple[str, ...]:
    is_download = viewing.kind == Kind.EXPORT and not Export.objects.filter(viewing=viewing).exists()
    return ("fetch",) if is_download else MODES[viewing.kind]


def note_export_begun(*, viewing: Viewing, export_id: str) -> None:
    """Remember the media plane's number of a copy, told by the page that ordered it. Only the first one counts."""
    Export.objects.filter(viewing=viewing, export_id="").update(export_id=export_id)


def _ticket_until(until_at: datetime | None, at: datetime, life: timedelta = TICKET_LIFE) -> datetime:
    """No ticket outlives its grant."""
    return min(at + life, until_at) if until_at is not None else at + life


def _open(
    kind: Kind,
    asker: Asker,
    cameras: Sequence[Camera],
    span: TimeRange | None,
    at: datetime,
    terms: Terms | None = None,
    *,
    life: timedelta = TICKET_LIFE,
    is_weighed: bool = False,
) -> Viewing:
    """`is_weighed`: whether a second person is wanted was decided before."""
    _require(kind, asker, cameras, at)
    if terms is not None and (terms.until_at <= at or not terms.stands()):
        raise Conflict("viewing.ended", "The time granted is over.")
    approval = None if terms is not None or is_weighed else _consent(kind, asker, cameras, span, at)
    viewing = Viewing.objects.create(
        viewer=asker.viewer,
        session_key=asker.session_key,
        kind=kind,
        from_us=span.start_us if span else None,
        to_us=span.end_us if span else None,
        reason=asker.reason,
        note=asker.note.strip(),
        opened_at=at,
        expires_at=_ticket_until(terms.until_at if terms else None, at, life),
        basis=terms.basis if terms else None,
        until_at=terms.until_at if terms else None,
        watermark=terms.watermark if terms else None,
        masked=terms.masked if terms else False,
        approval=approval.public_id if approval else "",
    )
    viewing.cameras.set(cameras)
    enter(
        actor=asker.viewer,
        at=at,
        subject=viewing.public_id,
        subject_name=_names(cameras),
        refs=[*(camera.public_id for camera in cameras), *([terms.basis] if terms else []), *_ids_of(approval)],
        detail={
            **(terms.record if terms else {}),
            **({"approved_by": approval.answered_by.name} if approval and approval.answered_by else {}),
            "cameras": [camera.public_id for camera in cameras],
            "reason": asker.reason,
            "note": asker.note.strip(),
            "from_us": viewing.from_us,
            "to_us": viewing.to_us,
            **({"masked": True} if viewing.masked else {}),
        },
        grounds=terms.grounds if terms else (),
        law_version=terms.law_version if terms else "",
    )
    return viewing


def _require(kind: Kind, asker: Asker, cameras: Sequence[Camera], at: datetime) -> None:
    """Role, reason and post. Raises NotAllowed, Invalid."""
    require(asker.viewer, NEEDED[kind])
    _check(asker, cameras)
    require_watch(asker.viewer, {camera.site_id for camera in cameras}, at)


def _consent(
    kind: Kind, asker: Asker, cameras: Sequence[Camera], span: TimeRange | None, at: datetime
) -> Approval | None:
    """The second person's consent, used up here; None where none is wanted. Raises NotAllowed
    (``viewing.second_person``)."""
    why = second_for(asker.viewer, kind, cameras, span, at)
    if not why:
        return None
    facts = facts_of(kind, cameras, span, asker.reason, asker.note.strip(), why)
    found = standing_approval(ApprovalKind.VIEWING, asker.viewer.public_id, at, facts=facts, asked_by=asker.viewer)
    if found is None:
        said = "、".join(str(code.label) for code in why)
        raise NotAllowed("viewing.second_person", "A second person has to approve this.", why=said)
    return use_approval(approval=found, at=at, facts=facts)


def _ids_of(approval: Approval | None) -> list[str]:
    return [approval.public_id] if approval else []


def _check(asker: Asker, cameras: Sequence[Camera]) -> None:
    problem: MingchaError | None = None
    if not cameras:
        problem = Invalid("viewing.cameras", "No camera was chosen.")
    elif len(cameras) > MAX_CAMERAS:
        problem = Invalid("viewing.too_many", "Too many cameras.", limit=MAX_CAMERAS)
    elif asker.reason not in Reason.values:
        problem = Invalid("viewing.reason", "The reason is not in the list.")
    elif asker.reason in NOTE_NEEDED and not asker.note.strip():
        problem = Invalid("viewing.note", "This reason wants a note.")
    elif len(asker.note) > NOTE_LIMIT or not asker.session_key:
        problem = Invalid("request.invalid", "The request cannot be read.")
    if problem:
        raise problem


def _end(viewing: Viewing, end: End, actor: Actor, at: datetime) -> None:
    if Viewing.objects.filter(pk=viewing.pk, ended_at__isnull=True).update(ended_at=at, end=end) != 1:
        raise Conflict("viewing.ended", "The viewing has ended already.")
    viewing.ended_at, viewing.end = at, end
    cameras = list(viewing.cameras.order_by("id"))
    enter(
        actor=actor,
        at=at,
        subject=viewing.public_id,
        subject_name=_names(cameras),
        refs=[viewing.viewer.public_id, *(camera.public_id for camera in cameras)],
        detail={"viewer": viewing.viewer.name, "end": str(end)},
    )


def _names(cameras: Sequence[Camera]) -> str:
    return "、".join(camera.name for camera in cameras)
