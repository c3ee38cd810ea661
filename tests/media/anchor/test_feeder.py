"""The ledger gets each entry exactly once, whatever breaks between it and the catalog."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from mingcha.base.errors import Corrupt
from mingcha.base.suites import SHA256_ED25519
from mingcha.ledger.log import Log
from mingcha.ledger.notes import Signer
from mingcha.media.anchor import feeder
from mingcha.media.anchor.feeder import Change, Feeder, open_ledger
from mingcha.media.catalog.leaves import add_leaf
from tests.media.catalog.film import CAMERA, Film

KEY = SHA256_ED25519.generate()


@pytest.fixture
def film(tmp_path: Path) -> Iterator[Film]:
    made = Film(tmp_path)
    yield made
    made.close()


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Log]:
    opened = open_ledger(tmp_path / "ledger", lambda origin: Signer(origin, KEY))
    yield opened
    opened.close()


def made(film: Film, ledger: Log) -> Feeder:
    def at_once(change: Change) -> None:
        change(film.catalog)

    return Feeder(film.catalog, ledger, at_once)


def kinds(ledger: Log) -> list[str]:
    return [json.loads(entry)["kind"] for entry in ledger.reader().entries(0, ledger.size)]


def places(film: Film) -> dict[int, int | None]:
    with film.catalog.reading() as reader:
        return dict(reader.execute("SELECT number, leaf FROM segment").fetchall())


def test_segments_and_gaps_are_entered_and_told_their_places(film: Film, ledger: Log) -> None:
    first, second = film.record(0), film.record(10)
    film.catalog.add_gap(CAMERA, "main", first.end_us, second.start_us, "camera_lost")
    assert made(film, ledger).feed() == 3
    assert kinds(ledger) == ["segment", "segment", "gap"]
    assert places(film) == {first.number: 0, second.number: 1}
    assert made(film, ledger).feed() == 0
    entry = json.loads(ledger.reader().entry(1))
    assert (entry["root"], entry["number"], entry["camera"]) == (second.root.hex(), second.number, CAMERA)


def test_batches_follow_each_other(film: Film, ledger: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeder, "BATCH", 2)
    records = [film.record(3 * n) for n in range(5)]
    feeding = made(film, ledger)
    assert [feeding.feed() for _ in range(4)] == [2, 2, 1, 0]
    assert places(film) == {record.number: n for n, record in enumerate(records)}


def test_a_crash_between_ledger_and_catalog_doubles_nothing(film: Film, ledger: Log) -> None:
    film.record(0)

    def dies(change: Change) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Feeder(film.catalog, ledger, dies).feed()
    assert ledger.size == 1
    film.record(10)
    feeding = made(film, ledger)
    assert [feeding.feed(), feeding.feed(), feeding.feed()] == [1, 1, 0]
    assert kinds(ledger) == ["segment", "segment"]
    assert sorted(str(place) for place in places(film).values()) == ["0", "1"]


def test_a_ledger_shorter_than_the_catalog_knows_is_refused(film: Film, ledger: Log, tmp_path: Path) -> None:
    film.record(0)
    made(film, ledger).feed()
    other = open_ledger(tmp_path / "other", lambda origin: Signer(origin, KEY))
    with pytest.raises(Corrupt) as caught:
        made(film, other).feed()
    assert caught.value.code == "ledger.shorter"
    other.close()


def test_a_new_catalog_goes_on_where_the_ledger_is(film: Film, ledger: Log) -> None:
    film.record(0)
    made(film, ledger).feed()
    film.new_catalog()
    film._runs.clear()
    film.catalog.reserve_numbers(1)
    record = film.record(20)
    feeding = made(film, ledger)
    assert feeding.feed() == 1
    assert places(film) == {record.number: 1}
    assert ledger.size == 2


def test_the_log_keeps_its_origin(film: Film, tmp_path: Path) -> None:
    opened = open_ledger(tmp_path / "again", lambda origin: Signer(origin, KEY))
    origin = opened.origin
    opened.close()
    reopened = open_ledger(tmp_path / "again", lambda name: Signer(name, KEY))
    assert reopened.origin == origin
    assert origin.startswith("mingcha/nod_")
    reopened.close()


def test_the_office_is_told_where_its_register_is(film: Film, ledger: Log) -> None:
    film.record(0)
    with film.catalog.transaction() as connection:
        add_leaf(connection, "register", {"first": 1, "last": 9, "root": "ab", "at_us": 5})
    made(film, ledger).feed()
    (told,) = [fact for fact in film.catalog.facts_after(0) if fact.kind == "ledger.anchored"]
    assert told.detail == {"first": 1, "last": 9, "root": "ab", "index": 1}


def rotated(ledger: Log) -> None:
    ledger.change_key(Signer(ledger.origin, SHA256_ED25519.generate()), 5, "stolen laptop")


def test_entries_of_the_ledger_itself_are_passed_over_and_told(film: Film, ledger: Log) -> None:
    first = film.record(0)
    feeding = made(film, ledger)
    feeding.feed()
    rotated(ledger)
    second = film.record(10)
    assert [feeding.feed() for _ in range(3)] == [1, 1, 0]
    assert kinds(ledger) == ["segment", "key", "segment"]
    assert places(film) == {first.number: 0, second.number: 2}
    (told,) = [fact for fact in film.catalog.facts_after(0) if fact.kind == "ledger.key_changed"]
    assert (told.at_us, told.detail["index"], told.detail["reason"]) == (5, 1, "stolen laptop")
    assert told.detail["new"] == ledger.keys.signer.verifier.text


def test_a_crash_before_a_change_of_key_doubles_nothing(film: Film, ledger: Log) -> None:
    first = film.record(0)

    def dies(change: Change) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Feeder(film.catalog, ledger, dies).feed()
    rotated(ledger)
    second = film.record(10)
    feeding = made(film, ledger)
    assert [feeding.feed() for _ in range(4)] == [1, 1, 1, 0]
    assert kinds(ledger) == ["segment", "key", "segment"]
    assert places(film) == {first.number: 0, second.number: 2}
