"""Which appointments are worth a close look: asked of the database, so that a page about few problems among thousands
of people reads few files. Each answer may hold too many, never too few; `Holdings` then decides.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from functools import reduce
from operator import or_

from django.db.models import Exists, OuterRef, Q

from mingcha.records.inventory.models import Site
from mingcha.records.personnel.models import EntryCheck, PoliceFiling, Post, Training, Undertaking
from mingcha.records.personnel.queries.holdings import circumstances
from mingcha.records.personnel.requirements import demands
from mingcha.records.personnel.states import Item, PostKind, Result

NOBODY = Q(pk__in=())


def may_lack(on: date) -> Q:
    """Appointments whose holder may lack an item that the post demands on that day."""
    groups: dict[frozenset[Item], list[int]] = defaultdict(list)
    for post in Post.objects.filter(closed_at__isnull=True).select_related("site"):
        asked = demands(PostKind(post.kind), circumstances(post.site), on)
        groups[frozenset(item for item, _cites in asked.items)].append(post.pk)
    found = [Q(post__in=posts) & _lacks_any(items, on) for items, posts in groups.items() if items]
    return reduce(or_, found, NOBODY)


def may_run_out(on: date, until: date) -> Q:
    """Appointments that end by `until`, or whose holder has a line that runs out by then."""
    window = {"withdrawn_at__isnull": True, "expires_on__gte": on, "expires_on__lte": until}
    lines = [Exists(line.objects.filter(person=OuterRef("person"), **window)) for line in (Undertaking, Training)]
    return Q(until_on__lte=until) | reduce(or_, (Q(line) for line in lines))


def sites_that_file(on: date) -> list[int]:
    """Keys of the sites where the law asks that monitoring staff be filed with the police."""
    return [
        site.pk
        for site in Site.objects.filter(closed_on__isnull=True)
        if demands(PostKind.MONITORING, circumstances(site), on).citations_of(Item.POLICE_FILING)
    ]


def filed(on: date, *, person: str, site: str) -> Exists:
    """Whether a filing stands in the file of the row's `person`, for its `site` or for all of that site's police."""
    lines = PoliceFiling.objects.filter(person=OuterRef(person), withdrawn_at__isnull=True, filed_on__lte=on)
    same_police = Q(organ=OuterRef(f"{site}__police_organ")) & ~Q(organ="")
    return Exists(lines.filter(Q(site=OuterRef(site)) | same_police))


def _lacks_any(items: frozenset[Item], on: date) -> Q:
    return reduce(or_, (_lacks(item, on) for item in items))


def _lacks(item: Item, on: date) -> Q:
    mine = Q(person=OuterRef("person"), withdrawn_at__isnull=True)
    good = Q(expires_on__isnull=True) | Q(expires_on__gte=on)
    if item == Item.ENTRY_CHECK:
        checks = EntryCheck.objects.filter(mine, checked_on__lte=on)
        return ~Q(Exists(checks.filter(result=Result.PASSED))) | Q(Exists(checks.filter(result=Result.FAILED)))
    if item == Item.UNDERTAKING:
        return ~Q(Exists(Undertaking.objects.filter(mine, good, signed_on__lte=on)))
    if item == Item.TRAINING:
        return ~Q(Exists(Training.objects.filter(mine, good, held_on__lte=on, result=Result.PASSED)))
    return ~Q(filed(on, person="person", site="post__site"))
