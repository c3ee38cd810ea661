"""Pages of posts and personnel files: refused, empty, wrong, done, with long names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from stdnum.cn import ric

from mingcha.records.accounts.models import Person
from mingcha.records.inventory.models import Site
from mingcha.records.personnel.models import (
    Appointment,
    EntryCheck,
    PersonnelFile,
    PoliceFiling,
    Post,
    Training,
    Undertaking,
)
from tests.support.office import AT, appointed, browser, last_entry, make_person, words

STEM = "42010619900307123"
RESIDENT_ID = STEM + ric.calc_check_digit(STEM + "0")
TODAY = AT.date()
PAPER = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture
def clerk() -> Person:
    return make_person("clerk", "陈静", "clerk", "en")


@pytest.fixture
def wuhan(site: Site) -> Site:
    site.region, site.place, site.police_organ = "420102", "mall", "江岸区公安分局"
    site.save()
    return site


@pytest.fixture
def post(wuhan: Site) -> Post:
    return Post.objects.create(site=wuhan, name="东区值班", kind="monitoring", seats=2, opened_at=AT)


def english(person: Person) -> Client:
    client = browser(person)
    client.cookies["mingcha_language"] = "en"
    return client


def addresses(person: Person, post: Post, line: int = 1) -> Iterator[str]:
    yield from ("/posts/", "/posts/add/", "/personnel/", "/personnel/due/", "/personnel/training/")
    yield from ("/personnel/filing/", "/staff-list/", f"/posts/{post.public_id}/", f"/posts/{post.public_id}/edit/")
    yield from (f"/posts/{post.public_id}/appoint/", f"/posts/{post.public_id}/appoint/{person.public_id}/")
    for part in ("", "cover/", "check/", "undertaking/", "number/"):
        yield f"/personnel/{person.public_id}/{part}"


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_opens_for_a_manager_with_nothing_in_it(
    manager: Person, post: Post, guard: Person, language: str
) -> None:
    client = browser(manager)
    client.cookies["mingcha_language"] = language
    for address in addresses(guard, post):
        assert client.get(address).status_code == 200, address


def test_every_page_stands_long_and_hostile_names(manager: Person, guard: Person, wuhan: Site) -> None:
    long = "很长的名字<script>alert(1)</script>" * 6
    Site.objects.update(name=long[:200])
    Person.objects.filter(pk=guard.pk).update(name=long[:100])
    post = Post.objects.create(site=wuhan, name=long[:200], kind="monitoring", opened_at=AT)
    appointed(guard, wuhan)
    PersonnelFile.objects.update(full_name=long[:100], site=wuhan)
    client = browser(manager)
    for address in addresses(guard, post):
        response = client.get(address)
        assert response.status_code == 200, address
        assert "<script>alert" not in response.text, address


def test_a_guard_sees_none_of_it_and_an_auditor_changes_none(
    guard: Person, outsider: Person, post: Post, manager: Person
) -> None:
    auditor = make_person("auditor", "周明", "auditor")
    for address in addresses(guard, post):
        assert browser(guard).get(address).status_code == 403, address
        assert browser(outsider).get(address).status_code == 302, address
    readable = {"/posts/", "/personnel/", "/personnel/due/"}
    readable |= {f"/posts/{post.public_id}/", f"/personnel/{guard.public_id}/"}
    for address in addresses(guard, post):
        assert browser(auditor).get(address).status_code == (200 if address in readable else 403), address


def test_what_is_not_there_is_not_found(manager: Person, post: Post) -> None:
    client = browser(manager)
    for address in (
        "/posts/pst_0000000000000000/",
        "/personnel/per_0000000000000000/",
        "/appointments/apt_0000000000000000/end/",
        f"/personnel/{manager.public_id}/training/99/withdraw/",
        f"/personnel/{manager.public_id}/nonsense/1/paper/",
        "/staff-list/?site=sit_0000000000000000",
    ):
        assert client.get(address).status_code == 404, address


def test_a_post_is_opened_changed_and_closed(manager: Person, wuhan: Site) -> None:
    client = browser(manager)
    fields = {"site": wuhan.public_id, "name": "西区值班", "kind": "monitoring", "seats": "2"}
    assert client.post("/posts/add/", fields).status_code == 302
    post = Post.objects.get()
    again = client.post("/posts/add/", fields)
    assert "name" in again.context["form"].errors
    assert "西区值班" in again.text
    wrong = client.post("/posts/add/", {**fields, "name": "x", "seats": "0", "kind": "king"})
    assert set(wrong.context["form"].errors) == {"seats", "kind"}
    client.post(f"/posts/{post.public_id}/edit/", {"name": "西二区", "seats": "3"})
    client.post(f"/posts/{post.public_id}/close/")
    post.refresh_from_db()
    assert (post.name, post.seats, post.closed_at) == ("西二区", 3, AT)
    assert words()[-3:] == ["post.opened", "post.changed", "post.closed"]


def test_from_an_empty_file_to_the_post_by_the_pages_alone(
    manager: Person, clerk: Person, guard: Person, post: Post
) -> None:
    client, url = english(manager), f"/personnel/{guard.public_id}/"
    appoint = f"/posts/{post.public_id}/appoint/{guard.public_id}/"
    before = client.get(appoint)
    assert "The law does not permit this appointment yet." in before.text
    assert re.search(r"<button[^>]+disabled", before.text)
    assert before.text.count("/law/wuhan-2022-314/16/") == 2
    refused = client.post(appoint, {"from_on": "2026-11-21"})
    assert refused.status_code == 409
    assert "Missing in the personnel file: Entry check" in refused.text

    day = {"checked_on": "2026-11-01", "result": "passed", "checked_by": "人事部"}
    paper = SimpleUploadedFile("审查表.pdf", PAPER, "application/pdf")
    assert client.post(f"{url}check/", {**day, "evidence": paper}).status_code == 302
    client.post(f"{url}undertaking/", {"educated_on": "2026-11-02", "signed_on": "2026-11-03"})
    course = {"course": "岗位培训", "organiser": "市保安协会", "held_on": "2026-11-04", "result": "passed"}
    client.post("/personnel/training/", {**course, "people": [guard.public_id], "expires_on": "2027-11-04"})
    filing = {"organ": "江岸区公安分局", "filed_on": "2026-11-05", "receipt_number": "17"}
    client.post(
        "/personnel/filing/", {**filing, "site": post.site.public_id, "people": [guard.public_id], "text": "王"}
    )
    rows = (EntryCheck.objects.count(), Undertaking.objects.count(), Training.objects.count())
    assert (*rows, PoliceFiling.objects.count()) == (1, 1, 1, 1)

    assert not re.search(r"<button[^>]+disabled", client.get(appoint).text)
    assert client.post(appoint, {"from_on": "2026-11-21", "until_on": ""}).status_code == 302
    held = Appointment.objects.get()
    assert held.person == guard
    page = client.get(f"/posts/{post.public_id}/").text
    assert "王芳" in page
    assert "Complete" in page

    line = EntryCheck.objects.get()
    answer = client.get(f"{url}entry_check/{line.pk}/paper/")
    assert b"".join(answer.streaming_content) == PAPER
    client.post(f"/appointments/{held.public_id}/end/", {"reason": ""})
    assert Appointment.objects.get().ended_at is None
    client.post(f"/appointments/{held.public_id}/end/", {"reason": "调离"})
    assert Appointment.objects.get().ended_at == AT
    assert "调离" in client.get(url).text


def test_appointing_and_revealing_ask_who_sits_there(manager: Person, guard: Person, post: Post) -> None:
    client = browser(manager, confirmed=False)
    for address in (f"/posts/{post.public_id}/appoint/{guard.public_id}/", f"/personnel/{guard.public_id}/number/"):
        assert client.get(address).headers["Location"].startswith("/confirm/")
    posted = client.post(f"/posts/{post.public_id}/appoint/{guard.public_id}/", {"from_on": "2026-11-21"})
    assert "identity_asked" in posted.text
    assert not Appointment.objects.exists()


def test_the_cover_keeps_what_was_typed_and_never_shows_a_stored_number(manager: Person, guard: Person) -> None:
    client, url = english(manager), f"/personnel/{guard.public_id}/"
    fields = {"full_name": "王芳", "id_kind": "resident", "id_number": RESIDENT_ID[:-1] + "0", "phone": "12"}
    if RESIDENT_ID[-1] == "0":
        fields["id_number"] = RESIDENT_ID[:-1] + "1"
    wrong = client.post(f"{url}cover/", fields)
    assert "id_number" in wrong.context["form"].errors
    assert "does not fit the other seventeen digits" in wrong.text
    assert not PersonnelFile.objects.exists()
    client.post(f"{url}cover/", {**fields, "id_number": RESIDENT_ID, "phone": "13812345678"})
    for address in (url, f"{url}cover/", "/personnel/", "/staff-list/"):
        assert RESIDENT_ID not in client.get(address).text
    assert f"420106********{RESIDENT_ID[-4:]}" in client.get(url).text
    found = client.get("/personnel/", {"text": RESIDENT_ID})
    assert "王芳" in found.text
    client.post(f"{url}cover/", {"full_name": "王芳", "id_kind": "resident", "drop_phone": "on"})
    kept = PersonnelFile.objects.get()
    assert kept.phone_sealed == ""
    assert kept.id_sealed


def test_a_number_in_full_is_the_answer_to_a_reason(manager: Person, guard: Person) -> None:
    client, url = english(manager), f"/personnel/{guard.public_id}/"
    client.post(f"{url}cover/", {"full_name": "王芳", "id_kind": "resident", "id_number": RESIDENT_ID})
    empty = client.post(f"{url}number/", {"which": "id", "reason": ""})
    assert RESIDENT_ID not in empty.text
    shown = client.post(f"{url}number/", {"which": "id", "reason": "报备"})
    assert RESIDENT_ID in shown.text
    assert "no-store" in shown.headers["Cache-Control"]
    assert last_entry().act == "personnel.number_revealed"
    none = client.post(f"{url}number/", {"which": "phone", "reason": "联系"})
    assert "holds no such number" in none.text


def test_a_line_is_withdrawn_with_its_reason(manager: Person, guard: Person, wuhan: Site) -> None:
    appointed(guard, wuhan)
    client, url = english(manager), f"/personnel/{guard.public_id}/"
    line = Training.objects.get()
    assert client.post(f"{url}training/{line.pk}/withdraw/", {"reason": "录错人"}).status_code == 302
    page = client.get(url).text
    assert "录错人" in page
    assert "may not watch" in page


def test_a_file_that_could_run_is_not_taken(manager: Person, guard: Person) -> None:
    page = english(manager).post(
        f"/personnel/{guard.public_id}/check/",
        {
            "checked_on": "2026-11-01",
            "result": "passed",
            "checked_by": "人事部",
            "evidence": SimpleUploadedFile("a.pdf", b"MZ\x90\x00" + b"\0" * 200),
        },
    )
    assert "evidence" in page.context["form"].errors
    assert not EntryCheck.objects.exists()
    assert "人事部" in page.text


def test_what_runs_out_is_listed_by_how_far_ahead(manager: Person, guard: Person, wuhan: Site) -> None:
    appointed(guard, wuhan)
    client = english(manager)
    Training.objects.update(expires_on=TODAY + timedelta(days=45))
    assert "Job training of 王芳 expires" not in client.get("/personnel/due/").text
    assert "Job training of 王芳 expires on 2027-01-05" in client.get("/personnel/due/?days=60").text
    Training.objects.update(expires_on=TODAY - timedelta(days=1))
    page = client.get("/personnel/due/?days=nonsense").text
    assert "may not watch. The file lacks: Job training." in page
    assert "/law/cn-2025-799/16/" in page


def test_the_list_is_filtered_by_state_site_and_employer(manager: Person, guard: Person, wuhan: Site) -> None:
    appointed(guard, wuhan)
    client = english(manager)
    for query, expected in (
        ({"state": "in_post"}, True),
        ({"state": "suspended"}, False),
        ({"state": "no_post"}, False),
        ({"state": "no_file"}, False),
        ({"site": wuhan.public_id}, True),
        ({"text": "guar"}, True),
        ({"text": "nobody"}, False),
        ({"employer": "ctr_nonsense"}, True),
    ):
        rows = client.get("/personnel/", query).context["rows"]
        assert (guard in [row.person for row in rows]) is expected, query


def test_the_staff_list_leaves_with_an_entry_in_three_forms(manager: Person, guard: Person, wuhan: Site) -> None:
    appointed(guard, wuhan)
    client = english(manager)
    client.post(f"/personnel/{guard.public_id}/cover/", {"full_name": "=王芳", "id_kind": "resident",
                "id_number": RESIDENT_ID, "site": wuhan.public_id})  # fmt: skip
    PoliceFiling.objects.all().delete()
    page = client.get("/staff-list/")
    assert page.context["form"]["people"].value() == [guard.public_id]
    fields = {"site": wuhan.public_id, "people": [guard.public_id], "reason": "报江岸分局"}
    assert "reason" in client.post("/staff-list/", {**fields, "reason": "", "form": "csv"}).context["form"].errors
    nobody = client.post("/staff-list/", {**fields, "people": [], "form": "csv"})
    assert "people" in nobody.context["form"].errors
    assert "personnel.staff_list_taken" not in words()
    text = client.post("/staff-list/", {**fields, "form": "csv"}).content.decode("utf-8-sig")
    assert RESIDENT_ID in text
    assert "'=王芳" in text
    assert RESIDENT_ID in client.post("/staff-list/", {**fields, "form": "html"}).text
    assert client.post("/staff-list/", {**fields, "form": "pdf"}).content.startswith(b"%PDF")
    assert words().count("personnel.staff_list_taken") == 3
    assert last_entry().detail_fields["note"] == "报江岸分局"


def test_bulk_training_keeps_the_choice_when_a_field_is_wrong(manager: Person, guard: Person) -> None:
    page = english(manager).post("/personnel/training/", {"course": "", "people": [guard.public_id]})
    assert "course" in page.context["form"].errors
    assert re.search(rf'value="{guard.public_id}"[^>]* checked', page.text)


def test_filing_asks_for_the_site_first(manager: Person, guard: Person) -> None:
    assert "Which site?" in english(manager).get(f"/personnel/filing/?person={guard.public_id}").text


def test_long_lists_ask_the_database_no_more_for_more_people(manager: Person, wuhan: Site) -> None:
    def asked(address: str) -> int:
        client: Any = browser(manager)
        client.get(address)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            client.get(address)
        return len(captured)

    people = [make_person(f"g{number}", f"值班员{number}", "guard") for number in range(3)]
    for person in people[:1]:
        appointed(person, wuhan)
    few = {address: asked(address) for address in ("/personnel/", "/posts/", "/personnel/due/", "/staff-list/")}
    for person in people[1:]:
        appointed(person, wuhan)
    assert {address: asked(address) for address in few} == few
