"""Tickets are checked, revocations remembered, and running streams told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.requests import Request

from mingcha.base.clock import US_PER_S, ManualClock
from mingcha.base.errors import NotAllowed
from mingcha.base.timerange import TimeRange
from mingcha.media.gate.admission import MAX_TICKET_LIFE_US, Gate
from mingcha.media.gate.http import GuardedResponse
from mingcha.wire.ticket import Ticket, mint

CAMERA = "cam_0000000000000001"
OTHER = "cam_0000000000000002"
KEY = Ed25519PrivateKey.generate()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def gate(clock: ManualClock) -> Gate:
    return Gate(KEY.public_key(), clock)


def ticket(clock: ManualClock, *, grant: str = "grt_0000000000000001", life_us: int = 60 * US_PER_S) -> Ticket:
    now_us = clock.wall_us()
    return Ticket(
        grant=grant,
        person="per_0000000000000001",
        modes=("live", "playback"),
        cameras=(CAMERA,),
        from_us=now_us - 100 * US_PER_S,
        to_us=now_us - 50 * US_PER_S,
        issued_us=now_us,
        expires_us=now_us + life_us,
        serial="1",
    )


def request(headers: dict[str, str] | None = None, query: str = "") -> Request:
    raw = [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
    return Request({"type": "http", "headers": raw, "query_string": query.encode(), "method": "GET", "path": "/"})


def test_it_takes_the_ticket_from_the_header_or_the_query(gate: Gate, clock: ManualClock) -> None:
    token = mint(ticket(clock), KEY)
    assert gate.admit(request({"authorization": f"Bearer {token}"}), "live", CAMERA).grant.startswith("grt_")
    assert gate.admit(request(query=f"ticket={token}"), "live", CAMERA).serial == "1"
    with pytest.raises(NotAllowed) as refused:
        gate.admit(request(), "live", CAMERA)
    assert refused.value.code == "ticket.missing"


@pytest.mark.parametrize(
    ("mode", "camera", "shift_us"),
    [("snapshot", CAMERA, 0), ("playback", OTHER, 0), ("playback", CAMERA, 1), ("export", CAMERA, 0)],
)
def test_it_refuses_what_the_ticket_does_not_cover(
    gate: Gate, clock: ManualClock, mode: str, camera: str, shift_us: int
) -> None:
    it = ticket(clock)
    assert it.from_us is not None
    assert it.to_us is not None
    with pytest.raises(NotAllowed) as refused:
        gate.admit(mint(it, KEY), mode, camera, it.from_us, it.to_us + shift_us)  # type: ignore[arg-type]
    assert refused.value.code == "ticket.outside"


def test_it_clips_a_range_to_the_ticket_and_refuses_one_wholly_outside(gate: Gate, clock: ManualClock) -> None:
    it = ticket(clock)
    token = mint(it, KEY)
    assert it.from_us is not None
    assert it.to_us is not None
    _, clipped = gate.admit_clipped(token, "playback", CAMERA, TimeRange(0, it.from_us + 5))
    assert clipped == TimeRange(it.from_us, it.from_us + 5)
    with pytest.raises(NotAllowed):
        gate.admit_clipped(token, "playback", CAMERA, TimeRange(it.to_us, it.to_us + 5))


def test_it_refuses_a_forged_or_overlong_or_future_ticket(gate: Gate, clock: ManualClock) -> None:
    it = ticket(clock)
    with pytest.raises(NotAllowed):
        gate.admit(mint(it, Ed25519PrivateKey.generate()), "live", CAMERA)
    with pytest.raises(NotAllowed):
        gate.admit(mint(ticket(clock, life_us=MAX_TICKET_LIFE_US + 1), KEY), "live", CAMERA)
    clock.step_wall(-3600 * US_PER_S)
    with pytest.raises(NotAllowed):
        gate.admit(mint(it, KEY), "live", CAMERA)


async def test_a_revocation_ends_running_streams_of_that_grant_only(gate: Gate, clock: ManualClock) -> None:
    with gate.watch(ticket(clock)) as mine, gate.watch(ticket(clock, grant="grt_0000000000000002")) as other:
        waiting = asyncio.ensure_future(mine.ended())
        await asyncio.sleep(0)
        await gate.revoke({"grt_0000000000000001"})
        assert await asyncio.wait_for(waiting, 10) == "revoked"
        assert other.reason is None
    with pytest.raises(NotAllowed) as refused:
        gate.admit(mint(ticket(clock), KEY), "live", CAMERA)
    assert refused.value.code == "ticket.revoked"


async def test_a_grant_revoked_between_admission_and_stream_ends_the_stream_at_once(
    gate: Gate, clock: ManualClock
) -> None:
    admitted = gate.admit(mint(ticket(clock), KEY), "live", CAMERA)
    await gate.revoke({admitted.grant})
    with gate.watch(admitted) as watch:
        assert await asyncio.wait_for(watch.ended(), 10) == "revoked"


async def test_a_stream_ends_when_its_ticket_runs_out_even_if_the_wall_clock_is_set_back(
    gate: Gate, clock: ManualClock
) -> None:
    with gate.watch(ticket(clock)) as watch:
        waiting = asyncio.ensure_future(watch.ended())
        clock.step_wall(-3600 * US_PER_S)
        clock.advance(59 * US_PER_S)
        await asyncio.sleep(0.3)
        assert not waiting.done()
        clock.advance(1 * US_PER_S)
        assert await asyncio.wait_for(waiting, 10) == "expired"


async def test_a_renewal_lengthens_a_stream_but_not_with_another_grant(gate: Gate, clock: ManualClock) -> None:
    with gate.watch(ticket(clock)) as watch:
        clock.advance(50 * US_PER_S)
        old = watch.ticket
        fresh = Ticket(**{**_fields(old), "issued_us": clock.wall_us(), "expires_us": clock.wall_us() + 60 * US_PER_S})
        watch.renew(mint(fresh, KEY), "playback", CAMERA)
        clock.advance(50 * US_PER_S)
        assert not watch.is_over()
        foreign = Ticket(**{**_fields(fresh), "grant": "grt_0000000000000009"})
        with pytest.raises(NotAllowed):
            watch.renew(mint(foreign, KEY), "playback", CAMERA)
        clock.advance(10 * US_PER_S)
        assert watch.is_over()


async def test_revocations_survive_a_restart_and_a_broken_file_refuses_older_tickets(
    tmp_path: Path, clock: ManualClock
) -> None:
    path = tmp_path / "revoked.json"
    token = mint(ticket(clock), KEY)
    first = Gate(KEY.public_key(), clock, path=path)
    await first.revoke({"grt_0000000000000001"})
    with pytest.raises(NotAllowed):
        Gate(KEY.public_key(), clock, path=path).admit(token, "live", CAMERA)
    path.write_text("{")
    clock.advance(1)
    closed = Gate(KEY.public_key(), clock, path=path)
    unrelated = mint(ticket(ManualClock(clock.wall_us() - 1), grant="grt_0000000000000003"), KEY)
    with pytest.raises(NotAllowed):
        closed.admit(unrelated, "live", CAMERA)
    assert closed.admit(mint(ticket(clock, grant="grt_0000000000000003"), KEY), "live", CAMERA)


async def test_a_revocation_is_forgotten_when_no_ticket_can_be_alive(tmp_path: Path, clock: ManualClock) -> None:
    path = tmp_path / "revoked.json"
    await Gate(KEY.public_key(), clock, path=path).revoke({"grt_0000000000000001"})
    clock.advance(2 * MAX_TICKET_LIFE_US)
    assert Gate(KEY.public_key(), clock, path=path).admit(mint(ticket(clock), KEY), "live", CAMERA)


async def test_a_response_stops_although_its_receiver_stands_still(gate: Gate, clock: ManualClock) -> None:
    sent: list[bytes] = []
    closed = asyncio.Event()
    stuck = asyncio.Event()

    async def body() -> AsyncIterator[bytes]:
        try:
            while True:
                yield b"x" * 1000
        finally:
            closed.set()

    async def send(message: dict[str, object]) -> None:
        if message["type"] == "http.response.body":
            sent.append(message["body"])  # type: ignore[arg-type]
            if len(sent) == 3:
                stuck.set()
                await asyncio.Event().wait()

    async def receive() -> dict[str, object]:
        await asyncio.Event().wait()
        raise AssertionError

    response = GuardedResponse(gate, ticket(clock), body(), media_type="video/mp4")
    scope = {"type": "http", "asgi": {"spec_version": "2.4"}, "method": "GET", "headers": []}
    task = asyncio.ensure_future(response(scope, receive, send))  # type: ignore[arg-type]
    await asyncio.wait_for(stuck.wait(), 10)
    await gate.revoke({"grt_0000000000000001"})
    await asyncio.wait_for(task, 10)
    assert closed.is_set()
    assert len(sent) == 3


def _fields(it: Ticket) -> dict[str, object]:
    return {name: getattr(it, name) for name in Ticket.__dataclass_fields__}
