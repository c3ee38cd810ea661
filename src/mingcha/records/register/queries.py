"""Reads of the register. Who may read is decided by the caller's permission; the register knows no persons."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mingcha.records.register.acts import ACTS
from mingcha.records.register.models import Entry

FIXED_ACTORS: dict[str, str | Promise] = {
    "system": _("The system"),
    "recorder": _("The recorder"),
    "console": _("The command line"),
}


@dataclass(frozen=True, slots=True)
class Search:
    """What to look for; empty fields do not narrow. `since` <= at < `until`; `before_id` pages backwards."""

    act: str = ""
    ref: str = ""
    also_ref: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before_id: int | None = None


def entries(search: Search) -> QuerySet[Entry]:
    """Matching entries, newest first; paged by id, so that page 10,000 costs as much as the first."""
    found = Entry.objects.order_by("-id")
    if search.act.endswith("."):
        found = found.filter(act__startswith=search.act)
    elif search.act:
        found = found.filter(act=search.act)
    for ref in (search.ref, search.also_ref):
        if ref:
            found = found.filter(about__contains=f'"{ref}"')
    if search.since:
        found = found.filter(at__gte=search.since)
    if search.until:
        found = found.filter(at__lt=search.until)
    if search.before_id:
        found = found.filter(id__lt=search.before_id)
    return found


def entered_from(sources: Iterable[str]) -> set[str]:
    """Which of these facts of the recorder are in the book already."""
    return {
        source for source in Entry.objects.filter(source__in=list(sources)).values_list("source", flat=True) if source
    }


def sentence(entry: Entry) -> str:
    """The entry as one sentence in the reader's language."""
    places: Mapping[str, object] = defaultdict(
        lambda: "—",
        {
            **entry.detail_fields,
            "actor": str(FIXED_ACTORS.get(entry.actor, entry.actor_name or "—")),
            "subject": entry.subject_name or entry.subject or "—",
        },
    )
    return str(ACTS[entry.act].sentence) % places


def title(word: str) -> str:
    """The act's title in the reader's language; words that are no longer in the vocabulary are shown as they are."""
    return str(ACTS[word].title) if word in ACTS else word
