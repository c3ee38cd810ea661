"""The playback routes over a small archive, asked as a browser asks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.applications import Starlette

from mingcha.base.clock import US_PER_S
from mingcha.media.container.workers import WorkerPool
from mingcha.media.gate.admission import Gate
from mingcha.media.playback.pace import UNKNOWN
from mingcha.media.playback.routes import routes
from mingcha.media.playback.services import Services
from mingcha.wire.ticket import Ticket, mint
from tests.media.playback.archive import CAMERA, START_US, Archive

KEY = Ed25519PrivateKey.generate()
GRANT = "grt_0000000000000001"


@dataclass
class Playback:
    archive: Archive
    gate: Gate
    services: Services
    client: httpx.AsyncClient
    served: list[tuple[str, str, int, int, str]] = field(default_factory=list)

    def ticket(
        self,
        from_s: float | None = 0,
        to_s: float | None = 3600,
        *,
        modes: tuple[str, ...] = ("playback", "snapshot"),
        camera: str = CAMERA,
        grant: str = GRANT,
    ) -> Ticket:
        """A ticket of one minute for a range in seconds from the archive's start."""
        now_us = self.archive.clock.wall_us()
        return Ticket(
            grant=grant,
            person="per_0000000000000001",
            modes=modes,
            cameras=(camera,),
            from_us=None if from_s is None else at(from_s),
            to_us=None if to_s is None else at(to_s),
            issued_us=now_us,
            expires_us=now_us + 60 * US_PER_S,
            serial="1",
        )

    async def get(self, path: str, ticket: Ticket | None, **query: str | int) -> httpx.Response:
        headers = {} if ticket is None else {"authorization": f"Bearer {mint(ticket, KEY)}"}
        return await self.client.get(path, params=query or None, headers=headers)

    async def pieces(self, ticket: Ticket, from_s: float, to_s: float, **query: str | int) -> tuple[str, list[str]]:
        """The playlist of a range, and the addresses in it (headers and pieces, in order)."""
        answer = await self.get(f"/hls/{CAMERA}/index.m3u8", ticket, **{"from": at(from_s), "to": at(to_s)}, **query)
        assert answer.status_code == 200, answer.text
        addresses = []
        for line in answer.text.splitlines():
            if line.startswith("#EXT-X-MAP"):
                addresses.append(line.split('"')[1])
            elif line and not line.startswith("#"):
                addresses.append(line)
        return answer.text, [f"/hls/{CAMERA}/{address}" for address in addresses]

    async def download(self, ticket: Ticket, addresses: list[str]) -> bytes:
        """All that the addresses give, one after the other: a file any player opens."""
        data = b""
        for address in addresses:
            path, _, query = address.partition("?")
            answer = await self.get(path, ticket, **dict(pair.split("=") for pair in query.split("&") if pair))
            assert answer.status_code == 200, (address, answer.text)
            assert answer.headers["cache-control"] == "private, no-store"
            data += answer.content
        return data


def at(seconds: float) -> int:
    return START_US + round(seconds * US_PER_S)


@asynccontextmanager
async def playback(directory: Path) -> AsyncIterator[Playback]:
    archive = Archive(directory)
    archive.clock.advance(3600 * US_PER_S)
    gate = Gate(KEY.public_key(), archive.clock)
    served: list[tuple[str, str, int, int, str]] = []
    services = Services(
        footage=archive.footage,
        gate=gate,
        clock=archive.clock,
        pool=WorkerPool(1),
        on_served=lambda ticket, camera, from_us, to_us, kind, pace=UNKNOWN: served.append(
            (ticket.grant, camera, from_us, to_us, kind)
        ),
    )
    transport = httpx.ASGITransport(Starlette(routes=list(routes(services))))
    try:
        async with httpx.AsyncClient(transport=transport, base_url="http://media") as client:
            yield Playback(archive, gate, services, client, served)
    finally:
        await services.close()
        archive.close()


__all__ = ["KEY", "Playback", "at", "playback", "replace"]
