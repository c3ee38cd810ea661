"""Reads of cameras; each takes the viewer and returns only what that person may see."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from mingcha.base.errors import NotAllowed
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.states import Permission
from mingcha.records.inventory.holdings import StoreStatus
from mingcha.records.inventory.lawfulness import CONSENT_REQUIRED, PROHIBITED
from mingcha.records.inventory.models import Alteration, Camera, DeviceModel, PlanCounter, Probe
from mingcha.records.inventory.states import CameraLife, CameraState, ProbeState

LAWFULNESS: dict[str, Q] = {
    "unlawful": Q(state=CameraLife.REFUSED),
    "waiting": Q(state=CameraLife.WAITING),
    "not_judged": Q(verdict=""),
    "no_necessity": Q(state=CameraLife.IN_USE, necessity="") & ~Q(verdict=""),
    "lawful": Q(verdict__in=("mandatory", "permitted"), state=CameraLife.IN_USE),
}
"""What a list of cameras can be narrowed to by the law's answer."""


@dataclass(frozen=True, slots=True)
class CameraFilter:
    """What a list of cameras is narrowed to; empty means all. `state`: a word of `CameraState`, or of `CameraLife`
    for cameras that are not in use; `lawfulness`: a key of `LAWFULNESS`."""

    site: str = ""
    area: str = ""
    state: str = ""
    lawfulness: str = ""
    text: str = ""


def cameras(*, viewer: Person, with_retired: bool = False) -> QuerySet[Camera]:
    """Cameras the person may see, in the order of the wall."""
    if not viewer.may(Permission.SEE_CAMERAS):
        return Camera.objects.none()
    found = Camera.objects.select_related("site", "status").order_by("site_id", "id")
    return found if with_retired else found.filter(retired_at__isnull=True)


def camera_list(*, viewer: Person, wanted: CameraFilter) -> QuerySet[Camera]:
    """Cameras for a list, narrowed, in the order of their sites and names."""
    retired = wanted.state == CameraLife.RETIRED
    found = cameras(viewer=viewer, with_retired=retired).select_related("site", "status", "area")
    if wanted.site:
        found = found.filter(site__public_id=wanted.site)
    if wanted.area:
        found = found.filter(area__public_id=wanted.area)
    if wanted.state:
        found = found.filter(_state(wanted.state))
    if wanted.lawfulness in LAWFULNESS:
        found = found.filter(LAWFULNESS[wanted.lawfulness])
    for word in wanted.text.split():
        if word.startswith("cam_"):
            found = found.filter(public_id=word)
        elif word.isascii() and word.isdigit():
            found = found.filter(Q(gb_code__startswith=word) | Q(name__contains=word) | Q(serial=word))
        else:
            found = found.filter(Q(name__icontains=word) | Q(serial=word))
    return found.order_by("site_id", "name", "id")


def _state(word: str) -> Q:
    if word in CameraLife.values and word != CameraLife.WAITING:
        return Q(state=word)
    unheard = Q(status__isnull=True) if word == CameraState.WAITING else Q()
    return Q(state=CameraLife.IN_USE) & (Q(status__state=word) | unheard if unheard else Q(status__state=word))


def camera_for(*, viewer: Person, public_id: str) -> Camera:
    """One camera; raises NotAllowed (``camera.unknown``) for a foreign or missing one alike."""
    related = ("area", "system", "device_model", "operator")
    found = cameras(viewer=viewer, with_retired=True).select_related("site", "status", *related)
    camera = found.filter(public_id=public_id).first()
    if camera is None:
        raise NotAllowed("camera.unknown", "There is no such camera.")
    return camera


def alterations(*, viewer: Person, camera: Camera) -> QuerySet[Alteration]:
    """What was altered of a camera, the newest first."""
    may_see = cameras(viewer=viewer, with_retired=True).filter(pk=camera.pk)
    return Alteration.objects.filter(camera__in=may_see).select_related("camera", "replacement_file")


def alteration_for(*, viewer: Person, public_id: str) -> Alteration:
    """One alteration; raises NotAllowed (``camera.unknown``)."""
    may_see = cameras(viewer=viewer, with_retired=True)
    found = Alteration.objects.filter(public_id=public_id, camera__in=may_see).select_related("camera__site").first()
    if found is None:
        raise NotAllowed("camera.unknown", "There is no such camera.")
    return found


def device_models(*, viewer: Person) -> QuerySet[DeviceModel]:
    """Types of cameras."""
    found = DeviceModel.objects.select_related("quality_file")
    return found if viewer.may(Permission.SEE_CAMERAS) else found.none()


def device_model_for(*, viewer: Person, public_id: str) -> DeviceModel:
    """One type; raises NotAllowed (``device_model.unknown``)."""
    found = device_models(viewer=viewer).filter(public_id=public_id).first()
    if found is None:
        raise NotAllowed("device_model.unknown", "There is no such model.")
    return found


def state_of(camera: Camera) -> CameraState:
    """The state the recorder last told, or waiting."""
    status = getattr(camera, "status", None)
    return CameraState(status.state) if status else CameraState.WAITING


def is_unlawful(camera: Camera) -> bool:
    """Whether the law's answer keeps it from being recorded."""
    return camera.retired_at is None and camera.verdict in (PROHIBITED, CONSENT_REQUIRED)


def standing_cameras() -> QuerySet[Camera]:
    """All that are not retired, with what the law is asked about, for judging."""
    return Camera.objects.filter(retired_at__isnull=True).select_related("site", "area").order_by("id")


def planned_cameras() -> QuerySet[Camera]:
    """What is to be recorded, for the gateway: cameras in use and no other."""
    return Camera.objects.filter(state=CameraLife.IN_USE).select_related("site").order_by("id")


def store_status() -> StoreStatus | None:
    """What the recorder last said about its disk."""
    return StoreStatus.objects.first()


def plan_version() -> int:
    """Version of the recording plan; 0 before the first camera."""
    counter = PlanCounter.objects.first()
    return counter.version if counter else 0


def waiting_probes() -> QuerySet[Probe]:
    """Connection tests nobody has carried out, oldest first, for the gateway."""
    return Probe.objects.filter(state=ProbeState.WAITING).order_by("asked_at")
