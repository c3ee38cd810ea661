"""The book of what was really seen: taken from the recorder's facts, not from the page's promise."""

from __future__ import annotations

import logging
from datetime import date, timedelta

from django.db.models import F, QuerySet

from mingcha.base.clock import US_PER_S, to_datetime
from mingcha.base.timerange import TimeRange
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.states import Permission
from mingcha.records.inventory.models import Camera
from mingcha.records.viewing.hours import day_begins, is_night, local_day
from mingcha.records.viewing.models import SeenDay, Served, Viewing
from mingcha.records.viewing.states import ServedKind
from mingcha.wire.facts import Fact

log = logging.getLogger(__name__)

LONGEST_US = 9 * 86_400 * US_PER_S
"""No stretch told at once is longer: a playback covers eight days at most, a live view one session."""
SPEED_MOST = 10**9
RECORDED = (ServedKind.PLAYBACK, ServedKind.EXPORT)
PICTURE_STANDS_FOR_US = 5 * US_PER_S


def note_served(viewing: Viewing, fact: Fact) -> None:
    """Write down what the fact ``viewing.served`` tells, inside the act that enters it. A camera or kind this office
    does not know is only entered."""
    camera = Camera.objects.select_related("site").filter(public_id=fact.camera).first()
    kind, start, end = (fact.detail.get(key) for key in ("kind", "from_us", "to_us"))
    if camera is None or kind not in ServedKind.values or not isinstance(start, int) or not isinstance(end, int):
        log.warning("what was sent to a viewer cannot be read: fact %s", fact.fact)
        return
    row = Served.objects.create(
        viewing=viewing,
        viewer_id=viewing.viewer_id,
        camera=camera,
        from_us=start,
        to_us=max(start, end),
        kind=kind,
        at=to_datetime(fact.at_us),
        speed_permille=_speed(fact.detail.get("speed_permille")),
        pictures=_pictures(fact.detail.get("pictures")),
    )
    _add_up(row, viewing, camera)


def seen_length_us(row: Served) -> int:
    """How much of recordings it was: of single pictures each stands for a few seconds at most. Live pictures are what
    guards are there for, a snapshot is an instant."""
    length_us = row.to_us - row.from_us
    if row.kind == ServedKind.PREVIEW:
        return min(length_us, row.pictures * PICTURE_STANDS_FOR_US)
    return length_us if row.kind in RECORDED else 0


def _add_up(row: Served, viewing: Viewing, camera: Camera) -> None:
    """Count it for the viewing and for the day of its viewer. What rests on a grant to somebody from outside was
    decided on there and is not the viewer's own curiosity."""
    length_us = seen_length_us(row)
    if not length_us:
        return
    Viewing.objects.filter(pk=viewing.pk).update(seen_us=F("seen_us") + length_us)
    if viewing.basis is not None:
        return
    at_night = is_night(row.at, camera.site.public_id)
    day, _made = SeenDay.objects.get_or_create(viewer_id=viewing.viewer_id, day=local_day(row.at))
    SeenDay.objects.filter(pk=day.pk).update(
        seen_us=F("seen_us") + length_us,
        times=F("times") + 1,
        night_us=F("night_us") + (length_us if at_night else 0),
        night_times=F("night_times") + (1 if at_night else 0),
    )


def _speed(told: object) -> int | None:
    return max(-SPEED_MOST, min(SPEED_MOST, told)) if isinstance(told, int) and not isinstance(told, bool) else None


def _pictures(told: object) -> int:
    return max(0, min(SPEED_MOST, told)) if isinstance(told, int) and not isinstance(told, bool) else 0


def who_saw(*, viewer: Person, camera: Camera, span: TimeRange, before_id: int | None = None) -> QuerySet[Served]:
    """Whatever of this camera and range was sent to anybody, the last first."""
    found = _served(viewer).filter(
        camera=camera, from_us__gte=span.start_us - LONGEST_US, from_us__lt=span.end_us, to_us__gte=span.start_us
    )
    return found.filter(pk__lt=before_id) if before_id else found


def seen_by(*, viewer: Person, person: Person, before_id: int | None = None) -> QuerySet[Served]:
    """Whatever was sent to this person, the last first."""
    found = _served(viewer).filter(viewer=person)
    return found.filter(pk__lt=before_id) if before_id else found


def seen_on(*, viewer: Person, person: Person, day: date) -> QuerySet[Served]:
    """Whatever of recordings was sent to this person on this local day, the last first."""
    begins = day_begins(day)
    return (
        _served(viewer)
        .filter(viewer=person, at__gte=begins, at__lt=begins + timedelta(days=1))
        .exclude(kind=ServedKind.LIVE)
    )


def seen_under(*, viewer: Person, viewing: Viewing) -> QuerySet[Served]:
    """Whatever was sent under this viewing, the last first."""
    return _served(viewer).filter(viewing=viewing)


def _served(viewer: Person) -> QuerySet[Served]:
    if not viewer.may(Permission.READ_REGISTER):
        return Served.objects.none()
    return Served.objects.select_related("viewing", "viewer", "camera__site").order_by("-id")
