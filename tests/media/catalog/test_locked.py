"""Another program holds the database: writes say so soon, lose nothing, and readers never stand in the way."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mingcha.base.errors import Unavailable
from mingcha.media.catalog import CatalogReader
from tests.media.catalog.film import CAMERA, START_US, Film
from tests.media.catalog.test_segments import seconds


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Somebody with a database tool and an open transaction."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()


def test_a_locked_catalog_says_so_and_takes_the_change_later(film: Film) -> None:
    segment, _, _ = film.begin()
    with held(film.catalog.path):
        with pytest.raises(Unavailable) as caught:
            film.catalog.open_gap(CAMERA, "main", START_US, "camera_lost")
        assert caught.value.code == "catalog.locked"
        with pytest.raises(Unavailable), film.catalog.transaction():
            pytest.fail("the block must not be entered")
        assert film.catalog.gaps([CAMERA], seconds(0, 1)) == {CAMERA: []}
    film.catalog.open_gap(CAMERA, "main", START_US, "camera_lost")
    assert len(film.catalog.gaps([CAMERA], seconds(0, 1))[CAMERA]) == 1
    segment.abandon()


def test_a_reader_in_the_middle_of_a_question_does_not_stop_the_writer(film: Film) -> None:
    film.record(0)
    with film.catalog.reading() as connection:
        connection.execute("BEGIN")
        before = connection.execute("SELECT count(*) FROM segment").fetchone()
        film.record(10)
        assert connection.execute("SELECT count(*) FROM segment").fetchone() == before
        connection.execute("COMMIT")
    assert len(film.catalog.segments(CAMERA, "main", seconds(0, 99))) == 2


def test_a_change_is_seen_by_readers_once_it_is_committed(film: Film) -> None:
    other = CatalogReader(film.catalog.path)
    with film.catalog.transaction():
        film.catalog.open_gap(CAMERA, "main", START_US, "camera_lost")
        assert other.gaps([CAMERA], seconds(0, 1)) == {CAMERA: []}
    assert len(other.gaps([CAMERA], seconds(0, 1))[CAMERA]) == 1
    other.close()


def test_questions_may_come_from_many_threads(film: Film) -> None:
    film.record(0)
    answers: list[int] = []

    def ask() -> None:
        for _ in range(20):
            answers.append(len(film.catalog.segments(CAMERA, "main", seconds(0, 99))))

    threads = [threading.Thread(target=ask) for _ in range(12)]
    for thread in threads:
        thread.start()
    for n in range(5):
        film.record(10 + 3 * n)
    for thread in threads:
        thread.join()
    assert len(answers) == 240
    assert set(answers) <= set(range(1, 7))
