"""Facts into the register, states into the inventory."""

from __future__ import annotations

import pytest

from mingcha.base.clock import from_datetime
from mingcha.base.errors import Unavailable
from mingcha.gateway import reports
from mingcha.gateway.reports import pull_facts, pull_status
from mingcha.records.accounts.models import Person
from mingcha.records.inventory.models import Camera, CameraStatus, StoreStatus
from mingcha.records.register.models import Entry
from mingcha.records.viewing.actions import open_playback, order_export
from mingcha.records.viewing.models import Export
from mingcha.wire.facts import KINDS, Fact
from tests.gateway.recorder import FakeRecorder
from tests.records.viewing.test_open_playback import EXPORT_ID, SPAN
from tests.support.office import AT, LATER, asker, last_entry, words

AT_US = from_datetime(AT)


def fact(number: int, kind: str, camera: str = "", **detail: object) -> Fact:
    return Fact(f"fct_{number:016d}", kind, AT_US, camera, detail, sequence=number)


def test_a_fact_becomes_an_entry_once(recorder: FakeRecorder, camera: Camera) -> None:
    gap = fact(1, "gap.closed", camera.public_id, start_us=1, end_us=2, reason="camera_lost")
    recorder.facts = [gap]
    assert pull_facts(recorder.client()) == 1
    entry = last_entry()
    assert (entry.act, entry.actor, entry.subject, entry.subject_name) == (
        "gap.closed", "recorder", camera.public_id, "东门",
    )  # fmt: skip
    assert entry.at == AT
    recorder.facts = [gap]
    assert pull_facts(recorder.client()) == 0
    assert words().count("gap.closed") == 1


def test_facts_are_confirmed_after_they_are_written(recorder: FakeRecorder, monkeypatch: pytest.MonkeyPatch) -> None:
    recorder.facts = [fact(1, "recorder.started"), fact(2, "recorder.stopped")]

    def broken(**_: object) -> None:
        raise Unavailable("x.y", "the book is closed")

    monkeypatch.setattr(reports, "enter", broken)
    with pytest.raises(Unavailable):
        pull_facts(recorder.client())
    assert recorder.told("/control/facts/confirm") == []
    monkeypatch.undo()
    assert pull_facts(recorder.client()) == 2
    assert recorder.told("/control/facts/confirm") == [{"through": 2}]
    assert recorder.facts == []


def test_a_new_catalog_that_counts_from_one_again_is_read_too(recorder: FakeRecorder) -> None:
    recorder.facts = [fact(900, "recorder.started")]
    pull_facts(recorder.client())
    recorder.facts = [Fact("fct_new", "recorder.started", AT_US, sequence=1)]
    assert pull_facts(recorder.client()) == 1


def test_every_kind_of_fact_can_be_entered(recorder: FakeRecorder, camera: Camera) -> None:
    recorder.facts = [fact(number, kind, camera.public_id, fps=12.5) for number, kind in enumerate(KINDS, 1)]
    assert pull_facts(recorder.client()) == len(KINDS)


def test_what_was_watched_is_tied_to_viewing_and_person(recorder: FakeRecorder, camera: Camera, guard: Person) -> None:
    viewing = open_playback(asker=asker(guard), cameras=[camera], span=SPAN, at=AT)
    recorder.facts = [fact(1, "viewing.served", camera.public_id, grant=viewing.grant, from_us=1, to_us=2)]
    pull_facts(recorder.client())
    refs = set(last_entry().refs)
    assert refs == {viewing.public_id, guard.public_id, camera.public_id}


def test_a_finished_copy_is_ready_with_its_files(recorder: FakeRecorder, camera: Camera, manager: Person) -> None:
    viewing = order_export(asker=asker(manager), camera=camera, span=SPAN, at=AT)
    files = [{"name": "a.mp4", "bytes": 5, "sha256": "ab"}]
    recorder.facts = [fact(1, "export.finished", camera.public_id, export=EXPORT_ID, grant=viewing.grant, files=files)]
    pull_facts(recorder.client())
    export = Export.objects.get()
    assert (export.state, export.export_id, export.files) == ("done", EXPORT_ID, files)


def test_the_proof_of_a_copy_is_offered_with_its_files(recorder: FakeRecorder, camera: Camera, manager: Person) -> None:
    viewing = order_export(asker=asker(manager), camera=camera, span=SPAN, at=AT)
    told = {
        "export": EXPORT_ID,
        "grant": viewing.grant,
        "files": [{"name": "a.mp4"}],
        "proof": ["proof.json", "verify.py"],
    }
    recorder.facts = [fact(1, "export.finished", camera.public_id, **told)]
    pull_facts(recorder.client())
    assert [file["name"] for file in Export.objects.get().files] == ["a.mp4", "proof.json", "verify.py"]


def test_a_failed_copy_says_why(recorder: FakeRecorder, camera: Camera, manager: Person) -> None:
    viewing = order_export(asker=asker(manager), camera=camera, span=SPAN, at=AT)
    told = {"export": EXPORT_ID, "grant": viewing.grant, "code": "store.full"}
    recorder.facts = [fact(1, "export.failed", camera.public_id, **told)]
    pull_facts(recorder.client())
    assert (Export.objects.get().state, Export.objects.get().error) == ("failed", "store.full")
    assert Entry.objects.filter(act="export.failed").count() == 1


def test_a_page_that_names_anothers_copy_as_its_own_gets_nothing_of_it(
    recorder: FakeRecorder, camera: Camera, manager: Person
) -> None:
    order_export(asker=asker(manager), camera=camera, span=SPAN, at=AT)
    Export.objects.update(export_id=EXPORT_ID)  # as the page told it, which may lie
    told = {"export": EXPORT_ID, "grant": "grt_0000000000000000", "files": [{"name": "a.mp4"}]}
    recorder.facts = [fact(1, "export.finished", camera.public_id, **told)]
    pull_facts(recorder.client())
    assert (Export.objects.get().state, Export.objects.get().files) == ("ordered", [])


def test_states_are_written_and_overwritten(recorder: FakeRecorder, camera: Camera) -> None:
    told = {"state": "live", "reason": "", "since_us": AT_US, "fps": 25.0, "bits_per_s": 4_000_000, "width": 1920,
            "height": 1080, "codec": "h264", "last_unit_us": AT_US}  # fmt: skip
    recorder.status = {
        "cameras": {camera.public_id: told, "cam_0000000000000000": told},
        "store": {"state": "ok", "free_bytes": 5, "total_bytes": 10},
    }
    pull_status(recorder.client(), AT)
    status = CameraStatus.objects.get()
    assert (status.state, status.fps_milli, status.width, status.since) == ("live", 25_000, 1920, AT)
    assert StoreStatus.objects.get().free_bytes == 5
    recorder.status["cameras"][camera.public_id] = {"state": "lost", "reason": "camera.timeout", "since_us": AT_US}
    pull_status(recorder.client(), LATER)
    status = CameraStatus.objects.get()
    assert (status.state, status.reason, status.width, status.seen_at) == ("lost", "camera.timeout", None, LATER)


def test_a_camera_whose_pictures_no_disk_takes_is_not_called_recording(recorder: FakeRecorder, camera: Camera) -> None:
    unkept = {"reason": "store_full", "since_us": AT_US}
    told = {"state": "live", "reason": "", "since_us": AT_US - 5, "unkept": unkept}
    recorder.status = {"cameras": {camera.public_id: told}}
    pull_status(recorder.client(), AT)
    status = CameraStatus.objects.get()
    assert (status.state, status.reason, status.since) == ("unkept", "store_full", AT)
    told["unkept"] = None
    pull_status(recorder.client(), AT)
    assert CameraStatus.objects.get().state == "live"


def test_that_the_only_disk_is_away_is_noted_though_its_room_is_not_known(recorder: FakeRecorder) -> None:
    recorder.status = {"store": {"state": "ok", "free_bytes": 5, "total_bytes": 10}}
    pull_status(recorder.client(), AT)
    recorder.status = {"store": {"state": "store.absent", "free_bytes": 0, "total_bytes": 0}}
    pull_status(recorder.client(), AT)
    assert StoreStatus.objects.get().state == "store.absent"


@pytest.mark.parametrize("told", [{}, {"cameras": {}, "store": None}, {"store": {}}, {"store": {"state": "opening"}}])
def test_an_empty_status_changes_nothing(recorder: FakeRecorder, told: dict[str, object]) -> None:
    recorder.status = told
    pull_status(recorder.client(), AT)
    assert not StoreStatus.objects.exists()


def test_an_unknown_state_is_waiting(recorder: FakeRecorder, camera: Camera) -> None:
    recorder.status = {"cameras": {camera.public_id: {"state": "dancing"}}}
    pull_status(recorder.client(), AT)
    assert CameraStatus.objects.get().state == "waiting"


def test_a_long_absence_is_caught_up_with_in_one_go(recorder: FakeRecorder) -> None:
    recorder.facts = [fact(number, "gap.closed") for number in range(1, 1202)]
    assert pull_facts(recorder.client()) == 1201
    assert recorder.told("/control/facts/confirm") == [{"through": 500}, {"through": 1000}, {"through": 1201}]
