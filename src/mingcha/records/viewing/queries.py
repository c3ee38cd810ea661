"""Reads of viewings and copies."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session
from django.db.models import QuerySet

from mingcha.base.errors import NotAllowed
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.states import Permission
from mingcha.records.personnel.queries import may_go_on_watching
from mingcha.records.viewing.models import Export, Viewing
from mingcha.records.viewing.states import NEEDED, End

EXPIRY_GRACE = timedelta(seconds=60)


def viewing_of(*, viewer: Person, grant: str) -> Viewing:
    """The viewer's own viewing; another person's is as unknown as none."""
    viewing = Viewing.objects.filter(viewer=viewer, grant=grant).first()
    if viewing is None:
        raise NotAllowed("viewing.unknown", "There is no such viewing.")
    return viewing


def exports(*, viewer: Person) -> QuerySet[Export]:
    """Copies the person may see: their own, or all for those who read the register."""
    found = Export.objects.select_related("viewing__viewer").prefetch_related("viewing__cameras").order_by("-id")
    if not viewer.may(Permission.ORDER_EXPORT):
        return found.none()
    return found if viewer.may(Permission.READ_REGISTER) else found.filter(viewing__viewer=viewer)


def export_for(*, viewer: Person, viewing_id: str) -> Export:
    """One copy by its viewing's id; raises NotAllowed."""
    export = exports(viewer=viewer).filter(viewing__public_id=viewing_id).first()
    if export is None:
        raise NotAllowed("viewing.unknown", "There is no such copy.")
    return export


def open_viewings() -> QuerySet[Viewing]:
    """Viewings that nobody has ended, for the gateway."""
    return Viewing.objects.filter(ended_at__isnull=True).select_related("viewer").order_by("id")


def reason_to_end(viewing: Viewing, *, at: datetime) -> End | None:
    """Why a viewing may not go on, or None. Rights, post and session are looked at anew each time."""
    if viewing.until_at is not None and viewing.until_at <= at:
        return End.TIME_OVER
    sites = set(viewing.cameras.values_list("site_id", flat=True))
    if not viewing.viewer.may(NEEDED[viewing.kind]) or not may_go_on_watching(viewing.viewer, sites, at):
        return End.NOT_ENTITLED
    if not Session.objects.filter(session_key=viewing.session_key, expire_date__gt=at).exists():
        return End.SIGNED_OUT
    # The last ticket is dead by then; the grace lets a page that slept go on without asking for the reason again.
    if viewing.expires_at + EXPIRY_GRACE <= at:
        return End.EXPIRED
    return None


def open_on(basis: str) -> QuerySet[Viewing]:
    """Open viewings that rest on this request."""
    return open_viewings().filter(basis=basis)


def revoked_since(since: datetime) -> list[str]:
    """Grants that were ended since then; their tickets may still be about. Expired ones have no live ticket."""
    ended = Viewing.objects.filter(ended_at__gte=since).exclude(end=End.EXPIRED)
    return list(ended.values_list("grant", flat=True))


def being_watched(*, at: datetime) -> int:
    """How many viewings are open now."""
    return Viewing.objects.filter(ended_at__isnull=True, expires_at__gt=at).count()
