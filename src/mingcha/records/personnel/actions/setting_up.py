"""Posts and files for the people of a demonstration, made by the same acts as any others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from mingcha.records.accounts.models import Person
from mingcha.records.inventory.models import Site
from mingcha.records.personnel.actions.files import (
    Cover,
    file_undertaking,
    put_cover,
    record_check,
    record_police_filing,
    record_training,
)
from mingcha.records.personnel.actions.posts import appoint, open_post
from mingcha.records.personnel.models import Appointment, PersonnelFile, Post
from mingcha.records.personnel.queries import Holdings
from mingcha.records.personnel.states import Item, PostKind, Result
from mingcha.records.register.actions import Actor


@dataclass(frozen=True, slots=True)
class Place:
    """Who is to hold which post of a demonstration."""

    person: Person
    kind: PostKind
    post_name: str


def put_staff(*, site: Site, places: Iterable[Place], source: str, actor: Actor, at: datetime) -> list[Appointment]:
    """Give each of these people a post at the site, a file as the law there demands, and the appointment.

    Not one act but several, each with its own entry; what is there already is left as it is, so that this may run at
    each start. `source` stands as who checked, taught and took the filing, so that nobody takes such lines for real
    ones (for example “演示数据”).
    """
    made = []
    today = timezone.localdate(at)
    for place in places:
        known = Appointment.objects.filter(person=place.person, post__site=site, post__kind=place.kind)
        if known.exists():
            continue  # also one that people have ended since: they meant it
        _complete_file(place, site, source, actor, at)
        post = Post.objects.filter(site=site, kind=place.kind, closed_at__isnull=True).first()
        post = post or open_post(site=site, name=place.post_name, kind=place.kind, seats=1, actor=actor, at=at)
        made.append(appoint(person=place.person, post=post, from_on=today, until_on=None, actor=actor, at=at))
    return made


def _complete_file(place: Place, site: Site, source: str, actor: Actor, at: datetime) -> None:
    person, today = place.person, timezone.localdate(at)
    if not PersonnelFile.objects.filter(person=person).exists():
        put_cover(person=person, cover=Cover(full_name=person.name, site=site), actor=actor, at=at)
    for line in Holdings([person.pk], today).checklist(person.pk, place.kind, site).lacking:
        if line.item == Item.ENTRY_CHECK:
            record_check(
                person=person,
                checked_on=today,
                result=Result.PASSED,
                checked_by=source,
                remark="",
                evidence=None,
                actor=actor,
                at=at,
            )
        elif line.item == Item.UNDERTAKING:
            file_undertaking(
                person=person,
                educated_on=today,
                signed_on=today,
                expires_on=None,
                evidence=None,
                actor=actor,
                at=at,
            )
        elif line.item == Item.TRAINING:
            record_training(
                people=[person],
                course=source,
                organiser=source,
                held_on=today,
                result=Result.PASSED,
                expires_on=None,
                evidence=None,
                actor=actor,
                at=at,
            )
        else:
            record_police_filing(
                people=[person],
                site=site,
                organ=site.police_organ or source,
                filed_on=today,
                receipt_number="",
                evidence=None,
                actor=actor,
                at=at,
            )
