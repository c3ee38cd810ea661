"""Acts on systems and on areas with their plans."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from PIL import Image

from mingcha.base.errors import Conflict, Invalid, Unlawful
from mingcha.records.accounts.queries import require
from mingcha.records.accounts.states import Permission
from mingcha.records.files.actions import Upload, facts_of, put_file
from mingcha.records.files.queries import open_file
from mingcha.records.files.states import PICTURES
from mingcha.records.inventory.actions.judging import RULINGS, judge_again
from mingcha.records.inventory.codes import read_law_code
from mingcha.records.inventory.lawfulness import acceptance_demanded, local_day, triples
from mingcha.records.inventory.models import Area, Site, System
from mingcha.records.inventory.names import read_name, read_text
from mingcha.records.inventory.queries import standing_cameras
from mingcha.records.inventory.states import SYSTEM_STEPS, SystemState
from mingcha.records.register.actions import Actor, act, enter

FLOOR_LIMIT = 40
_DAY_OF = {
    SystemState.ACCEPTED: "accepted_on",
    SystemState.IN_USE: "in_use_on",
    SystemState.STOPPED: "stopped_on",
    SystemState.REMOVED: "removed_on",
}


@dataclass(frozen=True, slots=True)
class SystemDraft:
    """Name, grade of network security protection, and the days of design, building and inspection."""

    name: str
    security_grade: str = ""
    designed_on: date | None = None
    built_on: date | None = None
    inspected_on: date | None = None


@dataclass(frozen=True, slots=True)
class AreaDraft:
    """A part of a site. `kind`: a code of the law's areas; `plan`: a picture with north up, None leaves what is kept;
    `plan_mm_per_px`: ground covered by one picture element."""

    name: str
    kind: str = "general"
    floor: str = ""
    system: System | None = None
    plan: Upload | None = None
    plan_mm_per_px: int | None = None


@act("system.added")
def add_system(*, site: Site, draft: SystemDraft, actor: Actor, at: datetime) -> System:
    """Add a system, planned. Raises Conflict (``system.name_taken``), Invalid (``system.dates``)."""
    require(actor, Permission.MANAGE_SITES)
    system = System(site=site, created_at=at)
    _put_system(system, draft)
    system.save(force_insert=True)
    detail = _system(system)
    enter(actor=actor, at=at, subject=system.public_id, subject_name=system.name, refs=[site.public_id], detail=detail)
    return system


@act("system.changed")
def change_system(*, system: System, draft: SystemDraft, actor: Actor, at: datetime) -> None:
    """Change a system's name, grade and days. Raises as `add_system`."""
    require(actor, Permission.MANAGE_SITES)
    before = _system(system)
    _put_system(system, draft)
    system.save()
    detail = {"before": before, "after": _system(system)}
    refs = [system.site.public_id]
    enter(actor=actor, at=at, subject=system.public_id, subject_name=system.name, refs=refs, detail=detail)


@act("system.advanced")
def advance_system(*, system: System, state: str, on: date, actor: Actor, at: datetime) -> None:
    """Take a system on to the next stage of its life, as of a day.

    Raises Conflict (``system.step``) for a stage that does not follow, Invalid (``date.future``), and Unlawful
    (``system.not_accepted``) when it is to be used and the law wants it accepted first.
    """
    require(actor, Permission.MANAGE_SITES)
    if on > local_day(at):
        raise Invalid("date.future", "This day has not come yet.")
    target, before = SystemState(state), system.state
    if target not in SYSTEM_STEPS[SystemState(before)]:
        raise Conflict("system.step", f"A system that is {before} does not become {target.value}.")
    demanded = acceptance_demanded(system.site, on) if target == SystemState.IN_USE else ()
    if demanded and system.accepted_on is None:
        raise Unlawful("system.not_accepted", "It has to be accepted before it is used.", citations=triples(demanded))
    changed: dict[str, object] = {"state": target}
    if target in _DAY_OF:
        changed[_DAY_OF[target]] = on
    if System.objects.filter(pk=system.pk, state=before).update(**changed) != 1:
        raise Conflict("system.step", "The system was changed by somebody else.")
    for name, value in changed.items():
        setattr(system, name, value)
    detail = {"before": before, "state": target.value, "on": on.isoformat()}
    refs = [system.site.public_id]
    enter(
        actor=actor,
        at=at,
        subject=system.public_id,
        subject_name=system.name,
        refs=refs,
        detail=detail,
        grounds=demanded,
    )


@act("area.added")
def add_area(*, site: Site, draft: AreaDraft, actor: Actor, at: datetime) -> Area:
    """Add an area. Raises Conflict (``area.name_taken``), Invalid (``area.kind``, ``area.system``, ``file.*``)."""
    require(actor, Permission.MANAGE_SITES)
    area = Area(site=site, created_at=at)
    _put_area(area, draft, actor, at)
    area.save(force_insert=True)
    enter(actor=actor, at=at, subject=area.public_id, subject_name=area.name, refs=[site.public_id], detail=_area(area))
    return area


@act("area.changed", *RULINGS)
def change_area(*, area: Area, draft: AreaDraft, actor: Actor, at: datetime) -> dict[str, int]:
    """Change an area; its cameras are judged anew by its kind. Returns as `change_site`. Raises as `add_area`."""
    require(actor, Permission.MANAGE_SITES)
    before, kind_before = _area(area), area.kind
    _put_area(area, draft, actor, at)
    area.save()
    counts: dict[str, int] = {}
    if area.kind != kind_before:
        counts = judge_again(standing_cameras().filter(area=area), actor=actor, at=at)
    detail: dict[str, object] = {"before": before, "after": _area(area), "cameras": counts}
    refs = [area.site.public_id]
    enter(actor=actor, at=at, subject=area.public_id, subject_name=area.name, refs=refs, detail=detail)
    return counts


@act("area.removed")
def remove_area(*, area: Area, actor: Actor, at: datetime) -> None:
    """Take an area away that holds no camera. Raises Conflict (``area.occupied``, ``area.removed``)."""
    require(actor, Permission.MANAGE_SITES)
    if standing_cameras().filter(area=area).exists():
        raise Conflict("area.occupied", "Cameras stand in this area.")
    if Area.objects.filter(pk=area.pk, removed_at__isnull=True).update(removed_at=at) != 1:
        raise Conflict("area.removed", "It was removed already.")
    area.removed_at = at
    enter(actor=actor, at=at, subject=area.public_id, subject_name=area.name, refs=[area.site.public_id])


def _put_system(system: System, draft: SystemDraft) -> None:
    name = read_name(draft.name)
    if System.objects.filter(site=system.site, name=name).exclude(pk=system.pk).exists():
        raise Conflict("system.name_taken", "Another system of this site has this name.")
    days = [day for day in (draft.designed_on, draft.built_on, draft.inspected_on) if day is not None]
    if days != sorted(days):
        raise Invalid("system.dates", "Design comes before building, and building before inspection.")
    system.name, system.security_grade = name, read_text(draft.security_grade)
    system.designed_on, system.built_on, system.inspected_on = draft.designed_on, draft.built_on, draft.inspected_on


def _put_area(area: Area, draft: AreaDraft, actor: Actor, at: datetime) -> None:
    name = read_name(draft.name)
    if Area.objects.filter(site=area.site, name=name, removed_at__isnull=True).exclude(pk=area.pk).exists():
        raise Conflict("area.name_taken", "Another area of this site has this name.")
    if draft.system is not None and draft.system.site_id != area.site_id:
        raise Invalid("camera.system", "The system belongs to another site.")
    area.name, area.kind = name, read_law_code("area", draft.kind, "area.kind")
    area.floor, area.system = read_text(draft.floor, FLOOR_LIMIT), draft.system
    area.plan_mm_per_px = draft.plan_mm_per_px
    if draft.plan is not None:
        area.plan = put_file(upload=draft.plan, kinds=PICTURES, actor=actor, at=at)
        with open_file(area.plan) as plan, Image.open(plan) as picture:
            area.plan_width_px, area.plan_height_px = picture.size


def _system(system: System) -> dict[str, object]:
    days = ("designed_on", "built_on", "inspected_on", "accepted_on", "in_use_on", "stopped_on", "removed_on")
    told = {day: getattr(system, day) for day in days}
    return {
        "name": system.name,
        "state": str(system.state),
        "security_grade": system.security_grade,
        **{day: value.isoformat() for day, value in told.items() if value},
    }


def _area(area: Area) -> dict[str, object]:
    return {
        "name": area.name,
        "kind": area.kind,
        "floor": area.floor,
        "system": area.system.name if area.system else "",
        "plan": facts_of(area.plan) if area.plan else None,
        "plan_mm_per_px": area.plan_mm_per_px,
    }
