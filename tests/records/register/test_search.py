"""Finding entries, and reading them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils.translation import override

from mingcha.records.accounts.models import Person
from mingcha.records.inventory.models import Camera
from mingcha.records.register.acts import ACTS
from mingcha.records.register.models import Entry
from mingcha.records.register.queries import Search, entries, sentence, title
from mingcha.records.viewing.actions import open_live
from tests.support.office import AT, LATER, asker


def found(**fields: object) -> list[str]:
    return [entry.act for entry in entries(Search(**fields))]  # type: ignore[arg-type]


def test_by_person_by_camera_and_by_both(manager: Person, guard: Person, camera: Camera) -> None:
    open_live(asker=asker(guard), cameras=[camera], at=LATER)
    assert found(ref=camera.public_id) == ["viewing.live_opened", "camera.added"]
    assert found(ref=guard.public_id, also_ref=camera.public_id) == ["viewing.live_opened"]
    assert found(ref=manager.public_id, also_ref=camera.public_id) == ["camera.added"]


def test_by_act_and_by_area(camera: Camera) -> None:
    assert found(act="camera.added") == ["camera.added"]
    assert set(found(act="person.")) == {"person.created", "person.password_set"}


def test_by_time_the_end_is_not_included(camera: Camera) -> None:
    assert found(since=AT, until=AT) == []
    assert found(since=AT, until=AT + timedelta(seconds=1))
    assert found(since=LATER) == []


def test_pages_go_back_by_id(camera: Camera) -> None:
    newest = Entry.objects.order_by("-id")[0]
    assert [entry.pk for entry in entries(Search(before_id=newest.pk))] == [
        *Entry.objects.filter(pk__lt=newest.pk).order_by("-id").values_list("pk", flat=True)
    ]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("word", sorted(ACTS))
def test_every_act_reads_as_a_sentence_in_both_languages(word: str, language: str) -> None:
    entry = Entry(at=AT, act=word, actor="system", subject_name="东门", detail="{}")
    with override(language):
        text = sentence(entry)
        assert title(word)
    assert "%(" not in text
    assert text.endswith("。" if language == "zh-hans" else ".")


def test_a_word_from_the_future_is_shown_as_it_is() -> None:
    assert title("meteor.fell") == "meteor.fell"
