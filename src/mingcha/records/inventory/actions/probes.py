"""Asking for a connection test, and opening what was sealed for it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from mingcha.base.ids import new_id
from mingcha.base.keys import node_sealer
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.queries import require
from mingcha.records.accounts.states import Permission
from mingcha.records.inventory.actions.cameras import CameraDraft
from mingcha.records.inventory.addresses import read_address
from mingcha.records.inventory.models import Camera, Probe
from mingcha.records.inventory.states import Engine, Transport
from mingcha.records.register.actions import act, enter

PROBES_KEPT = timedelta(minutes=10)


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
        sealer = node_sealer(settings.DATA_DIR)
        probe.credentials = sealer.seal(f"{username}:{password}", probe.public_id)
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
