"""Over a real socket: a download stops when its grant is revoked, also for a receiver who does not read."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mingcha.base.clock import SystemClock
from mingcha.media.gate.admission import Gate
from mingcha.media.gate.http import GuardedResponse, answers_errors
from mingcha.wire.ticket import Ticket, mint

CAMERA = "cam_0000000000000001"
GRANT = "grt_0000000000000001"
KEY = Ed25519PrivateKey.generate()


@pytest.mark.parametrize("how", ["revoked", "expired"])
async def test_a_running_download_ends_with_its_ticket(how: str) -> None:
    clock = SystemClock()
    gate = Gate(KEY.public_key(), clock)

    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield bytes(65_536)

    async def download(request: Request) -> Response:
        return GuardedResponse(gate, gate.admit(request, "live", CAMERA), endless(), media_type="video/mp4")

    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    application = Starlette(routes=[Route("/x", answers_errors(download))])
    server = uvicorn.Server(uvicorn.Config(application, log_level="critical", lifespan="off", ws="none"))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    now_us = clock.wall_us()
    life_us = 60_000_000 if how == "revoked" else 1_000_000
    ticket = Ticket(GRANT, "per_0000000000000001", ("live",), (CAMERA,), None, None, now_us, now_us + life_us, "1")
    reader, writer = await asyncio.open_connection(*listener.getsockname())
    try:
        writer.write(f"GET /x?ticket={mint(ticket, KEY)} HTTP/1.1\r\nhost: x\r\n\r\n".encode())
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        await asyncio.sleep(0.2)  # it stands still: all buffers on the way are full
        if how == "revoked":
            await gate.revoke([GRANT])
        else:
            await asyncio.sleep(0.8)
        async with asyncio.timeout(20):
            tail = b""
            while data := await reader.read(1 << 20):
                tail = (tail + data)[-16:]
        assert not tail.endswith(b"0\r\n\r\n")  # cut off, not ended in order
    finally:
        writer.close()
        server.should_exit = True
        await serving
        listener.close()
