"""The book of what was really seen: taken from the recorder's facts, not from the page's promise.

What happened at which time of day goes by the reader's zone. Thresholds are settings, never law.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, F, Min, Q, QuerySet, Sum
from django.db.models.functions import ExtractHour, TruncDate
from django.db.models.lookups import GreaterThanOrEqual, LessThan
from django.utils import timezone

from mingcha.base.clock import US_PER_S, to_datetime
from mingcha.base.timerange import TimeRange
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.states import Permission
from mingcha.records.inventory.models import Camera
from mingcha.records.viewing.models import Served, Viewing
from mingcha.records.viewing.states import ServedKind
from mingcha.wire.facts import Fact

log = logging.getLogger(__name__)

LONGEST_US = 9 * 86_400 * US_PER_S
"""No stretch told at once is longer: a playback covers eight days at most, a live view one session."""
RECORDED = (ServedKind.PLAYBACK, ServedKind.EXPORT)
NOTICED_MOST = 200
HOUR_US, MINUTE_US = 3600 * US_PER_S, 60 * US_PER_S


def note_served(viewing: Viewing, fact: Fact) -> None:
    """Write down what the fact ``viewing.served`` tells, inside the act that enters it. A camera or kind this office
    does not know is only entered."""
    camera = Camera.objects.filter(public_id=fact.camera).first()
    kind, start, end = (fact.detail.get(key) for key in ("kind", "from_us", "to_us"))
    if camera is None or kind not in ServedKind.values or not isinstance(start, int) or not isinstance(end, int):
        log.warning("what was sent to a viewer cannot be read: fact %s", fact.fact)
        return
    Served.objects.create(
        viewing=viewing,
        viewer_id=viewing.viewer_id,
        camera=camera,
        from_us=start,
        to_us=max(start, end),
        kind=kind,
        at=to_datetime(fact.at_us),
    )


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


def _served(viewer: Person) -> QuerySet[Served]:
    if not viewer.may(Permission.READ_REGISTER):
        return Served.objects.none()
    return Served.objects.select_related("viewing", "viewer", "camera__site").order_by("-id")


@dataclass(frozen=True, slots=True)
class Noticed:
    """Something worth a question. `what`: ``much``, ``night`` or ``no_note``; `length_us`: recordings seen or copied;
    `times`: how many stretches; `viewing`: where it is about a single one."""

    what: str
    person: Person
    day: date
    length_us: int
    times: int
    viewing: Viewing | None = None


def noticed(*, viewer: Person, since: datetime, until: datetime) -> list[Noticed]:
    """Who saw much within a day, who saw recordings at night, who saw long without a note; the last day first, at most
    `NOTICED_MOST` of each kind. Live views are what guards are there for and do not count."""
    if not viewer.may(Permission.READ_REGISTER):
        return []
    found = Served.objects.filter(at__gte=since, at__lt=until, kind__in=RECORDED).order_by()
    days: QuerySet[Any, Any] = found.annotate(day=TruncDate("at", tzinfo=timezone.get_current_timezone()))
    much = _a_day(days).filter(length__gt=settings.SEEN_MUCH_HOURS * HOUR_US)[:NOTICED_MOST]
    night = _a_day(days.filter(at_night()))[:NOTICED_MOST]
    rows = [*(("much", row) for row in much), *(("night", row) for row in night)]
    people = Person.objects.in_bulk({row["viewer"] for _, row in rows})
    lines = [Noticed(what, people[row["viewer"]], row["day"], row["length"], row["times"]) for what, row in rows]
    lines += _without_note(found)
    order = ("much", "night", "no_note")
    return sorted(lines, key=lambda line: (-line.day.toordinal(), order.index(line.what), line.person.name))


def at_night() -> Q:
    """Sent between the two hours of the settings; nothing when they are the same."""
    first, last = settings.NIGHT_FROM_HOUR, settings.NIGHT_UNTIL_HOUR
    hour = ExtractHour("at", tzinfo=timezone.get_current_timezone())
    late, early = Q(GreaterThanOrEqual(hour, first)), Q(LessThan(hour, last))
    if first == last:
        return Q(pk__in=[])
    return late & early if first < last else late | early


def _a_day(found: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    """Sums by person and day."""
    length, times = Sum(F("to_us") - F("from_us")), Count("pk")
    summed: QuerySet[Any, Any] = found.values("viewer", "day").annotate(length=length, times=times)
    return summed.order_by("-day", "viewer")


def _without_note(found: QuerySet[Served]) -> list[Noticed]:
    summed = (
        found.filter(viewing__note="")
        .values("viewing")
        .annotate(length=Sum(F("to_us") - F("from_us")), times=Count("pk"), first=Min("at"))
    )
    rows = list(summed.filter(length__gt=settings.NOTE_AFTER_MINUTES * MINUTE_US).order_by("-viewing")[:NOTICED_MOST])
    viewings = Viewing.objects.select_related("viewer").in_bulk([row["viewing"] for row in rows])
    return [
        Noticed(
            "no_note",
            viewings[row["viewing"]].viewer,
            row["first"].astimezone(timezone.get_current_timezone()).date(),
            row["length"],
            row["times"],
            viewings[row["viewing"]],
        )
        for row in rows
    ]
