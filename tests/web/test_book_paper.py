"""The register on paper and as a file; checking a sheet; the register of retrievals."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from mingcha.records.accounts.models import Person
from mingcha.records.inventory.models import Camera, Site
from mingcha.records.register.actions import SYSTEM, act, enter
from mingcha.records.register.canonical import digest
from mingcha.records.register.models import Entry
from mingcha.records.register.sheets import BEGINNING, digest_of, sheets
from mingcha.records.viewing.actions import close_viewing, open_live
from mingcha.web.pages import book_file, book_print
from tests.support.office import AT, LATER, asker, browser, last_entry, make_person


@pytest.fixture
def auditor() -> Person:
    return make_person("auditor", "周计", "auditor")


@pytest.fixture
def confirmed(auditor: Person) -> Client:
    """The auditor, who has just shown that it is they."""
    client = browser(auditor)
    client.cookies["mingcha_language"] = "en"
    return client


@act("recorder.started")
def write(how_many: int, name: str = "") -> None:
    for number in range(how_many):
        enter(actor=SYSTEM, at=AT + timedelta(seconds=number), subject_name=name)


def take(client: Client, form: str, **search: str) -> Any:
    return client.post("/register/take/", {"form": form, "act": "recorder.started", **search})


def test_sheets_are_chained() -> None:
    entries = [(number, f"entry {number}") for number in range(1, 6)]
    first, second, third = sheets(entries, 2)
    assert (first.first, first.last, third.first, third.last, third.count) == (1, 2, 5, 5, 1)
    assert (first.before, second.before, third.before) == (BEGINNING, first.chain, second.chain)
    other = list(sheets([(1, "entry one"), *entries[1:]], 2))
    assert other[1].digest == second.digest
    assert other[2].chain != third.chain


def test_only_who_may_export_is_offered_it(manager: Person, guard: Person) -> None:
    inspector = browser(make_person("inspector", "孙察", "inspector"))
    assert "/register/print/" not in inspector.get("/register/").text
    assert inspector.get("/register/print/").status_code == 403
    assert take(inspector, "csv").status_code == 403
    assert browser(guard).get("/register/print/").status_code == 403
    assert "/register/print/" in browser(manager).get("/register/").text


def test_the_person_is_asked_for_again(auditor: Person) -> None:
    write(1)
    response = take(browser(auditor, confirmed=False), "html")
    assert "identity_asked" in response.text
    assert not Entry.objects.filter(act="register.printed").exists()


def test_the_choice_says_how_many_and_what_fits_paper(confirmed: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert confirmed.get("/register/print/?act=gap.closed").context["count"] == 0
    write(3)
    offered = confirmed.get("/register/print/?act=recorder.started")
    assert (offered.context["count"], offered.context["fits_paper"]) == (3, True)
    monkeypatch.setattr(book_print, "PRINT_LIMIT", 2)
    monkeypatch.setattr(book_print, "EXPORT_LIMIT", 2)
    offered = confirmed.get("/register/print/?act=recorder.started")
    assert (offered.context["too_many"], offered.context["fits_paper"]) == (True, False)
    assert confirmed.get("/register/print/?person=nobody").status_code == 200


def test_the_print_carries_hashes_and_is_entered(
    confirmed: Client, auditor: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book_print, "SHEET", 2)
    write(5)
    response = take(confirmed, "html")
    assert response.status_code == 200
    printed = response.context["sheets"]
    assert [sheet.sheet.count for sheet in printed] == [2, 2, 1]
    entry = last_entry()
    assert (entry.act, entry.actor) == ("register.printed", auditor.public_id)
    told = entry.detail_fields
    assert (told["count"], told["sheets"], told["sha256"]) == (5, 3, printed[-1].sheet.chain)
    assert told["search"]["act"] == "recorder.started"
    for sheet in printed:
        assert sheet.sheet.digest in response.text
        assert sheet.sheet.before in response.text
    assert f"Sheet 2 of 3 · print {entry.pk}" in response.text
    assert printed[-1].sheet.chain in response.text


def test_a_sheet_is_checked_against_the_book(confirmed: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book_print, "SHEET", 2)
    write(5)
    sheet = take(confirmed, "html").context["sheets"][1].sheet
    export = last_entry().pk
    write(3)
    numbers = {"export": export, "first": sheet.first, "last": sheet.last}
    checked = confirmed.get("/register/check/", numbers)
    assert (checked.context["found"], checked.context["agrees"]) == (sheet.digest, None)
    assert confirmed.get("/register/check/", {**numbers, "digest": sheet.digest[:8].upper()}).context["agrees"] is True
    assert confirmed.get("/register/check/", {**numbers, "digest": "0" * 64}).context["agrees"] is False
    assert confirmed.get("/register/check/", {**numbers, "digest": sheet.digest[:3]}).context["agrees"] is False


@pytest.mark.parametrize("change", [{"export": 1}, {"export": 10**9}, {"first": 10**9}, {"last": 1}, {"first": "x"}])
def test_wrong_numbers_are_told(confirmed: Client, change: dict[str, Any]) -> None:
    write(2)
    sheet = take(confirmed, "html").context["sheets"][0].sheet
    numbers = {"export": last_entry().pk, "first": sheet.first, "last": sheet.last, **change}
    response = confirmed.get("/register/check/", numbers)
    assert response.status_code == 200
    assert response.context["found"] == ""
    assert response.context["problem"] or response.context["form"].errors


def test_a_range_longer_than_any_sheet_is_refused(confirmed: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book_file, "SHEET", 2)
    write(5)
    sheet = take(confirmed, "html").context["sheets"][0].sheet
    numbers = {"export": last_entry().pk, "first": sheet.first, "last": sheet.last}
    assert confirmed.get("/register/check/", numbers).context["problem"]


def test_too_many_for_paper_are_refused(confirmed: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book_print, "PRINT_LIMIT", 2)
    write(3)
    assert take(confirmed, "pdf").status_code == 400
    assert take(confirmed, "fax").status_code == 400
    assert take(confirmed, "html", act="gap.closed").status_code == 400


def test_the_pdf_is_a_pdf(confirmed: Client) -> None:
    pytest.importorskip("weasyprint")
    write(2, name="东门")
    response = take(confirmed, "pdf")
    assert response.status_code in (200, 503)
    if response.status_code == 200:
        assert response.content.startswith(b"%PDF")
    assert last_entry().detail_fields["form"] == "pdf"


def unzipped(response: Any) -> tuple[list[dict[str, str]], dict[str, Any]]:
    archive = zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))
    text = archive.read("register.csv").decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text))), json.loads(archive.read("manifest.json"))


def test_the_file_proves_itself(confirmed: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book_file, "SHEET", 2)
    write(5, name="=HYPERLINK(1)")
    response = take(confirmed, "csv")
    begun = last_entry()
    assert begun.act == "register.export_begun"
    rows, manifest = unzipped(response)
    finished = last_entry()
    assert (finished.act, finished.detail_fields["export"]) == ("register.export_finished", begun.pk)
    assert finished.detail_fields["sha256"] == manifest["sha256"]
    assert (len(rows), manifest["entries"], manifest["export"]) == (5, 5, begun.pk)
    assert all(digest(row["canonical"]) == row["SHA-256"] for row in rows)
    for sheet in manifest["sheets"]:
        lines = [row["canonical"] for row in rows if row["Sheet"] == str(sheet["number"])]
        assert digest_of(lines) == sheet["digest"]
    assert rows[0]["To whom or what"] == "'=HYPERLINK(1)"
    assert rows[0]["No."] == str(manifest["sheets"][0]["first"])


def test_a_file_that_breaks_off_is_never_called_finished(confirmed: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book_file, "SHEET", 1)
    # The end of an answer closes old connections; this one belongs to the test.
    monkeypatch.setattr(connection, "close_if_unusable_or_obsolete", lambda: None)
    write(3)
    response = take(confirmed, "csv")
    next(iter(response.streaming_content))
    response.close()
    assert last_entry().act == "register.export_begun"


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", "\rx"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert book_file.safe_cell(text) == f"'{text}"
    assert book_file.safe_cell("东门-1") == "东门-1"


@pytest.fixture
def viewed(site: Site, camera: Camera, guard: Person) -> Entry:
    viewing = open_live(asker=asker(guard, "other", "看一下货架"), cameras=[camera], at=LATER)
    close_viewing(viewing=viewing, actor=guard, at=LATER + timedelta(seconds=65))
    return Entry.objects.get(act="viewing.live_opened")


def cells(client: Client) -> dict[str, str]:
    return dict(client.get("/register/retrievals/").context["rows"][0].cells)


def test_the_retrievals_have_the_fields_of_the_national_text(confirmed: Client, viewed: Entry) -> None:
    Site.objects.update(region="")
    response = confirmed.get("/register/retrievals/")
    assert [code for code, _ in response.context["columns"].labels] == [
        "reason", "content", "retriever_unit", "retriever_name",
    ]  # fmt: skip
    assert len(response.context["rows"]) == 1
    assert cells(confirmed)["Name of the retriever"] == "王芳"
    assert cells(confirmed)["Reason"].endswith("看一下货架")
    assert "/law/cn-2025-799/16/" in response.text


@pytest.mark.parametrize(
    ("region", "more"),
    [
        ("420106", ["retrieved_at", "manner", "use", "whereabouts"]),
        ("420500", ["retrieved_at", "manner", "use", "whereabouts"]),
        ("440304", []),
    ],
)
def test_the_fields_follow_the_region(confirmed: Client, viewed: Entry, region: str, more: list[str]) -> None:
    Site.objects.update(region=region)
    fields = confirmed.get("/register/retrievals/").context["columns"].fields
    assert list(fields) == ["reason", "content", "retriever_unit", "retriever_name", *more]


def test_guangzhou_asks_only_with_a_monitoring_room_and_shenzhens_draft_only_when_asked(
    confirmed: Client, viewed: Entry
) -> None:
    Site.objects.update(region="440103", has_monitoring_room=True)
    fields = confirmed.get("/register/retrievals/").context["columns"].fields
    assert fields[-3:] == ("recording", "use", "whereabouts")
    Site.objects.update(region="440304", has_monitoring_room=False, drafts=True)
    shown = confirmed.get("/register/retrievals/").context
    assert shown["columns"].fields[-2:] == ("duration", "identity")
    assert dict(shown["rows"][0].cells)["Duration"] == "1 min 5 s"
    assert dict(shown["rows"][0].cells)["Identity"] == "Guard"


def test_what_is_missing_is_a_dash_and_counted(confirmed: Client, viewed: Entry) -> None:
    Site.objects.update(region="420106")

    @act("viewing.export_ordered")
    def copied() -> None:
        enter(actor=SYSTEM, at=LATER + timedelta(hours=1), subject_name="东门", detail={"reason": "incident"})

    copied()
    response = confirmed.get("/register/retrievals/")
    assert response.context["incomplete"] == 1
    copy, live = response.context["rows"]
    assert (dict(copy.cells)["Whereabouts"], live.missing) == ("", 0)
    assert ">—<" in response.text


def test_an_empty_register_of_retrievals_says_so(confirmed: Client) -> None:
    response = confirmed.get("/register/retrievals/")
    assert response.context["rows"] == []
    assert "Nobody has seen or copied footage yet." in response.text
    assert confirmed.get("/register/retrievals/?before=x").context["problem"]


def test_the_retrievals_are_printed_in_the_columns_of_the_text(confirmed: Client, viewed: Entry) -> None:
    response = confirmed.post("/register/take/", {"form": "html", "retrievals": "1"})
    assert [name for name, _ in response.context["sheets"][0].lines[0].cells][:2] == ["Reason", "Content"]
    assert last_entry().detail_fields["retrievals"] is True
    assert last_entry().detail_fields["count"] == 1
