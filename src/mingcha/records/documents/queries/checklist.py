"""What the law asks the archive to hold, held against what is there.

The demands come from `mingcha.law` (question ``archive``); nothing legal stands here. A paper filed for a site answers
for its systems too, one filed for the unit for its sites.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.db.models import Max, Q

from mingcha import law
from mingcha.law.model import Citation
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.states import Permission
from mingcha.records.documents.models import Document
from mingcha.records.documents.states import Holding
from mingcha.records.inventory.models import Camera, Contractor, DeviceModel, Site, System
from mingcha.records.inventory.states import SystemState
from mingcha.records.wording.law import Ground, grounds, label

_LIFE = list(SystemState.values)
_REACHED: dict[str, str] = {
    "design": SystemState.BUILDING,
    "construction": SystemState.ACCEPTED,
    "inspection": SystemState.ACCEPTED,
    "acceptance": SystemState.ACCEPTED,
    "filing": SystemState.IN_USE,
    "operation": SystemState.IN_USE,
    "maintenance": SystemState.IN_USE,
}
"""From which state of a system the papers of a stage are due."""


@dataclass(frozen=True, slots=True)
class Line:
    """One demand against one thing. `papers`: names of the types any one of which meets it; `document`: what meets it,
    or the one that has expired; `elsewhere`: a file that stands with the thing itself in the inventory."""

    stage: str
    papers: str
    kinds: tuple[str, ...]
    holding: Holding
    grounds: tuple[Ground, ...]
    document: Document | None = None
    elsewhere: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """All demands on one thing: a system, the site, a contractor, a device model."""

    subject: str
    name: str
    per: str
    lines: tuple[Line, ...]

    @property
    def owed(self) -> int:
        return sum(1 for line in self.lines if line.holding in (Holding.MISSING, Holding.EXPIRED))

    @property
    def held(self) -> int:
        return sum(1 for line in self.lines if line.holding == Holding.HELD)


@dataclass(frozen=True, slots=True)
class Checklist:
    """`can_ask` is False when region or kind of place are not told. `exempt`: articles that would ask but for an
    exemption."""

    site: Site
    can_ask: bool
    parts: tuple[Part, ...] = ()
    exempt: tuple[Ground, ...] = ()
    law_version: str = ""

    @property
    def owed(self) -> int:
        return sum(part.owed for part in self.parts)

    @property
    def held(self) -> int:
        return sum(part.held for part in self.parts)


@dataclass(frozen=True, slots=True)
class _Thing:
    """Something that demands are made of. `also`: ids whose papers answer for it too."""

    public_id: str
    name: str
    state: str
    also: tuple[str, ...] = ()
    own_file: str = ""
    own_until: date | None = None
    own_kinds: frozenset[str] = frozenset()


def checklist(*, viewer: Person, site: Site, on: date) -> Checklist:
    """What the law asks for at this site, thing by thing. Confidential papers count, but are named only to those who
    may read them."""
    return _checklist(viewer, site, on, _stock([site]))


def _checklist(viewer: Person, site: Site, on: date, stock: _Stock) -> Checklist:
    if not site.is_told or not viewer.may(Permission.READ_DOCUMENTS):
        return Checklist(site, can_ask=False)
    facts = {"region": site.region, "place": site.place, "on": on.isoformat(), "drafts": site.drafts}
    answer: Any = law.decide("archive", {**facts, "outsourced": site.outsourced})
    things = _things(site, stock)
    filed = stock.filed
    hides = not viewer.may(Permission.READ_CONFIDENTIAL)
    parts = tuple(
        Part(thing.public_id, thing.name, per, tuple(_lines(answer["papers"], per, thing, filed, on, hides)))
        for per, found in things.items()
        for thing in found
    )
    exempt = grounds(Citation(one["instrument"], one["article"]) for one in answer["exempt"])
    cited = grounds(Citation(cite["instrument"], cite["article"], cite.get("item", "")) for cite in answer["citations"])
    freed = [one for one in cited if answer["exempt"] and "para2" in one.cite.item]
    return Checklist(
        site, True, tuple(part for part in parts if part.lines), tuple(freed or exempt), str(answer["law_version"])
    )


def _lines(
    demands: Iterable[dict[str, Any]],
    per: str,
    thing: _Thing,
    filed: dict[str, list[Document]],
    on: date,
    hides: bool,
) -> Iterator[Line]:
    """Demands for the same papers at the same stage are one line with all their articles."""
    merged: dict[tuple[str, tuple[str, ...]], list[Citation]] = defaultdict(list)
    for demand in demands:
        if demand["per"] == per:
            cite = Citation(demand["instrument"], demand["article"], demand.get("item", ""))
            merged[demand["stage"], tuple(demand["papers"])].append(cite)
    papers = [document for one in (thing.public_id, *thing.also) for document in filed[one]]
    for (stage, kinds), cites in sorted(merged.items(), key=lambda one: _stages().index(one[0][0])):
        best = _best([document for document in papers if document.kind in kinds])
        yield Line(
            stage=stage,
            papers=" / ".join(label("document_type", kind) for kind in kinds),
            kinds=kinds,
            holding=_holding(stage, kinds, best, thing, on),
            grounds=tuple(grounds(cites)),
            document=None if best is None or (hides and best.is_confidential) else best,
            elsewhere=thing.own_file if best is None and thing.own_kinds & set(kinds) else "",
        )


def _holding(stage: str, kinds: tuple[str, ...], best: Document | None, thing: _Thing, on: date) -> Holding:
    own = bool(thing.own_file) and bool(thing.own_kinds & set(kinds))
    if best is not None and not _is_expired(best.valid_until, on):
        return Holding.HELD
    if own and not _is_expired(thing.own_until, on):
        return Holding.HELD
    if best is not None or own:
        return Holding.EXPIRED
    reached = _LIFE.index(thing.state) >= _LIFE.index(_REACHED[stage])
    return Holding.MISSING if reached else Holding.LATER


def _is_expired(until: date | None, on: date) -> bool:
    return until is not None and until < on


def _best(papers: Sequence[Document]) -> Document | None:
    """The one that is good for longest; without an end is longest of all."""
    return max(papers, key=lambda paper: (paper.valid_until or date.max, paper.pk), default=None)


@dataclass(frozen=True, slots=True)
class _Stock:
    """What inventory and archive hold for some sites, read at once: by site, and papers by what they are about."""

    systems: dict[int, list[System]]
    models: dict[int, list[DeviceModel]]
    contractors: dict[int, list[Contractor]]
    filed: dict[str, list[Document]]


def _stock(sites: Sequence[Site]) -> _Stock:
    """As many questions to the database for all sites as for one."""
    pks = [site.pk for site in sites]
    systems: dict[int, list[System]] = defaultdict(list)
    for system in System.objects.filter(site__in=pks).exclude(state=SystemState.REMOVED).order_by("id"):
        systems[system.site_id].append(system)
    standing = Camera.objects.filter(site__in=pks, retired_at__isnull=True, device_model__isnull=False)
    used = list(standing.order_by("site_id", "device_model_id").values_list("site_id", "device_model_id").distinct())
    found = DeviceModel.objects.select_related("quality_file").in_bulk({model for _, model in used if model})
    models: dict[int, list[DeviceModel]] = defaultdict(list)
    for site, model in used:
        if model is not None:
            models[site].append(found[model])
    contractors = _contractors(pks)
    return _Stock(systems, models, contractors, _filed(_about(sites, systems, models, contractors)))


def _filed(about: Q) -> dict[str, list[Document]]:
    """Of each subject and type the one paper that is good for longest, however many there are."""
    papers = Document.objects.filter(about, withdrawn_at__isnull=True)
    endless = Max("pk", filter=Q(valid_until__isnull=True))
    groups = list(papers.order_by().values("subject", "kind").annotate(endless=endless, until=Max("valid_until")))
    best = Document.objects.in_bulk([group["endless"] for group in groups if group["endless"]])
    found: dict[str, list[Document]] = defaultdict(list)
    for group in groups:
        ends = papers.filter(subject=group["subject"], kind=group["kind"], valid_until=group["until"])
        document = best[group["endless"]] if group["endless"] else ends.order_by("-pk").first()
        if document is not None:
            found[document.subject].append(document)
    return found


def _contractors(sites: Sequence[int]) -> dict[int, list[Contractor]]:
    """Firms that run these sites or some of their cameras; one that is named nowhere counts for each site."""
    linked = set(Site.objects.filter(operator__isnull=False).values_list("pk", "operator_id"))
    standing = Camera.objects.filter(retired_at__isnull=True, operator__isnull=False)
    linked |= set(standing.order_by().values_list("site_id", "operator_id").distinct())
    placed = {firm for _, firm in linked}
    firms = Contractor.objects.filter(ended_on__isnull=True).select_related("agreement").order_by("id")
    found: dict[int, list[Contractor]] = {site: [] for site in sites}
    for firm in firms:
        for site in sites:
            if (site, firm.pk) in linked or firm.pk not in placed:
                found[site].append(firm)
    return found


def _about(
    sites: Sequence[Site],
    systems: dict[int, list[System]],
    models: dict[int, list[DeviceModel]],
    contractors: dict[int, list[Contractor]],
) -> Q:
    things = [*sites, *(one for found in (systems, models, contractors) for some in found.values() for one in some)]
    return Q(subject__in={thing.public_id for thing in things} | {site.unit.public_id for site in sites})


def _things(site: Site, stock: _Stock) -> dict[str, list[_Thing]]:
    """The systems of the site (the site itself where none is told), the site, its contractors and its device models."""
    systems = stock.systems.get(site.pk, [])
    states = [system.state for system in systems] or [_state_of(site)]
    state = max(states, key=_LIFE.index)
    unit = site.unit.public_id
    return {
        "system": [_Thing(one.public_id, one.name, one.state, (site.public_id,)) for one in systems]
        or [_Thing(site.public_id, site.name, state)],
        "site": [_Thing(site.public_id, site.name, state, (unit,))],
        "contractor": [
            _Thing(one.public_id, one.name, state, (), *_agreement(one), frozenset({"security_agreement"}))
            for one in stock.contractors.get(site.pk, [])
        ],
        "device_model": [
            _Thing(one.public_id, str(one), state, (), *_certificate(one)) for one in stock.models.get(site.pk, [])
        ],
    }


def _agreement(contractor: Contractor) -> tuple[str, date | None]:
    return (contractor.agreement.name if contractor.agreement else "", contractor.agreement_until)


def _certificate(model: DeviceModel) -> tuple[str, date | None, frozenset[str]]:
    if model.quality_file:
        return model.quality_file.name, model.certificate_until, frozenset({"quality_document", "product_certificate"})
    return model.certificate_number, model.certificate_until, frozenset({"product_certificate"})


def _state_of(site: Site) -> str:
    if site.in_use_on:
        return SystemState.IN_USE
    return SystemState.ACCEPTED if site.accepted_on else SystemState.PLANNED


def _stages() -> list[str]:
    return list(law.current().data.vocabulary["archive_stage"])


@dataclass(frozen=True, slots=True)
class Owed:
    """A line for the home page: what is to be done, how many, where, and since or until when."""

    code: str
    subject: str
    name: str
    count: int
    due_on: date | None = None


def owed(viewer: Person, on: date | datetime) -> list[Owed]:
    """What the archive owes: missing and expired papers by site, and papers that expire soon."""
    if not viewer.may(Permission.MANAGE_DOCUMENTS):
        return []
    day = on.date() if isinstance(on, datetime) else on
    found = []
    sites = list(Site.objects.filter(closed_on__isnull=True).select_related("unit").order_by("id"))
    stock = _stock(sites)
    for site in sites:
        count = _lacking(site, day, stock) if site.is_told else 0
        if count:
            found.append(Owed("document.missing", site.public_id, site.name, count))
    return found


def _lacking(site: Site, on: date, stock: _Stock) -> int:
    """As many as `Checklist.owed` says, counted without putting them into words."""
    asked, count = _demanded(site.region, site.place, site.drafts, site.outsourced, on), 0
    for per, things in _things(site, stock).items():
        for thing in things:
            papers = [document for one in (thing.public_id, *thing.also) for document in stock.filed.get(one, ())]
            for stage, kinds in asked.get(per, ()):
                best = _best([document for document in papers if document.kind in kinds])
                count += _holding(stage, kinds, best, thing, on) in (Holding.MISSING, Holding.EXPIRED)
    return count


@lru_cache(maxsize=512)
def _demanded(
    region: str, place: str, drafts: bool, outsourced: bool, on: date
) -> dict[str, tuple[tuple[str, tuple[str, ...]], ...]]:
    """What is asked for at such a place, by what it is asked of: stage and papers, each once."""
    facts = {"region": region, "place": place, "on": on.isoformat(), "drafts": drafts, "outsourced": outsourced}
    answer: Any = law.decide("archive", facts)
    found: dict[str, dict[tuple[str, tuple[str, ...]], None]] = defaultdict(dict)
    for demand in answer["papers"]:
        found[demand["per"]][demand["stage"], tuple(demand["papers"])] = None
    return {per: tuple(asked) for per, asked in found.items()}
