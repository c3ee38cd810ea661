"""What is noticeable in the book: a reason to ask, not a verdict. Thresholds are settings and policies, never law.

Sums by day and viewing are kept as facts come in (`served`), so that months are asked as quickly as a week.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db.models import Max, Q, QuerySet
from django.urls import reverse

from mingcha.base.clock import US_PER_S
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.states import Permission
from mingcha.records.policies.queries import value_of
from mingcha.records.policies.states import PolicyKey
from mingcha.records.viewing.hours import local_day
from mingcha.records.viewing.models import Acquaintance, Dealt, SeenDay, Viewing
from mingcha.records.viewing.states import Kind, Notice, Reason
from mingcha.records.wording.owed import Owed

NOTICED_MOST = 200
HOUR_US, MINUTE_US = 3600 * US_PER_S, 60 * US_PER_S
DAY = timedelta(days=1)
WAITING_SINCE = timedelta(days=30)
EACH = 10
ORDER = tuple(Notice.values)


@dataclass(frozen=True, slots=True)
class Noticed:
    """Something worth a question. `length_us`: recordings seen or copied; `times`: how many stretches; `viewing`: where
    it is about a single one; `note`: what somebody wrote when marking it."""

    what: str
    person: Person
    day: date
    length_us: int
    times: int = 0
    viewing: Viewing | None = None
    mark: Acquaintance | None = None

    @property
    def key(self) -> str:
        """How a page names it."""
        about = (self.mark or self.viewing or self.person).public_id
        return f"{self.what}.{self.day.isoformat()}.{about}"


def noticed(
    *, viewer: Person, since: datetime, until: datetime, at: datetime, with_dealt: bool = False
) -> list[Noticed]:
    """Who saw much within a day, who saw recordings at night, who saw long without a note, who owes a finding, who
    knows somebody on the picture; the last day first, at most `NOTICED_MOST` of each kind. What was dealt with is left
    out, until it has grown."""
    if not viewer.may(Permission.READ_REGISTER):
        return []
    lines = [line for source in SOURCES for line in source(since, until, at)]
    if not with_dealt:
        done = _dealt(since, until)
        lines = [line for line in lines if line.length_us > done.get(_about(line), -1)]
    return sorted(lines, key=lambda line: (-line.day.toordinal(), ORDER.index(line.what), line.person.name))


def noticed_by_key(*, viewer: Person, key: str, at: datetime) -> Noticed | None:
    """The line of this name, dealt with or not."""
    what, _dot, rest = key.partition(".")
    day_text = rest.partition(".")[0]
    try:
        day = date.fromisoformat(day_text)
    except ValueError:
        return None
    noon = datetime.combine(day, time(12), tzinfo=at.tzinfo)
    found = noticed(viewer=viewer, since=noon - DAY, until=noon + DAY, at=at, with_dealt=True)
    return next((line for line in found if line.what == what and line.key == key), None)


def dealt(*, viewer: Person) -> QuerySet[Dealt]:
    """What was looked into, the last first."""
    found = Dealt.objects.select_related("viewer", "by", "viewing").order_by("-id")
    return found if viewer.may(Permission.READ_REGISTER) else found.none()


def owing_findings(person: Person, at: datetime) -> QuerySet[Viewing]:
    """Looks for an incident of this person whose finding is not written down yet, the oldest first; none where the
    house wants none."""
    hours = value_of(PolicyKey.FOLLOW_UP_HOURS, at=at)
    found = _for_incidents().filter(viewer=person, finding__isnull=True).prefetch_related("cameras").order_by("id")
    return found if hours else found.none()


def _for_incidents() -> QuerySet[Viewing]:
    """Recordings of which something was really seen for an incident, inside the house."""
    return Viewing.objects.filter(
        kind=Kind.PLAYBACK, reason=Reason.INCIDENT, basis__isnull=True, seen_us__gt=0
    ).select_related("viewer")


def _days(since: datetime, until: datetime) -> QuerySet[SeenDay]:
    found = SeenDay.objects.filter(day__gte=local_day(since), day__lte=local_day(until))
    return found.select_related("viewer").order_by("-day", "viewer")


def _much(since: datetime, until: datetime, at: datetime) -> Iterator[Noticed]:
    for row in _days(since, until).filter(seen_us__gt=settings.SEEN_MUCH_HOURS * HOUR_US)[:NOTICED_MOST]:
        yield Noticed(Notice.MUCH, row.viewer, row.day, row.seen_us, row.times)


def _night(since: datetime, until: datetime, at: datetime) -> Iterator[Noticed]:
    for row in _days(since, until).filter(night_us__gt=0)[:NOTICED_MOST]:
        yield Noticed(Notice.NIGHT, row.viewer, row.day, row.night_us, row.night_times)


def _no_note(since: datetime, until: datetime, at: datetime) -> Iterator[Noticed]:
    long = Viewing.objects.filter(
        opened_at__gte=since,
        opened_at__lte=until,
        note="",
        basis__isnull=True,
        seen_us__gt=settings.NOTE_AFTER_MINUTES * MINUTE_US,
    )
    for row in long.select_related("viewer").order_by("-id")[:NOTICED_MOST]:
        yield _of_viewing(Notice.NO_NOTE, row)


def _no_finding(since: datetime, until: datetime, at: datetime) -> Iterator[Noticed]:
    hours = value_of(PolicyKey.FOLLOW_UP_HOURS, at=at)
    if not hours:
        return
    before = min(until, at - timedelta(hours=hours))
    late = _for_incidents().filter(finding__isnull=True, opened_at__gte=since, opened_at__lt=before)
    for row in late.order_by("-id")[:NOTICED_MOST]:
        yield _of_viewing(Notice.NO_FINDING, row)


def _acquaintance(since: datetime, until: datetime, at: datetime) -> Iterator[Noticed]:
    """By when it was marked, which may be long after the look."""
    marks = Acquaintance.objects.filter(at__gte=since, at__lte=until).select_related("viewing__viewer")
    for mark in marks.order_by("-id")[:NOTICED_MOST]:
        look = mark.viewing
        yield Noticed(Notice.ACQUAINTANCE, look.viewer, local_day(mark.at), look.seen_us, 1, look, mark)


def _of_viewing(what: str, row: Viewing) -> Noticed:
    return Noticed(what, row.viewer, local_day(row.opened_at), row.seen_us, 1, row)


SOURCES: tuple[Callable[[datetime, datetime, datetime], Iterator[Noticed]], ...] = (
    _much,
    _night,
    _no_note,
    _no_finding,
    _acquaintance,
)


About = tuple[str, int, date | None]


def _about(line: Noticed) -> About:
    """What a line is about, as `_dealt` names it."""
    if line.mark is not None:
        return (line.what, line.mark.pk, None)
    if line.viewing is not None:
        return (line.what, line.viewing.pk, None)
    return (line.what, line.person.pk, line.day)


def _dealt(since: datetime, until: datetime) -> dict[About, int]:
    """How much each was when it was dealt with last."""
    days = Q(day__gte=local_day(since) - DAY, day__lte=local_day(until) + DAY)
    rows = Dealt.objects.filter(days).values_list("what", "viewer", "day", "viewing", "mark")
    found: dict[About, int] = {}
    for what, viewer, day, viewing, mark, most in rows.annotate(most=Max("length_us")).order_by():
        about = mark or viewing
        found[(what, about or viewer, None if about else day)] = most
    return found


def owed(viewer: Person, at: datetime) -> list[Owed]:
    """Findings the viewer owes, and for who looks into looks how many of others wait."""
    hours = value_of(PolicyKey.FOLLOW_UP_HOURS, at=at)
    lines = [
        Owed(
            "finding",
            look.public_id,
            "、".join(camera.name for camera in look.cameras.all())[:60],
            reverse("looks"),
            due=local_day(look.opened_at + timedelta(hours=hours)),
        )
        for look in owing_findings(viewer, at)[:EACH]
    ]
    if viewer.may(Permission.REVIEW_LOOKS):
        waiting = noticed(viewer=viewer, since=at - WAITING_SINCE, until=at, at=at)
        count = sum(line.person.pk != viewer.pk for line in waiting)
        if count:
            lines.append(Owed("noticed", "", "", reverse("seen-noticed"), count=count))
    return lines
