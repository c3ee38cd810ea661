"""A site as rows of the exchange file. The same rows tell an import what a row would change, so that taking in again
what was written out changes nothing."""

from __future__ import annotations

from collections.abc import Mapping

from mingcha.records.accounts.models import Person
from mingcha.records.accounts.states import Permission
from mingcha.records.inventory.exchange.cells import written_degrees
from mingcha.records.inventory.jobs import CameraSearch, ParkedImport, SearchState
from mingcha.records.inventory.models import Area, Camera, DeviceModel, Site

Row = dict[str, object]
_CAMERA_PLAIN = (
    *("name", "main_url", "sub_url", "control_url", "transport", "engine", "audio_reason", "budget_gb"),
    *("serial", "gb_code", "kind"),
    *(
        "purpose",
        "necessity",
        "captures_passwords",
        "lat_e7",
        "lon_e7",
        "plan_x_permille",
        "plan_y_permille",
        "height_cm",
    ),
    *("bearing_cdeg", "fov_cdeg", "range_m", "state", "verdict"),
)
_SITE_PLAIN = (
    *("name", "address", "region", "place", "installer", "key_antiterror", "near_confidential_unit"),
    *("confidential_unit", "has_monitoring_room", "police_organ", "secret_related", "built_on", "accepted_on"),
    *("in_use_on", "lat_e7", "lon_e7"),
)


def site_rows(*, viewer: Person, site: Site) -> dict[str, list[Row]]:
    """Everything of a site, by table: the site, its areas, the models of its cameras, its cameras that are not retired.
    Never user names or passwords."""
    if not viewer.may(Permission.MANAGE_CAMERAS):
        return {}
    related = ("site", "area", "system", "device_model", "operator")
    cameras = list(site.cameras.filter(retired_at__isnull=True).select_related(*related).order_by("id"))
    areas = site.areas.filter(removed_at__isnull=True).select_related("site", "system").order_by("id")
    kinds = DeviceModel.objects.filter(cameras__in=[camera.pk for camera in cameras]).distinct().order_by("id")
    return {
        "sites": [_for_file(site_row(site))],
        "areas": [area_row(area) for area in areas],
        "models": [model_row(kind) for kind in kinds],
        "cameras": [_for_file(camera_row(camera)) for camera in cameras],
    }


def site_row(site: Site) -> Row:
    """A site by keys of columns, its position as ``lat_e7`` and ``lon_e7``."""
    row: Row = {name: getattr(site, name) for name in _SITE_PLAIN}
    return {**row, "id": site.public_id, "operator": site.operator.name if site.operator else ""}


def area_row(area: Area) -> Row:
    """An area by keys of columns."""
    system = area.system.name if area.system else ""
    row = {"id": area.public_id, "site": area.site.name, "name": area.name, "kind": area.kind}
    return {**row, "floor": area.floor, "system": system}


def model_row(model: DeviceModel) -> Row:
    """A device model by keys of columns."""
    names = ("vendor", "model", "certificate_number", "certificate_until")
    return {name: getattr(model, name) for name in names}


def camera_row(camera: Camera) -> Row:
    """A camera by keys of columns, its position as ``lat_e7`` and ``lon_e7``."""
    row: Row = {name: getattr(camera, name) for name in _CAMERA_PLAIN}
    kind = camera.device_model
    return {
        **row,
        "id": camera.public_id,
        "site": camera.site.name,
        "area": camera.area.name if camera.area else "",
        "vendor": kind.vendor if kind else "",
        "model": kind.model if kind else "",
        "system": camera.system.name if camera.system else "",
        "operator": camera.operator.name if camera.operator else "",
    }


def parked_import_for(*, viewer: Person, public_id: str) -> ParkedImport | None:
    """An import the person uploaded and has not confirmed; None when there is none any more."""
    return ParkedImport.objects.filter(person=viewer, public_id=public_id).first()


def search_for(*, viewer: Person, public_id: str) -> CameraSearch | None:
    """A search the person asked for; None when there is none any more."""
    return CameraSearch.objects.filter(person=viewer, public_id=public_id).first()


def last_search(*, viewer: Person) -> CameraSearch | None:
    """The person's newest search."""
    return CameraSearch.objects.filter(person=viewer).order_by("-id").first()


def next_search() -> CameraSearch | None:
    """The oldest search that is not finished, for the gateway, which carries out one at a time."""
    unfinished = (SearchState.WAITING, SearchState.RUNNING)
    return CameraSearch.objects.filter(state__in=unfinished).order_by("asked_at", "id").first()


def _for_file(row: Mapping[str, object]) -> Row:
    """Positions as a file holds them: in CGCS2000, with all their places."""
    latitude, longitude = row.get("lat_e7"), row.get("lon_e7")
    has_place = isinstance(latitude, int) and isinstance(longitude, int)
    return {
        **row,
        "latitude": written_degrees(latitude) if isinstance(latitude, int) else "",
        "longitude": written_degrees(longitude) if isinstance(longitude, int) else "",
        "datum": "CGCS2000" if has_place else "",
    }
