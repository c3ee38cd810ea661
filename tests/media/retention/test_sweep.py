"""Sweeps over real catalogs and files, with clocks that go wrong."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from mingcha.base.clock import US_PER_S, ManualClock
from mingcha.base.errors import Corrupt, Unavailable
from mingcha.base.timerange import TimeRange
from mingcha.media.catalog.holds import take_holds
from mingcha.media.catalog.keeping import order_rule
from mingcha.media.catalog.records import SegmentRecord
from mingcha.media.retention import sweep
from mingcha.media.retention.sweep import LOOKS_UNTIL_TOLD, Sweeper
from mingcha.media.retention.trusted_time import SLACK_US
from mingcha.media.store.directory import StoreDirectory
from mingcha.wire.holds import Hold
from mingcha.wire.plan import RetentionOrder
from tests.media.catalog.film import CAMERA, OTHER, START_US, VIDEO, Film
from tests.media.retention.machine import FakeMachine

DAY_S, HOUR_S = 86_400, 3_600
RULE = RetentionOrder(30 * DAY_S, 30 * DAY_S, False, ("imaginary-1 17",), "v1")
SLACK_S = SLACK_US // US_PER_S


@pytest.fixture
def machine() -> FakeMachine:
    return FakeMachine(START_US)


@pytest.fixture
def film(tmp_path: Path) -> Iterator[Film]:
    made = Film(tmp_path)
    order_rule(made.catalog, CAMERA, "main", RULE, START_US)
    yield made
    made.close()


@pytest.fixture
def sweeper(film: Film, machine: FakeMachine) -> Sweeper:
    return Sweeper(film.catalog, lambda: [film.store], machine)


def run(sweeper: Sweeper) -> list[int]:
    now_us = sweeper.look_at_clock()
    return [number for swept in sweeper.pass_over(now_us) for one in swept.deletions for number in one.numbers]


def test_rows_and_files_go_when_they_are_due(film: Film, sweeper: Sweeper, machine: FakeMachine) -> None:
    record = film.record(0)
    machine.pass_time(30 * DAY_S)
    assert run(sweeper) == []
    machine.pass_time(3 + SLACK_S)
    assert run(sweeper) == [record.number]
    assert list(film.store.numbers()) == []
    assert film.catalog.garbage() == []


def test_it_takes_more_than_a_bite(
    film: Film, sweeper: Sweeper, machine: FakeMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "BITE", 2)
    records = [film.record(3 * n) for n in range(5)]
    machine.pass_time(31 * DAY_S)
    assert run(sweeper) == [record.number for record in records]


def test_without_a_disk_no_row_is_touched(film: Film, machine: FakeMachine) -> None:
    film.record(0)

    def away() -> list[StoreDirectory]:
        raise Unavailable("store.absent", "away")

    sweeper = Sweeper(film.catalog, away, machine)
    machine.pass_time(31 * DAY_S)
    assert run(sweeper) == []
    assert film.catalog.garbage() == []


def test_a_stream_that_fails_is_told_and_the_others_go_on(
    film: Film, sweeper: Sweeper, machine: FakeMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_rule(film.catalog, OTHER, "main", RULE, START_US)
    film.record(0)
    other = film.record(0, camera=OTHER)
    machine.pass_time(31 * DAY_S)
    real = sweeper.bite

    def failing(camera: str, role: str, now_us: int) -> sweep.Swept:
        if camera == CAMERA:
            raise Corrupt("catalog.damaged", "damaged")
        return real(camera, role, now_us)

    monkeypatch.setattr(sweeper, "bite", failing)
    assert run(sweeper) == [other.number]
    assert "footage.overdue" in {fact.kind for fact in film.catalog.facts_after(0)}


def test_a_year_on_the_wall_clock_deletes_nothing_and_is_told_once(
    film: Film, sweeper: Sweeper, machine: FakeMachine
) -> None:
    film.record(0)
    machine.set_wall(365 * DAY_S)
    for _ in range(LOOKS_UNTIL_TOLD + 3):
        machine.pass_time(300)
        assert run(sweeper) == []
    assert [fact.kind for fact in film.catalog.facts_after(0)].count("clock.doubted") == 1


def test_what_a_wrong_clock_stamped_is_kept_for_its_true_time(
    film: Film, sweeper: Sweeper, machine: FakeMachine
) -> None:
    """The machine starts in the past, records, then a time server puts it right: the footage looks a year old."""
    sweeper.look_at_clock()
    film.record(0)
    machine.pass_time(60)
    machine.set_wall(365 * DAY_S)
    machine.kept = True
    assert run(sweeper) == []
    machine.pass_time(29 * DAY_S)
    assert run(sweeper) == []
    machine.pass_time(2 * DAY_S)
    assert len(run(sweeper)) == 1


def test_after_the_clock_is_confirmed_deletion_goes_on(film: Film, sweeper: Sweeper, machine: FakeMachine) -> None:
    film.record(0)
    machine.pass_time(10 * DAY_S)
    sweeper.look_at_clock()
    machine.reboot(off_s=25 * DAY_S)
    restarted = Sweeper(film.catalog, lambda: [film.store], machine)
    assert run(restarted) == []
    restarted.confirm_clock()
    assert len(run(restarted)) == 1


def test_room_is_made_of_the_oldest_that_may_go_and_of_nothing_else(
    film: Film, sweeper: Sweeper, machine: FakeMachine
) -> None:
    roomy = RetentionOrder(10 * DAY_S, None, True, (), "v1")
    order_rule(film.catalog, OTHER, "main", roomy, START_US)
    film.record(0)
    first, second = film.record(10, camera=OTHER), film.record(20, camera=OTHER)
    machine.pass_time(10 * DAY_S + 15 + SLACK_S)
    now_us = sweeper.look_at_clock()
    assert sweeper.make_room(now_us, 1) == first.file_bytes
    machine.pass_time(60)
    assert sweeper.make_room(sweeper.look_at_clock(), 10**9) == second.file_bytes
    assert sweeper.make_room(sweeper.look_at_clock(), 10**9) == 0
    assert len(list(film.store.numbers())) == 1


SEGMENT_S = 6 * HOUR_S
CAMERAS = [f"cam_{n:016d}" for n in range(3)]


class Decade:
    """Years of a small archive with everything that happens to archives; a model says what must be there."""

    def __init__(self, directory: Path, seed: int) -> None:
        self.random = random.Random(seed)
        self.machine = FakeMachine(START_US)
        self.truth_us = START_US
        self.film = Film(directory, ManualClock(START_US))
        self.sweeper = Sweeper(self.film.catalog, lambda: [self.film.store], self.machine)
        self.kept: dict[int, tuple[str, int, int, int, int]] = {}
        self.rules: dict[str, RetentionOrder] = {}
        self.holds: dict[str, Hold] = {}
        self.early: list[int] = []
        self.gone = 0
        self.numbers = itertools.count()
        self.run = self.film.catalog.add_run(CAMERAS[0], "main", START_US, VIDEO)
        self.now_us = START_US
        for camera in CAMERAS:
            self.order(camera)

    def order(self, camera: str) -> None:
        floor = self.random.choice([30, 30, 90])
        self.rules[camera] = RetentionOrder(
            floor * DAY_S, (floor + self.random.choice([0, 0, 15])) * DAY_S, False, ("imaginary-1 17",), "v1"
        )
        order_rule(self.film.catalog, camera, "main", self.rules[camera], self.now_us)

    def pass_time(self) -> None:
        self.machine.pass_time(SEGMENT_S)
        self.truth_us += SEGMENT_S * US_PER_S
        for camera in CAMERAS:
            start_us, end_us = self.truth_us - SEGMENT_S * US_PER_S, self.truth_us
            catalog = self.film.catalog
            number = catalog.open_segment(self.film.store.store_id, camera, "main", self.run, start_us, 0)
            record = SegmentRecord(
                number, self.film.store.store_id, camera, "main", self.run, start_us, end_us, 0, 1, 2, 1, 1, b"r" * 32
            )
            catalog.seal_segment(record, [])
            rule = self.rules[camera]
            assert rule.ceiling_s is not None
            self.kept[number] = (camera, start_us, end_us, rule.floor_s, rule.ceiling_s)

    def disturb(self) -> None:
        what = self.random.random()
        if what < 0.02:
            self.machine.set_wall(self.random.choice([-DAY_S, DAY_S, -HOUR_S, HOUR_S, 400 * DAY_S]))
        elif what < 0.06:
            self.machine.wall = self.truth_us
        elif what < 0.08:
            self.order(self.random.choice(CAMERAS))
        elif what < 0.10:
            name = f"hld_{next(self.numbers):016d}"
            start_us = self.truth_us - self.random.randrange(60 * DAY_S) * US_PER_S
            hold = Hold(name, self.random.choice(CAMERAS), max(0, start_us), start_us + 5 * DAY_S * US_PER_S)
            self.holds[name] = hold
            take_holds(self.film.catalog, [hold], self.truth_us)
        elif what < 0.12 and self.holds:
            name = self.random.choice(sorted(self.holds))
            hold = self.holds.pop(name)
            take_holds(
                self.film.catalog, [Hold(*(name, hold.camera, hold.start_us, hold.end_us, None, True))], self.truth_us
            )
        elif what < 0.14:
            self.film.reopen()
            self.sweeper = Sweeper(self.film.catalog, lambda: [self.film.store], self.machine)

    def held(self, camera: str, start_us: int, end_us: int) -> bool:
        return any(
            hold.camera == camera and hold.start_us < end_us and hold.end_us > start_us for hold in self.holds.values()
        )

    def sweep(self) -> None:
        for swept in self.sweeper.pass_over(self.sweeper.look_at_clock()):
            for number in (number for one in swept.deletions for number in one.numbers):
                camera, start_us, end_us, floor_s, _ = self.kept.pop(number)
                age_s = (self.truth_us - end_us) / US_PER_S
                if age_s < max(floor_s, self.rules[camera].floor_s) or self.held(camera, start_us, end_us):
                    self.early.append(number)
                self.gone += 1

    def overdue(self) -> list[int]:
        """What should be gone although the clock is right."""
        return [
            number
            for number, (camera, start_us, end_us, floor_s, ceiling_s) in self.kept.items()
            if self.truth_us - end_us > (max(floor_s, ceiling_s, self.rules[camera].floor_s) + HOUR_S) * US_PER_S
            and not self.held(camera, start_us, end_us)
        ]


@pytest.mark.parametrize("seed", [1, 2])
def test_a_year_of_faults_deletes_nothing_early_and_leaves_nothing_overdue(tmp_path: Path, seed: int) -> None:
    """`python3 dev.py bench retention` runs the ten years."""
    decade = Decade(tmp_path, seed)
    try:
        for _ in range(365 * 4):
            decade.pass_time()
            decade.disturb()
            decade.sweep()
            if decade.machine.wall == decade.truth_us and not decade.sweeper.time.doubt_us:
                assert decade.overdue() == []
        assert decade.early == []
        assert decade.gone > 1_000
        everything = TimeRange(1, 1 << 60)
        left = {
            record.number for camera in CAMERAS for record in decade.film.catalog.segments(camera, "main", everything)
        }
        assert left == set(decade.kept)
        assert decade.film.catalog.coverage_faults() == []
    finally:
        decade.film.close()
