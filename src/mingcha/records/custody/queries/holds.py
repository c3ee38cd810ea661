"""Reads of holds; what they owe; what the recorder has to hear of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from mingcha import law
from mingcha.base.clock import US_PER_S, from_datetime
from mingcha.base.errors import NotAllowed
from mingcha.law.model import Citation
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.states import Permission
from mingcha.records.custody.models import Hold, HoldRange
from mingcha.records.custody.queries.kept import waiting
from mingcha.records.custody.states import CONFIRM_WITHIN, HoldState
from mingcha.records.wording import explain_code
from mingcha.wire.holds import Known

EACH = 20
"""Lines of one kind on the home page at most."""


@dataclass(frozen=True, slots=True)
class Search:
    """What to look for; empty fields do not narrow. `camera`: public id; `number`: piece of the number or text."""

    state: str = ""
    ground: str = ""
    camera: str = ""
    text: str = ""
    before_id: int | None = None


def holds(*, viewer: Person) -> QuerySet[Hold]:
    """Holds the person may see, newest first, with the number of their cameras as `camera_count`."""
    if not viewer.may(Permission.READ_REGISTER) and not viewer.may(Permission.HOLD):
        return Hold.objects.none()
    return Hold.objects.select_related("placed_by").annotate(camera_count=Count("ranges")).order_by("-id")


def found_holds(*, viewer: Person, wanted: Search, at: datetime) -> QuerySet[Hold]:
    """Those that match, paged by id. Without a state, those that have ended are left out."""
    found = holds(viewer=viewer)
    found = found.filter(_in_state(wanted.state, at)) if wanted.state else found.filter(standing(at))
    if wanted.ground:
        found = found.filter(ground=wanted.ground)
    if wanted.camera:
        found = found.filter(pk__in=HoldRange.objects.filter(camera__public_id=wanted.camera).values("hold"))
    if wanted.text:
        found = found.filter(Q(number__icontains=wanted.text) | Q(text__icontains=wanted.text))
    return found.filter(pk__lt=wanted.before_id) if wanted.before_id else found


def hold_for(*, viewer: Person, public_id: str) -> Hold:
    """One hold; raises NotAllowed (``hold.unknown``)."""
    found = holds(viewer=viewer).select_related("release_asked_by", "released_by").filter(public_id=public_id).first()
    if found is None:
        raise NotAllowed("hold.unknown", "There is no such hold.")
    return found


def ranges_of(hold: Hold) -> QuerySet[HoldRange]:
    """Its cameras, with what the recorder said of each."""
    return hold.ranges.select_related("camera__site").order_by("id")


def standing(at: datetime) -> Q:
    """Holds whose footage has to stay."""
    return Q(released_at__isnull=True) & (Q(until_us__isnull=True) | Q(until_us__gt=from_datetime(at)))


def _in_state(state: str, at: datetime) -> Q:
    """The condition that says the same as `Hold.state_at`."""
    open_, confirmed = standing(at), Q(in_force_at__isnull=False)
    asked, ordered = Q(release_asked_at__isnull=False), Q(release_ordered_at__isnull=False)
    conditions: dict[str, Q] = {
        HoldState.RELEASED: Q(released_at__isnull=False),
        HoldState.OVER: Q(released_at__isnull=True, until_us__lte=from_datetime(at)),
        HoldState.RELEASING: open_ & ordered,
        HoldState.ORDERED: open_ & ~ordered & ~confirmed,
        HoldState.RELEASE_ASKED: open_ & ~ordered & confirmed & asked,
        HoldState.IN_FORCE: open_ & ~ordered & confirmed & ~asked,
    }
    return conditions[state]


def ranges_to_tell(at: datetime, *, everything: bool) -> list[HoldRange]:
    """What the recorder has to hear: all that was not confirmed; `everything`: whatever stands, since the recorder may
    be another one. A release comes after the hold itself was confirmed, so none can overtake it."""
    found = HoldRange.objects.select_related("hold", "camera").filter(hold__in=Hold.objects.filter(standing(at)))
    if not everything:
        released = Q(hold__release_ordered_at__isnull=False, release_confirmed_at__isnull=True)
        found = found.filter(Q(confirmed_at__isnull=True) | released)
    return list(found.order_by("id"))


FACT_WITHIN_US = 60 * US_PER_S
"""By then the recorder's fact has come, if this office is the one it was told to."""


def lacking_holds(known: Iterable[Known], at: datetime) -> list[Known]:
    """Of what the recorder says it has kept, what this office was never told, or forgot when it was restored from a
    backup. What happened within the last minute is left to the facts that are on their way."""
    until_us = from_datetime(at) - FACT_WITHIN_US
    told = {one.hold: one for one in known if one.placed_us <= until_us}
    found = HoldRange.objects.filter(public_id__in=told).values_list(
        "public_id", "confirmed_at", "release_confirmed_at"
    )
    lacking = []
    for public_id, confirmed_at, released_at in found:
        one = told[public_id]
        is_released = one.released_us is not None and one.released_us <= until_us
        if confirmed_at is None or (is_released and released_at is None):
            lacking.append(one if is_released else replace(one, released_us=None))
    return lacking


@dataclass(frozen=True, slots=True)
class Owed:
    """A line for the home page. `due`: the day it had to be done by, None for at once; `hold`: None where it is about
    several that have no page."""

    code: str
    hold: Hold | None
    citations: tuple[Citation, ...]
    due: date | None = None
    count: int = 1

    @property
    def text(self) -> str:
        """The sentence in the reader's language."""
        if self.hold is None:
            return explain_code(f"owed.{self.code}", {"count": self.count})
        name = " ".join(part for part in (self.hold.get_ground_display(), self.hold.number) if part)
        return explain_code(f"owed.{self.code}", {"name": f"{name} · {self.hold.text[:60]}"})

    @property
    def url(self) -> str:
        return reverse("holds") if self.hold is None else reverse("hold", args=(self.hold.public_id,))


def owed(viewer: Person, at: datetime) -> list[Owed]:
    """Holds the recorder has not confirmed for minutes, releases that wait for the second person, and holds that
    nobody has looked at for `MINGCHA_HOLD_REVIEW_DAYS`."""
    if not viewer.may(Permission.HOLD):
        return []
    why = law.duty_grounds("keep_footage", at)
    return [
        *_without_reason(at, why),
        *(Owed("hold_unconfirmed", hold, why) for hold in _unconfirmed(at)[:EACH]),
        *(Owed("hold_release_waits", hold, why) for hold in _awaiting(viewer, at)[:EACH]),
        *_unreviewed(at, why),
    ]


def _without_reason(at: datetime, why: tuple[Citation, ...]) -> Iterator[Owed]:
    count = waiting(at).count()
    if count:
        yield Owed("holds_without_reason", None, why, count=count)


def _unconfirmed(at: datetime) -> QuerySet[Hold]:
    late = at - CONFIRM_WITHIN
    found = Hold.objects.filter(standing(at))
    return found.filter(
        Q(in_force_at__isnull=True, placed_at__lte=late) | Q(release_ordered_at__lte=late, released_at__isnull=True)
    )


def _awaiting(viewer: Person, at: datetime) -> QuerySet[Hold]:
    found = Hold.objects.filter(_in_state(HoldState.RELEASE_ASKED, at))
    return found.exclude(release_asked_by=viewer) if viewer.may(Permission.RELEASE) else found.none()


def _unreviewed(at: datetime, why: tuple[Citation, ...]) -> Iterator[Owed]:
    days = timedelta(days=settings.HOLD_REVIEW_DAYS)
    waiting = Q(reviewed_at__isnull=True, placed_at__lte=at - days) | Q(reviewed_at__lte=at - days)
    for hold in Hold.objects.filter(standing(at), waiting, until_us__isnull=True, release_ordered_at__isnull=True)[
        :EACH
    ]:
        since = hold.reviewed_at or hold.placed_at
        yield Owed("hold_review", hold, why, (since + days).astimezone(law.current().data.offset).date())
