"""Reading files as people make them, and files that are meant to harm."""

from __future__ import annotations

import io
import tracemalloc
import zipfile

import pytest
from openpyxl import Workbook, load_workbook

from mingcha.base.errors import Invalid
from mingcha.records.inventory.exchange import reading
from mingcha.records.inventory.exchange.columns import columns_of, table_named, table_of, tables
from mingcha.records.inventory.exchange.reading import MAX_ROWS, Parsed, parse
from mingcha.records.inventory.exchange.writing import csv_file, csv_template, xlsx_file, xlsx_template
from tests.support.office import AT


def cells(parsed: Parsed, table: str = "cameras") -> list[dict[str, object]]:
    return [{key: value for key, value in row.cells.items() if value not in ("", None)} for row in parsed.rows(table)]


def refusal(data: bytes) -> str:
    with pytest.raises(Invalid) as refused:
        parse("x.csv", data)
    return refused.value.code


def workbook(sheets: dict[str, list[list[object]]]) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


PLAIN = "名称,主码流,厂商\r\n东门,rtsp://10.0.0.1/1,某某\r\n西门,rtsp://10.0.0.2/1,\r\n"
READ = [
    {"name": "东门", "main_url": "rtsp://10.0.0.1/1", "vendor": "某某"},
    {"name": "西门", "main_url": "rtsp://10.0.0.2/1"},
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_table_of_cameras_is_read_in_every_usual_form(encoding: str, separator: str) -> None:
    assert cells(parse("a.csv", PLAIN.replace(",", separator).encode(encoding))) == READ


def test_rare_characters_survive_gb18030() -> None:
    data = "名称,主码流\n龘靐㐂𠮷门,rtsp://h/1\n".encode("gb18030")
    assert cells(parse("a.csv", data))[0]["name"] == "龘靐㐂𠮷门"


def test_headings_are_known_by_many_names() -> None:
    camera = table_of("cameras")
    given = ["Camera name *", "摄像机名称", "MAIN STREAM ADDRESS", "高度 (m)", "ＧＢ code", "nonsense", ""]
    found = [column.key if column else None for column in columns_of(camera, given)]
    assert found == ["name", "name", "main_url", "height_cm", "gb_code", None, None]


def test_every_column_is_found_by_its_own_names_and_said_in_both_languages() -> None:
    for table in tables():
        for position, language in enumerate(("zh", "en")):
            headings = [column.name(language) for column in table.columns]
            assert columns_of(table, headings) == list(table.columns)
            assert all(column.says[position] for column in table.columns)
        assert table_named(table.names[0]) is table


def test_sections_and_remarks_of_a_csv_are_told_apart() -> None:
    text = '## remark\n[场所]\n名称\n甲\n\n[areas]\nname,kind\n"a, ""b""",lobby\n[账单]\nx\n1\n'
    parsed = parse("a.csv", text.encode())
    assert cells(parsed, "sites") == [{"name": "甲"}]
    assert cells(parsed, "areas") == [{"name": 'a, "b"', "kind": "lobby"}]
    assert parsed.ignored == ("账单",)
    assert parsed.rows("areas")[0].number == 8


def test_an_xlsx_is_read_by_the_names_of_its_sheets() -> None:
    parsed = parse(
        "a.xlsx",
        workbook(
            {
                "说明": [["随便"]],
                "场所": [["场所名称", "启用日期"], ["甲", AT.replace(tzinfo=None)]],
                "摄像机": [["名称", "主码流", "高度", "谁知道"], [], ["东门", "rtsp://h/1", 3.25, "?"]],
            }
        ),
    )
    assert cells(parsed) == [{"name": "东门", "main_url": "rtsp://h/1", "height_cm": 3.25}]
    assert parsed.rows("cameras")[0].number == 3
    assert parsed.ignored == ("说明",)
    assert [table.ignored for table in parsed.tables] == [[], ["谁知道"]]


def test_a_single_sheet_of_any_name_is_cameras() -> None:
    assert cells(parse("a.xlsx", workbook({"Sheet1": [["name", "url"], ["a", "rtsp://h/1"]]})))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "exchange.empty"),
        ("名称,主码流\n".encode(), "exchange.empty"),
        ("甲,乙\n1,2\n".encode(), "exchange.header"),
        ("名称,name,主码流\na,b,c\n".encode(), "exchange.column_twice"),
        (b'name,url\na,"b\n', "exchange.csv"),
        (b"\x00\x01\x02\xff", "exchange.encoding"),
        (b"\xff\xff\x80,\n", "exchange.encoding"),
        (b"name\x00,url\n", "exchange.encoding"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 100, "exchange.old_excel"),
        (b"PK\x03\x04rubbish", "exchange.xlsx"),
        (b"name,url\n" + b"a,b\n" * (MAX_ROWS + 1), "exchange.too_many"),
        (b"name,url\n" + b"a,b\n" * 20_000, "exchange.too_many"),
        (b"x" * (reading.MAX_BYTES + 1), "exchange.too_big"),
        (("name," + ",".join(f"c{n}" for n in range(100)) + "\na\n").encode(), "exchange.too_wide"),
    ],
)
def test_it_refuses_files_as_a_whole(data: bytes, code: str) -> None:
    assert refusal(data) == code


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def test_a_zip_bomb_is_refused_before_it_grows() -> None:
    bomb = zipped({"[Content_Types].xml": b"", "xl/worksheets/sheet1.xml": bytes(200 << 20)})
    assert len(bomb) < 1 << 20
    tracemalloc.start()
    try:
        assert refusal(bomb) == "exchange.too_big"
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()


def test_other_archives_and_entities_are_refused() -> None:
    assert refusal(zipped({"word/document.xml": b"<a/>"})) == "exchange.xlsx"
    assert refusal(zipped({f"m{n}": b"" for n in range(300)})) == "exchange.too_big"
    good = workbook({"摄像机": [["名称", "主码流"], ["a", "b"]]})
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    laughs = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "x"><!ENTITY c "&b;&b;">]>'
    members["xl/workbook.xml"] = laughs + members["xl/workbook.xml"].partition(b"?>")[2] + b"<!-- -->"
    assert refusal(zipped(members)) == "exchange.xlsx"


def test_a_sheet_that_claims_a_million_rows_is_refused_soon() -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet["A1"], sheet["B1"], sheet["A1048576"] = "名称", "主码流", "x"
    out = io.BytesIO()
    book.save(out)
    assert refusal(out.getvalue()) == "exchange.too_many"


EVIL = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "\tx", "'=x", "''+y", "'plain", "==", "–ok", "-3.5"]


@pytest.mark.parametrize("text", EVIL)
def test_no_cell_is_a_formula_and_every_text_comes_back(text: str) -> None:
    rows = {"cameras": [{"name": "a", "necessity": text, "main_url": "u"}]}
    csv = csv_file(rows, "zh")
    assert parse("a.csv", csv).rows("cameras")[0].cells["necessity"] == text
    if text[0] in "=+-@\t" and text != "-3.5":
        assert f",{text}".encode() not in csv
    xlsx = xlsx_file(rows, "zh", AT)
    assert parse("a.xlsx", xlsx).rows("cameras")[0].cells["necessity"] == text
    sheet = load_workbook(io.BytesIO(xlsx))["摄像机"]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "inlineStr"}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_templates_explain_every_column_and_are_themselves_readable(language: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse("t.xlsx", xlsx_template(language, AT))
    assert refused.value.code == "exchange.empty"
    text = csv_template(language).decode("utf-8-sig")
    for table in tables():
        for column in table.columns:
            assert (column.kind == "told") != (f"## {column.name(language)}" in text)
    guide = load_workbook(io.BytesIO(xlsx_template(language, AT))).worksheets[0]
    said = [[cell.value for cell in row] for row in guide.iter_rows(min_row=2)]
    assert len(said) == sum(column.kind != "told" for table in tables() for column in table.columns)
    assert all(row[2] for row in said)
    filled = text.replace("\r\n", "\n").rstrip("\n") + "\n" + ",".join(["", "", "", "a", "rtsp://h/1"]) + "\n"
    assert cells(parse("t.csv", filled.encode())) == [{"name": "a", "main_url": "rtsp://h/1"}]
