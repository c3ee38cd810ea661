"""The papers of a copy: what is quoted of the register, how it is proven, and when it goes to the recorder."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import translation

from mingcha.base.clock import ManualClock, from_datetime
from mingcha.base.errors import Unavailable
from mingcha.base.ids import new_id
from mingcha.base.timerange import TimeRange
from mingcha.gateway.papers import PapersOut
from mingcha.gateway.reports import pull_facts, take_facts
from mingcha.ledger.merkle import leaf_hash
from mingcha.ledger.proofs import verify_inclusion
from mingcha.records.accounts.models import Person
from mingcha.records.evidence import queries
from mingcha.records.evidence.certificate import context_of, groups
from mingcha.records.evidence.models import CopyPapers
from mingcha.records.inventory.models import Camera
from mingcha.records.register.actions import act, enter
from mingcha.records.register.anchoring import next_stretch, note_anchored
from mingcha.records.register.models import AnchorStretch, Entry
from mingcha.records.viewing.actions import Asker, order_export
from mingcha.records.viewing.models import Export
from mingcha.wire.facts import Fact
from tests.gateway.recorder import FakeRecorder, running
from tests.support.office import AT

EXPORT = "exp_0000000000000001"
MANIFEST = "ab" * 32
SPAN = TimeRange(from_datetime(AT) - 60_000_000, from_datetime(AT))


@pytest.fixture
def recorder() -> Iterator[FakeRecorder]:
    with running() as made:
        yield made


@pytest.fixture
def export(manager: Person, camera: Camera) -> Export:
    """A copy that the recorder says is finished."""
    asker = Asker(manager, "session", "incident", "门口纠纷")
    ordered = order_export(asker=asker, camera=camera, span=SPAN, at=AT)
    detail = {
        "export": EXPORT,
        "grant": ordered.grant,
        "files": [{"name": "东门_1.mp4", "bytes": 4_000_000, "sha256": "cd" * 32}],
        "manifest_sha256": MANIFEST,
        "from": SPAN.start_us,
        "to": SPAN.end_us,
        "got": {"from": SPAN.start_us + 40_000, "to": SPAN.end_us},
        "gaps": [{"from": SPAN.start_us, "to": SPAN.start_us + 10_000_000, "reason": "camera_lost"}],
        "proof": ["proof.json"],
        "vouched": {"origin": "mingcha/nod_1", "size": 9, "root": "ef" * 32, "entry": 8, "log_key": "key"},
    }
    take_facts(facts=[Fact(new_id("fct"), "export.finished", from_datetime(AT), camera.public_id, detail, sequence=1)])
    return Export.objects.get(viewing=ordered)


def anchor(root: str = "") -> None:
    """The ledger takes all there is."""
    stretch = next_stretch()
    assert stretch is not None
    told = {"first": stretch.first, "last": stretch.last, "root": root or stretch.root, "index": 40}
    note_anchored(told, AT)


def certificate(*_: object) -> bytes:
    return b"%PDF"


def out(recorder: FakeRecorder, later_s: int = 0, make: Any = certificate) -> PapersOut:
    return PapersOut(recorder.client(), ManualClock(from_datetime(AT) + later_s * 1_000_000), make)


def path() -> str:
    return f"/control/copies/{EXPORT}/papers"


@act("camera.added")
def something_else(*, manager: Person) -> None:
    """An entry that has nothing to do with the copy."""
    enter(actor=manager, at=AT, subject="cam_0000000000000009", subject_name="别处")


def test_papers_wait_until_the_ledger_holds_what_they_quote(recorder: FakeRecorder, export: Export) -> None:
    assert out(recorder).tick() == 0
    assert recorder.told(path()) == []
    anchor()
    assert out(recorder).tick() == 1
    (told,) = recorder.told(path())
    assert set(told["files"]) == {"register.json", "certificate-zh.pdf", "certificate-en.pdf"}
    assert told["stretches"] == [40]


def test_what_belongs_to_the_copy_is_quoted_and_each_entry_proves_itself(
    recorder: FakeRecorder, export: Export, manager: Person
) -> None:
    something_else(manager=manager)
    anchor()
    out(recorder).tick()
    extract = json.loads(base64.b64decode(recorder.told(path())[0]["files"]["register.json"]))
    assert (extract["format"], extract["export"]) == ("mingcha.register-extract/1", EXPORT)
    entries = [json.loads(quoted["entry"]) for quoted in extract["entries"]]
    assert {"viewing.export_ordered", "export.finished"} <= {entry["act"] for entry in entries}
    assert "camera.added" not in {entry["act"] for entry in entries}
    assert [entry["id"] for entry in entries] == sorted(entry["id"] for entry in entries)
    root = bytes.fromhex(AnchorStretch.objects.get().root)
    for quoted in extract["entries"]:
        proof = [bytes.fromhex(item) for item in quoted["proof"]]
        leaf = leaf_hash(quoted["entry"].encode())
        verify_inclusion(leaf, quoted["position"], quoted["stretch"]["entries"], proof, root)
        assert set(quoted["said"]) == {"zh", "en"}
    assert extract["entries"][0]["said"]["zh"] != extract["entries"][0]["said"]["en"]


def test_they_are_sent_again_until_the_recorder_tells_that_they_are_enclosed(
    recorder: FakeRecorder, export: Export, camera: Camera
) -> None:
    anchor()
    assert [out(recorder, later).tick() for later in (0, 60, 119, 121)] == [1, 0, 0, 1]
    files = {"register.json": "12" * 32}
    detail = {"export": EXPORT, "manifest_sha256": MANIFEST, "files": files}
    recorder.facts = [Fact(new_id("fct"), "copy.papers", from_datetime(AT), camera.public_id, detail, sequence=2)]
    pull_facts(recorder.client())
    assert CopyPapers.objects.get().files == files
    assert out(recorder, 100_000).tick() == 0
    assert Entry.objects.filter(act="copy.papers").exists()


def test_a_recorder_that_has_no_such_copy_is_asked_once(recorder: FakeRecorder, export: Export) -> None:
    anchor()
    recorder.refused[path()] = (404, b'{"error": {"code": "export.unknown", "message": "none"}}')
    assert out(recorder).tick() == 0
    assert CopyPapers.objects.get().refused == "export.unknown"
    recorder.refused.clear()
    assert out(recorder, 100_000).tick() == 0
    assert recorder.told(path()) == []


def test_without_a_certificate_the_extract_goes_alone(recorder: FakeRecorder, export: Export) -> None:
    def cannot(*_: object) -> bytes:
        raise Unavailable("pdf.unavailable", "Install Pango.")

    anchor()
    assert out(recorder, make=cannot).tick() == 1
    assert set(recorder.told(path())[0]["files"]) == {"register.json"}


def test_a_register_that_was_changed_gives_no_papers(recorder: FakeRecorder, export: Export) -> None:
    anchor("00" * 32)
    assert out(recorder).tick() == 0
    assert CopyPapers.objects.get().refused == "register.changed"


def test_old_copies_are_let_be(export: Export) -> None:
    assert list(queries.waiting(AT)) == [export]
    assert list(queries.waiting(AT + timedelta(days=31))) == []


def test_the_certificate_says_who_what_and_by_which_ledger(export: Export) -> None:
    anchor()
    finished = queries.finished_entry(export)
    assert finished is not None
    entries = queries.entries_of(export, finished)
    stretches = queries.stretches_of(entries)
    assert stretches is not None
    with translation.override("en"):
        context = context_of(export, finished, entries, stretches)
    assert context["manifest"] == groups(MANIFEST)
    assert context["order"]["note"] == "门口纠纷"
    assert context["gaps"][0][2] == "The connection to the camera ended."
    assert context["vouched"]["entry"] == 8
    assert [row["number"] for row in context["entries"]] == [entry.pk for entry in entries]
    assert {row["place"] for row in context["entries"]} == {40}
