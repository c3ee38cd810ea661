"""Everybody who holds a post on a day, with how their file stands: one pass for the lists and the home page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from mingcha.records.inventory.models import Site
from mingcha.records.personnel.models import Appointment, PersonnelFile
from mingcha.records.personnel.queries.holdings import Checklist, Holdings
from mingcha.records.personnel.queries.watching import current
from mingcha.records.personnel.states import WATCHING, Item, PostKind

MANY = 3000


@dataclass(frozen=True, slots=True)
class InPost:
    """One person in one post. `person`, `post`: public ids; `until_on`: last day of the appointment, if it has one."""

    appointment: str
    person_pk: int
    person: str
    person_name: str
    is_active: bool
    post: str
    post_name: str
    kind: PostKind
    site: Site
    from_on: date
    until_on: date | None
    employer: str
    checklist: Checklist

    @property
    def watches(self) -> bool:
        return self.kind in WATCHING

    @property
    def suspended(self) -> bool:
        """Whether this post gives no pictures now, since the file lacks something."""
        return self.watches and not self.checklist.is_complete

    @property
    def lacking(self) -> list[Item]:
        return [line.item for line in self.checklist.lacking]

    @property
    def not_filed(self) -> bool:
        return Item.POLICE_FILING in self.lacking


def in_posts(on: date, which: Q | None = None) -> list[InPost]:
    """Everybody who holds a post on that day, by site, post and name. `which` narrows the appointments."""
    found = Appointment.objects.filter(current(on), which or Q())
    rows = list(
        found.order_by("post__site_id", "post_id", "person__name", "id").values_list(
            "public_id",
            "person_id",
            "person__public_id",
            "person__name",
            "person__is_active",
            "post__public_id",
            "post__name",
            "post__kind",
            "post__site_id",
            "from_on",
            "until_on",
            "person__personnel_file__employer__name",
        )
    )
    # Of a few people only their lines are read; of very many, all lines in one go.
    people = {row[1] for row in rows}
    holdings = Holdings(people if len(people) <= MANY else None, on)
    sites = Site.objects.in_bulk({row[8] for row in rows})
    return [_in_post(row, sites, holdings) for row in rows]


def _in_post(row: tuple[Any, ...], sites: dict[int, Site], holdings: Holdings) -> InPost:
    appointment, pk, person, name, active, post, post_name, kind_code, site_id, from_on, until_on, employer = row
    kind, site = PostKind(kind_code), sites[site_id]
    return InPost(
        appointment=appointment,
        person_pk=pk,
        person=person,
        person_name=name,
        is_active=active,
        post=post,
        post_name=post_name,
        kind=kind,
        site=site,
        from_on=from_on,
        until_on=until_on,
        employer=employer or "",
        checklist=holdings.checklist(pk, kind, site),
    )


def people_of_site(site: Site, on: date) -> Iterable[int]:
    """Keys of the people who hold a post at a site or whose file says they work or are to work there."""
    holding = Appointment.objects.filter(current(on), post__site=site).values_list("person_id", flat=True)
    return set(holding) | set(_meant_for(site))


def _meant_for(site: Site) -> Iterable[int]:
    return PersonnelFile.objects.filter(site=site, person__is_active=True).values_list("person_id", flat=True)
