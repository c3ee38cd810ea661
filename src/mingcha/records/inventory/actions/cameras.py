"""Acts on a camera's name, connection, sound and particulars. Where it stands and looks is in `alterations`."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import datetime

from django.conf import settings

from mingcha.base.errors import Conflict, Invalid, Unlawful
from mingcha.base.keys import node_sealer
from mingcha.records.accounts.queries import require
from mingcha.records.accounts.states import Permission
from mingcha.records.inventory.actions.judging import apply_judgement, judgement_of, require_lawful, verdict_detail
from mingcha.records.inventory.actions.plan import raise_plan_version
from mingcha.records.inventory.addresses import read_address, read_control_address
from mingcha.records.inventory.gb_code import read_gb_code
from mingcha.records.inventory.models import Area, Camera, Contractor, DeviceModel, Site, System
from mingcha.records.inventory.names import read_name, read_text
from mingcha.records.inventory.states import TEXT_LIMIT, CameraKind, CameraLife, Engine, Purpose, Transport
from mingcha.records.register.actions import Actor, act, enter


@dataclass(frozen=True, slots=True)
class Siting:
    """What the law looks at in a camera. `necessity`: why public security needs it here."""

    area: Area | None = None
    purpose: str = Purpose.PUBLIC_SECURITY
    necessity: str = ""
    captures_passwords: bool = False


@dataclass(frozen=True, slots=True)
class Position:
    """Where a camera hangs and looks; None is not known. Units as in the table."""

    lat_e7: int | None = None
    lon_e7: int | None = None
    datum_given: str = ""
    position_error_cm: int | None = None
    plan_x_permille: int | None = None
    plan_y_permille: int | None = None
    height_cm: int | None = None
    bearing_cdeg: int | None = None
    fov_cdeg: int | None = None
    range_m: int | None = None


@dataclass(frozen=True, slots=True)
class Particulars:
    """The device itself and who looks after it."""

    system: System | None = None
    device_model: DeviceModel | None = None
    serial: str = ""
    gb_code: str = ""
    kind: str = ""
    operator: Contractor | None = None


@dataclass(frozen=True, slots=True)
class CameraDraft:
    """What a form, a command or an import says about a camera. Addresses may hold credentials; they are taken out.

    `username`, `password` and `control_url`: None leaves what is stored, empty text removes it. `budget_gb`: None
    leaves it, 0 removes it.
    """

    name: str
    main_url: str
    sub_url: str = ""
    control_url: str | None = None
    username: str | None = None
    password: str | None = None
    transport: str = Transport.TCP
    engine: str = Engine.NATIVE
    audio_reason: str = ""
    budget_gb: int | None = None
    siting: Siting = field(default_factory=Siting)
    position: Position = field(default_factory=Position)
    particulars: Particulars = field(default_factory=Particulars)


LIMITS = {
    "lat_e7": (-900_000_000, 900_000_000),
    "lon_e7": (-1_800_000_000, 1_800_000_000),
    "position_error_cm": (0, 100_000_00),
    "plan_x_permille": (0, 1000),
    "plan_y_permille": (0, 1000),
    "height_cm": (-10_000, 100_000),
    "bearing_cdeg": (0, 35_999),
    "fov_cdeg": (1, 36_000),
    "range_m": (1, 20_000),
}
"""Smallest and largest value of each measure of a position."""
BUDGET_GB = (1, 1_000_000)


def add_camera(*, site: Site, draft: CameraDraft, actor: Actor, at: datetime, keep_refused: bool = False) -> Camera:
    """Add a camera. It is recorded from now on when the law lets it stand there, or could not be asked because the site
    has not told region and kind of place; otherwise it waits for what the law asks (`state`).

    Raises NotAllowed, Invalid (``camera.name_*``, ``camera.url``, ``camera.position`` …), Conflict
    (``camera.name_taken``), and Unlawful (``camera.prohibited``) once the refusal is in the register; `keep_refused`
    keeps the camera as a refused draft, named by `params["camera"]`.
    """
    try:
        return _add_camera(site=site, draft=draft, actor=actor, at=at)
    except Unlawful as refusal:
        kept = _note_refused_camera(site=site, draft=draft, keep=keep_refused, refusal=refusal, actor=actor, at=at)
        refusal.params = {**refusal.params, "camera": kept.public_id if keep_refused else ""}
        raise


@act("camera.added", "camera.audio_on")
def _add_camera(*, site: Site, draft: CameraDraft, actor: Actor, at: datetime) -> Camera:
    camera = _new_camera(site, draft, actor, at)
    apply_judgement(camera, require_lawful(camera, at), at)
    camera.save(force_insert=True)
    raise_plan_version()
    enter(
        actor=actor,
        at=at,
        subject=camera.public_id,
        subject_name=camera.name,
        refs=[site.public_id],
        detail={**_connection(camera), **where(camera), **verdict_detail(camera)},
        grounds=camera.verdict_answer.get("citations", []),
        law_version=camera.verdict_law_version,
    )
    if camera.audio_reason:
        _enter_audio(camera, actor, at)
    return camera


@act("camera.refused")
def _note_refused_camera(
    *, site: Site, draft: CameraDraft, keep: bool, refusal: Unlawful, actor: Actor, at: datetime
) -> Camera:
    """Enter that a camera was refused; `keep`: as a draft that may be mended later."""
    camera = _new_camera(site, draft, actor, at)
    apply_judgement(camera, judgement_of(camera, at), at)
    if keep:
        camera.save(force_insert=True)
    enter_refusal(camera, refusal, attempt="camera.added", known=keep, actor=actor, at=at)
    return camera


@act("camera.changed", "camera.audio_on", "camera.audio_off")
def change_camera(*, camera: Camera, draft: CameraDraft, actor: Actor, at: datetime) -> None:
    """Change name, connection and sound; where it stands and what it is stay as they are. Switching sound on or off
    leaves an entry of its own, with the reason."""
    require(actor, Permission.MANAGE_CAMERAS)
    require_standing(camera)
    before, sound_before = _connection(camera), camera.audio_reason
    _apply(camera, draft)
    camera.save(update_fields=_CONNECTION_FIELDS)
    raise_plan_version()
    enter(
        actor=actor,
        at=at,
        subject=camera.public_id,
        subject_name=camera.name,
        detail={"before": before, "after": _connection(camera), "credentials_given": draft.password is not None},
    )
    if camera.audio_reason != sound_before:
        _enter_audio(camera, actor, at)


@act("camera.described")
def describe_camera(*, camera: Camera, particulars: Particulars, actor: Actor, at: datetime) -> None:
    """Say what device it is, its code, its system and who looks after it. Raises Invalid (``gb_code.*``), Conflict
    (``camera.gb_code_taken``)."""
    require(actor, Permission.MANAGE_CAMERAS)
    require_standing(camera)
    before = device(camera)
    put_particulars(camera, particulars)
    camera.save(update_fields=[one.name for one in fields(Particulars)])
    detail = {"before": before, "after": device(camera)}
    enter(actor=actor, at=at, subject=camera.public_id, subject_name=camera.name, detail=detail)


def know_again(*, public_id: str, site: Site, at: datetime) -> Camera:
    """Inside another act: a camera of which the recorder has footage, unknown here since these books were restored from
    a backup that is older. It is retired: whoever wants it recorded again adds it anew."""
    return Camera.objects.create(
        public_id=public_id, site=site, name=public_id, state=CameraLife.RETIRED, added_at=at, retired_at=at
    )


def require_standing(camera: Camera) -> None:
    """Refuse a camera that was retired. Raises Conflict (``camera.retired``)."""
    if camera.retired_at is not None:
        raise Conflict("camera.retired", "The camera has been retired.")


def enter_refusal(
    camera: Camera, refusal: Unlawful, *, attempt: str, actor: Actor, at: datetime, known: bool = True
) -> None:
    """Enter what was tried and refused, with what the law was told. `known`: the camera is in the inventory."""
    detail = {**where(camera), "attempt": attempt, "facts": refusal.params.get("facts", {})}
    detail["reasons"] = list(refusal.params.get("reasons", ()))  # type: ignore[call-overload]
    enter(
        actor=actor,
        at=at,
        subject=camera.public_id if known else camera.site.public_id,
        subject_name=camera.name,
        refs=[camera.site.public_id],
        detail=detail,
        grounds=[{"instrument": cite[0], "article": cite[1], "item": cite[2]} for cite in refusal.citations],
        law_version=str(refusal.params.get("law_version", "")),
    )


def put_siting(camera: Camera, siting: Siting) -> None:
    """Put what the law looks at onto the camera. Raises Invalid (``camera.area``, ``text.long``)."""
    if siting.area is not None and siting.area.site_id != camera.site_id:
        raise Invalid("camera.area", "The area belongs to another site.")
    camera.area, camera.purpose = siting.area, Purpose(siting.purpose)
    camera.necessity = read_text(siting.necessity, TEXT_LIMIT)
    camera.captures_passwords = siting.captures_passwords


def put_position(camera: Camera, position: Position) -> None:
    """Put place and aim onto the camera. Raises Invalid (``camera.position``) naming the measure."""
    for name, (least, most) in LIMITS.items():
        value = getattr(position, name)
        if value is not None:
            _require_within(name, value, least, most)
    if (position.lat_e7 is None) != (position.lon_e7 is None):
        raise Invalid("camera.position_half", "Latitude and longitude belong together.")
    for one in fields(Position):
        setattr(camera, one.name, getattr(position, one.name))


def _require_within(measure: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise Invalid("camera.position", f"{measure} is out of range.", measure=measure, least=least, most=most)


def put_particulars(camera: Camera, given: Particulars) -> None:
    """Put the device's particulars onto the camera. Raises Invalid or Conflict."""
    if given.system is not None and given.system.site_id != camera.site_id:
        raise Invalid("camera.system", "The system belongs to another site.")
    code = str(read_gb_code(given.gb_code)) if given.gb_code.strip() else ""
    if code and Camera.objects.filter(gb_code=code).exclude(pk=camera.pk).exists():
        raise Conflict("camera.gb_code_taken", "Another camera has this code.")
    camera.system, camera.device_model, camera.operator = given.system, given.device_model, given.operator
    camera.serial, camera.gb_code = read_text(given.serial), code
    camera.kind = CameraKind(given.kind) if given.kind else ""


def where(camera: Camera) -> dict[str, object]:
    """What the register says about where a camera stands and what it is for."""
    found: dict[str, object] = {one.name: getattr(camera, one.name) for one in fields(Position)}
    return {
        "site": camera.site.name,
        "area": camera.area.name if camera.area else "",
        "area_kind": camera.area.kind if camera.area else "",
        "purpose": str(camera.purpose),
        "necessity": camera.necessity,
        "captures_passwords": camera.captures_passwords,
        **{name: value for name, value in found.items() if value not in (None, "")},
    }


def device(camera: Camera) -> dict[str, object]:
    """What the register says about the device itself."""
    return {
        "system": camera.system.name if camera.system else "",
        "device_model": str(camera.device_model) if camera.device_model else "",
        "operator": camera.operator.name if camera.operator else "",
        "serial": camera.serial,
        "gb_code": camera.gb_code,
        "kind": str(camera.kind),
    }


_CONNECTION_FIELDS = (
    "name",
    "main_url",
    "sub_url",
    "control_url",
    "transport",
    "engine",
    "audio_reason",
    "budget_gb",
    "credentials",
)


def _new_camera(site: Site, draft: CameraDraft, actor: Actor, at: datetime) -> Camera:
    require(actor, Permission.MANAGE_CAMERAS)
    camera = Camera(site=site, added_at=at, state=CameraLife.DRAFT)
    _apply(camera, draft)
    put_siting(camera, draft.siting)
    put_position(camera, draft.position)
    put_particulars(camera, draft.particulars)
    return camera


def _apply(camera: Camera, draft: CameraDraft) -> None:
    camera.name = read_name(draft.name)
    taken = Camera.objects.filter(site=camera.site, name=camera.name, retired_at__isnull=True).exclude(pk=camera.pk)
    if taken.exists():
        raise Conflict("camera.name_taken", "Another camera of this site has this name.")
    main = read_address(draft.main_url)
    sub = read_address(draft.sub_url) if draft.sub_url.strip() else None
    camera.main_url, camera.sub_url = main.url, sub.url if sub else ""
    if draft.control_url is not None:
        camera.control_url = read_control_address(draft.control_url)
    if draft.budget_gb is not None:
        if draft.budget_gb:
            _require_within("budget_gb", draft.budget_gb, *BUDGET_GB)
        camera.budget_gb = draft.budget_gb or None
    camera.transport, camera.engine = Transport(draft.transport), Engine(draft.engine)
    camera.audio_reason = draft.audio_reason.strip()
    username = main.username or draft.username
    password = main.password or draft.password
    if username is not None or password is not None:
        text = f"{username or ''}:{password or ''}"
        sealer = node_sealer(settings.DATA_DIR)
        camera.credentials = sealer.seal(text, camera.public_id) if text != ":" else ""


def _connection(camera: Camera) -> dict[str, object]:
    """What the register says about name and connection; no credentials."""
    return {
        "name": camera.name,
        "site": camera.site.name,
        "main_url": camera.main_url,
        "sub_url": camera.sub_url,
        "control_url": camera.control_url,
        "budget_gb": camera.budget_gb,
        "transport": str(camera.transport),
        "engine": str(camera.engine),
        "sound": bool(camera.audio_reason),
    }


def _enter_audio(camera: Camera, actor: Actor, at: datetime) -> None:
    enter(
        actor=actor,
        at=at,
        subject=camera.public_id,
        subject_name=camera.name,
        detail={"audio_reason": camera.audio_reason},
        word="camera.audio_on" if camera.audio_reason else "camera.audio_off",
    )
