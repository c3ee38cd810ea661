"""The outbox: rising without holes, told once, kept until confirmed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mingcha.base.errors import Invalid
from mingcha.wire.facts import Fact
from tests.media.catalog.film import CAMERA, START_US, Film


def fact(name: int) -> Fact:
    return Fact(f"fct_{name:016d}", "camera.state", START_US, CAMERA, {"state": "lost", "多": [1, None]})


def test_facts_are_numbered_in_order_and_come_back_whole(film: Film) -> None:
    assert [film.catalog.add_fact(fact(n)) for n in range(1, 4)] == [1, 2, 3]
    assert film.catalog.facts_after(0) == [replace(fact(n), sequence=n) for n in range(1, 4)]
    assert film.catalog.facts_after(1, limit=1) == [replace(fact(2), sequence=2)]
    assert film.catalog.facts_after(3) == []


def test_the_same_fact_is_told_once(film: Film) -> None:
    assert film.catalog.add_fact(fact(1)) == film.catalog.add_fact(fact(1)) == 1
    assert len(film.catalog.facts_after(0)) == 1


def test_confirmed_facts_go_and_their_numbers_do_not_come_back(film: Film) -> None:
    for n in range(1, 4):
        film.catalog.add_fact(fact(n))
    film.catalog.confirm_facts(2)
    film.catalog.confirm_facts(1)
    assert [item.sequence for item in film.catalog.facts_after(0)] == [3]
    assert film.catalog.confirmed_fact() == 2
    film.catalog.confirm_facts(3)
    film.reopen()
    assert film.catalog.add_fact(fact(9)) == 4


def test_a_rolled_back_fact_leaves_no_hole(film: Film) -> None:
    def change() -> None:
        with film.catalog.transaction():
            film.catalog.add_fact(fact(1))
            raise RuntimeError("the caller changed its mind")

    with pytest.raises(RuntimeError):
        change()
    assert film.catalog.add_fact(fact(2)) == 1


def test_what_was_never_told_cannot_be_confirmed(film: Film) -> None:
    film.catalog.add_fact(fact(1))
    with pytest.raises(Invalid):
        film.catalog.confirm_facts(2)
    assert len(film.catalog.facts_after(0)) == 1
