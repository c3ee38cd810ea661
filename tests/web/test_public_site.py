"""The public page of a site: open to all who know the address, telling nothing it must not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mingcha.records.accounts.models import Person
from mingcha.records.inventory.models import Camera, Site
from mingcha.records.signs.actions import NoticeDraft, publish_notice
from tests.support.office import AT, browser


@pytest.fixture
def address(site: Site, manager: Person, camera: Camera) -> str:
    """The public page of a mall in Wuhan with a camera."""
    Site.objects.filter(pk=site.pk).update(
        region="420106", place="mall", police_organ="江岸区分局", lat_e7=305_000_000, lon_e7=1_143_000_000
    )
    site.refresh_from_db()
    notice = publish_notice(site=site, draft=NoticeDraft(contact="027-8888 1234"), actor=manager, at=AT)
    return f"/s/{notice.token}/"


def test_it_tells_who_why_how_long_and_ones_rights(address: str) -> None:
    text = browser().get(address).content.decode()
    for word in ("滨江商场", "维护公共安全", "不少于 30 日", "第十七条", "027-8888 1234", "江岸区分局", "第二十一条"):
        assert word in text


def test_it_speaks_english_when_the_address_says_so_whatever_the_browser_wants(address: str) -> None:
    chinese = browser(headers={"accept-language": "en"}).get(address)
    english = browser(headers={"accept-language": "zh-CN"}).get(f"{address}?lang=en")
    assert '<html lang="zh-Hans"' in chinese.content.decode()
    assert '<html lang="en"' in english.content.decode()
    assert "At least 30 days" in english.content.decode()
    assert "Order 799 Art. 17" in english.content.decode()


def test_it_tells_nothing_of_cameras_places_or_ids(address: str, camera: Camera, site: Site) -> None:
    for language in ("", "?lang=en"):
        text = browser().get(address + language).content.decode()
        for secret in (camera.name, camera.public_id, site.public_id, site.unit.public_id, "10.0.0.2", "30.5", "114.3"):
            assert secret not in text


def test_a_key_target_is_not_given_away(address: str, site: Site) -> None:
    Site.objects.filter(pk=site.pk).update(key_antiterror=True)
    for language in ("", "?lang=en"):
        text = browser().get(address + language).content.decode()
        assert "90" in text
        assert "反恐" not in text
        assert "terror" not in text


def test_any_cache_may_keep_it_and_it_sets_no_cookie(address: str, manager: Person) -> None:
    for client in (browser(), browser(manager)):
        answer = client.get(address)
        assert answer["Cache-Control"] == "public, max-age=600"
        assert "Cookie" not in answer.get("Vary", "")
        assert not answer.cookies
        assert "noindex" in answer["X-Robots-Tag"]
        assert "script-src" not in answer["Content-Security-Policy"]
        assert "<script" not in answer.content.decode()


def test_it_is_the_same_for_everybody(address: str, manager: Person) -> None:
    assert browser().get(address).content == browser(manager).get(address).content


def test_an_address_that_is_not_in_use_says_so(address: str, site: Site) -> None:
    for path in ("/s/AAAAAAAAAAAA/", "/s/%00/", f"/s/{site.public_id}/", "/s/"):
        assert browser().get(path).status_code == 404
    Site.objects.filter(pk=site.pk).update(closed_on="2026-01-01")
    assert browser().get(address).status_code == 404


def test_it_takes_no_form(address: str) -> None:
    assert browser().post(address, {}).status_code == 405


def test_long_names_and_an_untold_site_are_shown(site: Site, manager: Person, tmp_path: Path) -> None:
    site.unit.name = "长" * 200
    site.unit.save(update_fields=("name",))
    notice = publish_notice(site=site, draft=NoticeDraft(), actor=manager, at=AT)
    text = browser().get(f"/s/{notice.token}/").content.decode()
    assert "长" * 200 in text
    assert "按现行规定的期限保存" in text


def test_text_of_the_unit_is_shown_as_text(site: Site, manager: Person, settings: Any) -> None:
    draft = NoticeDraft(contact="<script>alert(1)</script>")
    notice = publish_notice(site=site, draft=draft, actor=manager, at=AT)
    assert "<script>" not in browser().get(f"/s/{notice.token}/").content.decode()
