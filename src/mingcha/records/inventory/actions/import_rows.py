"""Taking in the rows of a file, one by one, by the acts that pages use: same checks, same law, same entries.

Each row stands or falls by itself; what became of it is a `RowResult`. The caller's act decides whether all stay.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date, datetime
from typing import Any, NoReturn

from django.db import transaction

from mingcha.base.errors import Corrupt, Invalid, MingchaError
from mingcha.records.inventory.actions.alterations import alter_camera
from mingcha.records.inventory.actions.cameras import (
    CameraDraft,
    Particulars,
    Position,
    Siting,
    add_camera,
    change_camera,
    describe_camera,
)
from mingcha.records.inventory.actions.neighbours import Neighbours
from mingcha.records.inventory.actions.probes import open_credentials
from mingcha.records.inventory.actions.row_results import CHANGED, NEW, REFUSED, UNCHANGED, RowResult
from mingcha.records.inventory.actions.sites import SiteFacts, change_site, facts_of_site, open_site
from mingcha.records.inventory.actions.systems import AreaDraft, add_area, change_area
from mingcha.records.inventory.actions.units import ModelDraft, add_device_model, change_device_model
from mingcha.records.inventory.addresses import read_address, read_control_address
from mingcha.records.inventory.exchange.cells import Values, read_cells, text_of
from mingcha.records.inventory.exchange.columns import table_of
from mingcha.records.inventory.exchange.reading import Parsed, RawRow
from mingcha.records.inventory.gb_code import read_gb_code
from mingcha.records.inventory.models import Area, Camera, Contractor, DeviceModel, Site, System
from mingcha.records.inventory.queries.exchange import area_row, camera_row, model_row, site_row
from mingcha.records.register.actions import Actor

_DEFAULTS = {
    "installer": "managing_unit",
    "transport": "tcp",
    "engine": "native",
    "purpose": "public_security",
}
_SECRETS = ("username", "password")


class RowImport:
    """One file on its way in. `site`: of rows that name none."""

    def __init__(self, parsed: Parsed, *, site: Site | None, actor: Actor, at: datetime) -> None:
        self._parsed = parsed
        self._site = site
        self._who: dict[str, Any] = {"actor": actor, "at": at}
        self._taken: dict[tuple[str, str, object], int] = {}
        self._known: dict[tuple[str, object, str], Any] = {}
        self._neighbours: dict[int, Neighbours] = {}
        named = {text_of(row.cells.get("name")) for row in parsed.rows("sites")} - {""}
        self._only_site = named.pop() if len(named) == 1 else ""

    def run(self) -> list[RowResult]:
        """Take in every row, what is referred to first."""
        takers = {"sites": self._take_site, "areas": self._take_area, "models": self._take_model}
        results = []
        for key in ("sites", "areas", "models", "cameras"):
            take = takers.get(key, self._take_camera)
            for row in self._parsed.rows(key):
                values, problems = read_cells(table_of(key), row.cells)
                label = text_of(row.cells.get("name")) or text_of(row.cells.get("vendor"))
                result = RowResult(key, row.number, label[:200])
                if problems:
                    result.status, result.problems = REFUSED, problems
                else:
                    try:
                        with transaction.atomic():
                            take(row, values, result)
                    except MingchaError as error:
                        result.refuse(error)
                results.append(result)
        return results

    # Tables ---------------------------------------------------------------------------------------------------------

    def _take_site(self, row: RawRow, values: Values, result: RowResult) -> None:
        site = self._known_site(values)
        self._claim("sites", row.number, site, values.get("name"))
        before = site_row(site) if site else {}
        after = self._compare(before, values, result)
        if result.status == UNCHANGED:
            return
        facts = facts_of_site(site) if site else SiteFacts()
        told = {one.name: getattr(facts, one.name) for one in fields(SiteFacts)}
        told |= {key: value for key, value in after.items() if key in told}
        told["operator"] = self._contractor(after, facts.operator)
        name, address = _said(after, "name"), _said(after, "address")
        if site is None:
            site = open_site(name=name, address=address, facts=SiteFacts(**told), **self._who)
        else:
            change_site(site=site, name=name, address=address, facts=SiteFacts(**told), **self._who)
        result.subject = site.public_id

    def _take_area(self, row: RawRow, values: Values, result: RowResult) -> None:
        site = self._site_of(values)
        found = Area.objects.filter(removed_at__isnull=True, site=site).select_related("site", "system")
        area = _by_id(found, values) if values.get("id") else found.filter(name=values.get("name")).first()
        self._claim("areas", row.number, area, (site.pk, values.get("name")))
        values = {**values, "site": site.name}
        after = self._compare(area_row(area) if area else {}, values, result, blanks={"kind": "general"})
        if result.status == UNCHANGED:
            return
        draft = AreaDraft(
            name=_said(after, "name"),
            kind=_said(after, "kind") or "general",
            floor=_said(after, "floor"),
            system=self._system(site, after),
            plan_mm_per_px=area.plan_mm_per_px if area else None,
        )
        if area is None:
            result.subject = add_area(site=site, draft=draft, **self._who).public_id
        else:
            change_area(area=area, draft=draft, **self._who)
            result.subject = area.public_id

    def _take_model(self, row: RawRow, values: Values, result: RowResult) -> None:
        names = (_said(values, "vendor"), _said(values, "model"))
        result.label = " ".join(names)
        self._claim("models", row.number, None, names)
        known = DeviceModel.objects.filter(vendor=names[0], model=names[1]).first()
        after = self._compare(model_row(known) if known else {}, values, result)
        if result.status == UNCHANGED:
            return
        until = after.get("certificate_until")
        draft = ModelDraft(*names, _said(after, "certificate_number"), until if isinstance(until, date) else None)
        if known is None:
            result.subject = add_device_model(draft=draft, **self._who).public_id
        else:
            change_device_model(device_model=known, draft=draft, **self._who)
            result.subject = known.public_id

    def _take_camera(self, row: RawRow, values: Values, result: RowResult) -> None:
        known: Camera | None = _by_id(_standing(), values) if values.get("id") else None
        site = known.site if known else self._site_of(values)
        if known is not None and values.get("site") not in (None, "", site.name):
            _refuse("exchange.other_site", "site", "The camera belongs to another site.")
        camera = known or self._cameras_of(site).get(_said(values, "name"))
        self._claim("cameras", row.number, camera, (site.pk, values.get("name")))
        _settle(values, camera)
        given = {**values, "site": site.name}
        after = self._compare(camera_row(camera) if camera else {}, given, result, secrets_of=camera)
        if camera is not None:
            result.subject, result.verdict = camera.public_id, camera.verdict
        if result.status != UNCHANGED:
            added = self._put_camera(camera, site, after, result)
            if camera is None:
                result.hints = self._neighbours_of(site).hints(added)

    def _put_camera(self, camera: Camera | None, site: Site, after: Values, result: RowResult) -> Camera:
        draft = CameraDraft(
            name=_said(after, "name"),
            main_url=_said(after, "main_url"),
            sub_url=_said(after, "sub_url"),
            control_url=_said(after, "control_url"),
            username=_said(after, "username") or None,
            password=_said(after, "password") or None,
            transport=_said(after, "transport") or _DEFAULTS["transport"],
            engine=_said(after, "engine") or _DEFAULTS["engine"],
            audio_reason=_said(after, "audio_reason"),
            budget_gb=_whole(after, "budget_gb"),
            siting=Siting(
                self._area(site, after),
                _said(after, "purpose") or _DEFAULTS["purpose"],
                _said(after, "necessity"),
                bool(after.get("captures_passwords")),
            ),
            position=_position(after, camera),
            particulars=Particulars(
                system=self._system(site, after),
                device_model=self._model(after),
                serial=_said(after, "serial"),
                gb_code=_said(after, "gb_code"),
                kind=_said(after, "kind"),
                operator=self._contractor(after, camera.operator if camera else None),
            ),
        )
        if camera is None:
            camera = add_camera(site=site, draft=draft, **self._who)
        else:
            touched = {key for key, _before, _after in result.changes}
            if touched & _CONNECTION:
                change_camera(camera=camera, draft=draft, **self._who)
            if touched & _DEVICE:
                describe_camera(camera=camera, particulars=draft.particulars, **self._who)
            if touched - _CONNECTION - _DEVICE:
                alter_camera(camera=camera, siting=draft.siting, position=draft.position, **self._who)
        result.subject, result.verdict = camera.public_id, camera.verdict
        return camera

    # What rows refer to ---------------------------------------------------------------------------------------------

    def _claim(self, table: str, number: int, known: Site | Area | Camera | None, name: object) -> None:
        """Refuse a second row about the same thing, by what it is or by its name."""
        keys = [(table, "name", name)] + ([(table, "id", known.pk)] if known else [])
        for key in keys:
            first = self._taken.setdefault(key, number)
            if first != number:
                _refuse("exchange.twice", "name", "An earlier row is about the same thing.", row=first)

    def _compare(
        self,
        before: Mapping[str, object],
        values: Values,
        result: RowResult,
        *,
        blanks: Mapping[str, str] = _DEFAULTS,
        secrets_of: Camera | None = None,
    ) -> Values:
        """The row as it will be, with the result's status and changes set."""
        filled = {key: blanks.get(key, value) if value == "" else value for key, value in values.items()}
        if before:
            for key, value in filled.items():
                if key in _SECRETS:
                    continue
                if key in before and not _same(before[key], value):
                    result.changes.append((key, before[key], value))
            if secrets_of is not None and _credentials_differ(secrets_of, filled):
                result.changes.append(("password", None, True))
            result.status = CHANGED if result.changes else UNCHANGED
        else:
            result.status = NEW
        return {**before, **filled}

    def _known_site(self, values: Values) -> Site | None:
        found = Site.objects.select_related("unit", "operator")
        return _by_id(found, values) if values.get("id") else found.filter(name=values.get("name")).first()

    def _site_of(self, values: Values) -> Site:
        """The site a row is about: the one it names, the only one of the file, the one chosen on the page."""
        name = _said(values, "site") or self._only_site
        site = Site.objects.filter(name=name).first() if name else self._site
        if site is None:
            code = "exchange.unknown_site" if name else "exchange.no_site"
            _refuse(code, "site", f"There is no site {name}.", name=name)
        return site

    def _cameras_of(self, site: Site) -> dict[str, Camera]:
        """The cameras of a site by name, as they stood before its rows. A name is claimed by one row only."""
        key = ("cameras", site.pk, "")
        if key not in self._known:
            self._known[key] = {camera.name: camera for camera in _standing().filter(site=site)}
        found: dict[str, Camera] = self._known[key]
        return found

    def _neighbours_of(self, site: Site) -> Neighbours:
        if site.pk not in self._neighbours:
            self._neighbours[site.pk] = Neighbours(self._cameras_of(site).values())
        return self._neighbours[site.pk]

    def _referred(self, column: str, code: str, found: Any, owner: object, name: str) -> Any:
        """What a camera's row refers to by name; looked up once, since nothing is added while cameras are."""
        key = (column, owner, name)
        if name and self._known.get(key) is None:
            self._known[key] = found.first()
            if self._known[key] is None:
                _refuse(code, column, f"There is no {column} {name}.", name=name)
        return self._known[key] if name else None

    def _area(self, site: Site, after: Values) -> Area | None:
        name = _said(after, "area")
        found = Area.objects.filter(site=site, name=name, removed_at__isnull=True)
        area: Area | None = self._referred("area", "exchange.unknown_area", found, site.pk, name)
        return area

    def _system(self, site: Site, after: Values) -> System | None:
        name = _said(after, "system")
        found = System.objects.filter(site=site, name=name)
        system: System | None = self._referred("system", "exchange.unknown_system", found, site.pk, name)
        return system

    def _model(self, after: Values) -> DeviceModel | None:
        vendor, model = _said(after, "vendor"), _said(after, "model")
        found = DeviceModel.objects.filter(vendor=vendor, model=model)
        name = f"{vendor} {model}".strip()
        kind: DeviceModel | None = self._referred("model", "exchange.unknown_model", found, (vendor, model), name)
        return kind

    def _contractor(self, after: Values, kept: Contractor | None) -> Contractor | None:
        name = _said(after, "operator")
        if kept is not None and kept.name == name:
            return kept
        found = Contractor.objects.filter(name=name, ended_on__isnull=True).first() if name else None
        if name and found is None:
            _refuse("exchange.unknown_contractor", "operator", f"There is no contractor {name}.", name=name)
        return found


_CONNECTION = {
    *("name", "main_url", "sub_url", "control_url", "transport", "engine", "audio_reason", "budget_gb"),
    *_SECRETS,
}
_DEVICE = {"vendor", "model", "serial", "gb_code", "kind", "system", "operator"}


def _standing() -> Any:
    related = ("site", "area", "system", "device_model", "operator")
    return Camera.objects.filter(retired_at__isnull=True).select_related(*related)


def _settle(values: Values, camera: Camera | None) -> None:
    """Bring addresses, codes and positions into the form in which they are kept. Credentials in an address go where
    credentials belong."""
    for key in ("main_url", "sub_url"):
        given = _said(values, key)
        if given:
            address = _addressed(key, given, read_address)
            values[key] = address.url
            if address.username or address.password:
                values["username"], values["password"] = address.username, address.password
    if _said(values, "control_url"):
        values["control_url"] = _addressed("control_url", _said(values, "control_url"), read_control_address)
    code = _said(values, "gb_code")
    if code:
        values["gb_code"] = str(read_gb_code(code))
    if values.get("budget_gb") == 0:
        values["budget_gb"] = None  # either says that there is none
    if camera is not None and (values.get("lat_e7"), values.get("lon_e7")) == (camera.lat_e7, camera.lon_e7):
        for key in ("datum_given", "position_error_cm"):
            values.pop(key, None)


def _addressed(key: str, given: str, read: Callable[[str], Any]) -> Any:
    try:
        return read(given)
    except Invalid as error:
        _refuse(error.code, key, error.message)


def _position(after: Values, camera: Camera | None) -> Position:
    """The position a row asks for; what the file has no column for stays."""
    told: dict[str, Any] = {}
    for one in fields(Position):
        kept = getattr(camera, one.name) if camera is not None else one.default
        told[one.name] = after.get(one.name, kept)
    return Position(**told)


def _credentials_differ(camera: Camera, values: Values) -> bool:
    """Whether a row gives other credentials than are kept; giving none keeps them."""
    username, password = _said(values, "username"), _said(values, "password")
    if not username and not password:
        return False
    try:
        return open_credentials(camera) != f"{username}:{password}"
    except Corrupt:
        return True


def _by_id(found: Any, values: Values) -> Any:
    known = found.filter(public_id=values["id"]).first()
    if known is None:
        _refuse("exchange.unknown_id", "id", "There is nothing of this id.", name=_said(values, "id")[:40])
    return known


def _refuse(code: str, column: str, message: str, **params: object) -> NoReturn:
    raise Invalid(code, message, column=column, **params)


def _said(values: Mapping[str, object], key: str) -> str:
    value = values.get(key)
    return value if isinstance(value, str) else ""


def _whole(values: Mapping[str, object], key: str) -> int:
    """A number, 0 where there is none."""
    value = values.get(key)
    return value if isinstance(value, int) else 0


def _same(before: object, after: object) -> bool:
    if isinstance(before, str) and isinstance(after, str):
        return before == after or " ".join(before.split()) == " ".join(after.split())
    return before == after
