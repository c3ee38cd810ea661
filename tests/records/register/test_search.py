"""Finding entries, and reading them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils.translation import override

from mingcha.base.errors import Invalid, NotAllowed
from mingcha.records.accounts.models import Person
from mingcha.records.inventory.models import Camera
from mingcha.records.register import queries
from mingcha.records.register.actions import SYSTEM, FixedActor, act, enter
from mingcha.records.register.acts import ACTS
from mingcha.records.register.models import Entry
from mingcha.records.register.queries import Count, Place, Search, count, entry_for, every, find
from mingcha.records.register.sentences import sentence, title
from mingcha.records.viewing.actions import close_viewing, open_live
from tests.support.office import AT, LATER, asker


def found(**fields: object) -> list[str]:
    return [entry.act for entry in find(Search(**fields), limit=100).entries]  # type: ignore[arg-type]


def numbers(search: Search) -> list[int]:
    return [entry.pk for entry in find(search, limit=100).entries]


@act("recorder.started", "site.opened")
def many(how_many: int, *, seconds: int = 1, name: str = "", word: str = "", ref: str = "") -> None:
    for number in range(how_many):
        at = AT + timedelta(seconds=seconds * number)
        enter(actor=SYSTEM, at=at, subject=ref, subject_name=name, word=word)


def test_by_person_by_camera_and_by_both(manager: Person, guard: Person, camera: Camera) -> None:
    viewing = open_live(asker=asker(guard), cameras=[camera], at=LATER)
    assert found(ref=camera.public_id) == ["viewing.live_opened", "camera.added"]
    assert found(ref=guard.public_id, also_ref=camera.public_id) == ["viewing.live_opened"]
    assert found(ref=manager.public_id, also_ref=camera.public_id) == ["camera.added"]
    assert found(ref=manager.public_id, also_ref=viewing.public_id) == []
    assert found(ref=guard.public_id, also_ref=viewing.public_id) == ["viewing.live_opened"]


def test_by_viewing_and_act(guard: Person, camera: Camera) -> None:
    viewing = open_live(asker=asker(guard), cameras=[camera], at=LATER)
    close_viewing(viewing=viewing, actor=guard, at=LATER + timedelta(seconds=5))
    assert found(ref=viewing.public_id) == ["viewing.closed", "viewing.live_opened"]
    assert found(ref=viewing.public_id, act="viewing.closed") == ["viewing.closed"]
    assert found(ref=guard.public_id, also_ref=camera.public_id, act="viewing.closed") == ["viewing.closed"]
    assert found(ref=guard.public_id, act="viewing.", since=LATER + timedelta(seconds=1)) == ["viewing.closed"]


def test_by_act_and_by_area(camera: Camera) -> None:
    assert found(act="camera.added") == ["camera.added"]
    assert set(found(act="person.")) == {"person.created", "person.password_set"}
    assert found(act="nothing.of_this_kind") == []
    assert found(act="person.", words=("camera.added",)) == []


def test_by_any_of_some_words(camera: Camera) -> None:
    assert found(words=("camera.added", "site.opened"))[0] == "camera.added"
    assert set(found(words=("camera.added", "site.opened"))) == {"camera.added", "site.opened"}


def test_by_a_piece_of_a_name_whatever_its_width_or_case(guard: Person, camera: Camera) -> None:
    many(1, name="Ｅａｓｔ Gate、西门", word="site.opened")
    assert found(text="east  GATE") == ["site.opened"]
    assert found(text="西") == ["site.opened"]
    assert set(found(text="王")) == {"person.created", "person.password_set"}
    assert found(text="王", act="person.created") == ["person.created"]
    assert found(text="北门") == []
    assert found(text="%") == []
    open_live(asker=asker(guard), cameras=[camera], at=LATER)
    assert found(text="王", also_ref=camera.public_id) == ["viewing.live_opened"]


def test_an_entry_with_two_matching_names_is_found_and_counted_once() -> None:
    many(1, name="东门一、东门二", word="site.opened")
    assert found(text="东门") == ["site.opened"]
    assert count(Search(text="东门")) == Count(1, False)


def test_a_piece_that_too_many_names_hold_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "NAMES_LIMIT", 1)
    many(1, name="东门一、东门二", word="site.opened")
    with pytest.raises(Invalid, match="names"):
        found(text="东门")


def test_by_time_the_end_is_not_included(camera: Camera) -> None:
    assert found(since=AT, until=AT) == []
    assert found(since=AT, until=AT + timedelta(seconds=1))
    assert found(since=LATER) == []


def test_a_fact_that_came_late_stands_where_it_happened() -> None:
    many(2, seconds=60)
    many(1, word="site.opened")
    assert found() == ["recorder.started", "site.opened", "recorder.started"]


@pytest.mark.parametrize("search", [Search(), Search(act="recorder."), Search(text="店"), Search(ref="sit_1")])
def test_pages_go_back_and_forth_without_loss(search: Search) -> None:
    many(7, name="店", ref="sit_1")
    whole = numbers(search)
    first = find(search, limit=3)
    second = find(search, limit=3, before=first.older)
    third = find(search, limit=3, before=second.older)
    assert [e.pk for page in (first, second, third) for e in page.entries] == whole
    assert (first.newer, third.older) == (None, None)
    again = find(search, limit=3, after=third.newer)
    assert again.entries == second.entries
    assert find(search, limit=3, after=again.newer).entries == first.entries
    assert find(search, limit=3, after=again.newer).newer is None


def test_entries_of_the_same_instant_are_told_apart_by_number() -> None:
    many(5, seconds=0)
    first = find(Search(), limit=2)
    assert len({e.pk for e in (*first.entries, *find(Search(), limit=3, before=first.older).entries)}) == 5


def test_counting_stops_at_its_limit() -> None:
    many(5)
    assert count(Search(), limit=5) == Count(5, False)
    assert count(Search(), limit=4) == Count(4, True)
    assert count(Search(act="site.opened")) == Count(0, False)


def test_all_are_read_in_order_from_one_place_to_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "_BATCH", 2)
    many(7)
    read = list(every(Search()))
    assert [entry.pk for entry in read] == sorted(numbers(Search()))
    part = every(Search(), start=Place.of(read[2]), end=Place.of(read[4]))
    assert list(part) == read[2:5]


def test_a_search_up_to_a_number_finds_the_same_later() -> None:
    many(3)
    search = Search(up_to=queries.newest_number())
    before = numbers(search)
    many(2)
    assert numbers(search) == before
    assert count(search) == Count(3, False)
    assert len(numbers(replace(search, up_to=None))) == 5


@pytest.mark.parametrize("text", ["", "1", "1.", "a.b", "1.2.3", "9" * 30 + ".1"])
def test_a_place_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        Place.read(text)


def test_a_place_survives_its_address() -> None:
    assert Place.read(str(Place(-5, 7))) == Place(-5, 7)


@pytest.mark.parametrize("number", [0, 12, 1 << 80])
def test_a_number_that_is_not_in_the_book_is_told(number: int) -> None:
    with pytest.raises(NotAllowed, match="no entry"):
        entry_for(number)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("word", sorted(ACTS))
def test_every_act_reads_as_a_sentence_in_both_languages(word: str, language: str) -> None:
    entry = Entry(at=AT, act=word, actor="system", subject_name="东门", detail="{}")
    with override(language):
        text = sentence(entry)
        assert title(word)
    assert "%(" not in text
    assert text.endswith("。" if language == "zh-hans" else ".")


@pytest.mark.parametrize("command", ["footage.played", "footage.export_ordered"])
def test_what_was_done_on_the_node_reads_as_a_sentence(command: str) -> None:
    detail = f'{{"act":"{command}","operator":"root"}}'
    entry = Entry(at=AT, act="local.act", actor="recorder", subject_name="东门", detail=detail)
    with override("en"):
        assert sentence(entry).startswith("root ")
        assert "东门" in sentence(entry)


def test_a_word_from_the_future_is_shown_as_it_is() -> None:
    assert title("meteor.fell") == "meteor.fell"
    assert sentence(Entry(at=AT, act="meteor.fell", actor="system")) == "meteor.fell"


def test_names_of_fixed_actors_are_not_filed() -> None:
    @act("site.opened")
    def by_console() -> None:
        enter(actor=FixedActor("console", "Command line"), at=AT)

    by_console()
    assert found(text="command") == []
