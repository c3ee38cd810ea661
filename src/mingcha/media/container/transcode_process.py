"""`LiveTranscoder` in a process of its own, so that neither its work nor its death touches the recorder."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import pickle
import queue
import signal
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection

from mingcha.media.units import AccessUnit, VideoFormat

log = logging.getLogger(__name__)

# Two seconds of 25 pictures a second may wait; a viewer who is later than that is better served by the next key frame.
QUEUE_UNITS = 50
NICENESS = 10
STOP_TIMEOUT_S = 1.0

Output = VideoFormat | AccessUnit

_KEY = b"key"
_SKIP = b"skip"


class TranscodeProcess:
    """Feeds a worker and hands its output to `on_output` on the event loop; `on_end` when the worker died.

    `push` never waits: when the worker is too slow, units are left out up to the next key frame, and `dropped` counts
    them. Call everything on the loop that ran `start`.
    """

    def __init__(
        self, video: VideoFormat, on_output: Callable[[Output], None], on_end: Callable[[], None] | None = None
    ) -> None:
        self.dropped = 0
        self._video = video
        self._on_output = on_output
        self._on_end = on_end
        self._queue: queue.Queue[AccessUnit | bytes | None] = queue.Queue(QUEUE_UNITS)
        self._skipping = False
        self._closed = False
        self._process: multiprocessing.process.BaseProcess | None = None

    def start(self) -> None:
        """Begin; the first output comes after the worker has come up (about half a second)."""
        loop = asyncio.get_running_loop()
        context = multiprocessing.get_context("spawn")
        child_in, parent_out = context.Pipe(duplex=False)
        parent_in, child_out = context.Pipe(duplex=False)
        process = context.Process(target=_work, args=(self._video, child_in, child_out), daemon=True)
        process.start()
        child_in.close()
        child_out.close()
        self._process = process
        threading.Thread(target=self._send, args=(parent_out,), name="transcode-send", daemon=True).start()
        threading.Thread(target=self._receive, args=(loop, parent_in), name="transcode-receive", daemon=True).start()

    def push(self, unit: AccessUnit) -> None:
        """Take a unit of the stream, or leave it out when the worker is behind."""
        if self._closed or unit.is_audio:
            return
        if self._skipping and not (unit.is_key and self._offer(_SKIP)):
            self.dropped += 1
            return
        self._skipping = not self._offer(unit)
        self.dropped += self._skipping

    def request_key(self) -> None:
        """Ask for a key frame soon, for a viewer who joins."""
        self._offer(_KEY)

    async def close(self) -> None:
        """End the worker and wait until it is gone."""
        self._closed = True
        process = self._process
        if process is None:
            return
        self._process = None
        process.terminate()
        await asyncio.to_thread(process.join, STOP_TIMEOUT_S)
        if process.is_alive():
            process.kill()
            await asyncio.to_thread(process.join)
        self._offer_end()
        process.close()

    def _offer(self, item: AccessUnit | bytes) -> bool:
        try:
            self._queue.put_nowait(item)
        except queue.Full:
            return False
        return True

    def _offer_end(self) -> None:
        while True:
            try:
                self._queue.put_nowait(None)
                return
            except queue.Full:
                try:
                    self._queue.get_nowait()
                except queue.Empty:
                    continue

    def _send(self, pipe: Connection) -> None:
        with pipe:
            while (item := self._queue.get()) is not None:
                try:
                    pipe.send(item)
                except OSError:
                    return

    def _receive(self, loop: asyncio.AbstractEventLoop, pipe: Connection) -> None:
        with pipe:
            while True:
                try:
                    item = pipe.recv()
                except (EOFError, OSError, pickle.UnpicklingError):
                    break
                _call(loop, self._deliver, item)
        _call(loop, self._ended)

    def _deliver(self, item: Output) -> None:
        if not self._closed:
            self._on_output(item)

    def _ended(self) -> None:
        self._offer_end()
        if not self._closed:
            log.warning("a live transcoder ended by itself")
            self._closed = True
            if self._on_end is not None:
                self._on_end()


def _call(loop: asyncio.AbstractEventLoop, function: Callable[..., None], *args: object) -> None:
    try:
        loop.call_soon_threadsafe(function, *args)
    except RuntimeError:
        # The loop is closed: nobody is left to hear it.
        return


def _work(video: VideoFormat, units: Connection, outputs: Connection) -> None:
    """The worker: ends when the pipe from its parent ends, however the parent died."""
    from mingcha.media.container.transcode import LiveTranscoder  # codecs: only here

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(NICENESS)
    transcoder = LiveTranscoder(video)
    while True:
        try:
            item = units.recv()
            if item == _KEY:
                transcoder.request_key()
            elif item == _SKIP:
                transcoder.skip_to_key()
            else:
                for output in transcoder.feed(item):
                    outputs.send(output)
        except (EOFError, OSError):
            return
