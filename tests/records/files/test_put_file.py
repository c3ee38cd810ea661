"""Taking files in: whole or not at all, once each, within limits, and only inside an act."""

from __future__ import annotations

import hashlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction

from mingcha.base.errors import Corrupt, Invalid, Unavailable
from mingcha.records.accounts.models import Person
from mingcha.records.files.actions import put_file
from mingcha.records.files.models import StoredFile
from mingcha.records.files.names import clean_name
from mingcha.records.files.pictures import preview, size_of
from mingcha.records.files.queries import blob_store, faults, open_file, path_of
from mingcha.records.files.states import PAPERS, PICTURES, Kind
from tests.support import uploads
from tests.support.office import AT

PDF = uploads.pdf()


@pytest.fixture(autouse=True)
def _own_directory(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


def put(person: Person, name: str, data: bytes, kinds: frozenset[Kind] = PAPERS) -> StoredFile:
    with transaction.atomic():
        return put_file(upload=uploads.upload(name, data), kinds=kinds, actor=person, at=AT)


def test_it_keeps_the_bytes_under_their_hash(manager: Person) -> None:
    stored = put(manager, "验收报告.pdf", PDF)
    assert stored.sha256 == hashlib.sha256(PDF).hexdigest()
    assert (stored.name, stored.media_type, stored.size_bytes) == ("验收报告.pdf", "application/pdf", len(PDF))
    assert (stored.by, stored.by_name, stored.stored_at) == (manager.public_id, manager.name, AT)
    with open_file(stored) as file:
        assert file.read() == PDF
    assert path_of(stored).stat().st_mode & 0o077 == 0


def test_the_same_bytes_are_kept_once(manager: Person) -> None:
    first, second = put(manager, "a.pdf", PDF), put(manager, "b.pdf", PDF)
    assert first.public_id != second.public_id
    assert list(blob_store().hashes()) == [first.sha256]


def test_the_name_must_agree_with_the_content(manager: Person) -> None:
    with pytest.raises(Invalid) as raised:
        put(manager, "photo.jpg", PDF)
    assert raised.value.code == "file.extension"
    with pytest.raises(Invalid) as raised:
        put(manager, "plan.pdf", PDF, PICTURES)
    assert raised.value.code == "file.kind_here"
    assert StoredFile.objects.count() == 0
    assert list(blob_store().hashes()) == []


def test_an_empty_or_too_large_file_leaves_nothing(manager: Person) -> None:
    with pytest.raises(Invalid) as raised:
        put(manager, "a.txt", b"")
    assert raised.value.code == "file.empty"
    with pytest.raises(Invalid) as raised:
        put(manager, "a.txt", b"x" * (Kind.TEXT.max_bytes + 1))
    assert raised.value.code == "file.too_large"
    assert [path for path in blob_store().root.rglob("*") if path.is_file()] == []


def test_the_limit_of_all_files_together_is_kept(manager: Person, settings: Any) -> None:
    settings.FILES_LIMIT_BYTES = len(PDF) + 10
    put(manager, "a.pdf", PDF)
    put(manager, "again.pdf", PDF)
    with pytest.raises(Unavailable) as raised:
        put(manager, "b.pdf", uploads.pdf(text=b"another page"))
    assert raised.value.code == "file.limit"


def test_outside_an_act_it_refuses(manager: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    outside = SimpleNamespace(get_connection=lambda: SimpleNamespace(in_atomic_block=False))
    monkeypatch.setattr("mingcha.records.files.actions.transaction", outside)
    with pytest.raises(RuntimeError, match="outside an act"):
        put_file(upload=uploads.upload("a.pdf", PDF), kinds=PAPERS, actor=manager, at=AT)


def test_a_crash_before_the_row_leaves_only_a_blob_that_the_check_tells(manager: Person) -> None:
    with transaction.atomic():
        put_file(upload=uploads.upload("a.pdf", PDF), kinds=PAPERS, actor=manager, at=AT)
        transaction.set_rollback(True)
    assert [fault.kind for fault in faults()] == ["unreferenced"]
    put(manager, "a.pdf", PDF)
    assert list(faults()) == []


def test_the_check_tells_missing_and_damaged_files_and_a_new_upload_mends_them(manager: Person) -> None:
    stored = put(manager, "a.pdf", PDF)
    path = path_of(stored)
    path.write_bytes(PDF.replace(b"one", b"two"))
    assert [(fault.kind, fault.file) for fault in faults()] == [("damaged", stored.public_id)]
    put(manager, "a.pdf", PDF)
    assert list(faults()) == []
    path.unlink()
    assert [(fault.kind, fault.file) for fault in faults()] == [("missing", stored.public_id)]
    with pytest.raises(Corrupt):
        open_file(stored)


def test_a_shown_photograph_says_neither_place_nor_device(manager: Person) -> None:
    taken = uploads.picture("JPEG", (300, 200), exif=True)
    assert b"Huawei" in taken
    stored = put(manager, "sign.jpg", taken + b"trailing secret", PICTURES)
    shown, media_type = preview(path_of(stored), max_side=100)
    assert media_type == "image/jpeg"
    assert b"Huawei" not in shown
    assert b"Exif" not in shown
    assert b"trailing" not in shown
    assert size_of(path_of(stored)) == (300, 200)


@pytest.mark.parametrize(
    ("given", "cleaned"),
    [
        ("C:\\docs\\验收.pdf", "验收.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("a\u202efdp.exe.pdf", "afdp.exe.pdf"),
        ("line\nbreak.pdf", "linebreak.pdf"),
        ('q"u<o>t?.pdf', "q_u_o_t_.pdf"),
        ("", "file"),
        ("con.pdf", "_con.pdf"),
    ],
)
def test_names_are_cleaned(given: str, cleaned: str) -> None:
    assert clean_name(given) == cleaned


def test_a_long_name_keeps_its_extension() -> None:
    name = clean_name("长" * 300 + ".pdf")
    assert len(name) <= 200
    assert name.endswith("长.pdf")
