"""The register as a page."""

from __future__ import annotations

import json

import pytest
from django.utils.translation import override

from mingcha.records.accounts.models import Person
from mingcha.records.inventory.actions import change_camera
from mingcha.records.inventory.models import Camera
from mingcha.records.register import queries
from mingcha.records.register.actions import SYSTEM, act, enter
from mingcha.records.register.models import AnchorStretch, Entry
from mingcha.web.pages import book
from mingcha.web.pages.detail import readable
from tests.support.office import AT, LATER, browser, draft


def read(**detail: object) -> dict[str, str]:
    with override("en"):
        return dict(readable(Entry(at=AT, act="gap.closed", detail=json.dumps(detail))))


def test_the_recorders_words_are_put_into_sentences() -> None:
    facts = read(role="main", start_us=1_795_000_000_000_000, reason="camera_lost", state="lost", error_us=-1_500_000)
    assert facts == {
        "Reason": "The connection to the camera ended.",
        "From": "2026-11-18 19:06:40",
        "State": "Lost",
        "Stream": "Main stream",
        "Difference": "-1.500 s",
    }


def test_lists_flags_and_unknown_keys_are_shown_plainly() -> None:
    facts = read(
        files=[{"name": "a.mp4"}, {"name": "b.mp4"}], credentials_given=True, one_time=False, odd=5, grant="grt_x"
    )
    assert facts == {"Files": "a.mp4, b.mp4", "New password of the camera": "yes", "odd": "5"}


def test_long_lists_of_recordings_show_their_ends() -> None:
    at_us = 1_795_000_000_000_000
    facts = read(numbers=[[n, n] for n in range(1, 9)], stretches=[[at_us, at_us + 60_000_000]], bytes=3_000_000)
    assert facts["Numbers of recordings"] == "1, 2, 3, 4, … 8"
    assert facts["Stretches"] == "2026-11-18 19:06:40 – 2026-11-18 19:07:40"
    assert facts["Bytes"].replace("\xa0", " ") == "2.9 MB"
    assert read(numbers=[[5, 9]])["Numbers of recordings"] == "5–9"


def test_the_state_of_a_disk_is_put_into_words() -> None:
    facts = read(state="store.absent", was="ok", path="/mnt/b", store="sto_x")
    assert facts["State"].startswith("The disk is not there.")
    assert (facts["State before"], facts["Directory"]) == ("In order", "/mnt/b")


def test_codes_files_and_words_of_the_register_are_put_into_words() -> None:
    facts = read(
        type="duty_rules",
        about="东院",
        size_bytes=2048,
        before="building",
        state="accepted",
        verdict="not_judged",
        purpose="public_security",
        reasons=["must_have"],
        attempt="camera.added",
        plan={"file": "fil_x", "name": "gate.png", "sha256": "ab12"},
    )
    assert facts["Plan"] == "gate.png · SHA-256 ab12"
    assert facts["Size"].replace("\xa0", " ") == "2.0 KB"
    assert (facts["State before"], facts["State"]) == ("Under construction", "Accepted")
    codes = {"duty_rules", "not_judged", "public_security", "must_have", "camera.added"}
    assert not codes & set(facts.values())
    assert not {"type", "about", "purpose", "reasons", "attempt"} & set(facts)


def test_a_change_shows_only_what_became_different(manager: Person, camera: Camera) -> None:
    given = draft(name="东大门", sub_url="rtsp://10.0.0.2:554/sub", username="admin", password="s3cret")
    change_camera(camera=camera, draft=given, actor=manager, at=LATER)
    client = browser(manager)
    client.cookies["mingcha_language"] = "en"
    html = client.get("/register/", {"act": "camera.changed"}).text
    assert "Name: 东门 → 东大门" in html
    assert "Main stream" not in html.partition("timeline-list")[2]


@pytest.fixture
def long_book() -> None:
    @act("recorder.started")
    def many() -> None:
        for _ in range(book.PAGE + 5):
            enter(actor=SYSTEM, at=AT)

    many()


def test_it_pages_backwards_and_to_the_newest(long_book: None, manager: Person) -> None:
    client = browser(manager)
    first = client.get("/register/", {"act": "recorder.started"})
    assert len(first.context["lines"]) == book.PAGE
    assert first.context["count"].number == book.PAGE + 5
    older = client.get(f"/register/?{first.context['older']}")
    assert len(older.context["lines"]) == 5
    assert older.context["older"] == ""
    assert older.context["query"] == "act=recorder.started"
    newer = client.get(f"/register/?{older.context['newer']}")
    assert [line.entry.pk for line in newer.context["lines"]] == [line.entry.pk for line in first.context["lines"]]


@pytest.mark.parametrize(
    "query",
    [
        "act=nonsense",
        "person=x",
        "camera=y",
        "since=yesterday",
        "until=0001-01-01",
        "before=-1",
        "before=x",
        "after=1.",
    ],
)
def test_a_filter_that_cannot_be_read_finds_nothing_and_says_so(manager: Person, query: str) -> None:
    response = browser(manager).get(f"/register/?{query}")
    assert response.status_code == 200
    assert response.context["lines"] == []
    assert response.context["form"].errors or response.context["problem"]


def test_a_person_or_camera_may_be_given_by_name(manager: Person, guard: Person, camera: Camera) -> None:
    client = browser(manager)
    assert {line.entry.subject for line in client.get("/register/?person=王芳").context["lines"]} == {guard.public_id}
    assert client.get("/register/?camera=东门").context["lines"]
    assert client.get(f"/register/?camera={camera.site.public_id}").context["lines"]
    shown = client.get(f"/register/?camera={camera.public_id}")
    assert shown.context["form"]["camera"].value() == "东门"


def test_of_two_with_one_name_neither_is_guessed(manager: Person, guard: Person) -> None:
    Person.objects.filter(pk=guard.pk).update(name=manager.name)
    assert browser(manager).get(f"/register/?person={manager.name}").context["form"].errors


def test_too_many_names_are_told(manager: Person, guard: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "NAMES_LIMIT", 0)
    response = browser(manager).get("/register/?text=王")
    assert response.context["lines"] == []
    assert response.context["problem"]


def test_one_entry_in_full(manager: Person, camera: Camera) -> None:
    entry = Entry.objects.get(act="camera.added")
    client = browser(manager)
    client.cookies["mingcha_language"] = "en"
    response = client.get(f"/register/{entry.pk}/")
    assert entry.digest in response.text
    assert "not yet anchored" in response.text
    assert "/law/cn-2025-799/13/" in response.text
    assert entry.law_version in response.text
    assert camera.public_id in response.text
    AnchorStretch.objects.create(first_entry=1, last_entry=entry.pk, root="0" * 64, log_index=7, at=AT)
    assert "anchored at ledger entry 7, stretch 1" in client.get(f"/register/{entry.pk}/").text


def test_an_entry_that_is_not_there_is_a_page_of_its_own(manager: Person, guard: Person) -> None:
    assert browser(manager).get("/register/999999/").status_code == 404
    assert browser(manager).get(f"/register/{10**25}/").status_code == 404
    assert browser(guard).get("/register/1/").status_code == 403


def test_long_names_and_marks_are_shown_as_they_are(manager: Person) -> None:
    @act("site.opened")
    def opened() -> None:
        enter(actor=SYSTEM, at=AT, subject_name="<b>" + "长" * 200)

    opened()
    html = browser(manager).get("/register/").text
    assert "&lt;b&gt;" + "长" * 200 in html


def test_days_are_the_readers_days(manager: Person, camera: Camera) -> None:
    """The entries are of noon in Shanghai on the 21st."""
    client = browser(manager)
    assert client.get("/register/?since=2026-11-21&until=2026-11-21").context["lines"]
    assert not client.get("/register/?since=2026-11-22").context["lines"]
    assert not client.get("/register/?until=2026-11-20").context["lines"]
