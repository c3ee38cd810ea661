"""How the items of personnel files stand on a day, for one person or for thousands at once.

Rows are read as plain tuples: a list of everybody in a post asks four questions of the database, whatever its length.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils.translation import pgettext

from mingcha.records.inventory.models import Site
from mingcha.records.personnel.models import EntryCheck, PoliceFiling, Training, Undertaking
from mingcha.records.personnel.requirements import Circumstances, Cite, demands
from mingcha.records.personnel.states import Holding, Item, PostKind, Result


@dataclass(frozen=True, slots=True)
class Held:
    """How one item stands: `line` is the row that decides, `day` what it is dated, `expires_on` its last good day."""

    holding: Holding
    line: int | None = None
    day: date | None = None
    expires_on: date | None = None


MISSING = Held(Holding.MISSING)


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One item a post demands, with the provisions that demand it, and how it stands."""

    item: Item
    citations: tuple[Cite, ...]
    held: Held

    @property
    def is_met(self) -> bool:
        return self.held.holding == Holding.MET


@dataclass(frozen=True, slots=True)
class Checklist:
    """All items a post demands of one person on a day. Empty where no rule in force demands any."""

    lines: tuple[CheckLine, ...]
    law_version: str

    @property
    def lacking(self) -> tuple[CheckLine, ...]:
        return tuple(line for line in self.lines if not line.is_met)

    @property
    def is_complete(self) -> bool:
        return not self.lacking

    @property
    def first_expiry(self) -> date | None:
        """When the first of the items in order runs out."""
        return min((line.held.expires_on for line in self.lines if line.is_met and line.held.expires_on), default=None)


def circumstances(site: Site) -> Circumstances:
    """What of a site the staff duties depend on."""
    return Circumstances(site.region, site.place, site.drafts)


def listed(items: Iterable[Item]) -> str:
    """Names of items in the reader's language, one after the other."""
    return pgettext("between items of a list", ", ").join(str(item.label) for item in items)


class Holdings:
    """What the files of some people hold on a day: `Holdings(ids, on)`, or of everybody with ``None``."""

    def __init__(self, people: Iterable[int] | None, on: date) -> None:
        self.on = on
        whose = Q(withdrawn_at__isnull=True)
        if people is not None:
            whose &= Q(person_id__in=list(people))
        self._checks = _latest_checks(whose, on)
        self._undertakings = _undertakings(whose, on)
        self._trainings = _trainings(whose, on)
        self._filings = _filings(whose, on)

    def held(self, person: int, item: Item, site: Site) -> Held:
        """How that item stands for work at that site. A filing counts for the site, and for all of its police."""
        if item == Item.ENTRY_CHECK:
            return self._checks.get(person, MISSING)
        if item == Item.UNDERTAKING:
            return self._undertakings.get(person, MISSING)
        if item == Item.TRAINING:
            return self._trainings.get(person, MISSING)
        for filed, site_id, organ in self._filings.get(person, ()):
            if site_id == site.pk or (organ and organ == site.police_organ):
                return filed
        return MISSING

    def checklist(self, person: int, kind: PostKind, site: Site) -> Checklist:
        """The items such a post at this site demands of the person."""
        asked = demands(kind, circumstances(site), self.on)
        lines = tuple(CheckLine(item, cites, self.held(person, item, site)) for item, cites in asked.items)
        return Checklist(lines, asked.law_version)


def _latest_checks(whose: Q, on: date) -> dict[int, Held]:
    """The newest check decides, be it passed or not."""
    rows = EntryCheck.objects.filter(whose, checked_on__lte=on).order_by("checked_on", "id")
    found: dict[int, Held] = {}
    for pk, person, day, result in rows.values_list("id", "person_id", "checked_on", "result"):
        found[person] = Held(Holding.MET if result == Result.PASSED else Holding.FAILED, pk, day)
    return found


def _undertakings(whose: Q, on: date) -> dict[int, Held]:
    rows = Undertaking.objects.filter(whose, signed_on__lte=on).order_by("signed_on", "id")
    found: dict[int, Held] = {}
    for pk, person, day, expires_on in rows.values_list("id", "person_id", "signed_on", "expires_on"):
        found[person] = _better(found.get(person), _until(pk, day, expires_on, on))
    return found


def _trainings(whose: Q, on: date) -> dict[int, Held]:
    rows = Training.objects.filter(whose, held_on__lte=on).order_by("held_on", "id")
    found: dict[int, Held] = {}
    for pk, person, day, result, expires_on in rows.values_list("id", "person_id", "held_on", "result", "expires_on"):
        passed = result == Result.PASSED
        held = _until(pk, day, expires_on, on) if passed else Held(Holding.FAILED, pk, day)
        found[person] = _better(found.get(person), held)
    return found


def _filings(whose: Q, on: date) -> dict[int, list[tuple[Held, int, str]]]:
    rows = PoliceFiling.objects.filter(whose, filed_on__lte=on).order_by("-filed_on", "-id")
    found: dict[int, list[tuple[Held, int, str]]] = defaultdict(list)
    for pk, person, day, site, organ in rows.values_list("id", "person_id", "filed_on", "site_id", "organ"):
        found[person].append((Held(Holding.MET, pk, day), site, organ))
    return found


def _until(pk: int, day: date, expires_on: date | None, on: date) -> Held:
    good = expires_on is None or expires_on >= on
    return Held(Holding.MET if good else Holding.EXPIRED, pk, day, expires_on)


_RANK = {Holding.MISSING: 0, Holding.FAILED: 1, Holding.EXPIRED: 2, Holding.MET: 3}


def _better(known: Held | None, other: Held) -> Held:
    """What is in order before what is not; then what lasts longer; then the newer."""
    if known is None:
        return other

    def worth(held: Held) -> tuple[int, date]:
        return _RANK[held.holding], held.expires_on or date.max

    return other if worth(other) >= worth(known) else known
