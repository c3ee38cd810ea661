"""One recorder with its cameras for the length of a test run, and what it left, read back run by run."""

from __future__ import annotations

import asyncio
import json
import os
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from mingcha.base.atomic import write_file
from mingcha.base.clock import SystemClock
from mingcha.base.datadir import DataDir
from mingcha.base.ids import new_id
from mingcha.base.keys import control_token, make_keys, node_sealer
from mingcha.media.catalog import CatalogReader
from mingcha.media.catalog.records import Gap, RunRecord, SegmentRecord
from mingcha.media.container.samples import read_samples
from mingcha.media.container.scan import scan
from mingcha.media.footage.archive import read_exactly
from mingcha.media.sim import SimServer, hash_sample
from mingcha.media.sim.player import Player
from mingcha.media.store.directory import StoreDirectory
from mingcha.wire import plan
from mingcha.wire.facts import Fact
from mingcha.wire.plan import CameraOrder, Engine, Plan, StreamOrder, Transport
from tests.support.recorder import EVER, RecorderProcess, free_port

LOOK_S = 0.2
WALL = SystemClock()


@dataclass(frozen=True)
class Cast:
    """A camera to be recorded: its name and address, and how it is asked."""

    name: str
    url: str
    transport: Transport = "tcp"
    audio_reason: str = ""
    user: str = ""
    engine: Engine = "native"


@dataclass
class Stretch:
    """One recorded run: its pictures' hashes in order, when each was due on the screen, the segments they lie in."""

    run: RunRecord
    segments: list[SegmentRecord]
    frames: list[bytes]
    at_us: list[int] = field(default_factory=list)
    audio_frames: int = 0

    @property
    def start_us(self) -> int:
        return self.segments[0].start_us

    @property
    def end_us(self) -> int:
        return self.segments[-1].end_us


@dataclass
class Scene:
    """A recorder process that is being watched. `states`: per camera every (wall instant, state, reason) seen."""

    recorder: RecorderProcess
    ids: dict[str, str]
    states: dict[str, list[tuple[int, str, str]]] = field(default_factory=dict)
    store_states: list[tuple[int, str]] = field(default_factory=list)
    players: dict[str, list[Player]] = field(default_factory=dict)
    store: Path | None = None

    # While it runs

    def status(self) -> dict[str, Any]:
        """The answer of ``/control/status``. Raises OSError while the recorder does not answer."""
        data = self.recorder.data
        token = control_token(data)
        port = self.recorder.environ["MINGCHA_MEDIA_PORT"]
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/control/status", headers={"Authorization": f"Bearer {token}"}
        )
        with urllib.request.urlopen(request, timeout=5) as answer:
            found: dict[str, Any] = json.load(answer)
        return found

    async def watch(self, sim: SimServer | None = None) -> None:
        """Note states as they change, until cancelled."""
        while True:
            try:
                found = await asyncio.to_thread(self.status)
            except OSError:
                found = None
            now_us = WALL.wall_us()
            for name, camera in self.ids.items() if found else ():
                state = found["cameras"].get(camera)
                seen = self.states.setdefault(name, [])
                if state and (not seen or seen[-1][1:] != (state["state"], state["reason"])):
                    seen.append((now_us, state["state"], state["reason"]))
            if found and (not self.store_states or self.store_states[-1][1] != found["store"]["state"]):
                self.store_states.append((now_us, found["store"]["state"]))
            if sim is not None:
                self.note_players(sim)
            await asyncio.sleep(LOOK_S)

    def note_players(self, sim: SimServer) -> None:
        for session in sim.sessions():
            if (player := session.players.get(0)) is not None:
                known = self.players.setdefault(session.camera.name, [])
                if player not in known:
                    known.append(player)

    async def until(self, what: Callable[[], bool], within_s: float) -> None:
        """Wait for something that must come true; TimeoutError tells that it did not."""
        async with asyncio.timeout(within_s):
            while not await asyncio.to_thread(what):
                await asyncio.sleep(0.2)

    def now(self, name: str) -> str:
        """The camera's state as it was seen last."""
        seen = self.states.get(name)
        return seen[-1][1] if seen else ""

    def store_now(self) -> str:
        return self.store_states[-1][1] if self.store_states else ""

    # Afterwards

    def said(self, name: str) -> list[tuple[str, str]]:
        """States and reasons in the order in which they were shown."""
        return [(state, reason) for _, state, reason in self.states.get(name, [])]

    def gaps(self, name: str) -> list[Gap]:
        with _reader(self) as reader:
            return reader.gaps([self.ids[name]], EVER)[self.ids[name]]

    def ended_gaps(self, name: str) -> list[tuple[str, int, int]]:
        """(reason, start, end) of the gaps that are over."""
        return [(gap.reason, gap.start_us, gap.end_us) for gap in self.gaps(name) if gap.end_us is not None]

    def facts(self, kind: str, name: str = "") -> list[Fact]:
        with _reader(self) as reader:
            found = [fact for fact in reader.facts_after(0, 10_000) if fact.kind == kind]
        return [fact for fact in found if not name or fact.camera == self.ids[name]]

    def stretches(self, name: str) -> list[Stretch]:
        """The recorded runs of a camera in order of time."""
        with _reader(self) as reader:
            segments = reader.segments(self.ids[name], "main", EVER)
            runs = {number: reader.run(number) for number in {segment.run for segment in segments}}
        found = []
        with StoreDirectory.open(self.store or self.recorder.data / "store", None, write=False) as store:
            for number, group in groupby(segments, key=lambda segment: segment.run):
                run = runs[number]
                assert run is not None
                stretch = Stretch(run, list(group), [])
                for segment in stretch.segments:
                    _read(store, segment, stretch)
                found.append(stretch)
        return found


class _reader:
    """A catalog reader for the length of a block."""

    def __init__(self, scene: Scene) -> None:
        self._reader = CatalogReader(scene.recorder.data / "catalog.db")

    def __enter__(self) -> CatalogReader:
        return self._reader

    def __exit__(self, *exc: object) -> None:
        self._reader.close()


def _read(store: StoreDirectory, segment: SegmentRecord, stretch: Stretch) -> None:
    fd = store.open_file(segment.number)
    try:
        for part in scan(store.path_of(segment.number)).parts:
            data = read_exactly(fd, part.size, part.offset)
            for track in read_samples(data):
                if track.track != 1:
                    stretch.audio_frames += len(track.samples)
                    continue
                stretch.frames += [
                    hash_sample(stretch.run.codec, data[sample.offset : sample.offset + sample.size])
                    for sample in track.samples
                ]
                stretch.at_us += [segment.start_us + sample.dts * 100 // 9 for sample in track.samples]
    finally:
        os.close(fd)


def prepare(directory: Path, casts: list[Cast], *, segment_s: int, store: Path | None = None) -> Scene:
    """A recorder that is about to start, with a plan for these cameras."""
    data = DataDir(directory, directory / "store")
    data.prepare()
    make_keys(directory)
    sealer = node_sealer(directory)
    ids = {cast.name: new_id("cam") for cast in casts}
    orders = [
        CameraOrder(
            ids[cast.name],
            cast.name,
            (
                StreamOrder(
                    "main",
                    cast.url,
                    sealer.seal(cast.user, ids[cast.name]) if cast.user else "",
                    transport=cast.transport,
                    engine=cast.engine,
                ),
            ),
            cast.audio_reason,
        )
        for cast in casts
    ]
    write_file(data.plan, plan.dump(Plan(1, tuple(orders))), mode=0o600)
    recorder = RecorderProcess(directory, [])
    recorder.environ = {"MINGCHA_SEGMENT_S": str(segment_s), "MINGCHA_MEDIA_PORT": str(free_port())}
    if store is not None:
        recorder.environ["MINGCHA_STORE_DIR"] = str(store)
    return Scene(recorder, ids, store=store)


def breaks(frames: list[bytes], loop: tuple[bytes, ...], start: int | None = None) -> str:
    """Where frames depart from the loop they should follow; empty when nowhere. `start`: index of the first."""
    if not frames:
        return "nothing recorded"
    position = {digest: index for index, digest in enumerate(loop)}
    at = position.get(frames[0], -1) if start is None else start
    for index, digest in enumerate(frames):
        if at < 0 or loop[(at + index) % len(loop)] != digest:
            return f"frame {index}: wanted {(at + index) % len(loop)}, found {position.get(digest, 'a stranger')}"
    return ""
