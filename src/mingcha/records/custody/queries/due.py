"""What copies in custody owe, as typed lines for the home page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from mingcha import law
from mingcha.law.model import Citation
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.states import Permission
from mingcha.records.custody.models import Item, ItemDownload
from mingcha.records.custody.queries.items import item_name
from mingcha.records.custody.states import CONFIRM_WITHIN, UNCLAIMED, ItemState
from mingcha.records.inventory.lawfulness import local_day
from mingcha.records.wording import explain_code

EACH = 20
"""Lines of one kind on the home page at most."""
EARLY_SHARE = 4
"""A copy is told of when a quarter of its time is left, a week before at the earliest."""
EARLY_MOST = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class CopyOwed:
    """A line for the home page. `due`: the day it has to be done by, None for at once."""

    code: str
    item: Item
    citations: tuple[Citation, ...]
    due: date | None = None

    @property
    def text(self) -> str:
        """The sentence in the reader's language."""
        name = " · ".join(part for part in (item_name(self.item), self.item.purpose[:60]) if part)
        return explain_code(f"owed.{self.code}", {"name": name})

    @property
    def url(self) -> str:
        return reverse("item", args=(self.item.public_id,))


def copies_owed(viewer: Person, at: datetime) -> list[CopyOwed]:
    """Copies nobody fetches, that have to come back, that have come back, whose destruction waits for a person or for
    the recorder."""
    if not viewer.may(Permission.KEEP_COPIES):
        return []
    return list(_lines(at))


def _lines(at: datetime) -> Iterator[CopyOwed]:
    why = law.duty_grounds("keep_access_register", at)
    today = local_day(at)
    for item in _unclaimed(at)[:EACH]:
        yield CopyOwed("copy_unclaimed", item, why, local_day(item.unclaimed_until))
    out = Item.objects.filter(state=ItemState.OUT, return_due_on__isnull=False)
    for item in out.filter(return_due_on__lte=today + EARLY_MOST).order_by("return_due_on")[:EACH]:
        yield CopyOwed("copy_return", item, why, item.return_due_on)
    for item in Item.objects.filter(state=ItemState.BACK).order_by("id")[:EACH]:
        yield CopyOwed("copy_returned", item, why)
    for item in _unattested()[:EACH]:
        yield CopyOwed("copy_unattested", item, why)
    late = Item.objects.filter(
        state=ItemState.ENDING,
        delete_ordered_at__lte=at - CONFIRM_WITHIN,
        copy_deleted_at__isnull=True,
        copy_unknown_at__isnull=True,
    )
    for item in late.order_by("id")[:EACH]:
        yield CopyOwed("copy_undeleted", item, why)


def _unclaimed(at: datetime) -> QuerySet[Item]:
    early = min(EARLY_MOST, timedelta(hours=settings.ITEM_UNCLAIMED_HOURS) / EARLY_SHARE)
    return Item.objects.filter(state__in=UNCLAIMED, unclaimed_until__lte=at + early).order_by("unclaimed_until")


def _unattested() -> QuerySet[Item]:
    left = Exists(ItemDownload.objects.filter(item=OuterRef("pk")))
    waiting = Item.objects.filter(state=ItemState.ENDING, attested_at__isnull=True)
    return waiting.filter(Q(left) | Q(copy_unknown_at__isnull=False)).order_by("id")
