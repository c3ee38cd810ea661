"""Holds for the tests of custody: placed by the clerk, confirmed as the recorder would."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from mingcha.base.clock import US_PER_S, from_datetime
from mingcha.base.ids import new_id
from mingcha.base.timerange import TimeRange
from mingcha.gateway.reports import take_facts
from mingcha.records.accounts.models import Person
from mingcha.records.custody.actions import HoldDraft, place_hold
from mingcha.records.custody.models import Hold
from mingcha.records.inventory.models import Camera
from mingcha.wire.facts import Fact
from tests.support.office import AT, make_person

HOUR_US = 3600 * US_PER_S
SPAN = TimeRange(from_datetime(AT) - 2 * HOUR_US, from_datetime(AT) - HOUR_US)


@pytest.fixture
def clerk() -> Person:
    return make_person("clerk", "周敏", "clerk")


@pytest.fixture
def second() -> Person:
    """Another manager: releases are a matter of two."""
    return make_person("second", "孙立", "manager")


def draft_of(camera: Camera, **changes: Any) -> HoldDraft:
    fields: dict[str, Any] = {
        "ground": "case", "number": "2026-118", "text": "东门盗窃", "cameras": [camera], "span": SPAN, **changes,
    }  # fmt: skip
    return HoldDraft(**fields)


@pytest.fixture
def hold(camera: Camera, clerk: Person) -> Hold:
    return place_hold(draft=draft_of(camera), actor=clerk, at=AT)


def tell(hold: Hold, kind: str, at: datetime = AT, *, cameras: int = 99) -> None:
    """The recorder says what it does of every camera of the hold, or of the first so many."""
    for told in hold.ranges.select_related("camera")[:cameras]:
        detail = {"hold": told.public_id, "start_us": hold.start_us, "end_us": hold.end_us, "until_us": told.until_us}
        take_facts(facts=[Fact(new_id("fct"), kind, from_datetime(at), told.camera.public_id, detail, sequence=1)])
    hold.refresh_from_db()


@pytest.fixture
def in_force(hold: Hold) -> Hold:
    tell(hold, "hold.placed")
    return hold
