"""Fixtures of the office: personas, a site with a camera, keys, a clock that stands still.

Personas: `manager` and `guard` of the same unit; `outsider` whose account is disabled and who must get nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client

from mingcha.base.clock import from_datetime
from mingcha.base.keys import make_keys
from mingcha.records.accounts import actions as accounts
from mingcha.records.accounts.gate.identity import SESSION_KEY as IDENTITY
from mingcha.records.accounts.models import Person
from mingcha.records.inventory import actions as inventory
from mingcha.records.inventory.actions import CameraDraft
from mingcha.records.inventory.models import Camera, Site
from mingcha.records.personnel.models import (
    Appointment,
    EntryCheck,
    PersonnelFile,
    PoliceFiling,
    Post,
    Training,
    Undertaking,
)
from mingcha.records.register.actions import CONSOLE
from mingcha.records.register.models import Entry
from mingcha.records.viewing.actions import Asker
from tests.support.clock import manual_clock
from tools import translations

PASSWORD = "correct horse battery"
AT = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
LATER = AT + timedelta(minutes=1)


def ensure_catalogues() -> None:
    """Compile the catalogues when they are older than their source, so that a test run needs no set-up step."""
    for locale in translations.LOCALES:
        source = translations.po_path(locale)
        compiled = source.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime:
            translations.compile_catalogue(locale)


ensure_catalogues()


@pytest.fixture(scope="session")
def key_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with all keys."""
    path = tmp_path_factory.mktemp("office")
    make_keys(path)
    return path


@pytest.fixture(autouse=True)
def _office(settings: Any, key_dir: Path, db: None) -> None:
    """Every office test: a database, keys, a standing clock, a hasher that costs nothing."""
    settings.DATA_DIR = key_dir
    settings.CLOCK = manual_clock("2026-11-21T04:00:00+00:00")
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def make_person(username: str, name: str, role: str, language: str = "zh-hans") -> Person:
    """Somebody with an own password, as after the first sign-in."""
    person, _password = accounts.create_person(
        username=username, name=name, role=role, language=language, actor=CONSOLE, at=AT
    )
    accounts.set_own_password(person=person, password=PASSWORD, at=AT)
    return person


@pytest.fixture
def manager() -> Person:
    return make_person("manager", "李卫", "manager")


@pytest.fixture
def guard() -> Person:
    return make_person("guard", "王芳", "guard")


@pytest.fixture
def outsider(manager: Person) -> Person:
    """An account that was closed."""
    person = make_person("outsider", "赵四", "guard")
    accounts.disable_person(person=person, actor=manager, at=AT)
    return person


@pytest.fixture
def site(manager: Person) -> Site:
    return inventory.open_site(name="滨江商场", address="沿江大道 188 号", actor=manager, at=AT)


def draft(name: str = "东门", **changes: Any) -> CameraDraft:
    """A camera as a form would give it."""
    fields: dict[str, Any] = {"name": name, "main_url": "rtsp://10.0.0.2:554/main", **changes}
    return CameraDraft(**fields)


@pytest.fixture
def camera(site: Site, manager: Person, request: pytest.FixtureRequest) -> Camera:
    """A camera in use, and posts at its site for those who are about: whoever watches must hold one."""
    appointed(manager, site, "management")
    if "guard" in request.fixturenames:
        appointed(request.getfixturevalue("guard"), site)
    given = draft(sub_url="rtsp://10.0.0.2:554/sub", username="admin", password="s3cret")
    return inventory.add_camera(site=site, draft=given, actor=manager, at=AT)


def appointed(person: Person, site: Site, kind: str = "monitoring") -> Appointment:
    """A lawful file and an appointment as they stood before the test began: rows only, no entries in the book."""
    day, by = AT.date() - timedelta(days=100), {"recorded_at": AT, "recorded_by": "console"}
    PersonnelFile.objects.get_or_create(
        person=person, defaults={"full_name": person.name, "opened_at": AT, "changed_at": AT}
    )
    EntryCheck.objects.create(person=person, checked_on=day, result="passed", checked_by="人事部", **by)
    Undertaking.objects.create(person=person, educated_on=day, signed_on=day, **by)
    Training.objects.create(person=person, course="岗位培训", organiser="保安公司", held_on=day, result="passed", **by)
    PoliceFiling.objects.create(person=person, site=site, filed_on=day, organ="江岸区公安分局", **by)
    post, _made = Post.objects.get_or_create(site=site, kind=kind, defaults={"name": kind, "seats": 9, "opened_at": AT})
    return Appointment.objects.create(person=person, post=post, from_on=day, made_at=AT, made_by="console")


def asker(person: Person, reason: str = "routine", note: str = "") -> Asker:
    """A person in a living browser session."""
    session = SessionStore()
    session.create()
    return Asker(person, session.session_key or "", reason, note)


def browser(person: Person | None = None, *, confirmed: bool = True, **options: Any) -> Client:
    """A client, signed in as this person; `confirmed`: a moment ago, so that no page asks for the password again."""
    client = Client(**options)
    if person is not None:
        client.force_login(person)
        if confirmed:
            session = client.session
            session[IDENTITY] = from_datetime(AT)
            session.save()
    return client


def last_entry() -> Entry:
    return Entry.objects.order_by("-id")[0]


def words() -> list[str]:
    """All acts in the book, oldest first."""
    return list(Entry.objects.order_by("id").values_list("act", flat=True))
