"""The media server in this process, asked through its own application: quick enough to try every cell of a table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from tools.access_table import serving


class Door:
    """An ASGI application that starts the recorder on the loop of whoever serves it. `number`: of the segment that
    holds the footage."""

    number = 1

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.client: TestClient
        self._application: Any = None
        self._node: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "lifespan":
            await self._application(scope, receive, send)
            return
        await receive()
        async with serving(self.directory) as (self._node, self._application):
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})

    def now_us(self) -> int:
        now_us: int = self._node.clock.wall_us()
        return now_us

    def socket(self, address: str, token: str) -> bool:
        """Whether the gate lets this ticket in; the camera behind it is not recorded and ends it at once."""
        try:
            with self.client.websocket_connect(address, headers={"origin": "http://testserver:8800"}) as socket:
                socket.send_text(json.dumps({"ticket": token}))
                while (said := socket.receive_json())["type"] not in ("end", "error"):
                    continue
        except WebSocketDisconnect:
            return False
        code = str(said.get("code") or said.get("reason"))
        return not code.startswith("ticket.")


def path_of(path: str, camera: str, from_us: int, to_us: int, export: str, number: int) -> str:
    """An address of this route, of things that are there."""
    filled = path.format(camera=camera, export=export, name="a.mp4", number=number, first=0, last=0)
    at_us = from_us + 1_000_000
    query = {
        "/status": f"?camera={camera}",
        "/timeline": f"?camera={camera}&from={from_us}&to={to_us}",
        "/preview": f"?camera={camera}&at={at_us}",
        "/snapshot": f"?camera={camera}&at={at_us}",
    }
    return filled + query.get(path, f"?from={from_us}&to={to_us}" if path.startswith("/hls/") else "")
