"""kill -9 before every single step of a move: each segment is somewhere, whole, and once; nothing was deleted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mingcha.media.catalog.check import Depth, check
from mingcha.media.catalog.moving import change_over, stock_faults, surplus
from mingcha.media.catalog.reconcile import find_astray
from mingcha.media.catalog.removal import collect_garbage
from mingcha.media.retention.relocation import copy_segment, is_whole
from mingcha.media.store.directory import StoreDirectory
from mingcha.media.store.relocation import CopyTarget
from tests.media.catalog.crashes import die_in
from tests.media.catalog.film import START_US, Film

RECORDS = 1


def other_of(film: Film) -> StoreDirectory:
    return StoreDirectory.open(film.path / "other", None, reserve_bytes=0)


def moving(film: Film, say: Callable[[str], None]) -> None:
    """As the recorder does it: from the first store to the other one."""
    with other_of(film) as other:
        move_all(film, other, say)


def move_all(film: Film, other: StoreDirectory, say: Callable[[str], None]) -> None:
    with CopyTarget(other.path, other.store_id) as target:
        for record in film.catalog.segments_after(0, RECORDS):
            if record.store != film.store.store_id:
                continue
            copied = copy_segment(record, film.store, target, lambda size: None)
            other.take_in(record.number, copied.made_in)
            assert change_over(film.catalog, [record], other.store_id, START_US) == [record.number]
            collect_garbage(film.catalog, film.store)
            say(f"moved:{record.number}")


def put_in_order(film: Film, other: StoreDirectory) -> None:
    """As the recorder does it after a start."""
    here = {store.store_id: store for store in (film.store, other)}
    for store in here.values():
        store.discard_copies()
        collect_garbage(film.catalog, store)
    for store in here.values():
        astray = find_astray(film.catalog, store, here)
        surplus(film.catalog, store.store_id, [*astray.surplus, *astray.returned], START_US)
        whole = [record for record in astray.moved if is_whole(store, record)]
        change_over(film.catalog, whole, store.store_id, START_US)
        collect_garbage(film.catalog, store)


def test_it_may_die_before_any_step(tmp_path: Path) -> None:
    step, deaths = 0, 0
    while True:
        step += 1
        directory = tmp_path / str(step)
        film = Film(directory)
        StoreDirectory.create(directory / "other", film.clock, reserve_bytes=0).close()
        numbers = [film.record(3 * n).number for n in range(RECORDS)]
        film.close()
        died, said = die_in(moving, directory, step)
        film = Film(directory)
        with other_of(film) as other:
            film.catalog.add_store(other.store_id)
            put_in_order(film, other)
            found = film.catalog.segments_after(0, 9)
            assert [record.number for record in found] == numbers
            moved = {f"moved:{record.number}" for record in found if record.store == other.store_id}
            assert set(said) <= moved
            for store in (film.store, other):
                assert check(film.catalog, store, Depth.HASHES).is_clean, step
            assert film.catalog.garbage() == []
            assert stock_faults(film.catalog) == []
            assert not film.catalog.facts_after(0)
            move_all(film, other, lambda word: None)  # and it can be taken up again
            assert check(film.catalog, other, Depth.HASHES).is_clean
        film.close()
        if not died:
            break
        deaths += 1
    assert deaths > 15
