"""Stretches of the register: their roots, their places, and that a changed entry is noticed."""

from __future__ import annotations

import hashlib

import pytest
from django.db import connection

from mingcha.records.register.actions import SYSTEM, act, enter
from mingcha.records.register.anchoring import (
    anchor_of,
    anchored_through,
    leaves_in,
    next_stretch,
    note_anchored,
    root_of,
)
from mingcha.records.register.models import AnchorStretch, Entry
from tests.support.office import AT


@act("site.opened")
def opened(name: str) -> None:
    enter(actor=SYSTEM, at=AT, subject="sit_0000000000000000", subject_name=name)


def leaf(entry: Entry) -> bytes:
    return hashlib.sha256(b"\x00" + entry.as_canonical().encode()).digest()


def detail(index: int = 4, **changes: object) -> dict[str, object]:
    stretch = next_stretch()
    assert stretch is not None
    return {"first": stretch.first, "last": stretch.last, "root": stretch.root, "index": index, **changes}


def test_the_root_is_that_of_rfc_6962_over_the_canonical_texts() -> None:
    for name in "甲乙丙":
        opened(name)
    one, two, three = Entry.objects.order_by("pk")
    pair = hashlib.sha256(b"\x01" + leaf(one) + leaf(two)).digest()
    stretch = next_stretch()
    assert stretch is not None
    assert (stretch.first, stretch.last) == (one.pk, three.pk)
    assert stretch.root == hashlib.sha256(b"\x01" + pair + leaf(three)).hexdigest()


def test_stretches_follow_one_another() -> None:
    assert next_stretch() is None
    for name in "甲乙丙":
        opened(name)
    first = next_stretch(2)
    assert first is not None
    assert first.is_full
    note_anchored({"first": first.first, "last": first.last, "root": first.root, "index": 0}, AT)
    second = next_stretch(2)
    assert second is not None
    assert (second.first, second.is_full) == (first.last + 1, False)


def test_an_entry_knows_its_place() -> None:
    opened("甲")
    entry = Entry.objects.get()
    assert anchor_of(entry) is None
    placed = note_anchored(detail(), AT)
    assert anchor_of(entry) == placed
    opened("乙")
    assert anchor_of(Entry.objects.get(subject_name="乙")) is None


def test_a_place_is_kept_once_and_a_second_place_beside_it() -> None:
    opened("甲")
    told = detail()
    assert note_anchored(told, AT) == note_anchored(told, AT)
    note_anchored({**told, "index": 9}, AT)
    assert AnchorStretch.objects.count() == 2
    found = anchor_of(Entry.objects.get())
    assert found is not None
    assert found.log_index == 4


@pytest.mark.parametrize(
    "damage",
    [{"first": 0}, {"first": "1"}, {"last": 0}, {"root": "ab"}, {"root": None}, {"index": -1}, {"index": None}],
)
def test_what_is_damaged_is_left_out(damage: dict[str, object]) -> None:
    opened("甲")
    assert note_anchored({**detail(), **damage}, AT) is None
    assert anchored_through() == 0


@pytest.mark.parametrize("statement", ["UPDATE register_entry SET subject_name = '丁' WHERE subject_name = '乙'",
                                       "DELETE FROM register_entry WHERE subject_name = '乙'"])  # fmt: skip
def test_an_entry_changed_behind_the_books_back_is_noticed(statement: str) -> None:
    for name in "甲乙丙":
        opened(name)
    stretch = note_anchored(detail(), AT)
    assert stretch is not None
    assert root_of(leaves_in(stretch.first_entry, stretch.last_entry)) == stretch.root
    opened("后来的")
    assert root_of(leaves_in(stretch.first_entry, stretch.last_entry)) == stretch.root
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER register_entry_no_update")
        cursor.execute("DROP TRIGGER register_entry_no_delete")
        cursor.execute(statement)
    assert root_of(leaves_in(stretch.first_entry, stretch.last_entry)) != stretch.root
