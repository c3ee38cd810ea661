"""What the notice says, how it is drawn, and the address of its public page."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mingcha.base.errors import Conflict, NotAllowed
from mingcha.records.accounts.models import Person
from mingcha.records.inventory.models import Site
from mingcha.records.signs import actions, queries
from mingcha.records.signs.actions import NoticeDraft
from mingcha.records.signs.sheet import SHEETS, draw, words_for
from mingcha.records.signs.sheet.lines import evenly, width_em, wrapped
from tests.support.office import AT, LATER, last_entry

SVG = "{http://www.w3.org/2000/svg}"


def said(svg: str) -> str:
    return "".join(text.text or "" for text in ElementTree.fromstring(svg).iter(f"{SVG}text"))


def test_the_notice_says_what_the_law_says_of_this_site(mall: Site) -> None:
    says = queries.notice_for(mall, AT)
    assert (says.unit, says.site, says.contact) == (mall.unit.name, "滨江商场", "027-8888 1234")
    assert says.kept_days == 30
    assert says.kept_by["zh"] == ("国务院令第799号第十七条",)
    assert [place.partition("第")[0] for place in says.posted_by["zh"]] == ["国务院令", "湖北省政府令", "武汉市政府令"]


def test_a_stricter_floor_is_named_with_the_provision_that_sets_it(mall: Site) -> None:
    Site.objects.filter(pk=mall.pk).update(key_antiterror=True)
    mall.refresh_from_db()
    says = queries.notice_for(mall, AT)
    assert says.kept_days == 90
    assert says.kept_by["en"] == ("Wuhan Order 314 Art. 16 (5)",)


def test_a_site_that_is_not_told_promises_no_number(site: Site) -> None:
    says = queries.notice_for(site, AT)
    assert says.kept_days is None
    assert "按法律法规规定的期限" in said(queries.sheet_of(site, "a4", "zh", AT))


def test_before_the_law_was_in_force_it_gives_another_number(mall: Site) -> None:
    assert queries.notice_for(mall, datetime(2024, 6, 1, tzinfo=UTC)).kept_days == 15


def test_every_word_changes_the_version(mall: Site, manager: Person) -> None:
    before = queries.notice_for(mall, AT).version
    actions.publish_notice(site=mall, draft=NoticeDraft(contact="12345"), actor=manager, at=AT)
    assert queries.notice_for(mall, AT).version != before


@pytest.mark.parametrize("sheet", list(SHEETS))
@pytest.mark.parametrize("languages", ["both", "zh", "en"])
def test_each_sheet_is_drawn_in_each_language(mall: Site, manager: Person, sheet: str, languages: str) -> None:
    notice = actions.publish_notice(site=mall, draft=NoticeDraft(), actor=manager, at=AT)
    svg = queries.sheet_of(mall, sheet, languages, AT)
    root = ElementTree.fromstring(svg)
    assert root.get("width") == f"{SHEETS[sheet].width_mm}mm".replace(".0", "")
    text = said(svg)
    assert ("您已进入公共安全" in text) == (languages != "en")
    assert ("public-security video" in text) == (languages != "zh")
    assert f"notice.example.cn/s/{notice.token}/" in text.replace(" ", "")


def test_a_sheet_nobody_knows_does_not_exist(mall: Site) -> None:
    for sheet, languages in (("a5", "zh"), ("a4", "fr")):
        with pytest.raises(NotAllowed) as raised:
            queries.sheet_of(mall, sheet, languages, AT)
        assert raised.value.code == "sheet.unknown"


def test_without_public_page_or_address_there_is_no_code(
    mall: Site, manager: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "notice.example.cn" not in queries.sheet_of(mall, "a4", "both", AT)
    actions.publish_notice(site=mall, draft=NoticeDraft(), actor=manager, at=AT)
    assert "notice.example.cn" in queries.sheet_of(mall, "a4", "both", AT)
    monkeypatch.setattr("django.conf.settings.PUBLIC_URL", "")
    assert "/s/" not in queries.sheet_of(mall, "a4", "both", AT)


names = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=200
).filter(str.strip)


@settings(max_examples=30)
@given(unit=names, contact=names)
def test_any_name_is_drawn_whole_and_inside_the_sheet(unit: str, contact: str) -> None:
    facts: dict[str, Any] = {"kept_days": 30, "kept_by": ("x",), "posted_by": ("y",)}
    words = [words_for(language, unit=unit, purpose="p", contact=contact, **facts) for language in ("zh", "en")]
    svg = draw(SHEETS["a4"], words, "https://notice.example.cn/s/abc/")
    text = re.sub(r"\s", "", said(svg))
    assert re.sub(r"\s", "", unit) in text
    assert re.sub(r"\s", "", contact) in text
    ends = [float(found.get("y") or 0) for found in ElementTree.fromstring(svg).iter(f"{SVG}text")]
    assert max(ends) <= 297


@given(text=names, width=st.floats(20, 200))
def test_lines_hold_every_character_and_keep_their_width(text: str, width: float) -> None:
    for lines in (wrapped(text, 5, width), evenly(text, 5, width)):
        assert "".join("".join(lines).split()) == "".join(text.split())
        # Two closing signs may hang over, as on paper.
        assert all(width_em(line) * 5 <= width + 10.01 for line in lines)


def test_an_opening_bracket_ends_no_line_and_a_full_stop_begins_none() -> None:
    lines = wrapped("一二三四五（六七八九十。一二", 10, 60)
    assert all(not line.endswith("（") for line in lines)
    assert all(not line.startswith("。") for line in lines)


def test_the_address_can_be_renewed_and_closed(mall: Site, manager: Person) -> None:
    with pytest.raises(Conflict):
        actions.renew_link(site=mall, actor=manager, at=AT)
    first = actions.publish_notice(site=mall, draft=NoticeDraft(), actor=manager, at=AT).token
    assert last_entry().act == "notice.published"
    found = queries.published(first)
    assert found is not None
    assert found.site == mall
    second = actions.renew_link(site=mall, actor=manager, at=LATER).token
    assert last_entry().act == "notice.link_renewed"
    assert first not in last_entry().detail
    assert second != first
    assert queries.published(first) is None
    actions.withdraw_notice(site=mall, actor=manager, at=LATER)
    assert last_entry().act == "notice.withdrawn"
    assert queries.published(second) is None
    with pytest.raises(Conflict):
        actions.withdraw_notice(site=mall, actor=manager, at=LATER)
    again = actions.publish_notice(site=mall, draft=NoticeDraft(), actor=manager, at=LATER)
    assert again.token == second
