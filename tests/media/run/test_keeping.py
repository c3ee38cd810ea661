"""The running recorder keeps, deletes and enters into the ledger what it did."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from mingcha.base.atomic import write_file
from mingcha.base.clock import SystemClock
from mingcha.base.datadir import DataDir
from mingcha.base.ids import new_id
from mingcha.base.keys import ledger_key
from mingcha.ledger import checkpoints, fsck
from mingcha.ledger.log import Log
from mingcha.ledger.notes import Signer
from mingcha.ledger.reader import LogReader, read_checkpoint
from mingcha.media.catalog import CatalogReader
from mingcha.media.catalog.keeping import deleted
from mingcha.media.retention import sweep
from mingcha.media.run.node import Node
from mingcha.media.sim import SimServer, tiny_clip
from mingcha.wire import plan
from mingcha.wire.holds import Hold
from mingcha.wire.plan import CameraOrder, Plan, RetentionOrder, StreamOrder
from tests.support.recorder import EVER

SHORT = RetentionOrder(2, 3, False, ("imaginary-1 17",), "v1")


def signed(data: DataDir) -> checkpoints.Checkpoint:
    """The published checkpoint, by the node's key."""
    origin = Log.origin_of(data.ledger)
    return read_checkpoint(data.ledger, origin, [Signer(origin, ledger_key(data.root)).verifier]).checkpoint


def entries(data: DataDir) -> list[dict[str, object]]:
    """All entries under the ledger's checkpoint, signed by the node's key."""
    size = signed(data).size
    return [json.loads(entry) for entry in LogReader(data.ledger, size).entries(0, size)]


async def until(reader: CatalogReader, camera: str, segments: int) -> None:
    async with asyncio.timeout(60):
        while len(reader.segments(camera, "main", EVER)) < segments:
            await asyncio.sleep(0.1)


@pytest.mark.slow
async def test_footage_goes_by_its_rule_while_recording_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "SLACK_US", 0)
    data = DataDir(tmp_path, tmp_path / "store")
    data.prepare()
    kept, going = new_id("cam"), new_id("cam")
    clip = tiny_clip(seconds=10)
    async with SimServer({"kept": clip, "going": clip}) as sim:
        cameras = tuple(
            CameraOrder(camera, name, (StreamOrder("main", sim.url(name)),), retention=SHORT)
            for camera, name in ((kept, "kept"), (going, "going"))
        )
        write_file(data.plan, plan.dump(Plan(1, cameras)), mode=0o600)
        node = Node(data, SystemClock(), 1)
        await node.start()
        running = asyncio.create_task(node.run())
        reader = CatalogReader(data.catalog)
        try:
            await until(reader, kept, 3)
            hold = Hold(new_id("hld"), kept, 1, 1 << 60)
            assert await node.control().take_holds([hold]) == 1
            await until(reader, going, 7)
            await asyncio.sleep(2)
            assert await node.keeping.sweep() > 0
            oldest = reader.segments(going, "main", EVER)[0]
            assert deleted(node.writing.catalog, going, "main", EVER)[0].end_us == oldest.start_us
            assert deleted(node.writing.catalog, kept, "main", EVER) == []
            assert min(node.writing.pool.present()[0].numbers()) <= reader.segments(kept, "main", EVER)[0].number
            on_disk = set(node.writing.pool.present()[0].numbers())
            assert on_disk == {one.number for camera in (kept, going) for one in reader.segments(camera, "main", EVER)}
            index = await node.keeping.enter("export", export="exp_0", manifest_sha256="00")
            assert entries(data)[index]["export"] == "exp_0"
            async with asyncio.timeout(30):
                while not any(entry["kind"] == "deletion" for entry in entries(data)):
                    await asyncio.sleep(0.3)
        finally:
            running.cancel()
            await node.stop()
            reader.close()
    found = entries(data)
    assert fsck.check(data.ledger, signed(data)).findings == []
    deletions = [entry for entry in found if entry["kind"] == "deletion"]
    numbers = {entry["number"]: entry for entry in found if entry["kind"] == "segment"}
    assert {entry["camera"] for entry in deletions} == {going}
    assert all(span[0] in numbers for entry in deletions for span in entry["numbers"])  # type: ignore[attr-defined]
    assert [entry["hold"] for entry in found if entry["kind"] == "hold"] == [hold.hold]
