"""The certificate of a deletion from the register's page: who may take it, what is in it, and when there is none."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from mingcha.base.clock import from_datetime
from mingcha.base.keys import ledger_key, make_keys
from mingcha.ledger.log import Keys, Log
from mingcha.ledger.notes import Signer
from mingcha.media.export.proof import Record
from mingcha.records.inventory.models import Camera
from mingcha.records.register.actions import RECORDER, act, enter
from mingcha.records.register.models import Entry
from mingcha.web.pages.ledger_record import certificate, context_of
from tests.media.export.test_record import A_DAY_US, CERTIFICATE, deletion, segment
from tests.support.office import AT, browser, last_entry, make_person

AT_US = from_datetime(AT)


@act("footage.deleted")
def deleted(camera: Camera) -> Entry:
    """As the gateway enters the recorder's fact."""
    rule = {"floor_us": 30 * A_DAY_US, "ceiling_us": 30 * A_DAY_US, "ground": ["cn-2025-799 17 deletion"]}
    detail = {"certificate": CERTIFICATE, "segments": 4, "bytes": 12_345, "cause": "ceiling", "rule": rule}
    return enter(actor=RECORDER, at=AT, subject=camera.public_id, subject_name=camera.name, detail=detail)


@pytest.fixture
def entry(camera: Camera, tmp_path: Path, settings: Any) -> Entry:
    settings.DATA_DIR = tmp_path
    make_keys(tmp_path)
    return deleted(camera)


def feed(data: Path, camera: Camera) -> None:
    """The recorder is away, and there is no catalog: the ledger's files and the keys are all that is asked."""
    with Log.create(data / "ledger", "mingcha/test", Keys(Signer("mingcha/test", ledger_key(data)))) as log:
        log.append([segment(AT_US), deletion(AT_US, camera=camera.public_id), segment(AT_US)])


def test_the_certificate_is_taken_with_proof_and_entered(entry: Entry, camera: Camera, tmp_path: Path) -> None:
    feed(tmp_path, camera)
    auditor = browser(make_person("auditor", "周计", "auditor"))
    page = auditor.get(f"/register/{entry.pk}/").text
    for said in ("删除证明", "至少保存 30 日。", "国务院令第799号 第十七条", "保存期限届满"):
        assert said in page, said
    answer = auditor.post(f"/register/{entry.pk}/record/")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        assert set(packed.namelist()) == {
            "record.json", "certificate-zh.pdf", "certificate-en.pdf", "verify.py", "verify.html", "README.txt",
        }  # fmt: skip
        assert json.loads(json.loads(packed.read("record.json"))["record"]["entry"])["certificate"] == CERTIFICATE
        assert packed.read("certificate-zh.pdf").startswith(b"%PDF-")
    written = last_entry()
    assert (written.act, written.subject) == ("register.record_taken", camera.public_id)
    assert written.detail_fields["certificate"] == CERTIFICATE


def test_who_only_reads_the_register_is_not_offered_it(entry: Entry) -> None:
    inspector = browser(make_person("inspector", "孙察", "inspector"))
    assert f"/register/{entry.pk}/record/" not in inspector.get(f"/register/{entry.pk}/").text
    assert inspector.post(f"/register/{entry.pk}/record/").status_code == 403


def test_what_the_ledger_has_not_taken_yet_is_said_on_the_page(entry: Entry, tmp_path: Path, manager: Any) -> None:
    client = browser(manager)
    client.cookies["mingcha_language"] = "en"
    said = client.post(f"/register/{entry.pk}/record/", follow=True).text
    assert "There is no ledger yet" in said
    with Log.create(tmp_path / "ledger", "mingcha/test", Keys(Signer("mingcha/test", ledger_key(tmp_path)))) as log:
        log.append([segment(AT_US)])
    said = client.post(f"/register/{entry.pk}/record/", follow=True).text
    assert "The ledger has not taken this yet" in said
    assert not Entry.objects.filter(act="register.record_taken").exists()
    assert client.post(f"/register/{entry.pk - 1}/record/").status_code == 400


def test_the_paper_tells_rule_amount_and_key(entry: Entry, camera: Camera, tmp_path: Path) -> None:
    told = json.loads(deletion(AT_US, camera=camera.public_id))
    key = Signer("mingcha/test", ledger_key(tmp_path)).verifier
    vouched = {"origin": "o", "size": 9, "root": "cd" * 32, "entry": 3, "log_key": key.text, "witnesses": []}
    record = Record(b"{}", told, vouched, None)
    context = context_of(entry, record)
    assert context["fingerprint"] == key.fingerprint
    assert context["numbers"] == "5–7, 9"
    rule = context["rule"]
    assert [ground.cite.article for ground in rule.grounds] == [17]
    assert (len(rule.terms), len(rule.others)) == (2, 2)
    assert certificate(entry, record, "en").startswith(b"%PDF-")


def test_deleted_copies_and_losses_have_papers_too(camera: Camera, tmp_path: Path) -> None:
    make_keys(tmp_path)
    key = Signer("mingcha/test", ledger_key(tmp_path)).verifier.text
    vouched = {"origin": "o", "size": 9, "root": "cd" * 32, "entry": 3, "log_key": key, "witnesses": []}
    common = {"camera": camera.public_id, "role": "main", "bytes": 5, "at_us": AT_US}
    copy = {**common, "export": "exp_1", "from_us": 1, "to_us": 2, "reason": "lifetime", "manifest_sha256": "ab" * 32}
    loss = {
        **common,
        "start_us": 1,
        "end_us": 2,
        "numbers": [[1, 1]],
        "segments": 1,
        "root": "ab" * 32,
        "fact": "fct_1",
    }
    gone = context_of(Entry(act="copy.deleted"), Record(b"", copy, vouched, None))
    assert (gone["number"], gone["is_copy"], gone["rule"], bool(gone["why"])) == ("exp_1", True, None, True)
    lost = context_of(Entry(act="footage.lost"), Record(b"", loss, vouched, None))
    assert (lost["number"], lost["is_copy"], lost["numbers"], lost["why"]) == ("fct_1", False, "1", "")
