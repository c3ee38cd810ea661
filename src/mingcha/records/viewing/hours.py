"""The clock of a site, its night, and the hours somebody was on duty."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from mingcha import law
from mingcha.base.clock import from_datetime
from mingcha.base.timerange import TimeRange
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.queries import signed_in_spans
from mingcha.records.policies.queries import value_of
from mingcha.records.policies.states import PolicyKey

SHIFT = timedelta(hours=24)
"""Sign-ins that began no longer ago make up one's own shift."""
HANDED_OVER = timedelta(minutes=15)
"""Before a sign-in, for what was handed over, and between two of them, for a screen that was left: a choice of ours."""


def local_time(at: datetime) -> datetime:
    """The instant by the clock of the sites: all of them have the zone of the law."""
    return at.astimezone(law.current().data.offset)


def local_day(at: datetime) -> date:
    """The day by that clock."""
    return local_time(at).date()


def day_begins(day: date) -> datetime:
    """Midnight of the day by that clock."""
    return datetime.combine(day, time(), tzinfo=law.current().data.offset)


def is_night(at: datetime, site: str) -> bool:
    """Whether it is night at this site (public id), by the house's hours."""
    hour = local_time(at).hour
    begins = value_of(PolicyKey.NIGHT_FROM, site=site, at=at)
    ends = value_of(PolicyKey.NIGHT_UNTIL, site=site, at=at)
    return hour >= begins or hour < ends


def own_shift(person: Person, at: datetime) -> Sequence[TimeRange]:
    """When this person was on duty lately: the hours of their own sign-ins since `SHIFT`, with a little before each."""
    spans = [
        (max(began - HANDED_OVER, at - SHIFT), min(ended, at))
        for began, ended in signed_in_spans(person, since=at - SHIFT, at=at)
    ]
    joined: list[tuple[datetime, datetime]] = []
    for began, ended in sorted(spans):
        if joined and began <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], ended))
        else:
            joined.append((began, ended))
    return [TimeRange(from_datetime(began), from_datetime(ended)) for began, ended in joined if ended > began]


def within_own_shift(person: Person, span: TimeRange, at: datetime) -> bool:
    """Whether everything recorded in this range was recorded while the person was on duty. What is still to come
    counts for nothing: a range may reach to the end of the day."""
    recorded = span.intersect(TimeRange(0, from_datetime(at)))
    if recorded is None:
        return True
    return any(own.start_us <= recorded.start_us and recorded.end_us <= own.end_us for own in own_shift(person, at))


def own_part(person: Person, span: TimeRange, at: datetime) -> TimeRange | None:
    """The latest stretch of this range that was recorded while the person was on duty; it reaches on into what is
    still to come, as the range does."""
    own = own_shift(person, at)
    if not own:
        return None
    last = own[-1]
    is_now = last.end_us >= from_datetime(at)
    return span.intersect(TimeRange(last.start_us, max(last.end_us, span.end_us) if is_now else last.end_us))
