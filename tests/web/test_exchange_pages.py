"""Taking a site in and writing it out, as a manager does it in the browser."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from mingcha.records.accounts.models import Person
from mingcha.records.inventory.jobs import ParkedImport
from mingcha.records.inventory.models import Camera, Site
from tests.support.office import browser, words

WHOLE = """[场所]
场所名称,行政区划,场所类型
武昌商场,420106,商贸中心
[区域]
区域名称,区域类型
大厅,大厅
卫生间,卫生间
[摄像机]
名称,区域,主码流地址,用户名,密码,国标编码,必要性说明
东门,大厅,rtsp://10.0.0.1/1,admin,pw1secret,42010600001320000001,看护
厕所,卫生间,rtsp://10.0.0.3/1,,,,看护
坏码,大厅,rtsp://10.0.0.4/1,,,4201060000132,看护
"""


def client(person: Person | None, language: str = "en") -> Any:
    found = browser(person)
    found.cookies["mingcha_language"] = language
    return found


def upload(person: Person, text: str | bytes = WHOLE, name: str = "site.csv", **fields: str) -> Any:
    data = text.encode() if isinstance(text, str) else text
    return client(person).post("/cameras/import/", {"file": SimpleUploadedFile(name, data), **fields})


def preview(person: Person, show: str = "", language: str = "en") -> Any:
    parked = ParkedImport.objects.get()
    return client(person, language).get(f"/cameras/import/{parked.public_id}/?show={show}")


def test_a_file_is_looked_at_before_anything_happens(manager: Person) -> None:
    response = upload(manager)
    assert response.headers["Location"] == f"/cameras/import/{ParkedImport.objects.get().public_id}/"
    assert not Site.objects.exists()
    page = preview(manager)
    assert page.status_code == 200
    assert "Digits" not in page.text
    assert "has 20 digits; this one has 13" in page.text
    assert "GB code" in page.text
    assert "pw1secret" not in page.text
    assert "2 rows are refused" in page.text


def test_a_row_the_law_refuses_names_the_article(manager: Person) -> None:
    upload(manager)
    assert "/law/cn-2025-799/" in preview(manager).text
    assert "第" in preview(manager, language="zh").text


@pytest.mark.parametrize("show", ["new", "changed", "unchanged", "refused", "nonsense"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_group_of_rows_has_its_page(manager: Person, show: str, language: str) -> None:
    upload(manager)
    assert preview(manager, show, language).status_code == 200


def test_confirming_takes_in_all_or_the_good_rows(manager: Person) -> None:
    upload(manager)
    path = f"/cameras/import/{ParkedImport.objects.get().public_id}/"
    refused = client(manager).post(path)
    assert refused.status_code == 409
    assert "nothing was taken in" in refused.text
    assert not Camera.objects.exists()
    done = client(manager).post(path, {"only_good": "1"}, follow=True)
    assert "Taken in: 4 new, 0 changed, 0 as before, 2 left out." in done.text
    assert Camera.objects.get().name == "东门"
    again = client(manager).post(path, {"only_good": "1"}, follow=True)
    assert "taken in already" in again.text


def test_rows_that_change_show_before_and_after(manager: Person, camera: Camera, site: Site) -> None:
    text = f"摄像机编号,名称,主码流,安装高度\n{camera.public_id},东大门,rtsp://10.0.0.2:554/main,3.5\n"
    upload(manager, text)
    page = preview(manager)
    for part in ("<del>东门</del>", "<ins>东大门</ins>", "<ins>3.5</ins>"):
        assert part in page.text


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "holds no rows"),
        (b"\x00", "neither an XLSX file nor text"),
        (b"PK\x03\x04zz", "cannot be read"),
        (b"x" * (5 << 20), "too big"),
        (b"name,url\n" + b"a,b\n" * 20_000, "more than 1000 rows"),
    ],
)
def test_a_file_that_is_none_is_refused_at_its_field(manager: Person, data: bytes, sentence: str) -> None:
    response = upload(manager, data)
    assert response.status_code == 200
    assert sentence in response.text
    assert list(response.context["form"].errors) == ["file"]
    assert not ParkedImport.objects.exists()


def test_without_a_file_the_form_says_so(manager: Person) -> None:
    response = client(manager).post("/cameras/import/", {})
    assert list(response.context["form"].errors) == ["file"]


def test_the_site_chosen_takes_rows_that_name_none(manager: Person, site: Site) -> None:
    upload(manager, "名称,主码流\n西门,rtsp://h/1\n", site=str(site.pk))
    client(manager).post(f"/cameras/import/{ParkedImport.objects.get().public_id}/")
    assert Camera.objects.get().site == site
    assert "selected" in client(manager).get(f"/cameras/import/?site={site.public_id}").text


def test_another_persons_file_is_not_shown(manager: Person) -> None:
    from tests.support.office import make_person

    upload(manager)
    other = make_person("other", "乙", "manager")
    path = f"/cameras/import/{ParkedImport.objects.get().public_id}/"
    assert client(other).get(path).headers["Location"] == "/cameras/import/"
    assert client(other).post(path).headers["Location"] == "/cameras/import/"
    assert not Site.objects.exists()


def test_hostile_names_stay_text(manager: Person) -> None:
    upload(manager, '名称,<b>x</b>\n"<script>alert(1)</script>",1\n', name='a"><img src=x>.csv')
    page = preview(manager)
    for part in ("<script>alert", "<img", "<b>x</b>"):
        assert part not in page.text


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_site_is_written_out_as_a_file_and_entered(manager: Person, camera: Camera, site: Site, form: str) -> None:
    response = client(manager).post(f"/sites/{site.public_id}/export/", {"form": form})
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert b"s3cret" not in response.content
    assert words()[-1] == "inventory.exported"
    if form == "xlsx":
        assert "Cameras" in load_workbook(io.BytesIO(response.content)).sheetnames
    else:
        assert response.content.decode("utf-8-sig").startswith("[Sites]")
    assert client(manager).get(f"/sites/{site.public_id}/export/").status_code == 405


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_templates_are_for_taking_away(manager: Person, form: str, language: str) -> None:
    response = client(manager, language).get(f"/cameras/import/template.{form}")
    assert response.status_code == 200
    assert len(response.content) > 1000


def test_guards_and_strangers_get_none_of_it(guard: Person, outsider: Person, site: Site) -> None:
    for path in ("/cameras/import/", "/cameras/import/imp_x/", "/cameras/import/template.csv", "/cameras/find/"):
        assert client(guard).get(path).status_code == 403
        assert client(None).get(path).status_code == 302
    assert client(guard).post(f"/sites/{site.public_id}/export/").status_code == 403


def test_a_preview_of_many_rows_comes_in_pages(manager: Person, site: Site) -> None:
    rows = "\n".join(f"点位{n},http://h/{n}" for n in range(250))
    upload(manager, f"名称,主码流\n{rows}\n", site=str(site.pk))
    page = preview(manager)
    assert page.text.count("<tr>") == 101
    assert "page=2" in page.text


def test_the_device_page_offers_the_next_free_code_of_the_site(manager: Person, camera: Camera, site: Site) -> None:
    path = f"/cameras/{camera.public_id}/device/"
    assert "Next free code" not in client(manager).get(path).text
    Site.objects.update(region="420106")
    assert "42010600001320000001" in client(manager).get(path).text
    upload(manager, "名称,主码流,国标编码\n西门,rtsp://h/1,42010600471310000007\n", site=str(site.pk))
    client(manager).post(f"/cameras/import/{ParkedImport.objects.get().public_id}/")
    assert "42010600471310000008" in client(manager).get(path).text


def test_the_device_page_says_what_a_code_means(manager: Person, camera: Camera) -> None:
    Camera.objects.update(gb_code="42010600001325000001")
    page = client(manager).get(f"/cameras/{camera.public_id}/device/").text
    for part in ("public security, roads", "network camera", "Wuhan", "public security information network"):
        assert part in page
