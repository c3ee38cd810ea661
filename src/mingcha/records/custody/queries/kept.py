"""Reads of holds that the recorder keeps and these books do not know."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from mingcha.base.clock import from_datetime
from mingcha.base.errors import NotAllowed
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.states import Permission
from mingcha.records.custody.models import HoldRange, KeptHold
from mingcha.records.inventory.models import Camera
from mingcha.wire.holds import Standing

MOST = 2000
"""Rows that are looked at for the list; there are more only where a whole book was lost."""


@dataclass(frozen=True, slots=True)
class KeptGroup:
    """What was ordered as one: the same range, told the recorder at one time. `names`: of its cameras, as far as these
    books know them; `has_strangers`: some they do not."""

    parts: tuple[KeptHold, ...]
    names: tuple[str, ...]
    has_strangers: bool

    @property
    def first(self) -> KeptHold:
        return self.parts[0]


def unknown_holds(told: Iterable[Standing], at: datetime) -> list[Standing]:
    """Of what the recorder keeps, what these books do not know. A term that is over keeps nothing any more."""
    now_us = from_datetime(at)
    standing = {one.hold: one for one in told if one.until_us is None or one.until_us > now_us}
    known = set(HoldRange.objects.filter(public_id__in=standing).values_list("public_id", flat=True))
    known |= set(KeptHold.objects.filter(public_id__in=standing).values_list("public_id", flat=True))
    return [one for hold, one in standing.items() if hold not in known]


def released_here(told: Iterable[Standing]) -> list[HoldRange]:
    """Of what the recorder keeps, what these books have as released: its catalog was lost within the seconds in which
    the ledger was not told of the release yet."""
    found = HoldRange.objects.select_related("hold", "camera").filter(release_confirmed_at__isnull=False)
    return list(found.filter(public_id__in=[one.hold for one in told]).order_by("id"))


def kept_groups(*, viewer: Person, at: datetime) -> list[KeptGroup]:
    """What waits for a reason, oldest first."""
    if not viewer.may(Permission.READ_REGISTER) and not viewer.may(Permission.HOLD):
        return []
    groups: dict[tuple[object, ...], list[KeptHold]] = {}
    for one in waiting(at).order_by("id")[:MOST]:
        groups.setdefault((one.start_us, one.end_us, one.until_us, one.placed_at), []).append(one)
    codes = {one.camera_code for parts in groups.values() for one in parts}
    names = dict(Camera.objects.filter(public_id__in=codes).values_list("public_id", "name"))
    return [
        KeptGroup(
            tuple(parts),
            tuple(names.get(one.camera_code, one.camera_code) for one in parts),
            any(one.camera_code not in names for one in parts),
        )
        for parts in groups.values()
    ]


def kept_group_for(*, viewer: Person, public_id: str, at: datetime) -> KeptGroup:
    """The one that begins with this hold of the recorder's; raises NotAllowed (``hold.unknown``)."""
    for group in kept_groups(viewer=viewer, at=at):
        if group.first.public_id == public_id:
            return group
    raise NotAllowed("hold.unknown", "There is no such hold.")


def waiting(at: datetime) -> QuerySet[KeptHold]:
    """Not adopted, and still kept by the recorder."""
    lasts = Q(until_us__isnull=True) | Q(until_us__gt=from_datetime(at))
    return KeptHold.objects.filter(lasts, adopted__isnull=True)
