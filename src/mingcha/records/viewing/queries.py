"""Reads of viewings and copies."""

from __future__ import annotations

from collections.abc import Collection
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


def looks(*, viewer: Person) -> QuerySet[Viewing]:
    """One's own viewings, the last first, with cameras and what was written of them."""
    found = Viewing.objects.filter(viewer=viewer).select_related("finding").prefetch_related("cameras")
    return found.order_by("-id")


def look_for(*, viewer: Person, public_id: str) -> Viewing:
    """One viewing: one's own, or anybody's for those who read the register; raises NotAllowed."""
    found = Viewing.objects.select_related("viewer", "finding__by").filter(public_id=public_id).first()
    if found is None or not (found.viewer_id == viewer.pk or viewer.may(Permission.READ_REGISTER)):
        raise NotAllowed("viewing.unknown", "There is no such viewing.")
    return found


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
    here = Session.objects.filter(session_key=viewing.session_key, expire_date__gt=at)
    reason = _at_first_sight(viewing, set(here.values_list("session_key", flat=True)), at)
    if reason is not None or may_go_on_watching(viewing.viewer, _sites_of(viewing), at):
        return reason
    return End.NOT_ENTITLED


def due_ends(at: datetime, *, with_posts: bool = True) -> list[tuple[Viewing, End]]:
    """All open viewings that may not go on, as `reason_to_end` says of each, in a few questions for all of them: with
    hundreds open an end must still reach the recorder within two seconds. `with_posts`: also whether their viewers
    still hold a post there, which takes longer."""
    found = list(open_viewings().prefetch_related("cameras"))
    keys = {viewing.session_key for viewing in found}
    alive = set(Session.objects.filter(session_key__in=keys, expire_date__gt=at).values_list("session_key", flat=True))
    watching: dict[tuple[int, frozenset[int]], bool] = {}
    ends = []
    for viewing in found:
        reason = _at_first_sight(viewing, alive, at)
        if reason is None and with_posts:
            asked = (viewing.viewer_id, _sites_of(viewing))
            if asked not in watching:
                watching[asked] = may_go_on_watching(viewing.viewer, asked[1], at)
            reason = None if watching[asked] else End.NOT_ENTITLED
        if reason is not None:
            ends.append((viewing, reason))
    return ends


def _at_first_sight(viewing: Viewing, alive: Collection[str], at: datetime) -> End | None:
    """What the viewing, its viewer's role and their session say. `alive`: keys of living sessions."""
    if viewing.until_at is not None and viewing.until_at <= at:
        return End.TIME_OVER
    if not viewing.viewer.may(NEEDED[viewing.kind]):
        return End.NOT_ENTITLED
    if viewing.session_key not in alive:
        return End.SIGNED_OUT
    # The last ticket is dead by then; the grace lets a page that slept go on without asking for the reason again.
    return End.EXPIRED if viewing.expires_at + EXPIRY_GRACE <= at else None


def _sites_of(viewing: Viewing) -> frozenset[int]:
    return frozenset(camera.site_id for camera in viewing.cameras.all())


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
