"""What documents are about: finding the thing behind an id, and names for many ids at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Model

from mingcha.base.errors import Invalid
from mingcha.records.documents.states import SubjectKind
from mingcha.records.inventory.models import Camera, Contractor, DeviceModel, Site, System, Unit

_MODELS: dict[str, type[Unit | Site | System | Camera | Contractor | DeviceModel]] = {
    SubjectKind.UNIT: Unit,
    SubjectKind.SITE: Site,
    SubjectKind.SYSTEM: System,
    SubjectKind.CAMERA: Camera,
    SubjectKind.CONTRACTOR: Contractor,
    SubjectKind.DEVICE_MODEL: DeviceModel,
}


@dataclass(frozen=True, slots=True)
class Subject:
    """A thing of the inventory. `site`: the one it belongs to, if it belongs to one."""

    public_id: str
    name: str
    kind: SubjectKind
    site: Site | None = None


def subject_for(public_id: str) -> Subject:
    """The thing with this id. Raises Invalid (``document.subject``)."""
    prefix = public_id.partition("_")[0]
    model = _MODELS.get(prefix)
    thing = model._default_manager.filter(public_id=public_id).first() if model else None
    if thing is None:
        raise Invalid("document.subject", "There is no such unit, site, system, camera, contractor or model.")
    return Subject(public_id, str(thing), SubjectKind(prefix), _site_of(thing))


def names_of(public_ids: Iterable[str]) -> dict[str, str]:
    """Names by id; one query for each kind among them."""
    by_prefix: dict[str, set[str]] = defaultdict(set)
    for public_id in public_ids:
        by_prefix[public_id.partition("_")[0]].add(public_id)
    return {
        thing.public_id: str(thing)
        for prefix, wanted in by_prefix.items()
        if prefix in _MODELS
        for thing in _MODELS[prefix]._default_manager.filter(public_id__in=wanted)
    }


def choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """What a document may be filed under, in groups; cameras are found by their own pages."""
    groups: list[tuple[str, list[tuple[str, str]]]] = []
    for kind, model in _MODELS.items():
        if kind != SubjectKind.CAMERA:
            things = [(thing.public_id, _full_name(thing)) for thing in model._default_manager.order_by("id")]
            if things:
                groups.append((str(SubjectKind(kind).label), things))
    return groups


def _full_name(thing: Unit | Site | System | Camera | Contractor | DeviceModel) -> str:
    return f"{thing.site.name} · {thing.name}" if isinstance(thing, System) else str(thing)


def _site_of(thing: Model) -> Site | None:
    if isinstance(thing, Site):
        return thing
    return thing.site if isinstance(thing, System | Camera) else None
