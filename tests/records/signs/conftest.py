"""Fixtures of the notices: a told site with cameras that want a notice, its own directory for photographs."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from mingcha.records.accounts.models import Person
from mingcha.records.inventory.models import Camera, Site
from mingcha.records.signs.actions import SignDraft, plan_sign
from mingcha.records.signs.models import Sign
from tests.support.office import AT, make_person


@pytest.fixture(autouse=True)
def _own_directory(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    settings.PUBLIC_URL = "https://notice.example.cn"


@pytest.fixture
def mall(site: Site) -> Site:
    """A mall in Wuhan."""
    Site.objects.filter(pk=site.pk).update(
        region="420106", place="mall", in_use_on=date(2026, 1, 1), police_organ="江岸区分局"
    )
    site.unit.phone = "027-8888 1234"
    site.unit.save(update_fields=("phone",))
    site.refresh_from_db()
    return site


def camera_at(site: Site, name: str, **facts: Any) -> Camera:
    """A camera in use, as if judged already."""
    fields = {"main_url": f"rtsp://10.0.0.9/{name}", "state": "in_use", "sign_required": True, "added_at": AT}
    return Camera.objects.create(site=site, name=name, **{**fields, **facts})


@pytest.fixture
def cameras(mall: Site) -> list[Camera]:
    return [camera_at(mall, name) for name in ("东门", "西门", "北门")]


@pytest.fixture
def maintainer() -> Person:
    return make_person("maintainer", "钱修", "maintainer")


@pytest.fixture
def sign(mall: Site, cameras: list[Camera], maintainer: Person) -> Sign:
    """A planned notice for the first two cameras."""
    return plan_sign(site=mall, draft=SignDraft("东门立柱", None, cameras[:2]), actor=maintainer, at=AT)
