"""Who may watch where: whoever holds a current appointment to a post that watches, with a file still complete.

A file that has become incomplete suspends watching on the day after its item's last good one: an appointment without
it would be refused, so going on in it must not be the way round. The lists tell of it weeks ahead.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from mingcha.base.errors import NotAllowed
from mingcha.records.accounts.models import Person
from mingcha.records.inventory.models import Site, Unit
from mingcha.records.personnel.models import Appointment
from mingcha.records.personnel.queries.holdings import Holdings, listed
from mingcha.records.personnel.states import WATCHING, Item, PostKind
from mingcha.records.register.actions import Actor, Standing


@dataclass(frozen=True, slots=True)
class WatchGap:
    """Why somebody may not watch at a site: no appointment, or items of the file that are not in order."""

    site: Site
    lacking: tuple[Item, ...] = ()


def current(on: date) -> Q:
    """Appointments that hold on a day. One that was ended does not hold on the day it ended, since it ends at once."""
    begun = Q(from_on__lte=on) & (Q(until_on__isnull=True) | Q(until_on__gte=on))
    return begun & (Q(ended_at__isnull=True) | Q(ended_at__date__gt=on)) & Q(post__closed_at__isnull=True)


def appointments_of(person: Person, on: date | None = None) -> QuerySet[Appointment]:
    """All appointments of a person, the newest first; with `on`, those that hold on that day."""
    found = Appointment.objects.filter(person=person).select_related("post__site", "person")
    return found if on is None else found.filter(current(on))


def has_watch(person: Person, on: date) -> bool:
    """Whether the person holds any post that watches."""
    return appointments_of(person, on).filter(post__kind__in=WATCHING).exists()


def standing_of(actor: Actor, at: datetime) -> Standing:
    """Posts and unit of whoever acts, as the register notes them; nothing for the node's own actors."""
    if not isinstance(actor, Person):
        return Standing()
    held = appointments_of(actor, timezone.localdate(at)).order_by("post_id")
    rows = held.values_list("post__name", "post__site__unit__name", "person__personnel_file__employer__name")
    posts = list(rows)
    if not posts:
        return Standing(unit=Unit.objects.order_by("id").values_list("name", flat=True).first() or "")
    _post, unit, firm = posts[0]
    return Standing("、".join(name for name, _unit, _firm in posts), firm or unit)


def watch_gap(person: Person, site_ids: Collection[int], on: date) -> WatchGap | None:
    """The first site among these where the person may not watch, with the reason; None: nowhere."""
    wanted = set(site_ids)
    holds = list(appointments_of(person, on).filter(post__kind__in=WATCHING, post__site_id__in=wanted))
    holdings = Holdings([person.pk], on) if holds else None
    lacking: dict[int, tuple[Item, ...]] = {}
    for appointment in holds:
        assert holdings is not None
        post = appointment.post
        checklist = holdings.checklist(person.pk, PostKind(post.kind), post.site)
        missing = tuple(line.item for line in checklist.lacking)
        if not missing or post.site_id not in lacking:
            lacking[post.site_id] = missing
    for site_id in sorted(wanted):
        missing = lacking.get(site_id, ())
        if site_id not in lacking or missing:
            return WatchGap(Site.objects.get(pk=site_id), missing)
    return None


def may_watch(person: Person, site_ids: Collection[int], on: date) -> bool:
    """Whether the person may see pictures of all these sites on that day. The policy switch is not asked here."""
    return watch_gap(person, site_ids, on) is None


def may_go_on_watching(person: Person, site_ids: Collection[int], at: datetime) -> bool:
    """`may_watch` at an instant, as far as this installation asks for posts (MINGCHA_WATCH_NEEDS_POST)."""
    return not settings.WATCH_NEEDS_POST or may_watch(person, site_ids, timezone.localdate(at))


def require_watch(person: Person, site_ids: Collection[int], at: datetime) -> None:
    """Raise NotAllowed (``watch.no_post``, ``watch.file_incomplete``) unless the person may watch at all these
    sites."""
    gap = watch_gap(person, site_ids, timezone.localdate(at)) if settings.WATCH_NEEDS_POST else None
    if gap is None:
        return
    if gap.lacking:
        missing = listed(gap.lacking)
        raise NotAllowed("watch.file_incomplete", "The file lacks an item.", site=gap.site.name, missing=missing)
    raise NotAllowed("watch.no_post", "No appointment to a post that watches there.", site=gap.site.name)
