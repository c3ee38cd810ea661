"""`register.enter` and the frame of acts."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import transaction

from mingcha.base.errors import Conflict, Invalid
from mingcha.records.register.actions import SYSTEM, act, enter
from mingcha.records.register.models import Entry
from tests.support.office import AT, last_entry


@act("site.opened", "site.changed")
def do(**fields: object) -> None:
    enter(actor=SYSTEM, at=AT, **fields)  # type: ignore[arg-type]


def test_it_writes_what_was_said() -> None:
    do(subject="sit_0000000000000000", subject_name="东门", detail={"b": 1, "a": ["中"]}, law_version="sha256:1")
    entry = last_entry()
    assert (entry.act, entry.actor, entry.at) == ("site.opened", "system", AT)
    assert entry.detail == '{"a":["中"],"b":1}'
    assert entry.law_version == "sha256:1"


def test_it_refuses_outside_an_act() -> None:
    with transaction.atomic(), pytest.raises(RuntimeError, match="outside an act"):
        enter(actor=SYSTEM, at=AT)


def test_it_refuses_a_word_the_act_does_not_own() -> None:
    with pytest.raises(RuntimeError, match="may not enter"):
        do(word="camera.added")
    assert not Entry.objects.exists()


def test_an_unknown_word_is_refused_when_the_code_is_read() -> None:
    with pytest.raises(KeyError):
        act("site.blown_up")


def test_an_act_without_an_entry_is_rolled_back() -> None:
    @act("site.opened")
    def forgetful() -> None:
        Entry.objects.all().exists()

    with pytest.raises(RuntimeError, match="left no entry"):
        forgetful()


def test_a_failing_act_leaves_nothing() -> None:
    @act("site.opened")
    def failing() -> None:
        enter(actor=SYSTEM, at=AT)
        raise Conflict("x.y", "no")

    with pytest.raises(Conflict):
        failing()
    assert not Entry.objects.exists()


def test_acts_do_not_nest(django_db_blocker: object) -> None:
    @act("site.opened")
    def outer() -> None:
        do()

    with pytest.raises(RuntimeError, match="durable"):
        outer()
    assert not Entry.objects.exists()


def test_it_refuses_a_naive_instant() -> None:
    @act("site.opened")
    def naive() -> None:
        enter(actor=SYSTEM, at=datetime(2026, 1, 1))  # noqa: DTZ001

    with pytest.raises(RuntimeError, match="aware"):
        naive()


def test_it_refuses_detail_that_is_not_plain() -> None:
    with pytest.raises(Invalid):
        do(detail={"x": object()})


def test_everything_an_entry_is_about_stands_in_it_once() -> None:
    do(subject="sit_0000000000000000", refs=["cam_0000000000000000", "cam_0000000000000000"])
    assert last_entry().refs == ["cam_0000000000000000", "sit_0000000000000000"]


@act("site.opened", of_acts=True)
def do_many(words: list[str], *, fails: bool = False) -> int:
    """Some acts as steps; those that fail are passed over."""
    done = 0
    for word in words:
        try:
            do(word=word)
            done += 1
        except RuntimeError:
            continue
    enter(actor=SYSTEM, at=AT)
    if fails:
        raise Conflict("x.y", "no")
    return done


def test_an_act_made_of_acts_lets_each_speak_its_own_words() -> None:
    assert do_many(["site.changed", "site.opened"]) == 2
    assert list(Entry.objects.order_by("id").values_list("act", flat=True)) == [
        *("site.changed", "site.opened", "site.opened")
    ]


def test_a_step_that_fails_is_undone_alone() -> None:
    assert do_many(["camera.added", "site.changed"]) == 1
    assert Entry.objects.count() == 2


def test_steps_fall_with_the_act_they_belong_to() -> None:
    with pytest.raises(Conflict):
        do_many(["site.changed"], fails=True)
    assert not Entry.objects.exists()


class _Undone(Exception):
    pass


@act("site.opened", of_acts=True, rehearses=True)
def rehearse(*, ends: bool) -> None:
    do(word="site.changed")
    assert not Entry.objects.exists()
    if ends:
        raise _Undone


def test_a_rehearsal_writes_nothing_and_must_undo_itself() -> None:
    with pytest.raises(_Undone):
        rehearse(ends=True)
    with pytest.raises(RuntimeError, match="did not undo"):
        rehearse(ends=False)
    assert not Entry.objects.exists()
