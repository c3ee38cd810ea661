"""From the office to the recorder: the plan, revocations, connection tests. Each is idempotent."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from mingcha import law
from mingcha.base.errors import Conflict, MingchaError
from mingcha.gateway.client import ControlClient
from mingcha.gateway.keeping import order_of
from mingcha.records.inventory.actions import judge_outdated, open_probe_credentials
from mingcha.records.inventory.models import Camera, Probe
from mingcha.records.inventory.queries import plan_version, planned_cameras
from mingcha.records.inventory.states import ProbeState
from mingcha.records.inventory.terms import Term, terms_of
from mingcha.records.viewing.actions import DOWNLOAD_LIFE, end_viewing
from mingcha.records.viewing.queries import due_ends, revoked_since
from mingcha.wire.plan import CameraOrder, Plan, StreamOrder

GB = 10**9
REVOCATIONS_TOLD_FOR = DOWNLOAD_LIFE + timedelta(minutes=3)
"""How long a revocation is told again after the recorder was away; longer than any ticket lives."""


def compile_plan(at: datetime) -> Plan:
    """The plan that says what the inventory wants recorded now.

    The version is read before the cameras: a change in between makes this plan newer than its number, and it is sent
    again with the next one.
    """
    version = plan_version()
    cameras = list(planned_cameras())
    terms = terms_of({camera.site_id: camera.site for camera in cameras}.values(), at)
    return Plan(version=version, cameras=tuple(_order(camera, terms.get(camera.site_id)) for camera in cameras))


def start_of_day(at: datetime) -> datetime:
    """Midnight before `at` where the law is in force: laws begin and end with a day, so a plan is asked for once a day
    at least."""
    return at.astimezone(law.current().data.offset).replace(hour=0, minute=0, second=0, microsecond=0)


def push_plan(client: ControlClient, at: datetime) -> int:
    """Judge cameras by today's law where it says something else than yesterday's, then send the plan; returns its
    version. Raises Unavailable."""
    judge_outdated(at=at)
    plan = compile_plan(at)
    client.put_plan(plan)
    return plan.version


def end_unentitled(at: datetime, *, with_posts: bool = True) -> int:
    """End open viewings whose viewer signed out, lost the right or went away; returns how many. As `due_ends`."""
    ended = 0
    for viewing, end in due_ends(at, with_posts=with_posts):
        try:
            end_viewing(viewing=viewing, end=end, at=at)
            ended += 1
        except Conflict:
            continue  # its own page closed it at the same moment
    return ended


def grants_to_revoke(at: datetime) -> set[str]:
    """Grants that have ended while tickets for them may still be about."""
    return set(revoked_since(at - REVOCATIONS_TOLD_FOR))


def carry_out_probe(client: ControlClient, probe: Probe) -> None:
    """Let the recorder test a connection and write down what it found. The credentials are dropped afterwards."""
    try:
        username, _, password = open_probe_credentials(probe).partition(":")
        result: dict[str, Any] = client.probe(
            url=probe.url, username=username, password=password, transport=probe.transport, engine=probe.engine
        )
        state = ProbeState.DONE
    except MingchaError as error:
        result, state = {"code": error.code, "message": error.message}, ProbeState.FAILED
    Probe.objects.filter(pk=probe.pk).update(state=state, result=result, credentials="")


def _order(camera: Camera, term: Term | None) -> CameraOrder:
    """`credentials` are sealed with the camera's id as context; both streams carry the same."""
    streams = [_stream(camera, "main", camera.main_url)]
    if camera.sub_url:
        streams.append(_stream(camera, "sub", camera.sub_url))
    return CameraOrder(
        camera=camera.public_id,
        name=camera.name,
        streams=tuple(streams),
        audio_reason=camera.audio_reason,
        retention=order_of(term),
        control_url=camera.control_url,
        budget_bytes=None if camera.budget_gb is None else camera.budget_gb * GB,
    )


def _stream(camera: Camera, role: str, url: str) -> StreamOrder:
    return StreamOrder(
        role="main" if role == "main" else "sub",
        url=url,
        credentials=camera.credentials,
        transport="udp" if camera.transport == "udp" else "tcp",
        engine="pyav" if camera.engine == "pyav" else "native",
        record=role == "main",
    )
