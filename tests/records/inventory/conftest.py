"""Sites the law can be asked about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mingcha.records.accounts.models import Person
from mingcha.records.inventory.actions import AreaDraft, SiteFacts, Siting, add_area, add_camera, open_site
from mingcha.records.inventory.models import Area, Camera, Site
from tests.support.office import AT, draft, make_person

MALL = SiteFacts(region="420106", place="mall")
WHY = "看护主通道"


@pytest.fixture
def mall(manager: Person) -> Site:
    """A shopping centre in Wuhan: on the national second list and on the city's."""
    return open_site(name="武昌商场", address="中山路 1 号", actor=manager, at=AT, facts=MALL)


@pytest.fixture
def shop(manager: Person) -> Site:
    """A small shop in Wuhan: a public place on no list."""
    facts = SiteFacts(region="420106", place="small_shop")
    return open_site(name="街角小店", address="", actor=manager, at=AT, facts=facts)


@pytest.fixture
def clerk() -> Person:
    return make_person("clerk", "周档", "clerk")


@pytest.fixture
def maintainer() -> Person:
    return make_person("maintainer", "吴修", "maintainer")


@pytest.fixture
def area(manager: Person) -> Callable[..., Area]:
    """Adds an area of some kind."""

    def add(site: Site, kind: str = "general", name: str = "") -> Area:
        return add_area(site=site, draft=AreaDraft(name or kind, kind), actor=manager, at=AT)

    return add


@pytest.fixture
def put(manager: Person) -> Callable[..., Camera]:
    """Adds a camera with siting facts, necessary unless said otherwise."""

    def add(site: Site, name: str = "东门", **siting: Any) -> Camera:
        given = draft(name, siting=Siting(**{"necessity": WHY, **siting}))
        return add_camera(site=site, draft=given, actor=manager, at=AT)

    return add
