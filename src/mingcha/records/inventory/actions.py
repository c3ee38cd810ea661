"""Acts on sites and cameras. Every change of what is to be recorded raises the plan's version with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F

from mingcha.base.errors import Conflict
from mingcha.base.ids import new_id
from mingcha.base.keys import node_sealer
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.queries import require
from mingcha.records.accounts.states import Permission
from mingcha.records.inventory.addresses import read_address
from mingcha.records.inventory.models import Camera, PlanCounter, Probe, Site, Unit
from mingcha.records.inventory.names import read_name
from mingcha.records.inventory.states import CameraLife, Engine, Transport
from mingcha.records.register.actions import Actor, act, enter

PROBES_KEPT = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class CameraDraft:
    """What a form, a command or an import says about a camera. Addresses may hold credentials; they are taken out.

    `username` and `password`: None leaves what is stored, empty text removes it.
    """

    name: str
    main_url: str
    sub_url: str = ""
    username: str | None = None
    password: str | None = None
    transport: str = Transport.TCP
    engine: str = Engine.NATIVE
    audio_reason: str = ""


@act("site.opened")
def open_site(*, name: str, address: str, actor: Actor, at: datetime, unit_name: str = "") -> Site:
    """Add a site; the unit is made with the first one."""
    require(actor, Permission.MANAGE_CAMERAS)
    name = read_name(name)
    unit = Unit.objects.first() or Unit.objects.create(name=unit_name or name, created_at=at)
    if Site.objects.filter(unit=unit, name=name).exists():
        raise Conflict("site.name_taken", "Another site has this name already.")
    site = Site.objects.create(unit=unit, name=name, address=address.strip(), created_at=at)
    enter(actor=actor, at=at, subject=site.public_id, subject_name=site.name, detail={"address": site.address})
    return site


@act("site.changed")
def change_site(*, site: Site, name: str, address: str, actor: Actor, at: datetime) -> None:
    """Change name and address of a site."""
    require(actor, Permission.MANAGE_CAMERAS)
    name = read_name(name)
    if Site.objects.filter(unit=site.unit, name=name).exclude(pk=site.pk).exists():
        raise Conflict("site.name_taken", "Another site has this name already.")
    before = {"name": site.name, "address": site.address}
    site.name, site.address = name, address.strip()
    site.save(update_fields=("name", "address"))
    after = {"name": site.name, "address": site.address}
    enter(actor=actor, at=at, subject=site.public_id, subject_name=site.name, detail={"before": before, "after": after})


@act("camera.added", "camera.audio_on")
def add_camera(*, site: Site, draft: CameraDraft, actor: Actor, at: datetime) -> Camera:
    """Put a camera into use: it is recorded from now on.

    Raises NotAllowed, Invalid (``camera.name_*``, ``camera.url``) or Conflict (``camera.name_taken``).
    """
    require(actor, Permission.MANAGE_CAMERAS)
    camera = Camera(site=site, added_at=at, state=CameraLife.IN_USE)
    _apply(camera, draft)
    camera.save(force_insert=True)
    _raise_plan_version()
    enter(actor=actor, at=at, subject=camera.public_id, subject_name=camera.name, detail=_particulars(camera))
    if camera.audio_reason:
        _enter_audio(camera, actor, at)
    return camera


@act("camera.changed", "camera.audio_on", "camera.audio_off")
def change_camera(*, camera: Camera, draft: CameraDraft, actor: Actor, at: datetime) -> None:
    """Change a camera's particulars. Switching sound on or off leaves an entry of its own, with the reason."""
    require(actor, Permission.MANAGE_CAMERAS)
    if camera.retired_at is not None:
        raise Conflict("camera.retired", "The camera has been retired.")
    before, sound_before = _particulars(camera), camera.audio_reason
    _apply(camera, draft)
    camera.save()
    _raise_plan_version()
    enter(
        actor=actor,
        at=at,
        subject=camera.public_id,
        subject_name=camera.name,
        detail={"before": before, "after": _particulars(camera), "credentials_given": draft.password is not None},
    )
    if camera.audio_reason != sound_before:
        _enter_audio(camera, actor, at)


@act("camera.retired")
def remove_camera(*, camera: Camera, actor: Actor, at: datetime) -> None:
    """Retire a camera: it is no longer recorded; its recordings keep their own rule, its name stays in the book."""
    require(actor, Permission.MANAGE_CAMERAS)
    found = Camera.objects.filter(pk=camera.pk, retired_at__isnull=True)
    if found.update(retired_at=at, state=CameraLife.RETIRED, credentials="") != 1:
        raise Conflict("camera.retired", "The camera has been retired already.")
    camera.retired_at, camera.state = at, CameraLife.RETIRED
    _raise_plan_version()
    enter(actor=actor, at=at, subject=camera.public_id, subject_name=camera.name)


@act("camera.tested")
def ask_probe(*, draft: CameraDraft, camera: Camera | None, actor: Person, at: datetime) -> Probe:
    """Ask the gateway to test the main stream of `draft`. Credentials left empty are those stored for `camera`."""
    require(actor, Permission.MANAGE_CAMERAS)
    address = read_address(draft.main_url)
    username, password = address.username or draft.username or "", address.password or draft.password or ""
    if camera is not None and camera.credentials and not password:
        stored_username, _, stored_password = open_credentials(camera).partition(":")
        if username in ("", stored_username) and address.url == camera.main_url:
            # Only towards the stored address: else a test against another host would hand it the password.
            username, password = stored_username, stored_password
    Probe.objects.filter(asked_at__lt=at - PROBES_KEPT).delete()
    probe = Probe(public_id=new_id("prb"), person=actor, url=address.url, asked_at=at)
    probe.transport, probe.engine = Transport(draft.transport), Engine(draft.engine)
    if username or password:
        probe.credentials = _seal(f"{username}:{password}", probe.public_id)
    probe.save(force_insert=True)
    enter(
        actor=actor,
        at=at,
        subject=camera.public_id if camera else "",
        subject_name=camera.name if camera else probe.url,
        detail={"url": probe.url, "transport": probe.transport},
    )
    return probe


def open_credentials(camera: Camera) -> str:
    """``user:password`` of a camera, or empty. Raises Corrupt when sealed by another node."""
    return node_sealer(settings.DATA_DIR).open(camera.credentials, camera.public_id) if camera.credentials else ""


def open_probe_credentials(probe: Probe) -> str:
    """``user:password`` of a connection test, or empty."""
    return node_sealer(settings.DATA_DIR).open(probe.credentials, probe.public_id) if probe.credentials else ""


def _seal(text: str, context: str) -> str:
    return node_sealer(settings.DATA_DIR).seal(text, context)


def _apply(camera: Camera, draft: CameraDraft) -> None:
    camera.name = read_name(draft.name)
    taken = Camera.objects.filter(site=camera.site, name=camera.name, retired_at__isnull=True).exclude(pk=camera.pk)
    if taken.exists():
        raise Conflict("camera.name_taken", "Another camera of this site has this name.")
    main = read_address(draft.main_url)
    sub = read_address(draft.sub_url) if draft.sub_url.strip() else None
    camera.main_url, camera.sub_url = main.url, sub.url if sub else ""
    camera.transport, camera.engine = Transport(draft.transport), Engine(draft.engine)
    camera.audio_reason = draft.audio_reason.strip()
    username = main.username or draft.username
    password = main.password or draft.password
    if username is not None or password is not None:
        text = f"{username or ''}:{password or ''}"
        camera.credentials = _seal(text, camera.public_id) if text != ":" else ""


def _particulars(camera: Camera) -> dict[str, object]:
    """What the register says about a camera; no credentials."""
    return {
        "name": camera.name,
        "site": camera.site.name,
        "main_url": camera.main_url,
        "sub_url": camera.sub_url,
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


def _raise_plan_version() -> None:
    if PlanCounter.objects.update(version=F("version") + 1) == 0:
        PlanCounter.objects.create(pk=1, version=1)
