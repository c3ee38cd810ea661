"""Sweeps over real catalogs and files, with clocks that go wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mingcha.base.clock import US_PER_S
from mingcha.base.errors import Corrupt, Unavailable
from mingcha.media.catalog.holds import hear_holds
from mingcha.media.catalog.keeping import order_rule
from mingcha.media.catalog.restore import restore
from mingcha.media.retention import sweep
from mingcha.media.retention.sweep import LOOKS_UNTIL_TOLD, OFFICE_PATIENCE_US, Sweeper
from mingcha.media.retention.trusted_time import SLACK_US
from mingcha.media.store.directory import StoreDirectory
from mingcha.wire.plan import RetentionOrder
from tests.media.catalog.film import CAMERA, OTHER, START_US, Film
from tests.media.catalog.test_restore import Book
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


def lose_catalog(film: Film) -> None:
    book = Book()
    book.feed(film)
    film.new_catalog()
    restore(film.catalog, [film.store], book, at_us=film.clock.wall_us())


def test_a_catalog_made_again_waits_for_the_holds_of_the_office(
    film: Film, sweeper: Sweeper, machine: FakeMachine
) -> None:
    record = film.record(0)
    machine.pass_time(31 * DAY_S)
    sweeper.look_at_clock()
    lose_catalog(film)
    after = Sweeper(film.catalog, lambda: [film.store], machine)
    assert run(after) == []
    assert after.make_room(after.look_at_clock(), 1) == 0
    hear_holds(film.catalog)
    assert run(after) == [record.number]


def test_it_does_not_wait_for_ever(film: Film, sweeper: Sweeper, machine: FakeMachine) -> None:
    record = film.record(0)
    machine.pass_time(31 * DAY_S)
    sweeper.look_at_clock()
    lose_catalog(film)
    after = Sweeper(film.catalog, lambda: [film.store], machine)
    assert run(after) == []
    machine.pass_time(OFFICE_PATIENCE_US // US_PER_S - 1)
    assert run(after) == []
    machine.pass_time(1)
    assert run(after) == [record.number]


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
