"""The archive's pages: filing with a real upload, what is refused, what is found, what is printed."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from mingcha.records.accounts.models import Person
from mingcha.records.documents import actions
from mingcha.records.documents.actions import DocumentDraft
from mingcha.records.documents.models import Document, HandOver
from mingcha.records.inventory.models import Site
from tests.support import uploads
from tests.support.office import AT, browser, last_entry, make_person

TODAY = date(2026, 11, 21)


@pytest.fixture(autouse=True)
def _own_directory(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


def filed(site: Site, actor: Person, title: str = "验收报告", **changes: Any) -> Document:
    draft = DocumentDraft(**{"kind": "acceptance_report", "title": title, "subject": site.public_id, **changes})
    data = uploads.pdf(text=title.encode())
    return actions.file_document(draft=draft, upload=uploads.upload("r.pdf", data), actor=actor, at=AT)


def fields(site: Site, file: SimpleUploadedFile | None, **changes: str) -> dict[str, Any]:
    data: dict[str, Any] = {"kind": "design_plan", "title": "设计方案", "subject": site.public_id, **changes}
    return data | ({"file": file} if file else {})


def test_a_document_is_filed_found_and_fetched_as_an_attachment(site: Site, manager: Person) -> None:
    client = browser(manager)
    given = uploads.upload("设计 方案.pdf", uploads.pdf())
    answer = client.post("/documents/add/", fields(site, given, tags="一期，验收"), follow=True)
    assert "设计方案" in answer.content.decode()
    document = Document.objects.get()
    assert document.tags == ["一期", "验收"]
    assert "设计方案" in client.get("/documents/?q=方案").content.decode()
    file = client.get(f"/documents/{document.public_id}/versions/1/")
    assert b"".join(file.streaming_content) == uploads.pdf()  # type: ignore[attr-defined]
    assert file["Content-Disposition"].startswith("attachment")
    assert file["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert file["X-Content-Type-Options"] == "nosniff"
    assert "private" in file["Cache-Control"]


def test_a_refused_file_says_why_and_keeps_what_was_typed(site: Site, manager: Person) -> None:
    given = uploads.upload("方案.pdf", uploads.pdf(b"/OpenAction<</S/JavaScript>>"))
    answer = browser(manager).post("/documents/add/", fields(site, given, number="SJ-1"))
    text = answer.content.decode()
    assert "该 PDF 含有脚本、附件或动作" in text
    assert 'value="SJ-1"' in text
    assert not Document.objects.exists()


def test_a_form_without_a_file_says_so(site: Site, manager: Person) -> None:
    assert "请选择文件" in browser(manager).post("/documents/add/", fields(site, None)).content.decode()


def test_an_upload_where_none_is_taken_is_refused_before_it_is_kept(manager: Person, guard: Person) -> None:
    given = uploads.upload("a.pdf", uploads.pdf())
    for client in (browser(), browser(manager)):
        answer = client.post("/sign-in/", {"username": "x", "file": given})
        assert answer.status_code in (400, 413)


def test_a_body_beyond_every_limit_is_refused_and_nothing_of_it_stays(
    site: Site, manager: Person, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path
) -> None:
    monkeypatch.setattr("mingcha.records.files.uploads.MAX_BODY_BYTES", 1000)
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path
    given = uploads.upload("a.txt", b"x" * 2000)
    assert browser(manager).post("/documents/add/", fields(site, given)).status_code in (400, 413)
    assert not list(tmp_path.glob("*.upload*"))


def test_a_version_a_picture_and_a_withdrawal(site: Site, manager: Person) -> None:
    client = browser(manager)
    document = filed(site, manager)
    at = f"/documents/{document.public_id}/"
    bad = client.post(f"{at}versions/", {"reason": "", "file": uploads.upload("a.png", uploads.picture())})
    assert bad.status_code == 400
    good = {"reason": "扫描件", "file": uploads.upload("a.png", uploads.picture("PNG", exif=True))}
    assert client.post(f"{at}versions/", good).status_code == 302
    shown = client.get(f"{at}versions/2/picture/")
    assert shown["Content-Type"] == "image/png"
    assert shown["Content-Disposition"] == "inline"
    assert client.get(f"{at}versions/1/picture/").status_code == 400
    assert client.post(f"{at}withdraw/", {"reason": ""}).status_code == 400
    assert client.post(f"{at}withdraw/", {"reason": "错"}, follow=True).status_code == 200
    assert "badge--muted" in client.get(at).content.decode()
    assert client.post(f"{at}withdraw/", {"reason": "错"}).status_code == 409


def test_the_checklist_links_to_filing_with_everything_filled_in(site: Site, manager: Person) -> None:
    client = browser(manager)
    page = f"/documents/required/{site.public_id}/"
    assert "尚无法依法判断" in client.get(page).content.decode()
    Site.objects.filter(pk=site.pk).update(region="420106", place="mall", in_use_on=TODAY)
    filed(site, manager)
    text = client.get(page).content.decode()
    assert "第十一条" in text
    link = f"/documents/add/?subject={site.public_id}&amp;kind=design_plan&amp;stage=design"
    assert link in text
    form = client.get(link.replace("&amp;", "&")).content.decode()
    assert '<option value="design_plan" selected>' in form
    assert f'<option value="{site.public_id}" selected>' in form
    assert "badge--danger" in client.get("/documents/required/").content.decode()


def test_a_hand_over_is_registered_and_printed(site: Site, manager: Person) -> None:
    client = browser(manager)
    one, two = filed(site, manager), filed(site, manager, "设计方案")
    chosen = f"/documents/handovers/add/?doc={one.public_id}&doc={two.public_id}"
    assert client.get(chosen).content.decode().count("checked") == 2
    data = {"title": "移交", "receiver": "吴九", "handed_on": "2026-11-21", "doc": [one.public_id, two.public_id]}
    assert client.post("/documents/handovers/add/", {**data, "receiver": ""}).status_code == 200
    assert client.post("/documents/handovers/add/", data).status_code == 302
    made = HandOver.objects.get()
    assert last_entry().act == "document.handed_over"
    paper = client.get(f"/documents/handovers/{made.public_id}/paper/")
    assert paper.content.startswith(b"%PDF-")
    assert paper["Content-Type"] == "application/pdf"
    assert one.versions.get().file.sha256 in client.get(f"/documents/handovers/{made.public_id}/").content.decode()
    assert client.get(f"/documents/handovers/add/?site={site.public_id}").content.decode().count("checked") == 2


def test_who_may_not_read_the_archive_gets_nothing(site: Site, manager: Person, guard: Person) -> None:
    document = filed(site, manager, "机密图册", is_confidential=True)
    at = f"/documents/{document.public_id}/"
    for path in ("/documents/", at, f"{at}versions/1/", "/documents/required/", "/documents/handovers/"):
        assert browser(guard).get(path).status_code == 403
        assert browser().get(path).status_code == 302
    maintainer = make_person("maintainer", "钱修", "maintainer")
    for path in (at, f"{at}versions/1/"):
        assert browser(maintainer).get(path).status_code == 404
    assert "机密图册" not in browser(maintainer).get("/documents/").content.decode()
    assert browser(maintainer).get("/documents/add/").status_code == 403


def test_empty_pages_and_long_names_are_shown(site: Site, manager: Person) -> None:
    client = browser(manager)
    assert "档案还是空的" in client.get("/documents/").content.decode()
    assert "没有找到" in client.get("/documents/?q=xyz").content.decode()
    assert "还没有移交" in client.get("/documents/handovers/").content.decode()
    assert "没有选择文件" in client.get("/documents/handovers/add/").content.decode()
    document = filed(site, manager, "长" * 300)
    assert "长" * 300 in client.get(f"/documents/{document.public_id}/").content.decode()


def test_the_list_is_paged_without_repeats(site: Site, manager: Person) -> None:
    for number in range(53):
        filed(site, manager, f"文件 {number:02d}")
    client = browser(manager)
    first = client.get("/documents/").content.decode()
    older = f"before={Document.objects.order_by('-id')[49].pk}"
    assert older in first
    second = client.get(f"/documents/?{older}").content.decode()
    assert "文件 52" in first
    assert "文件 02" in second
    assert "文件 03" not in second


def test_the_list_asks_the_database_a_fixed_number_of_questions(
    site: Site, manager: Person, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        filed(site, manager, f"文件 {number:02d}")
    client = browser(manager)
    with django_assert_max_num_queries(18):
        client.get("/documents/?q=文件")
