"""The recorder verifies by itself: what it finds is told once, it goes on where it was, and others come first."""

from __future__ import annotations

import json
import os
import platform
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mingcha.base.clock import ManualClock
from mingcha.base.datadir import DataDir
from mingcha.base.keys import ledger_key
from mingcha.ledger.notes import Signer
from mingcha.media.anchor.feeder import Change, Feeder, open_ledger
from mingcha.media.catalog.restore import put_parts
from mingcha.media.container.scan import PartInfo
from mingcha.media.run import verifying
from mingcha.media.run.verifying import Pace, Stopping, Verifying
from mingcha.media.verify.rounds import DAY_US
from tests.media.catalog.film import CAMERA, START_US, Film

Told = tuple[str, str, dict[str, Any]]


class Watched:
    """An archive of twelve recordings that is verified in two rounds."""

    def __init__(self, directory: Path) -> None:
        self.data = DataDir(directory, directory / "store")
        self.clock = ManualClock(START_US)
        self.film = Film(directory, self.clock)
        self.records = [self.film.record(3 * n) for n in range(12)]
        self.log = open_ledger(directory / "ledger", lambda origin: Signer(origin, ledger_key(directory)))
        self.feed()
        self.told: list[Told] = []
        self.busy: Callable[[], bool] = lambda: False
        self.verifying = self.make()

    def make(self) -> Verifying:
        def put(number: int, parts: tuple[PartInfo, ...]) -> None:
            put_parts(self.film.catalog, number, parts)

        return Verifying(
            self.data,
            self.clock,
            Pace(2, 1 << 40),
            tell=lambda kind, camera, detail: self.told.append((kind, camera, detail)),
            put_parts=put,
            is_busy=lambda: self.busy(),
        )

    def feed(self) -> None:
        def at_once(change: Change) -> None:
            change(self.film.catalog)

        Feeder(self.film.catalog, self.log, at_once).feed()

    def two_rounds(self) -> None:
        for _ in range(2):
            assert self.verifying.look() is not None
            self.clock.advance(DAY_US)

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [detail for told, _, detail in self.told if told == kind]

    def flip(self, n: int, offset: int) -> None:
        path = self.film.store.path_of(self.records[n].number)
        path.chmod(0o644)
        data = bytearray(path.read_bytes())
        data[offset] ^= 1
        path.write_bytes(data)

    def close(self) -> None:
        self.verifying.stop()
        self.log.close()
        self.film.close()


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    monkeypatch.setattr(verifying, "is_machine_busy", lambda: False)
    made = Watched(tmp_path)
    yield made
    made.close()


def test_two_rounds_are_the_whole_archive_and_each_is_told(watched: Watched) -> None:
    watched.two_rounds()
    results = watched.of("archive.verified")
    assert sum(result["segments"] for result in results) == 12
    assert all(0 < result["segments"] < 12 for result in results)
    assert [result["covered"] for result in results] == [1, 2]
    assert results[1]["bytes"] > 0
    assert results[0]["with_ledger"]
    assert watched.of("footage.damaged") == []
    watched.clock.advance(-DAY_US // 2)
    assert watched.verifying.look() is None


def test_a_broken_recording_is_told_once_with_camera_instants_and_blocks(watched: Watched) -> None:
    broken = watched.records[4]
    part = watched.film.catalog.part_index(broken.number)[1]
    watched.flip(4, part.offset + part.size - 1)
    watched.two_rounds()
    watched.two_rounds()
    ((kind, camera, detail),) = [told for told in watched.told if told[0] == "footage.damaged"]
    assert (kind, camera) == ("footage.damaged", CAMERA)
    assert (detail["number"], detail["code"]) == (broken.number, "file.changed")
    assert (detail["start_us"], detail["end_us"]) == (broken.start_us, broken.end_us)
    assert (detail["parts"], detail["of_parts"]) == ([2], 3)
    assert detail["ranges"] == [[part.offset, part.offset + part.size - 1]]
    assert [result["broken"] for result in watched.of("archive.verified")][-1] == 1


def test_what_was_put_back_from_a_copy_is_told_as_whole_again(watched: Watched) -> None:
    part = watched.film.catalog.part_index(watched.records[4].number)[1]
    watched.flip(4, part.offset + part.size - 1)
    watched.two_rounds()
    watched.flip(4, part.offset + part.size - 1)
    watched.two_rounds()
    assert watched.of("footage.mended") == [{"number": watched.records[4].number, "role": "main"}]


def test_a_recording_taken_out_with_its_row_is_told(watched: Watched) -> None:
    victim = watched.records[7]
    watched.film.store.path_of(victim.number).unlink()
    with watched.film.catalog.transaction() as writer:
        writer.execute("DELETE FROM segment WHERE number = ?", (victim.number,))
    assert watched.verifying.look() is not None
    assert [(told["number"], told["code"]) for told in watched.of("footage.damaged")] == [
        (victim.number, "archive.vanished")
    ]


def test_it_goes_on_after_a_restart_where_it_was(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mingcha.media.verify.archive.PAGE", 3)
    watched.verifying.look()
    watched.clock.advance(DAY_US)
    asked = 0

    def stop_at_the_fifth() -> bool:
        nonlocal asked
        asked += 1
        if asked == 5:
            watched.verifying.stop()
        return False

    watched.busy = stop_at_the_fifth
    with pytest.raises(Stopping):
        watched.verifying.look()
    through = json.loads((watched.data.root / verifying.STATE).read_bytes())["now"]["through"]
    assert through >= 3
    watched.busy = lambda: False
    watched.verifying = watched.make()
    assert watched.verifying.look() is not None
    assert [result["segments"] for result in watched.of("archive.verified")] == [1, 11]


def test_it_waits_while_the_writer_is_busy(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    answers = iter([True, True, *[False] * 100])
    watched.busy = lambda: next(answers)
    monkeypatch.setattr(watched.verifying, "_wait", waits.append)
    watched.verifying.look()
    assert waits.count(verifying.BUSY_PAUSE_S) == 2


def test_a_busy_machine_makes_it_slow_and_does_not_stop_it(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(verifying, "is_machine_busy", lambda: True)
    monkeypatch.setattr(watched.verifying, "_wait", waits.append)
    now = watched.verifying.look()
    assert now is not None
    assert waits.count(verifying.BUSY_PAUSE_S) == now.segments * verifying.BUSY_MOST_S / verifying.BUSY_PAUSE_S


def test_a_part_index_that_a_rebuilt_catalog_lacks_is_put_back(watched: Watched) -> None:
    before = watched.film.catalog.part_indexes(record.number for record in watched.records)
    with watched.film.catalog.transaction() as writer:
        writer.execute("DELETE FROM segment_index")
    watched.two_rounds()
    assert watched.film.catalog.part_indexes(record.number for record in watched.records) == before


@pytest.mark.parametrize(("said", "busy"), [("some avg10=61.20 avg60=1.0", True), ("some avg10=1.00 avg60=90", False)])
def test_disks_that_others_wait_for_are_busy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, busy: bool
) -> None:
    pressure = tmp_path / "io"
    pressure.write_text(f"{said} avg300=0.0 total=1\nfull avg10=0.0\n")
    monkeypatch.setattr(verifying, "_PRESSURE", pressure)
    assert verifying.is_machine_busy() is busy


def test_where_the_kernel_says_nothing_of_disks_the_load_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verifying, "_PRESSURE", tmp_path / "none")
    for load, busy in ((0.5, False), (1000.0, True)):
        monkeypatch.setattr(os, "getloadavg", lambda load=load: (load, load, load))
        assert verifying.is_machine_busy() is busy


def test_only_the_reads_of_its_own_thread_wait_for_others() -> None:
    """The recorder's other threads keep their place."""
    taken: list[bool] = []
    thread = threading.Thread(target=lambda: taken.append(verifying.read_after_others()))
    thread.start()
    thread.join()
    assert taken == [platform.machine() in ("x86_64", "aarch64")]
    assert os.getpriority(os.PRIO_PROCESS, 0) == os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
