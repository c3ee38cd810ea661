"""Being asked once more before something serious."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from mingcha.base.errors import NotAllowed
from mingcha.records.accounts.gate import recent_identity
from mingcha.records.accounts.models import Person
from tests.support.office import PASSWORD, browser, words

MINUTE_US = 60_000_000


def test_whoever_has_not_just_signed_in_is_asked_and_what_was_sent_is_kept(manager: Person, guard: Person) -> None:
    client, url = browser(manager, confirmed=False), f"/people/{guard.public_id}/role/"
    asked = client.post(url, {"role": "auditor"})
    assert '<input type="hidden" name="role" value="auditor">' in asked.text
    assert Person.objects.get(pk=guard.pk).role == "guard"
    done = client.post(url, {"role": "auditor", "identity_asked": "1", "identity_password": PASSWORD})
    assert done.status_code == 302
    assert Person.objects.get(pk=guard.pk).role == "auditor"


def test_a_wrong_password_changes_nothing_and_keeps_what_was_sent(manager: Person, guard: Person) -> None:
    client, url = browser(manager, confirmed=False), f"/people/{guard.public_id}/role/"
    refused = client.post(url, {"role": "auditor", "identity_asked": "1", "identity_password": "Typ3dByMistake"})
    assert refused.status_code == 403
    assert 'name="role" value="auditor"' in refused.text
    assert "Typ3dByMistake" not in refused.text
    assert Person.objects.get(pk=guard.pk).role == "guard"
    assert words()[-1] == "person.sign_in_failed"


def test_guessing_is_locked_as_at_the_door(manager: Person, guard: Person) -> None:
    client, url = browser(manager, confirmed=False), f"/people/{guard.public_id}/disable/"
    for _ in range(5):
        client.post(url, {"identity_asked": "1", "identity_password": "wrong"})
    locked = client.post(url, {"identity_asked": "1", "identity_password": PASSWORD})
    assert locked.status_code == 429
    assert Person.objects.get(pk=guard.pk).is_active


def test_it_is_believed_for_ten_minutes_and_no_longer(manager: Person, guard: Person) -> None:
    client, url = browser(manager), f"/people/{guard.public_id}/role/"
    settings.CLOCK.advance(10 * MINUTE_US - 1)
    assert client.post(url, {"role": "auditor"}).status_code == 302
    settings.CLOCK.advance(1)
    assert client.post(url, {"role": "guard"}).status_code == 200
    assert Person.objects.get(pk=guard.pk).role == "auditor"


def test_signing_in_counts_as_having_shown_it(manager: Person, guard: Person) -> None:
    client = browser()
    client.post("/sign-in/", {"username": "manager", "password": PASSWORD})
    assert client.post(f"/people/{guard.public_id}/role/", {"role": "auditor"}).status_code == 302


def test_a_page_that_is_only_read_leads_there_and_back(guard: Person) -> None:
    client = browser(guard, confirmed=False)
    answer = client.post("/confirm/", {"identity_asked": "1", "identity_password": PASSWORD, "next": "/cameras/?a=1"})
    assert answer.headers["Location"] == "/cameras/?a=1"
    answer = client.post("/confirm/", {"identity_asked": "1", "identity_password": PASSWORD, "next": "//evil.example"})
    assert answer.headers["Location"] == "/"


def test_a_script_is_refused_and_a_reader_is_led_to_the_question(guard: Person, rf: Any) -> None:
    def view(_request: object) -> None:
        raise AssertionError("ran")

    script = rf.post("/api/x")
    script.session, script.user, script.at = {}, guard, None
    with pytest.raises(NotAllowed) as caught:
        recent_identity(view)(script)
    assert caught.value.code == "permission.identity"
    reader = rf.get("/register/export/?a=1")
    reader.session, reader.user, reader.at = {}, guard, None
    assert recent_identity(view)(reader).headers["Location"] == "/confirm/?next=%2Fregister%2Fexport%2F%3Fa%3D1"


def test_ten_minutes_is_what_the_page_says() -> None:
    from mingcha.records.accounts.gate.identity import RECENT

    assert timedelta(minutes=10) == RECENT


def test_a_wrong_answer_on_the_way_to_a_page_is_told_there(guard: Person) -> None:
    client = browser(guard, confirmed=False)
    assert client.get("/confirm/?next=/cameras/").status_code == 200
    refused = client.post("/confirm/", {"identity_asked": "1", "identity_password": "wrong", "next": "/cameras/"})
    assert refused.status_code == 403
    assert '<input type="hidden" name="next" value="/cameras/">' in refused.text


def test_an_empty_answer_is_told_at_its_field(manager: Person, guard: Person) -> None:
    client = browser(manager, confirmed=False)
    empty = client.post(f"/people/{guard.public_id}/disable/", {"identity_asked": "1", "identity_password": ""})
    assert "identity_password" in empty.context["form"].errors
    assert Person.objects.get(pk=guard.pk).is_active


def test_files_are_not_carried_and_the_page_says_so(guard: Person, rf: Any) -> None:
    client = browser(guard, confirmed=False)
    client.cookies["mingcha_language"] = "en"
    request = rf.post("/x/")
    request.POST = QueryDict("note=typed")
    request._files = MultiValueDict({"scan": [SimpleUploadedFile("scan.pdf", b"x")]})
    request.session, request.user, request.at = client.session, guard, None
    request.media_origin = ""
    answer = recent_identity(lambda _request: None)(request)
    assert 'name="note" value="typed"' in answer.text
    assert "alert--warn" in answer.text
