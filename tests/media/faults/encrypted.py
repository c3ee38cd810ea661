"""An encrypted way to simulated cameras, which speak plainly: TLS is taken off and put on in between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from tests.media.rtsp.tls import certificate

READ_BYTES = 1 << 16


@asynccontextmanager
async def encrypted(directory: Path, port: int) -> AsyncIterator[int]:
    """The port on which what listens at `port` is reached by TLS."""
    context, _ = certificate(directory)
    open_now: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        open_now.add(task)
        task.add_done_callback(open_now.discard)
        plain_reader, plain_writer = await asyncio.open_connection("127.0.0.1", port)
        pumps = [
            asyncio.create_task(_pump(reader, plain_writer)),
            asyncio.create_task(_pump(plain_reader, writer)),
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            writer.close()
            plain_writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tuple(open_now):
            task.cancel()
        await asyncio.gather(*open_now, return_exceptions=True)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(READ_BYTES):
            writer.write(data)
            await writer.drain()
