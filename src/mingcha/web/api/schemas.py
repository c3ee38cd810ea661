"""What the inventory looks like from outside: what is given out, and what is taken in. Ids are public ids, measures are
whole numbers with their unit in the name, as in the inventory itself."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from ninja import Schema
from pydantic import Field

from mingcha.records.inventory.states import BuilderKind, CameraKind, Datum, Engine, Purpose, SystemState, Transport
from mingcha.web.api.answers import Ground
from mingcha.web.api.fields import (
    Day,
    Degree7,
    Given,
    LongText,
    Name,
    Secret,
    Sentence,
    Text,
    Url,
    listed,
    measure,
    one_of,
)
from mingcha.web.api.paging import PublicId

Place = Annotated[str, one_of("place"), listed("place")]
AreaKind = Annotated[str, one_of("area"), listed("area")]
Installer = Annotated[str, one_of("installer"), listed("installer")]


class Ref(Schema):
    """Another row: its id and its name."""

    id: str = Field(validation_alias="public_id")
    name: str


class UnitOut(Schema):
    """The managing unit."""

    id: str = Field(validation_alias="public_id")
    name: str
    credit_code: str
    address: str
    responsible_name: str
    phone: str
    complaints_contact: str
    kind_of_builder: str


class UnitIn(Given):
    name: Name
    credit_code: Annotated[str, Field(max_length=18)] = ""
    address: LongText = ""
    responsible_name: Text = ""
    phone: Annotated[str, Field(max_length=40)] = ""
    complaints_contact: LongText = ""
    kind_of_builder: BuilderKind | None = None


class SiteOut(Schema):
    """A site. `region` and `place` are empty until told."""

    id: str = Field(validation_alias="public_id")
    name: str
    address: str
    region: str
    place: str
    installer: str
    key_antiterror: bool
    near_confidential_unit: bool
    confidential_unit: str
    confidential_consent_on: Day | None
    has_monitoring_room: bool
    outsourced: bool
    operator: Ref | None
    police_organ: str
    built_on: Day | None
    accepted_on: Day | None
    in_use_on: Day | None
    closed_on: Day | None
    drafts: bool


class SiteFields(Given):
    """What may be told of a site besides its name."""

    address: LongText = ""
    region: Annotated[str, Field(pattern=r"^([0-9]{6})?$")] = ""
    place: Place | None = None
    installer: Installer = "managing_unit"
    key_antiterror: bool = False
    near_confidential_unit: bool = False
    confidential_unit: Text = ""
    has_monitoring_room: bool = False
    operator: PublicId | None = None
    police_organ: Text = ""
    secret_related: bool = False
    built_on: Day | None = None
    accepted_on: Day | None = None
    in_use_on: Day | None = None
    closed_on: Day | None = None
    lat_e7: Degree7 | None = None
    lon_e7: Degree7 | None = None
    drafts: bool = False


class SiteIn(SiteFields):
    name: Name


class SystemOut(Schema):
    """A video system of a site, with the days of its life."""

    id: str = Field(validation_alias="public_id")
    site: Ref
    name: str
    state: str
    security_grade: str
    designed_on: Day | None
    built_on: Day | None
    inspected_on: Day | None
    accepted_on: Day | None
    in_use_on: Day | None
    stopped_on: Day | None


class SystemChange(Given):
    name: Name
    security_grade: Text = ""
    designed_on: Day | None = None
    built_on: Day | None = None
    inspected_on: Day | None = None


class SystemIn(SystemChange):
    site: PublicId


class Step(Given):
    """The next stage of a system's life, as of a day."""

    state: SystemState
    on: Day


class AreaOut(Schema):
    """A part of a site; `kind` is the law's code."""

    id: str = Field(validation_alias="public_id")
    site: Ref
    system: Ref | None
    name: str
    kind: str
    floor: str
    plan_width_px: int | None
    plan_height_px: int | None
    plan_mm_per_px: int | None


class AreaChange(Given):
    name: Name
    kind: AreaKind = "general"
    floor: Annotated[str, Field(max_length=40)] = ""
    system: PublicId | None = None
    plan_mm_per_px: Annotated[int, Field(ge=1, le=10_000)] | None = None


class AreaIn(AreaChange):
    site: PublicId


class DeviceModelOut(Schema):
    """A type of device with its product certificate."""

    id: str = Field(validation_alias="public_id")
    vendor: str
    model: str
    certificate_number: str
    certificate_until: Day | None


class DeviceModelIn(Given):
    vendor: Name
    model: Name
    certificate_number: Text = ""
    certificate_until: Day | None = None


class Position(Given):
    """Where a camera hangs and looks: CGCS2000 in 1e-7 degrees, thousandths of the plan of its area, hundredths of a
    degree clockwise from north. Null: not known."""

    lat_e7: Annotated[int, measure("lat_e7")] | None = None
    lon_e7: Annotated[int, measure("lon_e7")] | None = None
    datum_given: Datum | None = None
    position_error_cm: Annotated[int, measure("position_error_cm")] | None = None
    plan_x_permille: Annotated[int, measure("plan_x_permille")] | None = None
    plan_y_permille: Annotated[int, measure("plan_y_permille")] | None = None
    height_cm: Annotated[int, measure("height_cm")] | None = None
    bearing_cdeg: Annotated[int, measure("bearing_cdeg")] | None = None
    fov_cdeg: Annotated[int, measure("fov_cdeg")] | None = None
    range_m: Annotated[int, measure("range_m")] | None = None


class Siting(Given):
    """What the law looks at in a camera."""

    area: PublicId | None = None
    purpose: Purpose = Purpose.PUBLIC_SECURITY
    necessity: Sentence = ""
    captures_passwords: bool = False


class Particulars(Given):
    """The device itself and who looks after it."""

    system: PublicId | None = None
    device_model: PublicId | None = None
    serial: Text = ""
    gb_code: Annotated[str, Field(max_length=40)] = ""
    kind: CameraKind | None = None
    operator: PublicId | None = None


class Connection(Given):
    """Name, streams and sound. `username`, `password`: null leaves what is stored, empty text removes it."""

    name: Name
    main_url: Url
    sub_url: Url = ""
    username: Secret | None = None
    password: Secret | None = None
    transport: Transport = Transport.TCP
    engine: Engine = Engine.NATIVE
    audio_reason: LongText = ""


class CameraIn(Connection):
    site: PublicId
    siting: Siting = Siting()
    position: Position = Position()
    particulars: Particulars = Particulars()


class Placing(Given):
    """Where a camera stands from now on, and what was done before it was moved, where the law wants something."""

    siting: Siting
    position: Position
    reason: Sentence = ""
    replacement_plan: Text = ""
    notified_on: Day | None = None


class Retirement(Given):
    """What was done before a camera goes, where the law wants something."""

    reason: Sentence = ""
    replacement_plan: Text = ""
    notified_on: Day | None = None


class Verdict(Schema):
    """What the law said last of its place; `code` is empty while it could not be asked."""

    code: str
    reasons: list[str]
    conditions: list[str]
    citations: list[Ground]
    law_version: str
    at: datetime | None


class CameraOut(Schema):
    """A camera. `main_url` and `sub_url` are told only to those who manage cameras; passwords to nobody."""

    id: str = Field(validation_alias="public_id")
    site: Ref
    area: Ref | None
    system: Ref | None
    device_model: str | None
    operator: Ref | None
    name: str
    state: str
    recording: str
    kind: str
    gb_code: str
    serial: str
    main_url: str | None
    sub_url: str | None
    transport: str
    engine: str
    sound: bool
    purpose: str
    necessity: str
    captures_passwords: bool
    sign_required: bool
    verdict: Verdict
    position: Position
    added_at: datetime
    retired_at: datetime | None


def page_of(rows: type[Schema]) -> Any:
    """The schema of one page of these rows."""
    fields = {"items": list[rows], "next": str | None}  # type: ignore[valid-type]
    return type(f"{rows.__name__.removesuffix('Out')}Page", (Schema,), {"__annotations__": fields, "__doc__": PAGE_DOC})


PAGE_DOC = "One page; `next` goes into `after` to get the one behind it, and is null at the end."
