"""Pages of one's own looks, one look in full, and noticeable looks that somebody looks into."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mingcha.records.accounts.models import Person
from mingcha.records.inventory.models import Camera, Site
from mingcha.records.viewing.book_acts import mark_acquaintance
from mingcha.records.viewing.models import Acquaintance, Dealt, Finding, Served
from tests.records.viewing.test_book_acts import DAY, lines, played
from tests.records.viewing.test_served import sent
from tests.support.office import AT, LATER, browser, make_person


@pytest.fixture
def auditor() -> Person:
    return make_person("auditor", "周敏", "auditor")


def test_ones_own_looks_are_listed_and_nobody_elses(guard: Person, manager: Person, camera: Camera) -> None:
    own, other = played(guard, camera, "routine"), played(manager, camera, "routine")
    page = browser(guard).get("/looks/").text
    assert own.public_id in page
    assert other.public_id not in page
    assert "empty__title" in browser(make_person("fresh", "新来", "guard")).get("/looks/").text


def test_findings_are_written_for_several_looks_at_once(guard: Person, manager: Person, camera: Camera) -> None:
    looks = [played(guard, camera), played(guard, camera)]
    client = browser(guard)
    assert "/looks/" in client.get("/").text
    shown = client.get("/looks/").text
    assert all(f'value="{look.public_id}"' in shown for look in looks)
    body = {"looks": [look.public_id for look in looks], "outcome": "found", "text": "背包在三号门"}
    assert client.post("/looks/findings/", body).status_code == 302
    assert Finding.objects.count() == 2
    assert "有发现" in client.get("/looks/").text


@pytest.mark.parametrize(
    "changes", [{"looks": []}, {"outcome": ""}, {"outcome": "found"}, {"looks": ["vws_0000000000000000"]}]
)
def test_what_is_missing_is_told_and_what_was_typed_stays(
    guard: Person, camera: Camera, changes: dict[str, Any]
) -> None:
    look = played(guard, camera)
    body = {"looks": [look.public_id], "outcome": "nothing", "text": "", **changes}
    answer = browser(guard).post("/looks/findings/", body)
    assert answer.status_code == 400
    assert "field__error" in answer.text
    assert not Finding.objects.exists()


def test_anothers_look_takes_no_finding_from_me(guard: Person, manager: Person, camera: Camera) -> None:
    look = played(guard, camera)
    body = {"looks": [look.public_id], "outcome": "nothing"}
    assert browser(manager).post("/looks/findings/", body).status_code == 400
    assert not Finding.objects.exists()


def test_a_look_shows_what_was_sent_how_fast_and_how_many_pictures(
    guard: Person, manager: Person, camera: Camera
) -> None:
    look = played(guard, camera, "routine")
    sent(look, camera, 4, speed_permille=3960)
    sent(look, camera, 4, kind="preview", pictures=31, speed_permille=-16_200)
    for person in (guard, manager):
        page = browser(person).get(f"/looks/{look.public_id}/").text
        assert "4×" in page
        assert "−16×" in page
        assert "31" in page
    assert browser(make_person("other", "同事", "guard")).get(f"/looks/{look.public_id}/").status_code == 404
    assert browser(guard).get("/looks/vws_0000000000000000/").status_code == 404


def test_the_speed_stands_in_the_books_too(guard: Person, manager: Person, camera: Camera) -> None:
    sent(played(guard, camera, "routine"), camera, 4, speed_permille=1300)
    client = browser(manager)
    client.cookies["mingcha_language"] = "en"
    assert "about 1.3×" in client.get("/register/seen/people/", {"person": guard.public_id}).text


def test_an_acquaintance_is_marked_and_listed(guard: Person, manager: Person, camera: Camera) -> None:
    look = played(guard, camera, "routine")
    client = browser(guard)
    assert client.post(f"/looks/{look.public_id}/acquaintance/", {"note": ""}).status_code == 400
    assert client.post(f"/looks/{look.public_id}/acquaintance/", {"note": "画面中有邻居"}).status_code == 302
    assert "画面中有邻居" in browser(manager).get("/register/seen/noticed/").text
    other = browser(make_person("other", "同事", "guard"))
    assert other.post(f"/looks/{look.public_id}/acquaintance/", {"note": "x"}).status_code == 404
    assert Acquaintance.objects.count() == 1


def test_a_noticeable_look_is_looked_into_and_leaves_the_list(guard: Person, manager: Person, camera: Camera) -> None:
    played(guard, camera, "routine", minutes=9 * 60)
    (line,) = lines(manager, LATER)
    client, path = browser(manager), f"/register/seen/noticed/{line.key}/"
    assert path in client.get("/register/seen/noticed/").text
    assert guard.name in client.get(path).text
    assert client.post(path, {"note": " "}).status_code == 400
    assert client.post(path, {"note": "已核实"}).status_code == 302
    page = client.get("/register/seen/noticed/").text
    assert path not in page
    assert "已核实" in page
    assert "已核实" in client.get(path).text


def test_ones_own_is_for_another_to_look_into(manager: Person, auditor: Person, camera: Camera) -> None:
    played(manager, camera, "routine", minutes=9 * 60)
    (line,) = lines(auditor, LATER)
    path = f"/register/seen/noticed/{line.key}/"
    assert browser(manager).post(path, {"note": "没事"}).status_code == 400
    assert not Dealt.objects.exists()
    assert browser(auditor).post(path, {"note": "已核实"}).status_code == 302


def test_a_reader_of_the_register_reads_and_does_no_more(guard: Person, manager: Person, camera: Camera) -> None:
    played(guard, camera, "routine", minutes=9 * 60)
    (line,) = lines(manager, LATER)
    client = browser(make_person("inspector", "检查员", "inspector"))
    assert client.get(f"/register/seen/noticed/{line.key}/").status_code == 200
    assert client.post(f"/register/seen/noticed/{line.key}/", {"note": "x"}).status_code == 403
    assert browser(guard).get(f"/register/seen/noticed/{line.key}/").status_code == 403
    assert client.get("/register/seen/noticed/much.2026-11-21.per_0000000000000000/").status_code == 404


def test_noticeable_looks_wait_at_home_of_the_auditor(guard: Person, auditor: Person, camera: Camera) -> None:
    look = played(guard, camera, "routine")
    assert "/register/seen/noticed/" not in browser(auditor).get("/").context["lines"].__repr__()
    mark_acquaintance(viewing=look, note="邻居", actor=guard, at=AT - timedelta(hours=1))
    assert "/register/seen/noticed/" in [line.url for line in browser(auditor).get("/").context["lines"]]


def test_rows_beyond_the_term_are_deleted_by_who_may_and_only_then(
    guard: Person, manager: Person, camera: Camera, site: Site
) -> None:
    played(guard, camera, "routine", at=AT - 400 * DAY)
    path = "/policies/keep_log_days/thin/"
    assert browser(guard).post(path, {"thin-note": "到期"}).status_code == 403
    assert "identity_password" in browser(manager, confirmed=False).post(path, {"thin-note": "到期"}).text
    client = browser(manager)
    client.post(path, {"thin-note": ""})
    assert Served.objects.exists()
    assert "thin-note" in client.get("/policies/keep_log_days/").text
    client.post(path, {"thin-note": "到期"})
    assert not Served.objects.exists()
