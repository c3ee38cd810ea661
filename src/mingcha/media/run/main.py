"""Main of the recorder process: node and video server on one event loop, until SIGTERM or SIGINT."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
from contextlib import AbstractContextManager, nullcontext
from urllib.parse import urlsplit

import uvicorn
from starlette.types import ASGIApp

from mingcha.base.clock import Clock
from mingcha.base.datadir import DataDir
from mingcha.base.env import Env
from mingcha.base.errors import Unavailable
from mingcha.media.live.origins import Origins
from mingcha.media.run.node import Node
from mingcha.media.run.server import VideoServer
from mingcha.media.run.stamping import make_stamping
from mingcha.media.run.verifying import make_verifying

log = logging.getLogger(__name__)

BACKLOG = 512
LOOPBACK = ("localhost", "127.0.0.1", "[::1]", "::1")
GRACE_S = 2
WEBSOCKET_QUEUE = 8


async def run_node(
    env: Env, data: DataDir, clock: Clock, named: list[tuple[str, str]], seconds: float | None = None
) -> None:
    """Record the cameras named, or the stored plan; serve video; end cleanly on a signal or after `seconds`.

    Raises Unavailable when the port is taken, and whatever ended the writer thread.
    """
    listener = _listen(env.text("MINGCHA_MEDIA_HOST"), env.integer("MINGCHA_MEDIA_PORT"))
    node = Node(data, clock, env.integer("MINGCHA_SEGMENT_S"))
    origins = Origins(env.integer("MINGCHA_WEB_PORT"), _proxied(env.text("MINGCHA_ALLOWED_HOSTS")), _own_names(env))
    video = VideoServer(node, origins, env.integer("MINGCHA_COPY_DAYS"))
    server = _server(video.application)
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    verifying = make_verifying(node, env)
    stamping = make_stamping(data, clock, env, lambda detail: node.tell("timestamp.state", "", **detail))
    await node.start(named)
    await video.start()
    verifying.start()
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    running = asyncio.create_task(node.run())
    stamps = asyncio.create_task(stamping.run())
    waiting = asyncio.create_task(_until(stopping, seconds))
    try:
        await asyncio.wait((serving, running, waiting), return_when=asyncio.FIRST_COMPLETED)
    finally:
        running.cancel()
        stamps.cancel()
        await asyncio.to_thread(verifying.stop)
        await node.stop()
        server.should_exit = True
        await asyncio.wait((serving,), timeout=2 * GRACE_S)
        await video.close()
    if running.done() and not running.cancelled() and (error := running.exception()) is not None:
        raise error


def _proxied(allowed_hosts: str) -> frozenset[str]:
    """Origins of pages that reach browsers through a proxy, on the standard ports, under the names they answer to. This
    machine's own names are none: whatever else it serves on port 80 is a stranger."""
    names = [name.strip() for name in allowed_hosts.split(",")]
    named = [name for name in names if name and "*" not in name and name not in LOOPBACK]
    return frozenset(f"{scheme}://{name}" for name in named for scheme in ("https", "http"))


def _own_names(env: Env) -> frozenset[str]:
    """Names under which browsers, and the office's gateway, may ask this server for something."""
    listed = (name.strip().strip("[]").lower() for name in env.text("MINGCHA_ALLOWED_HOSTS").split(","))
    own = (env.text("MINGCHA_MEDIA_HOST"), urlsplit(env.text("MINGCHA_MEDIA_URL")).hostname or "")
    every = ("0.0.0.0", "::")  # noqa: S104 - addresses to listen on, and no names
    return frozenset(name for name in (*listed, *own, "127.0.0.1", "::1", "localhost") if name and name not in every)


async def _until(stopping: asyncio.Event, seconds: float | None) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stopping.wait()
    except TimeoutError:
        return


def _listen(host: str, port: int) -> socket.socket:
    """Bound before anything is recorded, so that a second recorder on this machine is told at once."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise Unavailable(
            "media.port",
            f"The video server cannot listen on {host} port {port}: {error.strerror}. "
            "Stop what listens there or set MINGCHA_MEDIA_PORT.",
        ) from error
    listener.listen(BACKLOG)
    return listener


class _Server(uvicorn.Server):
    """Signals are ours: the recorder seals its segments before the server goes."""

    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]
        return nullcontext()


def _server(app: ASGIApp) -> uvicorn.Server:
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=False,
        lifespan="off",
        ws="websockets-sansio",
        ws_max_size=1 << 16,
        ws_max_queue=WEBSOCKET_QUEUE,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=GRACE_S,
    )
    return _Server(config)
