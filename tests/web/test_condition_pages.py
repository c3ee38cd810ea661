"""The pages of the archive's condition and of the register against the ledger."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from mingcha.records.accounts.models import Person
from mingcha.records.condition.models import Damage
from mingcha.records.inventory.models import Camera
from mingcha.records.register.models import Entry
from tests.records.condition.test_damage import AT_US, broken, tell
from tests.records.register.test_checking import Anchored, behind_the_triggers
from tests.support.office import browser, make_person


@pytest.fixture
def auditor() -> Person:
    return make_person("auditor", "Zhou", "auditor", language="en")


def english(person: Person) -> Client:
    client = browser(person)
    client.cookies["mingcha_language"] = "en"
    return client


def rounds(**changes: Any) -> None:
    told = {"slots": 30, "covered": 15, "segments": 90, "bytes": 5_000_000, "findings": 1, "with_ledger": True}
    tell("archive.verified", slot=3, began_us=AT_US - 5, ended_us=AT_US, **{**told, **changes})


def test_before_the_first_round_the_page_says_so(auditor: Person) -> None:
    shown = english(auditor).get("/archive-condition/").content.decode()
    assert "Nothing was verified yet" in shown
    assert "No time-stamping authority was asked" in shown


def test_damage_is_shown_with_its_blocks_and_goes_when_it_is_dealt_with(camera: Camera, auditor: Person) -> None:
    damage = broken(camera)
    rounds()
    tell("timestamp.state", state="ok", size=12, stamped_us=AT_US)
    client = english(auditor)
    shown = client.get("/archive-condition/").content.decode()
    assert "50 %" in shown
    assert "part 2 (bytes 1000–1999), part 5 (bytes 5000–5999)" in shown
    assert "东门" in client.get("/").content.decode()
    page = f"/archive-condition/{damage.public_id}/"
    shown = client.get(page).content.decode()
    assert "5000" in shown
    assert "2026-11-21 10:00:00 – 10:01:00" in shown
    empty = client.post(f"{page}deal/", {"note": " "})
    assert empty.status_code == 400
    assert client.post(f"{page}deal/", {"note": "x" * 200}).status_code == 302
    assert damage.public_id in client.get("/archive-condition/").content.decode()
    assert Damage.objects.get().dealt_by == auditor
    assert client.get(page).status_code == 200


def test_a_guard_and_an_outsider_see_none_of_it(camera: Camera, guard: Person, outsider: Person) -> None:
    damage = broken(camera)
    for address in ("/archive-condition/", f"/archive-condition/{damage.public_id}/"):
        assert browser(guard).get(address).status_code == 403
        assert browser(outsider).get(address).status_code in (302, 403)
    assert browser(guard).post(f"/archive-condition/{damage.public_id}/deal/", {"note": "a"}).status_code == 403


def test_chinese_names_the_same(camera: Camera, manager: Person) -> None:
    broken(camera)
    rounds()
    shown = browser(manager).get("/archive-condition/").content.decode()
    assert "录像档案状况" in shown
    assert "第2部分（字节1000–1999）" in shown


@pytest.fixture
def anchored(tmp_path: Path, settings: Any) -> Any:
    made = Anchored(tmp_path)
    settings.DATA_DIR = tmp_path
    yield made
    made.log.close()


def test_the_register_is_compared_with_the_ledger_on_its_page(anchored: Anchored, auditor: Person) -> None:
    client = english(auditor)
    assert "are what the ledger was told" in client.get("/register/ledger/").content.decode()
    victim = Entry.objects.get(subject_name="点位11").pk
    assert "Unchanged" in client.get(f"/register/{victim}/").content.decode()
    behind_the_triggers("UPDATE register_entry SET subject_name = '改过的' WHERE id = %s", victim)
    shown = client.get("/register/ledger/").content.decode()
    assert f"/register/{victim}/" in shown
    assert "not what it was when the ledger took it" in shown
    assert "not what it was when the ledger took it" in client.get(f"/register/{victim}/").content.decode()
    assert "Unchanged" in client.get(f"/register/{victim - 1}/").content.decode()
    assert f"/register/{victim}/" in client.get(f"/register/ledger/?first={victim}").content.decode()
    assert f"/register/{victim}/" not in client.get(f"/register/ledger/?first={victim + 2}").content.decode()


def test_without_a_ledger_the_page_says_so(auditor: Person, settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    assert english(auditor).get("/register/ledger/").status_code == 200
