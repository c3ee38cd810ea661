"""Opening what a grant opens: a viewing of exactly its cameras and range, in the browser session at the desk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from mingcha.base.errors import Conflict, NotAllowed
from mingcha.base.timerange import TimeRange
from mingcha.law import Citation
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.queries import require
from mingcha.records.accounts.states import Permission
from mingcha.records.disclosure.actions.controlling import require_turning
from mingcha.records.disclosure.actions.entering import record_of
from mingcha.records.disclosure.models import Grant, Request
from mingcha.records.disclosure.states import PERSON, TAKEOVER, State
from mingcha.records.inventory.models import Camera
from mingcha.records.screens.models import Screen
from mingcha.records.viewing import actions as viewing
from mingcha.records.viewing.actions import Asker, Terms
from mingcha.records.viewing.models import Viewing
from mingcha.records.viewing.states import NOTE_LIMIT, Kind, Reason


def open_granted(
    *,
    request: Request,
    kind: str,
    cameras: Sequence[Camera],
    span: TimeRange | None,
    asker: Person,
    session_key: str,
    at: datetime,
    screen: Screen | None = None,
) -> Viewing:
    """Open a viewing that rests on the grant; the act is the viewing's own. What lies outside the grant is cut off;
    what lies outside altogether raises NotAllowed (``disclosure.beyond_grant``, ``screen.other``). `screen`: the named
    one it is asked from. Raises Conflict (``disclosure.not_granted``).
    """
    require(asker, Permission.RECEIVE_ACCESS)
    terms = _terms(request, at)
    require_screen(request, screen)
    granted = set(request.grant.cameras.values_list("pk", flat=True))
    if not cameras or any(camera.pk not in granted for camera in cameras):
        raise NotAllowed("disclosure.beyond_grant", "A camera is not part of the grant.")
    desk = Asker(asker, session_key, _reason(request), f"{request.public_id} {request.purpose}"[:NOTE_LIMIT])
    if kind == Kind.CONTROL and request.mode == TAKEOVER:
        require_turning(cameras)
        return viewing.open_control(asker=desk, cameras=cameras, at=at, terms=terms)
    if kind == Kind.LIVE and request.is_live:
        return viewing.open_live(asker=desk, cameras=cameras, at=at, terms=terms)
    within = _within(request, span)
    if kind == Kind.PLAYBACK:
        return viewing.open_playback(asker=desk, cameras=cameras, span=within, at=at, terms=terms)
    if kind == Kind.EXPORT and request.mode == "copy" and len(cameras) == 1:
        return viewing.order_export(asker=desk, camera=cameras[0], span=within, at=at, terms=terms)
    raise NotAllowed("disclosure.beyond_grant", "This way of access is not part of the grant.")


def require_screen(request: Request, screen: Screen | None) -> None:
    """A grant for named screens opens nowhere else. Raises NotAllowed (``screen.other``)."""
    named = list(request.grant.screens.all())
    if named and screen not in named:
        names = "、".join(one.name for one in named)
        raise NotAllowed("screen.other", "The grant is for other screens.", screens=names)


def terms_of(basis: str, at: datetime) -> Terms | None:
    """What the request with this id grants now; nothing once its grant is over. Custody asks before each download."""
    request = Request.objects.filter(public_id=basis).first()
    try:
        return _terms(request, at) if request is not None else None
    except Conflict:
        return None


def _terms(request: Request, at: datetime) -> Terms:
    width = _width(request)
    request.refresh_from_db(fields=("state",))
    if request.state == State.GRANTED:
        request.grant.refresh_from_db()
    if request.state != State.GRANTED or request.grant.until_at <= at:
        raise Conflict("disclosure.not_granted", "The grant is over, or there is none.")
    decision = request.decision
    return Terms(
        basis=request.public_id,
        until_at=request.grant.until_at,
        watermark=request.grant.watermark,
        masked=request.requester == PERSON and not request.is_live,
        record=record_of(request),
        grounds=[Citation(row["instrument"], row["article"], row.get("item", "")) for row in decision.citations],
        law_version=decision.law_version,
        stands=lambda: _width(request) == width,
    )


def _width(request: Request) -> object:
    """All that a grant opens, as it stands in the database now; for an act to compare within its transaction."""
    found = Grant.objects.filter(request_id=request.pk, request__state=State.GRANTED)
    edges = found.values_list("until_at", "from_us", "to_us").first()
    return edges, frozenset(found.values_list("cameras", flat=True))


def _within(request: Request, span: TimeRange | None) -> TimeRange:
    grant = request.grant
    if grant.from_us is None or grant.to_us is None or span is None:
        raise NotAllowed("disclosure.beyond_grant", "The grant is for live pictures.")
    shared = TimeRange(grant.from_us, grant.to_us).intersect(span)
    if shared is None:
        raise NotAllowed("disclosure.beyond_grant", "The range is not part of the grant.")
    return shared


def _reason(request: Request) -> str:
    return Reason.OTHER if request.requester == PERSON else Reason.AUTHORITY
