"""The recorder's disk side with a list of disks: taken up while it runs, emptied, given up; budgets and room."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mingcha.base.clock import US_PER_S
from mingcha.base.datadir import DataDir
from mingcha.media.catalog import Catalog
from mingcha.media.catalog.check import check
from mingcha.media.catalog.keeping import order_rule
from mingcha.media.catalog.moving import stock, stores
from mingcha.media.retention.sweep import Sweeper
from mingcha.media.run import mover as mover_module
from mingcha.media.run.mover import Mover
from mingcha.media.run.stocktaking import take_stock
from mingcha.media.run.writing import LOOK_AT_LIST_US, Writing
from mingcha.media.store.directory import Space, StoreDirectory
from mingcha.media.store.disks import DiskOrder, read_disks, with_state, write_disks
from mingcha.wire.plan import RetentionOrder
from tests.media.catalog.film import CAMERA, START_US, Film
from tests.media.retention.machine import FakeMachine

DAY_S = 86_400
FREE = RetentionOrder(10 * DAY_S, None, True, (), "v1")


class Side:
    """A writing side whose jobs are done at once, with two listed disks; `film` put six recordings on the first."""

    def __init__(self, root: Path) -> None:
        film = Film(root)
        order_rule(film.catalog, CAMERA, "main", FREE, START_US)
        self.records = [film.record(3 * n) for n in range(6)]
        self.clock, self.first = film.clock, film.store.store_id
        film.close()
        self.data = DataDir(root, root / "store")
        self.data.prepare()
        with StoreDirectory.create(root / "second", self.clock) as made:
            self.second = made.store_id
        self.writing = Writing(self.data, self.clock)
        self.mover = Mover(self.writing, self.clock, self.submit)

    def submit(self, change: Callable[[Catalog], Any]) -> Future[Any]:
        answer: Future[Any] = Future()
        answer.set_result(change(self.writing.catalog))
        return answer

    def list_both(self, **first: Any) -> None:
        orders = (
            replace(DiskOrder(self.first, self.data.store), **first),
            DiskOrder(self.second, self.data.root / "second"),
        )
        write_disks(self.data.root, orders)
        self.look()

    def look(self) -> None:
        self.clock.advance(2 * LOOK_AT_LIST_US)
        self.writing._idle()

    def held(self) -> dict[str, int]:
        return {row.store: row.segments for row in stock(self.writing.catalog)}

    def facts(self, kind: str) -> list[dict[str, Any]]:
        return [fact.detail for fact in self.writing.catalog.facts_after(0) if fact.kind == kind]

    def close(self) -> None:
        self.writing.pool.close()
        self.writing.catalog.close()


@pytest.fixture
def side(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Side]:
    monkeypatch.setattr(mover_module, "ROOM_BYTES", 0)
    made = Side(tmp_path)
    yield made
    made.close()


def test_without_a_list_there_is_the_one_disk_of_the_settings(side: Side) -> None:
    assert [disk.store_id for disk in side.writing.pool.disks] == [side.first]
    assert side.mover.step() == 0


def test_a_disk_is_taken_up_while_the_recorder_runs_and_told(side: Side) -> None:
    side.list_both()
    assert [(disk.store_id, disk.state) for disk in side.writing.pool.disks] == [
        (side.first, "ok"),
        (side.second, "ok"),
    ]
    assert [disk["store"] for disk in side.facts("storage.changed")[0]["disks"]] == [side.first, side.second]


def test_a_list_that_cannot_be_understood_changes_nothing(side: Side) -> None:
    side.list_both()
    (side.data.root / "disks.json").write_text("{")
    side.look()
    assert len(side.writing.pool.disks) == 2


def test_a_disk_is_emptied_and_taken_out(side: Side) -> None:
    side.list_both(state="draining")
    assert side.mover.step() == 6
    assert side.held() == {side.second: 6}
    side.mover.step()  # nothing left: what was moved is told
    side.writing.thread._step()
    (told,) = side.facts("storage.moved")
    assert (told["segments"], told["source"], told["target"]) == (6, side.first, side.second)
    orders = read_disks(side.data.root, side.data.store)
    write_disks(side.data.root, orders[1:])
    side.look()
    assert [disk.store_id for disk in side.writing.pool.disks] == [side.second]
    assert side.facts("footage.deleted") == []
    with StoreDirectory.open(side.data.root / "second", None, write=False) as store:
        assert check(side.writing.catalog, store).is_clean


def test_a_fast_disk_that_fills_is_relieved_oldest_first(side: Side) -> None:
    side.list_both()
    write_disks(
        side.data.root,
        tuple(
            replace(order, tier="slow" if order.store == side.second else "fast")
            for order in read_disks(side.data.root, side.data.store)
        ),
    )
    side.look()
    first = side.writing.pool.of(side.first)
    assert first is not None
    size = side.records[0].file_bytes
    first.space = Space(100 * size, 19 * size, None, None)
    side.mover.step()
    moved = [record.number for record in side.records if _store(side, record.number) == side.second]
    assert moved[: len(moved)] == [record.number for record in side.records[: len(moved)]]
    assert len(moved) >= 6


def test_what_a_lost_disk_held_is_put_down_and_not_looked_for(side: Side) -> None:
    side.list_both()
    orders = read_disks(side.data.root, side.data.store)
    write_disks(side.data.root, with_state(orders, side.first, "lost"))
    side.look()
    side.mover.step()
    assert side.held() == {}
    assert [info.lost_us is not None for info in stores(side.writing.catalog)] == [True, False]
    assert sum(told["segments"] for told in side.facts("footage.lost")) == 6


def test_stock_is_told_to_the_office(side: Side) -> None:
    side.list_both()
    told = take_stock(side.writing, {CAMERA: 7}, START_US + DAY_S * US_PER_S)
    assert [(disk["store"], disk["segments"]) for disk in told["disks"]] == [(side.first, 6), (side.second, 0)]
    camera = told["cameras"][CAMERA]
    assert (camera["bytes"], camera["oldest_us"], camera["budget_bytes"]) == (
        sum(record.file_bytes for record in side.records),
        START_US,
        7,
    )
    assert [day[2] for day in camera["days"]] == [18 * US_PER_S]


def test_a_budget_takes_what_is_past_its_floor_and_nothing_else(side: Side) -> None:
    machine = FakeMachine(START_US)
    sweeper = Sweeper(side.writing.catalog, side.writing.pool.present, machine)
    assert sweeper.keep_budget(CAMERA, "main", START_US + 9 * DAY_S * US_PER_S, 1 << 40) == 0
    size = side.records[0].file_bytes
    freed = sweeper.keep_budget(CAMERA, "main", START_US + 11 * DAY_S * US_PER_S, 2 * size - 5)
    assert freed >= 2 * size - 5
    assert side.held() == {side.first: 4}
    assert {told["cause"] for told in side.facts("footage.deleted")} == {"budget"}


def test_what_goes_for_a_budget_shares_certificates(side: Side) -> None:
    sweeper = Sweeper(side.writing.catalog, side.writing.pool.present, FakeMachine(START_US))
    sweeper.keep_budget(CAMERA, "main", START_US + 11 * DAY_S * US_PER_S, 5 * side.records[0].file_bytes)
    assert [told["segments"] for told in side.facts("footage.deleted")] == [1, 4]


def test_room_is_made_on_the_disk_that_is_asked_for(side: Side) -> None:
    side.list_both()
    sweeper = Sweeper(side.writing.catalog, side.writing.pool.present, FakeMachine(START_US))
    later = START_US + 11 * DAY_S * US_PER_S
    assert sweeper.make_room(later, 1, on=[side.second]) == 0
    assert sweeper.make_room(later, 1, on=[side.first]) > 0


def _store(side: Side, number: int) -> str:
    record = side.writing.catalog.segment(number)
    assert record is not None
    return record.store
