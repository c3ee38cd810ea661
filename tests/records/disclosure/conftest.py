"""Fixtures of requests: a site whose region is told, the persons at the desk, drafts of what is shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mingcha.base.clock import from_datetime
from mingcha.base.timerange import TimeRange
from mingcha.records.accounts.models import Person
from mingcha.records.disclosure import actions
from mingcha.records.disclosure.actions import Asking, OfficerDraft, Self, Wanted
from mingcha.records.disclosure.models import Request
from mingcha.records.inventory.models import Camera, Site
from tests.support.office import AT, make_person

FROM = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
SPAN = TimeRange(from_datetime(FROM), from_datetime(FROM + timedelta(hours=2)))
POLICE = Asking("public_security", "江岸分局", "刑事案件侦查")
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _own_directory(settings: Any, tmp_path: Path, key_dir: Path) -> None:
    """Uploads of each test to themselves, keys shared."""
    for name in ("secrets",):
        (tmp_path / name).symlink_to(key_dir / name)
    settings.DATA_DIR = tmp_path


@pytest.fixture
def clerk() -> Person:
    return make_person("clerk", "陈静", "clerk")


@pytest.fixture
def auditor() -> Person:
    return make_person("auditor", "周明", "auditor")


@pytest.fixture
def beijing(site: Site, camera: Camera) -> Site:
    """Only the national order binds here."""
    Site.objects.filter(pk=site.pk).update(region="110101", place="mall")
    site.refresh_from_db()
    return site


@pytest.fixture
def wuhan(site: Site, camera: Camera) -> Site:
    """The order, the province's and the city's rules bind here."""
    Site.objects.filter(pk=site.pk).update(region="420106", place="mall")
    site.refresh_from_db()
    return site


def wanted(camera: Camera, **changes: Any) -> Wanted:
    fields: dict[str, Any] = {"cameras": [camera], "span": SPAN, "mode": "view", "purpose": "查找走失老人"}
    return Wanted(**{**fields, **changes})


def officer(name: str = "陈警官", **changes: Any) -> OfficerDraft:
    fields: dict[str, Any] = {
        "name": name,
        "organ": "江岸分局",
        "certificate": "work_certificate",
        "number": "012345678",
    }
    return OfficerDraft(**{**fields, "signed_name": name, **changes})


def relative(**changes: Any) -> Self:
    fields: dict[str, Any] = {"name": "孙某", "id_number": "11010119900307889X", "relationship": "close_relative"}
    return Self(**{**fields, "protects": "property", **changes})


def received(site: Site, camera: Camera, guard: Person, **changes: Any) -> Request:
    """A request of the police, as the guard at the desk receives it."""
    return actions.receive_from_organ(site=site, asking=POLICE, wanted=wanted(camera, **changes), actor=guard, at=AT)


def ready(site: Site, camera: Camera, guard: Person, **changes: Any) -> Request:
    """The same, with an officer who signed: all that is asked for in Beijing."""
    request = received(site, camera, guard, **changes)
    actions.add_officer(request=request, draft=officer(), actor=guard, at=AT)
    return request


def granted(site: Site, camera: Camera, guard: Person, manager: Person, **changes: Any) -> Request:
    request = ready(site, camera, guard, **changes)
    actions.grant(request=request, duration=HOUR, actor=manager, at=AT)
    return request
