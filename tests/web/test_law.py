"""The law reader: articles, search, what binds a site, links both ways, both languages, any input."""

from __future__ import annotations

import html
import re
from urllib.parse import urlencode

import pytest
from django.utils.translation import override

from mingcha import law
from mingcha.law.model import Citation
from mingcha.law.reader import LawReader
from mingcha.law.regions import matching, name_of, regions
from mingcha.records.accounts.models import Person
from mingcha.records.inventory.models import Camera
from mingcha.web.pages import law_screens, law_words
from tests.support.office import browser
from tests.web.test_pages import CHINESE, LANGUAGES, client, page_text

MALL = {"region": "420106", "place": "mall", "on": "2026-11-22", "in_use_on": "2026-10-01"}
PAGES = (
    "/law/",
    "/law/?q=deletion",
    "/law/?kind=retention-min",
    "/law/?screen=wall",
    "/law/cn-2025-799/14/",
    "/law/shenzhen-draft/32/",
    "/law/site/",
    f"/law/site/?{urlencode(MALL)}",
    "/law/site/?region=x&place=&on=",
)


def site_page(person: Person, language: str = "en", **facts: str) -> str:
    response = client(person, language).get("/law/site/", {**MALL, **facts})
    assert response.status_code == 200
    return html.unescape(response.text)


def stats(text: str) -> list[str]:
    """The four figures at the top of an answer."""
    return [value.strip() for value in re.findall(r'<p class="stat__value">(.*?)</p>', text)]


def group(text: str, part: str) -> str:
    """One group of an answer; empty when it is not there."""
    found = re.search(rf'<section class="card card--flush" id="{part}">.*?</section>', text, re.DOTALL)
    return found.group() if found else ""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", PAGES)
def test_a_page_renders_in_both_languages(guard: Person, path: str, language: str) -> None:
    response = client(guard, language).get(path)
    assert response.status_code == 200
    assert f'<html lang="{LANGUAGES[language]}"' in response.text
    assert "%(" not in response.text


@pytest.mark.parametrize("path", PAGES)
def test_an_english_page_holds_no_chinese_but_what_says_so(guard: Person, path: str) -> None:
    assert not CHINESE.search(page_text(client(guard, "en").get(path).text).replace("王芳", ""))


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_one_heading_and_labels_for_its_fields(guard: Person, path: str) -> None:
    text = client(guard, "en").get(path).text
    assert text.count("<h1") == 1
    fields = re.findall(r'<(?:input|select|textarea)(?![^>]*type="hidden")[^>]*\bid="([^"]+)"', text)
    assert [field for field in fields if f'for="{field}"' not in text] == []


@pytest.mark.parametrize("path", PAGES)
def test_a_manager_reads_it_too_and_a_stranger_is_sent_to_sign_in(manager: Person, path: str) -> None:
    assert browser(manager).get(path).status_code == 200
    assert browser().get(path).headers["Location"].startswith("/sign-in/?next=")


def test_the_navigation_leads_to_the_law(guard: Person) -> None:
    assert 'href="/law/"' in client(guard, "en").get("/").text
    assert 'href="/law/" aria-current="page"' in client(guard, "en").get("/law/").text
    assert 'href="/law/" aria-current="true"' in client(guard, "en").get("/law/site/").text


def test_the_first_page_counts_every_provision_under_its_text(guard: Person) -> None:
    text = client(guard, "en").get("/law/").text
    for instrument in law.current().data.instruments:
        assert f"?instrument={instrument.id}" in text
        assert f">{len(LawReader(law.current()).articles(instrument.id))}</td>" in text


@pytest.mark.parametrize(("words", "language"), [("保存 两年", "zh-hans"), ("TWO years", "en"), ("两年", "en")])
def test_search_finds_in_both_languages(guard: Person, words: str, language: str) -> None:
    text = client(guard, language).get("/law/", {"q": words}).text
    hits = LawReader(law.current()).search(words)
    assert hits
    assert text.count('class="table__primary" href="/law/') == len(hits)


def test_filters_narrow_a_search(guard: Person) -> None:
    text = client(guard, "en").get("/law/", {"q": "footage", "instrument": "cn-2025-799", "kind": "retention-min"}).text
    assert set(re.findall(r'class="table__primary" href="/law/([^/]+)/', text)) == {"cn-2025-799"}
    assert "Retention" in text


def test_a_search_without_hits_says_so(guard: Person) -> None:
    assert "No article found" in client(guard, "en").get("/law/", {"q": "unicorn"}).text


@pytest.mark.parametrize("bad", [
    {"instrument": "x"}, {"kind": "x"}, {"part": "x"}, {"screen": "x"}, {"q": "x" * 101},
])  # fmt: skip
def test_a_filter_that_does_not_exist_is_marked_at_its_field(guard: Person, bad: dict[str, str]) -> None:
    response = client(guard, "en").get("/law/", bad)
    assert response.status_code == 200
    assert "field--error" in response.text


def test_every_article_has_a_page_with_all_its_items(guard: Person) -> None:
    made = client(guard, "en")
    for instrument, number in {(row.cite.instrument, row.cite.article) for row in law.articles()}:
        response = made.get(f"/law/{instrument}/{number}/")
        assert response.status_code == 200
        items = [row for row in law.articles() if (row.cite.instrument, row.cite.article) == (instrument, number)]
        for row in items:
            assert response.text.count(f'id="{law_words.anchor(row.cite.item)}"') == 1, row.cite


@pytest.mark.parametrize(
    "path", ["/law/cn-2025-799/999/", "/law/nowhere/1/", "/law/cn-2025-799/x/", "/law/cn-2025-799/0/"]
)
def test_an_article_that_does_not_exist_is_not_found(guard: Person, path: str) -> None:
    assert client(guard, "en").get(path).status_code == 404


def test_links_between_articles_and_screens_go_both_ways(manager: Person, camera: Camera) -> None:
    made = client(manager, "en")
    for path, screen in (("/cameras/", "cameras"), (f"/cameras/{camera.public_id}/", "cameras"), ("/wall/", "wall")):
        assert f'href="/law/?screen={screen}"' in made.get(path).text
    shown = made.get("/law/?screen=cameras").text
    assert '<a href="/cameras/">Cameras</a>' in shown
    rows = [row for row in law.articles() if row.feature in ("inventory", "relocation")]
    assert shown.count('class="table__primary" href="/law/') == len(rows)


def test_every_screen_names_parts_the_law_knows_and_an_address_that_exists() -> None:
    for screen in law_screens.SCREENS:
        assert screen.url.startswith("/")
        assert set(screen.parts) <= set(law_words.codes("feature"))


def test_it_shows_what_the_law_decides_for_a_mall_in_wuhan(guard: Person) -> None:
    facts = {"region": "420106", "on": "2026-11-22", "place": "mall"}
    moment = "2026-11-22T00:00:00+08:00"
    kept = law.decide("retention", {"region": "420106", "place": "mall", "recorded_at": moment, "now": moment})
    filed = law.decide("filing", {**facts, "in_use_on": "2026-10-01"})
    text = site_page(guard)
    assert stats(text) == ["Must be installed", f"{kept['days']} days", "—", filed["earliest"]]
    assert "Overdue on that day" in text
    duties = law.decide("duties", facts)["duties"]
    assert isinstance(duties, list)
    assert group(text, "duties").count("<tr>") - 1 == len(duties)
    assert "Wuhan, Hubei · Shopping centre" in text


def test_every_cited_line_says_why_it_binds(guard: Person) -> None:
    for place in ("mall", "home", "hotel", "road"):
        text = site_page(guard, place=place)
        assert 'data-label="Why">—' not in text
        assert 'data-label="Why">It speaks of' in text or 'data-label="Why">This kind' in text


def test_a_provision_that_names_its_places_does_not_claim_to_speak_of_all(guard: Person) -> None:
    duties = group(site_page(guard, region="440100", place="bank"), "duties")
    first = duties.partition('href="/law/guangzhou-2007-1/6/#para3"')[2].partition("</tr>")[0]
    assert "It names this kind of place." in first


def test_facts_add_their_duties_and_their_reason(guard: Person) -> None:
    reasons = {
        "outsourced": "Monitoring or upkeep is contracted out.",
        "has_monitoring_room": "There is a monitoring room.",
    }
    for fact, reason in reasons.items():
        assert reason not in group(site_page(guard, region="440100"), "duties")
        assert reason in group(site_page(guard, region="440100", **{fact: "on"}), "duties")


def test_an_answer_repeats_what_was_said_beyond_place_and_day(guard: Person) -> None:
    text = site_page(guard, outsourced="on", area="lift", installer="managing_unit")
    assert '<p class="muted">Lift · In use since 2026-10-01 · Monitoring or upkeep is contracted out</p>' in text


def test_a_camera_in_a_guest_room_is_prohibited_and_says_by_which_article(guard: Person) -> None:
    text = site_page(guard, place="hotel", area="guest_room")
    assert stats(text)[0] == "Prohibited"
    assert 'href="/law/cn-2025-799/8/#para1-1"' in group(text, "placement")


def test_drafts_count_only_when_asked(guard: Person) -> None:
    assert stats(site_page(guard, region="440300"))[2] == "—"
    assert stats(site_page(guard, region="440300", drafts="on"))[2].endswith("days")


def test_an_exemption_is_named_with_what_it_frees_from(guard: Person) -> None:
    text = group(site_page(guard, place="small_shop"), "freed")
    assert "Freed by" in text
    assert 'href="/law/cn-2025-799/9/' in text


def test_before_any_text_was_in_force_it_says_so(guard: Person) -> None:
    text = site_page(guard, region="110101", on="2000-01-01", in_use_on="")
    assert "No text Mingcha knows is in force there on that day." in text


@pytest.mark.parametrize(
    ("words", "expected"), [("zh", "依据："), ("en", "Grounds:"), ("fr", "Grounds:"), ("", "Grounds:")]
)
def test_the_reasoning_is_told_in_the_language_asked_for(guard: Person, words: str, expected: str) -> None:
    assert expected in site_page(guard, words=words)


def test_the_first_page_of_the_question_offers_today(guard: Person) -> None:
    assert 'value="2026-11-21"' in client(guard, "en").get("/law/site/").text


@pytest.mark.parametrize(("facts", "said"), [
    ({"region": ""}, "This field is required."),
    ({"region": "Atlantis"}, "No region of this name."),
    ({"region": "990101"}, "No province has a code that begins so."),
    ({"region": "Suzhou"}, "320500 Suzhou, Jiangsu; 341300 Suzhou, Anhui"),
    ({"place": "castle"}, "castle is not one of the available choices."),
    ({"on": "2026-02-30"}, "Enter a valid date."),
    ({"on": ""}, "This field is required."),
    ({"in_use_on": "soon"}, "Enter a valid date."),
    ({"area": "moat"}, "moat is not one of the available choices."),
    ({"installer": "me"}, "me is not one of the available choices."),
    ({"on": "9999-12-31"}, "The law cannot count with this value."),
])  # fmt: skip
def test_a_wrong_fact_is_marked_at_its_field(guard: Person, facts: dict[str, str], said: str) -> None:
    text = site_page(guard, **facts)
    (name,) = facts
    marked = re.search(rf'id="id_{name}_error">(.*?)</div>', text, re.DOTALL)
    assert marked
    assert said in marked.group(1)
    assert 'id="answer"' not in text


@pytest.mark.parametrize(
    "value", ["\x00", "<script>alert(1)</script>", "9" * 5000, "٤٢٠١٠٦", "-1", "0001-01-01", "９９"]
)
@pytest.mark.parametrize("name", [*MALL, "area", "drafts", "words", "accepted_on"])
def test_no_input_breaks_the_page(guard: Person, name: str, value: str) -> None:
    assert "<script>alert" not in client(guard, "en").get("/law/site/", {**MALL, name: value}).text
    site_page(guard, **{name: value})


@pytest.mark.parametrize(("text", "code"), [
    ("武汉", "420100"), ("武汉市", "420100"), ("wuhan", "420100"), ("420106", "420106"), ("420100 武汉市", "420100"),
    ("恩施州", "422800"), ("新疆", "650000"), ("xi'an", "610100"), ("Xian", "610100"), ("Urumqi", "650100"),
    ("４２０１０６", "420106"), ("香港", "810000"),
])  # fmt: skip
def test_a_region_is_found_by_code_and_by_name(text: str, code: str) -> None:
    assert matching(text) == (code,)


def test_every_region_is_found_by_its_own_names_and_lies_in_a_province_of_the_law() -> None:
    codes = [region.code for region in regions()]
    assert codes == sorted(set(codes))
    assert {code[:2] for code in codes} == law.current().data.provinces
    for region in regions():
        assert region.code in matching(region.zh)
        assert region.code in matching(region.en)
        assert name_of(region.code, "en").startswith(region.en)


def test_a_county_is_named_by_its_city_and_an_unknown_one_by_its_province() -> None:
    assert name_of("420106", "zh") == "湖北省武汉市"
    assert name_of("110101", "en") == "Beijing"
    assert name_of("990000", "en") == ""


def test_articles_are_cited_as_chinese_texts_number_them() -> None:
    with override("zh-hans"):
        assert law_words.place_label(Citation("cn-2025-799", 16, "para2 (1) entry")) == "第十六条第二款第（一）项"
        assert law_words.place_label(Citation("cn-2025-799", 20)) == "第二十条"
    with override("en"):
        assert law_words.place_label(Citation("cn-2025-799", 16, "para2 (1) entry")) == "Art. 16 para. 2 (1)"
    assert [law_words.chinese(number) for number in (1, 10, 11, 20, 46)] == ["一", "十", "十一", "二十", "四十六"]
