"""The pages of notices: planning from the list of missing ones, posting with a photograph, printing."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from mingcha.records.accounts.models import Person
from mingcha.records.inventory.models import Camera, Site
from mingcha.records.signs.models import Sign, SiteNotice
from tests.support import uploads
from tests.support.office import AT, browser, make_person

TODAY = date(2026, 11, 21)


@pytest.fixture(autouse=True)
def _own_directory(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    settings.PUBLIC_URL = "https://notice.example.cn"


@pytest.fixture
def door(site: Site) -> Camera:
    """A camera that wants a notice."""
    Site.objects.filter(pk=site.pk).update(region="420106", place="mall")
    return Camera.objects.create(
        site=site, name="东门", main_url="rtsp://10.0.0.9/1", state="in_use", sign_required=True, added_at=AT
    )


def test_from_the_missing_list_to_a_checked_notice(site: Site, door: Camera, manager: Person) -> None:
    client = browser(manager)
    assert door.public_id in client.get("/signs/missing/").content.decode()
    form = f"/signs/add/{site.public_id}/"
    chosen = client.get(f"{form}?camera={door.public_id}").content.decode()
    assert f'value="{door.public_id}"' in chosen
    assert "checked" in chosen
    assert "error" in client.post(form, {"name": "", "cameras": []}).content.decode()
    assert client.post(form, {"name": "东门立柱", "cameras": [door.public_id]}).status_code == 302
    sign = Sign.objects.get()
    at = f"/signs/{sign.public_id}/"
    photo = uploads.upload("p.jpg", uploads.picture("JPEG", exif=True))
    assert client.post(f"{at}post/", {"posted_on": "2026-11-22"}).status_code == 400
    assert client.post(f"{at}post/", {"posted_on": "2026-11-21", "photo": photo}).status_code == 302
    shown = client.get(f"{at}photo/")
    assert shown["Content-Type"] == "image/jpeg"
    assert b"Huawei" not in shown.content
    assert client.post(f"{at}check/", {"result": "fine"}).status_code == 400
    assert client.post(f"{at}check/", {"result": "ok", "note": "清晰"}).status_code == 302
    assert "清晰" in client.get(at).content.decode()
    assert "标识齐全" in client.get("/signs/missing/").content.decode()
    assert client.post(f"{at}edit/", {"name": "岗亭", "cameras": [door.public_id]}).status_code == 302
    assert client.post(f"{at}remove/", {"reason": "拆"}).status_code == 302
    assert door.public_id in client.get("/signs/missing/").content.decode()


def test_a_picture_that_is_none_is_refused_at_its_field(site: Site, door: Camera, manager: Person) -> None:
    sign = Sign.objects.create(site=site, name="x", planned_at=AT)
    answer = browser(manager).post(
        f"/signs/{sign.public_id}/post/", {"posted_on": "2026-11-21", "photo": uploads.upload("a.pdf", uploads.pdf())}
    )
    assert answer.status_code == 400
    assert "这里只接受以下文件" in answer.content.decode()


def test_a_notice_whose_words_changed_asks_to_be_replaced(site: Site, door: Camera, manager: Person) -> None:
    client = browser(manager)
    sign = Sign.objects.create(site=site, name="x", planned_at=AT)
    client.post(f"/signs/{sign.public_id}/post/", {"posted_on": "2026-11-21"})
    outdated = "请重新打印并更换"
    assert outdated not in client.get(f"/signs/{sign.public_id}/").content.decode()
    client.post(f"/signs/notices/{site.public_id}/", {"contact": "12345", "check_every_days": "30"})
    assert outdated in client.get(f"/signs/{sign.public_id}/").content.decode()


def test_the_notice_is_shown_and_printed(site: Site, door: Camera, manager: Person) -> None:
    client = browser(manager)
    at = f"/signs/notices/{site.public_id}/"
    assert "公示页面尚未开放" in client.get(at).content.decode()
    assert client.post(at, {"check_every_days": "0"}).status_code == 200
    assert client.post(at, {"check_every_days": "30"}).status_code == 302
    notice = SiteNotice.objects.get()
    assert f"https://notice.example.cn/s/{notice.token}/" in client.get(at).content.decode()
    drawing = client.get(f"{at}a4.svg?lang=zh")
    assert drawing["Content-Type"].startswith("image/svg+xml")
    assert drawing["Content-Security-Policy"] == "sandbox; default-src 'none'"
    paper = client.get(f"{at}sticker.pdf?lang=en")
    assert paper.content.startswith(b"%PDF-")
    assert client.get(f"{at}a5.svg").status_code == 404
    assert client.get(f"{at}a4.pdf?lang=fr").status_code == 404
    assert client.post(f"{at}renew/").status_code == 302
    assert client.get(f"/s/{notice.token}/").status_code == 404
    assert client.post(f"{at}withdraw/").status_code == 302
    assert client.post(f"{at}withdraw/").status_code == 409


def test_without_a_public_address_the_page_warns(site: Site, manager: Person, settings: Any) -> None:
    settings.PUBLIC_URL = ""
    assert "MINGCHA_PUBLIC_URL" in browser(manager).get(f"/signs/notices/{site.public_id}/").content.decode()


def test_a_guard_sees_notices_and_changes_none(site: Site, door: Camera, guard: Person) -> None:
    client = browser(guard)
    sign = Sign.objects.create(site=site, name="东门", planned_at=AT)
    for path in ("/signs/", "/signs/missing/", "/signs/notices/", f"/signs/{sign.public_id}/"):
        assert client.get(path).status_code == 200
    for path in ("post", "check", "remove", "edit"):
        assert client.post(f"/signs/{sign.public_id}/{path}/").status_code == 403
    assert client.post(f"/signs/notices/{site.public_id}/", {"check_every_days": "3"}).status_code == 403
    assert client.post(f"/signs/notices/{site.public_id}/renew/").status_code == 403
    assert client.get(f"/signs/add/{site.public_id}/").status_code == 403
    office = make_person("officer", "郑警", "officer")
    assert browser(office).get("/signs/").status_code == 403
    assert client.get("/signs/sgn_0000000000000000/").status_code == 404


def test_empty_lists_say_what_to_do(manager: Person) -> None:
    client = browser(manager)
    assert "还没有标识" in client.get("/signs/").content.decode()
    assert "标识齐全" in client.get("/signs/missing/").content.decode()
    assert client.get("/signs/notices/").status_code == 200
