"""What a file is says its content; what could run is refused."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest
from PIL import ImageFile

from mingcha.base.errors import Invalid
from mingcha.records.files.sniffing import sniff
from mingcha.records.files.states import Kind
from tests.support import uploads


def kind_of(tmp_path: Path, data: bytes) -> Kind:
    path = tmp_path / "it"
    path.write_bytes(data)
    return sniff(path)


def refusal(tmp_path: Path, data: bytes) -> str:
    with pytest.raises(Invalid) as raised:
        kind_of(tmp_path, data)
    return raised.value.code


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (uploads.pdf(), Kind.PDF),
        (uploads.picture("PNG"), Kind.PNG),
        (uploads.picture("JPEG"), Kind.JPEG),
        (uploads.picture("WEBP"), Kind.WEBP),
        (uploads.office(), Kind.DOCX),
        (uploads.office("xl/workbook.xml"), Kind.XLSX),
        ("编号,名称\n1,东门\n".encode(), Kind.TEXT),
        ("编号,名称\r\n1,东门\r\n".encode("gb18030"), Kind.TEXT),
        (b"\xef\xbb\xbf" + "验收报告".encode(), Kind.TEXT),
    ],
)
def test_it_knows_each_kind_by_its_content(tmp_path: Path, data: bytes, kind: Kind) -> None:
    assert kind_of(tmp_path, data) is kind


@pytest.mark.parametrize(
    "data",
    [
        b"MZ\x90\x00\x03\x00\x00\x00",
        b"\x7fELF\x02\x01\x01\x00",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>",
        b"<!DOCTYPE html><p>hello",
        b"  <HTML><body>",
        b"#!/bin/sh\nrm -rf /\n",
        b"GIF89a\x01\x00\x01\x00",
        b"text with a \x00 in it",
    ],
)
def test_it_refuses_what_is_not_taken(tmp_path: Path, data: bytes) -> None:
    assert refusal(tmp_path, data) == "file.kind"


@pytest.mark.parametrize(
    "extra",
    [
        b"/OpenAction<</S/JavaScript/JS(app.alert)>>",
        b"/OpenAction<</S/J#61vaScript>>",
        b"/OpenAction<</S/Launch/F(cmd.exe)>>",
        b"/AA<</S/SubmitForm>>",
        b"/Names<</EmbeddedFiles 5 0 R>>/X<</Type/EmbeddedFile>>",
        b"/AcroForm<</XFA 9 0 R>>",
    ],
)
def test_a_pdf_that_acts_is_refused(tmp_path: Path, extra: bytes) -> None:
    assert refusal(tmp_path, uploads.pdf(extra)) == "file.pdf_active"


def test_a_script_hidden_in_a_packed_object_stream_is_found(tmp_path: Path) -> None:
    hidden = uploads.pdf_with_packed(b"4 0 <</S/JavaScript/JS(1)>>")
    assert b"JavaScript" not in hidden
    assert refusal(tmp_path, hidden) == "file.pdf_active"
    assert refusal(tmp_path, uploads.pdf_with_packed(b"4 0 <</S/Launch>>", name=b"/Obj#53tm")) == "file.pdf_active"


def test_chance_bytes_in_a_picture_of_a_pdf_do_not_refuse_it(tmp_path: Path) -> None:
    image = b"3 0 obj<</Subtype/Image/Length 8>>\nstream\n\x01/JS \x02/XFA \x03\nendstream endobj\ntrailer"
    assert kind_of(tmp_path, uploads.pdf().replace(b"trailer", image)) is Kind.PDF


def test_an_encrypted_or_cut_off_pdf_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, uploads.pdf(b"/Encrypt 7 0 R")) == "file.encrypted"
    assert refusal(tmp_path, uploads.pdf()[:40]) == "file.pdf_broken"


@pytest.mark.parametrize(
    "data",
    [
        uploads.office(word__vbaProject_DOT_bin=b"\xd0\xcf"),
        uploads.office(word__activeX__activeX1_DOT_xml=b"<x/>"),
        uploads.office(word__embeddings__oleObject1_DOT_bin=b"\xd0\xcf"),
        uploads.office(customUI__customUI_DOT_xml=b"<x/>"),
        uploads.office(word__media__setup_DOT_exe=b"MZ"),
        uploads.remote_template(),
    ],
)
def test_an_office_file_with_something_that_runs_is_refused(tmp_path: Path, data: bytes) -> None:
    assert refusal(tmp_path, data) == "file.macros"


def test_a_plain_archive_is_no_office_file(tmp_path: Path) -> None:
    assert refusal(tmp_path, uploads.office("notes.txt")) == "file.kind"
    assert refusal(tmp_path, uploads.office()[:60]) == "file.office_broken"


def test_a_picture_that_does_not_decode_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, uploads.picture("PNG", (400, 400))[:120]) == "file.picture_broken"
    assert refusal(tmp_path, b"\xff\xd8\xff\xe0" + b"not a picture") == "file.picture_broken"


def test_a_cut_off_picture_is_refused_though_another_library_is_lenient(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    assert refusal(tmp_path, uploads.picture("PNG", (400, 400))[:120]) == "file.picture_broken"


def test_a_picture_bomb_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    bomb = bytearray(uploads.picture("PNG", (10, 10)))
    bomb[16:24] = (40_000).to_bytes(4, "big") * 2
    bomb[29:33] = zlib.crc32(bytes(bomb[12:29])).to_bytes(4, "big")
    assert refusal(tmp_path, bytes(bomb)) in ("file.picture_large", "file.picture_broken")
