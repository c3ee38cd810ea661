"""Reads of sites and cameras; each takes the viewer and returns only what that person may see."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet

from mingcha.base.errors import NotAllowed
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.states import Permission
from mingcha.records.inventory.models import Camera, PlanCounter, Probe, Site, StoreStatus
from mingcha.records.inventory.states import CameraLife, CameraState, ProbeState


def cameras(*, viewer: Person, with_retired: bool = False) -> QuerySet[Camera]:
    """Cameras the person may see, in the order of the wall."""
    if not viewer.may(Permission.SEE_CAMERAS):
        return Camera.objects.none()
    found = Camera.objects.select_related("site", "status").order_by("site_id", "id")
    return found if with_retired else found.filter(retired_at__isnull=True)


def camera_for(*, viewer: Person, public_id: str) -> Camera:
    """One camera; raises NotAllowed (``camera.unknown``) for a foreign or missing one alike."""
    camera = cameras(viewer=viewer, with_retired=True).filter(public_id=public_id).first()
    if camera is None:
        raise NotAllowed("camera.unknown", "There is no such camera.")
    return camera


def sites(*, viewer: Person) -> QuerySet[Site]:
    """Sites with the number of cameras in use, as `camera_count`."""
    if not viewer.may(Permission.SEE_CAMERAS):
        return Site.objects.none()
    in_use = Count("cameras", filter=Q(cameras__retired_at__isnull=True))
    return Site.objects.select_related("unit").annotate(camera_count=in_use).order_by("id")


def state_of(camera: Camera) -> CameraState:
    """The state the recorder last told, or waiting."""
    status = getattr(camera, "status", None)
    return CameraState(status.state) if status else CameraState.WAITING


def store_status() -> StoreStatus | None:
    """What the recorder last said about its disk."""
    return StoreStatus.objects.first()


def plan_version() -> int:
    """Version of the recording plan; 0 before the first camera."""
    counter = PlanCounter.objects.first()
    return counter.version if counter else 0


def planned_cameras() -> QuerySet[Camera]:
    """What is to be recorded, for the gateway: cameras in use and no other."""
    return Camera.objects.filter(state=CameraLife.IN_USE).order_by("id")


def waiting_probes() -> QuerySet[Probe]:
    """Connection tests nobody has carried out, oldest first, for the gateway."""
    return Probe.objects.filter(state=ProbeState.WAITING).order_by("asked_at")


def site_for(*, viewer: Person, public_id: str) -> Site:
    """One site; raises NotAllowed (``site.unknown``)."""
    site = sites(viewer=viewer).filter(public_id=public_id).first()
    if site is None:
        raise NotAllowed("site.unknown", "There is no such site.")
    return site
