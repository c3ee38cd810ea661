"""kill -9 before every single step of recording, deleting and recovering: nothing is lost or left unaccounted for."""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mingcha.media.catalog.check import Depth, check
from mingcha.media.catalog.records import SegmentRecord
from mingcha.media.catalog.recover import recover
from mingcha.media.catalog.removal import remove
from mingcha.media.container.identity import trailer_box
from mingcha.media.container.scan import PartInfo
from mingcha.media.container.seal import SegmentHashes
from tests.media.catalog.crashes import die_in
from tests.media.catalog.film import CAMERA, FRAMES, PART_TICKS, PART_US, START_US, Film, part
from tests.media.catalog.test_segments import seconds

SEGMENTS = 2
PARTS = 2
Say = Callable[[str], None]


def recording(film: Film, say: Say) -> None:
    """As the recorder does it; says each part that is on the disk."""
    for n in range(SEGMENTS):
        segment, own, header = film.begin(n * PARTS)
        film.catalog.close_gap(CAMERA, "main", own.start_us)
        hashes, infos = SegmentHashes(header), []
        for sequence in range(1, PARTS + 1):
            data = part(sequence, own.number)
            hashes.add(data)
            infos.append(
                PartInfo(segment.append(data), len(data), (sequence - 1) * PART_TICKS, PART_TICKS, FRAMES, True, True)
            )
            say(f"part:{n * PARTS + sequence}")
        trailer = hashes.trailer(own.number, own.start_us + PARTS * PART_US)
        size = segment.seal(trailer_box(trailer))
        record = SegmentRecord(
            number=own.number,
            store=own.store,
            camera=CAMERA,
            role="main",
            run=own.run,
            start_us=own.start_us,
            end_us=trailer.end_us,
            media_offset=own.media_offset,
            media_duration=PARTS * PART_TICKS,
            file_bytes=size,
            header_bytes=len(header),
            frames=PARTS * FRAMES,
            root=trailer.root,
        )
        film.catalog.seal_segment(record, infos)
        say(f"sealed:{own.number}")
    film.catalog.open_gap(CAMERA, "main", own.start_us + PARTS * PART_US, "recorder_stopped")


def deleting(film: Film, say: Say) -> None:
    remove(film.catalog, film.store, [1, 2])
    say("gone")


def recovering(film: Film, say: Say) -> None:
    recover(film.store, film.catalog)


def assert_whole(film: Film) -> None:
    """Rows and files agree to the last byte, nothing is left half done, and a gap begins where footage ends."""
    assert check(film.catalog, film.store, Depth.HASHES).findings == []
    assert film.catalog.open_segments() == []
    assert film.catalog.garbage() == []
    assert film.store.open_numbers() == []
    for camera, role in film.catalog.streams():
        end_us = film.catalog.last_end(camera, role)
        gaps = film.catalog.gaps([camera], seconds(-9, 1 << 30), role=role)[camera]
        if end_us is not None:
            assert gaps, "a stream that is not recorded has an open gap"
            assert gaps[-1].end_us is None
            assert gaps[-1].start_us == end_us


def recorded_parts(film: Film) -> int:
    return sum(
        record.media_duration // PART_TICKS for record in film.catalog.segments(CAMERA, "main", seconds(-9, 999))
    )


def test_recording_may_die_at_every_step(tmp_path: Path) -> None:
    for step in range(1, 1000):
        directory = tmp_path / str(step)
        died, words = die_in(recording, directory, step)
        film = Film(directory)
        told = sum(word.startswith("part:") for word in words)
        recover(film.store, film.catalog)
        assert told <= recorded_parts(film) <= told + 1, f"step {step}: {words}"
        assert_whole(film)
        if not died:
            assert step > 40, "the fuse was not wired"
            gaps = film.catalog.gaps([CAMERA], seconds(-9, 999))[CAMERA]
            assert [gap.reason for gap in gaps] == ["recorder_stopped"]
            film.close()
            return
        film.record(100)  # and recording goes on, under a number of its own
        film.close()
        shutil.rmtree(directory)
    pytest.fail("the work never ended")


def test_deleting_may_die_at_every_step(tmp_path: Path) -> None:
    for step in range(1, 1000):
        directory = tmp_path / str(step)
        film = Film(directory)
        for start in (0, 3, 6):
            film.record(start)
        film.close()
        died, words = die_in(deleting, directory, step)
        film = Film(directory)
        recover(film.store, film.catalog)
        left = [record.number for record in film.catalog.segments(CAMERA, "main", seconds(-9, 999))]
        assert left in ([1, 2, 3], [3]), "deleted together or not at all"
        assert list(film.store.numbers()) == left
        assert_whole(film)
        film.close()
        shutil.rmtree(directory)
        if not died:
            assert left == [3]
            assert words == ["gone"]
            assert step > 8
            return
    pytest.fail("the work never ended")


def test_recovery_may_die_too(tmp_path: Path) -> None:
    chosen = random.Random(20_261_121)
    for attempt in range(25):
        directory = tmp_path / str(attempt)
        _, words = die_in(recording, directory, chosen.randint(8, 50))
        told = sum(word.startswith("part:") for word in words)
        for _ in range(3):
            die_in(recovering, directory, chosen.randint(1, 25))
        film = Film(directory)
        recover(film.store, film.catalog)
        assert told <= recorded_parts(film) <= told + 1
        assert_whole(film)
        film.close()
        shutil.rmtree(directory)


def endless(directory: Path) -> None:
    """A recorder that starts as the real one does and records until it is killed."""
    film = Film(directory)
    recover(film.store, film.catalog)
    start_s = (film.catalog.last_end(CAMERA, "main") or START_US) - START_US
    for n in range(10_000):
        film.record(start_s / PART_US + n * 3, parts=3)


def test_killed_at_random_instants_it_always_comes_back(tmp_path: Path) -> None:
    chosen = random.Random(799)
    for _ in range(8):
        child = os.fork()
        if child == 0:
            try:
                endless(tmp_path)
            finally:
                os._exit(1)
        time.sleep(chosen.uniform(0.05, 0.25))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    film = Film(tmp_path)
    recover(film.store, film.catalog)
    assert_whole(film)
    stretches = film.catalog.coverage([CAMERA], seconds(0, 1 << 30))[CAMERA]
    assert len(stretches) == 1, "each start went on where the footage before it ended"
    film.close()
