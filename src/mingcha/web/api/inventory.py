"""Operations on the unit, its sites, systems, areas and device models. Changes are the acts of the pages."""

from __future__ import annotations

from dataclasses import fields
from typing import Annotated, Any

from ninja import Path, Query, Router, Status

from mingcha.records.accounts.gate import PersonRequest
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.states import Permission
from mingcha.records.inventory import queries
from mingcha.records.inventory.actions import sites, systems, units
from mingcha.records.inventory.models import Area, DeviceModel, Site, System, Unit
from mingcha.web.api.access import signed_in
from mingcha.web.api.answers import answers
from mingcha.web.api.paging import Paging, PublicId, paged
from mingcha.web.api.schemas import (
    AreaChange,
    AreaIn,
    AreaOut,
    DeviceModelIn,
    DeviceModelOut,
    Ref,
    SiteFields,
    SiteIn,
    SiteOut,
    Step,
    SystemChange,
    SystemIn,
    SystemOut,
    UnitIn,
    UnitOut,
    page_of,
)

router = Router(tags=["inventory"])
SEE, MANAGE = signed_in(Permission.SEE_CAMERAS), signed_in(Permission.MANAGE_SITES)
MANAGE_CAMERAS = signed_in(Permission.MANAGE_CAMERAS)
Id = Annotated[PublicId, Path()]
OfSite = Annotated[str, Query(max_length=20, description="Only those of this site.")]


@router.get("/unit", auth=SEE, response=answers(UnitOut | None))
def read_unit(request: PersonRequest) -> Any:
    """The managing unit; null before anything was set up."""
    return queries.own_unit(viewer=request.user)


@router.put("/unit", auth=MANAGE, response=answers(UnitOut))
def change_unit(request: PersonRequest, body: UnitIn) -> Any:
    """Say who the unit is."""
    draft = units.UnitDraft(**{**body.dict(), "kind_of_builder": str(body.kind_of_builder or "")})
    unit: Unit | None = queries.own_unit(viewer=request.user)
    return units.change_unit(unit=unit, draft=draft, actor=request.user, at=request.at)


@router.get("/contractors", auth=SEE, response=answers(page_of(Ref)))
def list_contractors(request: PersonRequest, paging: Query[Paging]) -> Any:
    """Firms that work for the unit, to be named as operators."""
    return paged(queries.contractors(viewer=request.user), paging)


@router.get("/sites", auth=SEE, response=answers(page_of(SiteOut)))
def list_sites(request: PersonRequest, paging: Query[Paging]) -> Any:
    """Sites, the oldest first."""
    return paged(queries.sites(viewer=request.user).select_related("operator"), paging)


@router.get("/sites/{site_id}", auth=SEE, response=answers(SiteOut))
def read_site(request: PersonRequest, site_id: Id) -> Any:
    """One site."""
    return queries.site_for(viewer=request.user, public_id=site_id)


@router.post("/sites", auth=MANAGE, response=answers(SiteOut, 201))
def open_site(request: PersonRequest, body: SiteIn) -> Any:
    """Open a site."""
    facts = _site_facts(body, request.user)
    made = sites.open_site(name=body.name, address=body.address, facts=facts, actor=request.user, at=request.at)
    return Status(201, made)


@router.put("/sites/{site_id}", auth=MANAGE, response=answers(SiteOut))
def change_site(request: PersonRequest, site_id: Id, body: SiteIn) -> Any:
    """Change a site; its cameras are judged anew by the law."""
    site: Site = queries.site_for(viewer=request.user, public_id=site_id)
    facts = _site_facts(body, request.user)
    sites.change_site(site=site, name=body.name, address=body.address, facts=facts, actor=request.user, at=request.at)
    return site


@router.get("/systems", auth=SEE, response=answers(page_of(SystemOut)))
def list_systems(request: PersonRequest, paging: Query[Paging], site: OfSite = "") -> Any:
    """Systems, of all sites or of one."""
    return paged(queries.systems(viewer=request.user, site=_site(request, site)).select_related("site"), paging)


@router.get("/systems/{system_id}", auth=SEE, response=answers(SystemOut))
def read_system(request: PersonRequest, system_id: Id) -> Any:
    """One system."""
    return queries.system_for(viewer=request.user, public_id=system_id)


@router.post("/systems", auth=MANAGE, response=answers(SystemOut, 201))
def add_system(request: PersonRequest, body: SystemIn) -> Any:
    """Add a planned system."""
    site = queries.site_for(viewer=request.user, public_id=body.site)
    draft = systems.SystemDraft(**body.dict(exclude={"site"}))
    return Status(201, systems.add_system(site=site, draft=draft, actor=request.user, at=request.at))


@router.put("/systems/{system_id}", auth=MANAGE, response=answers(SystemOut))
def change_system(request: PersonRequest, system_id: Id, body: SystemChange) -> Any:
    """Change a system's name, grade and days."""
    system: System = queries.system_for(viewer=request.user, public_id=system_id)
    systems.change_system(system=system, draft=systems.SystemDraft(**body.dict()), actor=request.user, at=request.at)
    return system


@router.post("/systems/{system_id}/advance", auth=MANAGE, response=answers(SystemOut))
def advance_system(request: PersonRequest, system_id: Id, body: Step) -> Any:
    """Take a system on to the next stage of its life."""
    system: System = queries.system_for(viewer=request.user, public_id=system_id)
    systems.advance_system(system=system, state=body.state, on=body.on, actor=request.user, at=request.at)
    return system


@router.get("/areas", auth=SEE, response=answers(page_of(AreaOut)))
def list_areas(request: PersonRequest, paging: Query[Paging], site: OfSite = "") -> Any:
    """Areas, of all sites or of one."""
    found = queries.areas(viewer=request.user, site=_site(request, site))
    return paged(found.select_related("site", "system"), paging)


@router.get("/areas/{area_id}", auth=SEE, response=answers(AreaOut))
def read_area(request: PersonRequest, area_id: Id) -> Any:
    """One area."""
    return queries.area_for(viewer=request.user, public_id=area_id)


@router.post("/areas", auth=MANAGE, response=answers(AreaOut, 201))
def add_area(request: PersonRequest, body: AreaIn) -> Any:
    """Add an area to a site."""
    site = queries.site_for(viewer=request.user, public_id=body.site)
    return Status(
        201, systems.add_area(site=site, draft=_area_draft(body, request.user), actor=request.user, at=request.at)
    )


@router.put("/areas/{area_id}", auth=MANAGE, response=answers(AreaOut))
def change_area(request: PersonRequest, area_id: Id, body: AreaChange) -> Any:
    """Change an area; its cameras are judged anew by its kind."""
    area: Area = queries.area_for(viewer=request.user, public_id=area_id)
    systems.change_area(area=area, draft=_area_draft(body, request.user), actor=request.user, at=request.at)
    return area


@router.post("/areas/{area_id}/remove", auth=MANAGE, response=answers(AreaOut))
def remove_area(request: PersonRequest, area_id: Id) -> Any:
    """Take away an area that holds no camera."""
    area: Area = queries.area_for(viewer=request.user, public_id=area_id)
    systems.remove_area(area=area, actor=request.user, at=request.at)
    return area


@router.get("/device-models", auth=SEE, response=answers(page_of(DeviceModelOut)))
def list_device_models(request: PersonRequest, paging: Query[Paging]) -> Any:
    """Types of device."""
    return paged(queries.device_models(viewer=request.user), paging)


@router.get("/device-models/{model_id}", auth=SEE, response=answers(DeviceModelOut))
def read_device_model(request: PersonRequest, model_id: Id) -> Any:
    """One type of device."""
    return queries.device_model_for(viewer=request.user, public_id=model_id)


@router.post("/device-models", auth=MANAGE_CAMERAS, response=answers(DeviceModelOut, 201))
def add_device_model(request: PersonRequest, body: DeviceModelIn) -> Any:
    """Add a type of device."""
    draft = units.ModelDraft(**body.dict())
    return Status(201, units.add_device_model(draft=draft, actor=request.user, at=request.at))


@router.put("/device-models/{model_id}", auth=MANAGE_CAMERAS, response=answers(DeviceModelOut))
def change_device_model(request: PersonRequest, model_id: Id, body: DeviceModelIn) -> Any:
    """Change a type of device."""
    model: DeviceModel = queries.device_model_for(viewer=request.user, public_id=model_id)
    units.change_device_model(
        device_model=model, draft=units.ModelDraft(**body.dict()), actor=request.user, at=request.at
    )
    return model


def _site(request: PersonRequest, public_id: str) -> Site | None:
    return queries.site_for(viewer=request.user, public_id=public_id) if public_id else None


def _site_facts(body: SiteFields, viewer: Person) -> sites.SiteFacts:
    told = {one.name: getattr(body, one.name) for one in fields(sites.SiteFacts)}
    told["place"] = body.place or ""
    told["operator"] = queries.contractor_for(viewer=viewer, public_id=body.operator) if body.operator else None
    return sites.SiteFacts(**told)


def _area_draft(body: AreaChange, viewer: Person) -> systems.AreaDraft:
    system = queries.system_for(viewer=viewer, public_id=body.system) if body.system else None
    told = body.dict(include={"name", "kind", "floor", "plan_mm_per_px"})
    return systems.AreaDraft(**told, system=system)
