"""The list of people who watch a site, as its police want it: particulars, post, and what stands in the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from mingcha.records.accounts.models import Person
from mingcha.records.inventory.models import Site, Unit
from mingcha.records.personnel.models import PersonnelFile
from mingcha.records.personnel.queries.files import masked_number, open_number
from mingcha.records.personnel.queries.holdings import Held, Holdings
from mingcha.records.personnel.queries.places import InPost, in_posts
from mingcha.records.personnel.states import Item, Number


@dataclass(frozen=True, slots=True)
class StaffRow:
    """One person of the list. Numbers are masked or in full, as it was made."""

    person: Person
    full_name: str
    id_kind: str
    id_number: str
    phone: str
    employer: str
    posts: str
    since: date | None
    check: Held
    undertaking: Held
    training: Held
    filing: Held


def staff_rows(people: Sequence[Person], site: Site, on: date, *, in_full: bool) -> list[StaffRow]:
    """Rows for these people. `in_full`: with whole numbers, for an act that has entered who takes them."""
    keys = [person.pk for person in people]
    covers = PersonnelFile.objects.filter(person__in=keys).select_related("employer", "person").in_bulk()
    unit = Unit.objects.order_by("id").values_list("name", flat=True).first() or ""
    held: dict[int, list[InPost]] = {}
    for one in in_posts(on, Q(person__in=keys, post__site=site)):
        held.setdefault(one.person_pk, []).append(one)
    holdings = Holdings(keys, on)
    number = open_number if in_full else masked_number
    rows = []
    for person in people:
        cover, posts = covers.get(person.pk), held.get(person.pk, [])
        rows.append(
            StaffRow(
                person=person,
                full_name=cover.full_name if cover else person.name,
                id_kind=str(cover.get_id_kind_display()) if cover else "",
                id_number=number(cover, Number.ID) if cover else "",
                phone=number(cover, Number.PHONE) if cover else "",
                employer=cover.employer.name if cover and cover.employer else unit,
                posts="、".join(one.post_name for one in posts),
                since=min((one.from_on for one in posts), default=None),
                check=holdings.held(person.pk, Item.ENTRY_CHECK, site),
                undertaking=holdings.held(person.pk, Item.UNDERTAKING, site),
                training=holdings.held(person.pk, Item.TRAINING, site),
                filing=holdings.held(person.pk, Item.POLICE_FILING, site),
            )
        )
    return rows
