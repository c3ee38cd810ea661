"""Simulated cameras for the journeys, on a thread of their own, which can be told to misbehave."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

from mingcha.media.sim import SimServer, tiny_clip

SIZE = (640, 360)
T = TypeVar("T")


class CameraThread:
    """`gate`: H.264; `hall`: H.265 without a sub stream; `court`: B pictures. All 25 pictures a second."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="cameras", daemon=True)
        self._thread.start()
        clips = {
            "gate": tiny_clip(size=SIZE, seconds=8),
            "hall": tiny_clip("h265", size=SIZE, seconds=8),
            "court": tiny_clip(size=SIZE, seconds=8, bframes=2),
        }
        self.sim = self._call(lambda: SimServer(clips, username="viewer", password="p@ss/word"))
        asyncio.run_coroutine_threadsafe(self.sim.start(), self._loop).result(20)

    def url(self, name: str) -> str:
        """With credentials, as a person pastes it."""
        return self.sim.url(name, "main", with_credentials=True)

    def away(self, name: str, *, away: bool) -> None:
        """Take a camera off the network, or bring it back."""

        def change() -> None:
            self.sim.set_away(name, away=away)
            if away:
                self.sim.drop(name)

        self._call(change)

    def freeze(self, name: str) -> None:
        """The connection stays; pictures stop."""
        self._call(lambda: self.sim.stall(name))

    def thaw(self, name: str) -> None:
        self._call(lambda: self.sim.resume(name))

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self.sim.close(), self._loop).result(20)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def _call(self, function: Callable[[], T]) -> T:
        async def called() -> T:
            return function()

        return asyncio.run_coroutine_threadsafe(called(), self._loop).result(20)
