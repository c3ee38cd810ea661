"""The register against a real ledger: what somebody changed behind the triggers is found there, and named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from mingcha.base.keys import ledger_key, make_keys
from mingcha.ledger.log import Keys, Log
from mingcha.ledger.notes import Signer
from mingcha.records.register.actions import SYSTEM, act, enter
from mingcha.records.register.anchoring import leaves_in, next_stretch, note_anchored, root_of
from mingcha.records.register.checking import Book, Checked, check_all, check_stretches
from mingcha.records.register.models import AnchorStretch, Entry
from tests.support.office import AT

TRIGGERS = ("register_entry_no_update", "register_entry_no_delete", "register_posting_no_delete")


@act("site.opened")
def opened(name: str) -> None:
    enter(actor=SYSTEM, at=AT, subject="sit_0000000000000000", subject_name=name)


class Anchored:
    """A register of nine entries, three in each of three stretches, in a ledger that holds other things too."""

    def __init__(self, data: Path) -> None:
        make_keys(data)
        self.data = data
        signer = Signer("mingcha/test", ledger_key(data))
        self.log = Log.create(data / "ledger", "mingcha/test", Keys(signer))
        self.put({"kind": "segment", "number": 1})
        for stretch in range(3):
            for n in range(3):
                opened(f"点位{stretch}{n}")
            self.anchor()

    def put(self, body: dict[str, Any]) -> int:
        text = json.dumps({"format": "mingcha.entry/1", **body}, sort_keys=True, separators=(",", ":"))
        return self.log.append([text.encode()]).start

    def anchor(self) -> None:
        stretch = next_stretch()
        assert stretch is not None
        told = {"first": stretch.first, "last": stretch.last, "root": stretch.root}
        index = self.put({"kind": "register", "at_us": 1, **told})
        assert note_anchored({**told, "index": index}, AT) is not None

    def book(self) -> Book:
        return Book(self.data / "ledger", self.data)

    def check(self) -> Checked:
        return check_all(self.book())

    def found(self) -> list[tuple[str, int, int]]:
        return [(one.code, one.first, one.last) for one in self.check().findings]


@pytest.fixture
def anchored(tmp_path: Path) -> Any:
    made = Anchored(tmp_path)
    yield made
    made.log.close()


def behind_the_triggers(statement: str, *values: object) -> None:
    """What somebody with the database in their hands can do."""
    with connection.cursor() as cursor:
        for trigger in TRIGGERS:
            cursor.execute(f"DROP TRIGGER IF EXISTS {trigger}")
        cursor.execute("DROP TRIGGER IF EXISTS register_anchorstretch_no_update")
        cursor.execute("DROP TRIGGER IF EXISTS register_anchorstretch_no_delete")
        cursor.execute(statement, values)


def number(name: str) -> int:
    return Entry.objects.get(subject_name=name).pk


def test_a_register_in_order_has_no_findings(anchored: Anchored) -> None:
    opened("还没有")
    done = anchored.check()
    assert (done.stretches, done.entries, done.waiting, done.findings) == (3, 9, 1, [])
    assert done.through == number("点位22")


def test_an_altered_entry_is_named(anchored: Anchored) -> None:
    victim = number("点位11")
    behind_the_triggers("UPDATE register_entry SET subject_name = '改过的' WHERE id = %s", victim)
    assert anchored.found() == [("entry.changed", victim, victim)]
    (finding,) = check_stretches(anchored.book(), AnchorStretch.objects.all()).findings
    assert (finding.code, finding.first) == ("entry.changed", victim)


def test_an_entry_taken_out_is_named(anchored: Anchored) -> None:
    victim = number("点位20")
    behind_the_triggers("DELETE FROM register_entry WHERE id = %s", victim)
    assert anchored.found() == [("entry.removed", victim, victim)]


def test_where_the_kept_hashes_were_changed_too_the_stretch_is_named(anchored: Anchored) -> None:
    victim = number("点位11")
    behind_the_triggers("UPDATE register_entry SET subject_name = '改过的' WHERE id = %s", victim)
    behind_the_triggers("UPDATE register_anchorstretch SET leaves = x'' WHERE first_entry <= %s", victim)
    assert anchored.found() == [("stretch.changed", number("点位10"), number("点位12"))]


def test_an_office_that_was_told_a_false_root_is_found_by_the_ledger(anchored: Anchored) -> None:
    """The entry, the kept hashes and the root that the office believes are changed to agree with each other."""
    victim, stretch = number("点位00"), AnchorStretch.objects.order_by("first_entry")[0]
    behind_the_triggers("UPDATE register_entry SET subject_name = '改过的' WHERE id = %s", victim)
    forged = root_of(leaves_in(stretch.first_entry, stretch.last_entry))
    behind_the_triggers("UPDATE register_anchorstretch SET root = %s WHERE id = %s", forged, stretch.pk)
    found = anchored.found()
    assert ("stretch.changed", stretch.first_entry, stretch.last_entry) in found
    assert ("anchor.false", stretch.first_entry, stretch.last_entry) in found
    (finding,) = check_stretches(anchored.book(), [AnchorStretch.objects.get(pk=stretch.pk)]).findings
    assert finding.code == "anchor.false"


def test_forgetting_a_stretch_hides_nothing(anchored: Anchored) -> None:
    victim = number("点位11")
    behind_the_triggers("UPDATE register_entry SET subject_name = '改过的' WHERE id = %s", victim)
    behind_the_triggers("DELETE FROM register_anchorstretch WHERE first_entry <= %s", victim)
    assert anchored.found() == [("stretch.changed", number("点位10"), number("点位12"))]


def test_a_register_from_an_older_backup_is_told_from_one_that_was_altered(anchored: Anchored) -> None:
    first, last = number("点位20"), number("点位22")
    behind_the_triggers("DELETE FROM register_entry WHERE id >= %s", first)
    behind_the_triggers("DELETE FROM register_anchorstretch WHERE first_entry >= %s", first)
    behind_the_triggers("DELETE FROM register_posting WHERE entry_id >= %s", first)
    behind_the_triggers("UPDATE sqlite_sequence SET seq = %s WHERE name = 'register_entry'", first - 1)
    for n in range(4):
        opened(f"恢复后{n}")
    anchored.anchor()
    assert number("恢复后0") == first
    assert anchored.found() == [("stretch.replaced", first, last)]


def test_a_ledger_that_was_changed_is_found(anchored: Anchored) -> None:
    (bundle,) = (anchored.data / "ledger" / "tile" / "entries").rglob("4")
    bundle.write_bytes(bundle.read_bytes().replace(b'"first":1,', b'"first":2,', 1))
    assert "ledger.broken" in {code for code, _, _ in anchored.found()}


def test_a_stretch_that_was_sent_twice_is_compared_once(anchored: Anchored) -> None:
    stretch = AnchorStretch.objects.order_by("first_entry")[0]
    told = {"first": stretch.first_entry, "last": stretch.last_entry, "root": stretch.root}
    anchored.put({"kind": "register", "at_us": 2, **told})
    assert anchored.check().stretches == 3
