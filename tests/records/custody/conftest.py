"""Holds and copies for the tests of custody: placed and ordered by people, confirmed as the recorder would."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from mingcha.base.clock import US_PER_S, from_datetime
from mingcha.base.ids import new_id
from mingcha.base.timerange import TimeRange
from mingcha.gateway.reports import take_facts
from mingcha.records.accounts.models import Person
from mingcha.records.custody import actions as custody
from mingcha.records.custody.actions import (
    Attestation,
    HandOverDraft,
    HoldDraft,
    ReceiverDraft,
    SealDraft,
    place_hold,
)
from mingcha.records.custody.models import Hold, Item
from mingcha.records.inventory.models import Camera
from mingcha.records.viewing.actions import order_export
from mingcha.records.viewing.models import Viewing
from mingcha.wire.facts import Fact
from tests.support.office import AT, asker, make_person
from tests.support.uploads import picture, upload

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


EXPORT = "exp_0123456789abcdef"
MANIFEST = "ab" * 32
FILM = "cd" * 32


def finished(ordered: Viewing, *, export: str = EXPORT, at: datetime = AT, **told: Any) -> Item:
    """The recorder says that the copy of this order is done."""
    files = [{"name": "东门 1.mp4", "bytes": 4_000_000, "sha256": FILM}]
    detail = {
        "export": export,
        "grant": ordered.grant,
        "files": files,
        "manifest_sha256": MANIFEST,
        "gaps": [],
        "preroll_us": 0,
        "proof": ["proof.json", "verify.py"],
        **told,
    }
    camera = ordered.cameras.get()
    take_facts(facts=[Fact(new_id("fct"), "export.finished", from_datetime(at), camera.public_id, detail, sequence=1)])
    return Item.objects.get(export__viewing=ordered)


def gone(item: Item, at: datetime = AT, *, reason: str = "done") -> Item:
    """The recorder says that it deleted its copy."""
    detail = {"export": item.export.export_id, "manifest_sha256": item.manifest_sha256, "reason": reason, "bytes": 1}
    take_facts(facts=[Fact(new_id("fct"), "copy.deleted", from_datetime(at), "", detail, sequence=1)])
    item.refresh_from_db()
    return item


@pytest.fixture(autouse=True)
def _own_directory(settings: Any, tmp_path: Path, key_dir: Path) -> None:
    """Uploads of each test to themselves, keys shared."""
    (tmp_path / "secrets").symlink_to(key_dir / "secrets")
    settings.DATA_DIR = tmp_path


@pytest.fixture
def ordered(camera: Camera, manager: Person) -> Viewing:
    return order_export(asker=asker(manager, "incident", "东门盗窃"), camera=camera, span=SPAN, at=AT)


@pytest.fixture
def item(ordered: Viewing) -> Item:
    return finished(ordered)


def seal(**changes: Any) -> SealDraft:
    fields: dict[str, Any] = {
        "medium": "disc", "seal_number": "S-0001", "receiver_unit": "江岸分局", "receiver_name": "陈警官",
        "purpose": "案件 2026-118", **changes,
    }  # fmt: skip
    return SealDraft(**fields)


def receiver(**changes: Any) -> ReceiverDraft:
    fields: dict[str, Any] = {
        "paper": "work_certificate", "number": "987650021", "signature": upload("signature.png", picture()), **changes
    }  # fmt: skip
    return ReceiverDraft(**fields)


def brought_to(state: str, item: Item, manager: Person) -> Item:
    """The item in this state, by the same acts as anybody's."""
    if state in ("sealed", "out", "back"):
        custody.seal_item(item=item, draft=seal(), actor=manager, at=AT)
    if state in ("out", "back"):
        custody.download(item=item, asker=asker(manager), at=AT)
        custody.hand_over(item=item, draft=HandOverDraft(receiver()), actor=manager, at=AT)
    if state == "back":
        custody.take_back(
            item=item, by_name="陈警官", by_unit="江岸分局", seal_intact=True, draft=receiver(), actor=manager, at=AT
        )
    if state in ("ending", "destroyed"):
        custody.download(item=item, asker=asker(manager), at=AT)
        custody.order_destruction(item=item, ending="done", note="", actor=manager, at=AT)
    if state == "destroyed":
        gone(item)
        custody.attest_destruction(item=item, draft=Attestation("文件已删除"), actor=manager, at=AT)
    item.refresh_from_db()
    assert item.state == state
    return item
