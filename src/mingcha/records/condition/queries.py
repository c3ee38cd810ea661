"""Reads of the archive's condition, and what it owes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from mingcha import law
from mingcha.base.clock import to_datetime
from mingcha.base.errors import NotAllowed
from mingcha.law.model import Citation
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.states import Permission
from mingcha.records.condition.models import Damage, Round, Stamp, Witness
from mingcha.records.condition.states import ALARMING, LATE_AFTER, UNWITNESSED_AFTER, Trouble
from mingcha.records.wording import explain_code

EACH = 20
"""Lines of one kind on the home page at most."""
BLOCKS_TOLD = 3

OPEN = Q(dealt_at__isnull=True)


def damages(*, viewer: Person) -> QuerySet[Damage]:
    """Damage the person may see, newest first; what waits for somebody before the rest is the caller's."""
    if not viewer.may(Permission.CHECK_ARCHIVE):
        return Damage.objects.none()
    return Damage.objects.select_related("camera__site", "dealt_by").order_by("-id")


def damage_for(*, viewer: Person, public_id: str) -> Damage:
    """One piece of damage; raises NotAllowed (``damage.unknown``)."""
    found = damages(viewer=viewer).filter(public_id=public_id).first()
    if found is None:
        raise NotAllowed("damage.unknown", "There is no such damage.")
    return found


def rounds(*, viewer: Person) -> QuerySet[Round]:
    """Rounds of verification, newest first."""
    return Round.objects.order_by("-ended_at") if viewer.may(Permission.CHECK_ARCHIVE) else Round.objects.none()


def last_stamp(*, viewer: Person) -> Stamp | None:
    """What the time-stamping authority last did; None where none was ever asked."""
    return Stamp.objects.order_by("-id").first() if viewer.may(Permission.CHECK_ARCHIVE) else None


def witnesses(*, viewer: Person) -> list[Witness]:
    """Those that cosign the ledger, or should."""
    return list(_witnesses()) if viewer.may(Permission.CHECK_ARCHIVE) else []


def unwitnessed_since(found: Iterable[Witness]) -> datetime | None:
    """The last instant at which any of them cosigned; None while one does, or there is none."""
    known = list(found)
    return None if any(one.is_cosigning for one in known) else max((one.since for one in known), default=None)


def _witnesses() -> QuerySet[Witness]:
    return Witness.objects.filter(removed_at__isnull=True)


def blocks(damage: Damage) -> str:
    """Where in the file it is, in the reader's language; nothing when all of it is meant."""
    if not damage.ranges or not damage.of_parts or damage.damaged_parts > damage.of_parts:
        return ""
    told = list(zip(damage.parts, damage.ranges, strict=False))[:BLOCKS_TOLD]
    named = [explain_code("damage.block", {"part": part, "first": one[0], "last": one[1]}) for part, one in told]
    more = damage.damaged_parts - len(named)
    if more > 0:
        named.append(explain_code("damage.more_blocks", {"count": more}))
    return explain_code("damage.and").join(named)


def span(damage: Damage) -> str:
    """From when to when it was recorded, by the clock of the screens."""
    if damage.start_us is None or damage.end_us is None:
        return ""
    zone = timezone.get_current_timezone()
    start, end = (to_datetime(us).astimezone(zone) for us in (damage.start_us, damage.end_us))
    until = f"{end:%H:%M:%S}" if start.date() == end.date() else f"{end:%Y-%m-%d %H:%M:%S}"
    return f"{start:%Y-%m-%d %H:%M:%S} – {until}"


@dataclass(frozen=True, slots=True)
class Owed:
    """A line for the home page."""

    text: str
    url: str
    citations: tuple[Citation, ...]
    count: int = 1


def owed(viewer: Person, at: datetime) -> list[Owed]:
    """Damage that nobody has dealt with, each by camera, instants and blocks; a verification that does not run."""
    if not viewer.may(Permission.CHECK_ARCHIVE):
        return []
    why = law.duty_grounds("keep_footage_intact", at)
    return [*_damaged(why), *_late(at, why), *_unwitnessed(at, why)]


def _damaged(why: tuple[Citation, ...]) -> Iterator[Owed]:
    waiting = Damage.objects.filter(OPEN).select_related("camera").order_by("id")
    for one in waiting[:EACH]:
        yield Owed(sentence(one), reverse("damage", args=(one.public_id,)), why)
    more = waiting.count() - EACH
    if more > 0:
        yield Owed(explain_code("owed.damage_more", {"count": more}), reverse("archive-condition"), why, more)


def sentence(damage: Damage) -> str:
    """What is wrong with what, in one sentence."""
    if damage.trouble == Trouble.BEHIND:
        return explain_code("owed.catalog_behind")
    where = blocks(damage)
    said = {
        "camera": damage.camera.name if damage.camera else "—",
        "span": span(damage),
        "what": damage.get_trouble_display(),
        "count": damage.segments,
        "blocks": where,
    }
    return explain_code("owed.damage_blocks" if where else "owed.damage", said)


def _late(at: datetime, why: tuple[Citation, ...]) -> Iterator[Owed]:
    newest = Round.objects.order_by("-ended_at").first()
    if newest is not None and at - newest.ended_at > LATE_AFTER:
        day = newest.ended_at.astimezone(timezone.get_current_timezone())
        yield Owed(explain_code("owed.verification", {"day": f"{day:%Y-%m-%d}"}), reverse("archive-condition"), why)


def _unwitnessed(at: datetime, why: tuple[Citation, ...]) -> Iterator[Owed]:
    """A witness that is away is a matter of days; one that says something else than we do, of minutes."""
    for one in _witnesses():
        since = one.since.astimezone(timezone.get_current_timezone())
        told = {"witness": one.name, "day": f"{since:%Y-%m-%d %H:%M}", "what": one.get_state_display()}
        if one.state in ALARMING:
            yield Owed(explain_code("owed.witness_alarm", told), reverse("archive-condition"), why)
        elif not one.is_cosigning and at - one.since > UNWITNESSED_AFTER:
            yield Owed(explain_code("owed.witness", told), reverse("archive-condition"), why)
