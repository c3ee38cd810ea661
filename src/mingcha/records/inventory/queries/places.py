"""Reads of the unit, contractors, sites, systems and areas; each takes the viewer."""

from __future__ import annotations

from datetime import date

from django.db.models import Count, Q, QuerySet

from mingcha.base.errors import NotAllowed
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.states import Permission
from mingcha.records.inventory.models import Area, Contractor, Site, System, Unit
from mingcha.records.inventory.states import CameraLife


def own_unit(*, viewer: Person) -> Unit | None:
    """The installation's own unit; None before the first site."""
    return Unit.objects.order_by("id").first() if viewer.may(Permission.SEE_CAMERAS) else None


def sites(*, viewer: Person) -> QuerySet[Site]:
    """Sites with the number of cameras that are not retired, as `camera_count`."""
    if not viewer.may(Permission.SEE_CAMERAS):
        return Site.objects.none()
    standing = Count("cameras", filter=Q(cameras__retired_at__isnull=True))
    return Site.objects.select_related("unit").annotate(camera_count=standing).order_by("id")


def site_names(*, viewer: Person) -> list[tuple[str, str]]:
    """Id and name of every site, for a choice; without counting anything."""
    if not viewer.may(Permission.SEE_CAMERAS):
        return []
    return list(Site.objects.order_by("name", "id").values_list("public_id", "name"))


def site_for(*, viewer: Person, public_id: str) -> Site:
    """One site; raises NotAllowed (``site.unknown``)."""
    found = sites(viewer=viewer).select_related("unit", "operator", "confidential_consent_file")
    site = found.filter(public_id=public_id).first()
    if site is None:
        raise NotAllowed("site.unknown", "There is no such site.")
    return site


def camera_states(*, viewer: Person, site: Site) -> dict[str, int]:
    """How many cameras of a site stand in each state, not counting retired ones; ``not_judged`` besides."""
    if not viewer.may(Permission.SEE_CAMERAS):
        return {}
    standing = site.cameras.filter(retired_at__isnull=True)
    found = dict(standing.values_list("state").annotate(count=Count("id")).values_list("state", "count"))
    return {**{state: found.get(state, 0) for state in CameraLife.values}, "not_judged": _not_judged(site)}


def _not_judged(site: Site) -> int:
    return site.cameras.filter(retired_at__isnull=True, verdict="").count()


def systems(*, viewer: Person, site: Site | None = None) -> QuerySet[System]:
    """Systems, of one site or all, with `camera_count`."""
    if not viewer.may(Permission.SEE_CAMERAS):
        return System.objects.none()
    standing = Count("cameras", filter=Q(cameras__retired_at__isnull=True))
    found = System.objects.select_related("site").annotate(camera_count=standing).order_by("site_id", "id")
    return found.filter(site=site) if site else found


def system_for(*, viewer: Person, public_id: str) -> System:
    """One system; raises NotAllowed (``system.unknown``)."""
    found = systems(viewer=viewer).filter(public_id=public_id).first()
    if found is None:
        raise NotAllowed("system.unknown", "There is no such system.")
    return found


def areas(*, viewer: Person, site: Site | None = None) -> QuerySet[Area]:
    """Areas that were not removed, of one site or all, with `camera_count`."""
    if not viewer.may(Permission.SEE_CAMERAS):
        return Area.objects.none()
    standing = Count("cameras", filter=Q(cameras__retired_at__isnull=True))
    found = Area.objects.filter(removed_at__isnull=True).select_related("site", "system", "plan")
    found = found.annotate(camera_count=standing).order_by("site_id", "floor", "name")
    return found.filter(site=site) if site else found


def area_for(*, viewer: Person, public_id: str) -> Area:
    """One area; raises NotAllowed (``area.unknown``)."""
    found = areas(viewer=viewer).filter(public_id=public_id).first()
    if found is None:
        raise NotAllowed("area.unknown", "There is no such area.")
    return found


def contractors(*, viewer: Person, in_charge_on: date | None = None) -> QuerySet[Contractor]:
    """Contractors, those ended last; `in_charge_on`: only those that were not ended by then."""
    if not viewer.may(Permission.SEE_CAMERAS):
        return Contractor.objects.none()
    found = Contractor.objects.select_related("agreement").order_by("ended_on", "name")
    if in_charge_on is not None:
        found = found.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=in_charge_on))
    return found


def contractor_for(*, viewer: Person, public_id: str) -> Contractor:
    """One contractor; raises NotAllowed (``contractor.unknown``)."""
    found = contractors(viewer=viewer).filter(public_id=public_id).first()
    if found is None:
        raise NotAllowed("contractor.unknown", "There is no such contractor.")
    return found
