"""Damage that the recorder tells of waits for somebody, on the home pages of those who can do something about it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mingcha.base.clock import from_datetime, to_datetime
from mingcha.base.errors import Conflict, Invalid, NotAllowed
from mingcha.base.ids import new_id
from mingcha.gateway.reports import take_facts
from mingcha.records.accounts.models import Person
from mingcha.records.condition.actions import deal_with
from mingcha.records.condition.models import Damage, Round, Stamp
from mingcha.records.condition.queries import EACH, damage_for, damages, owed
from mingcha.records.inventory.models import Camera
from mingcha.wire.facts import Fact
from tests.support.office import AT, last_entry, make_person

AT_US = from_datetime(AT)
START_US = AT_US - 7_200_000_000


def tell(kind: str, camera: str = "", **detail: Any) -> None:
    take_facts(facts=[Fact(new_id("fct"), kind, AT_US, camera, detail)])


def broken(camera: Camera, number: int = 7, **changes: Any) -> Damage:
    told: dict[str, Any] = {
        "number": number, "role": "main", "code": "file.changed", "start_us": START_US, "end_us": START_US + 60_000_000,
        "parts": [2, 5], "damaged_parts": 2, "of_parts": 30, "ranges": [[1000, 1999], [5000, 5999]],
        "store": "sto_0000000000000001", **changes,
    }  # fmt: skip
    tell("footage.damaged", camera.public_id, **told)
    return Damage.objects.get(number=number)


@pytest.fixture
def auditor() -> Person:
    return make_person("auditor", "周敏", "auditor")


@pytest.fixture
def maintainer() -> Person:
    return make_person("maintainer", "陈工", "maintainer", language="en")


def test_manager_auditor_and_maintainer_are_told_camera_instants_and_blocks(
    camera: Camera, manager: Person, auditor: Person, maintainer: Person, guard: Person
) -> None:
    damage = broken(camera)
    for person in (manager, auditor, maintainer):
        (line,) = owed(person, AT)
        assert "东门" in line.text
        assert "2026-11-21 10:00:00 – 10:01:00" in line.text
        assert "1000–1999" in line.text
        assert "5000–5999" in line.text
        assert damage.public_id in line.url
        assert line.citations
    assert owed(guard, AT) == []
    entry = last_entry()
    assert (entry.act, entry.subject) == ("footage.damaged", camera.public_id)
    assert damage.public_id in entry.refs


def test_it_stands_until_somebody_deals_with_it(camera: Camera, manager: Person) -> None:
    damage = broken(camera)
    deal_with(damage=damage, note="已从第二块磁盘恢复", actor=manager, at=AT)
    assert owed(manager, AT) == []
    entry = last_entry()
    assert (entry.act, entry.actor, entry.detail_fields["note"]) == (
        "damage.dealt_with",
        manager.public_id,
        "已从第二块磁盘恢复",
    )
    with pytest.raises(Conflict, match="by now"):
        deal_with(damage=damage, note="再来", actor=manager, at=AT)


@pytest.mark.parametrize("note", ["", "   "])
def test_without_words_nothing_is_dealt_with(camera: Camera, manager: Person, note: str) -> None:
    with pytest.raises(Invalid, match="words"):
        deal_with(damage=broken(camera), note=note, actor=manager, at=AT)
    assert len(owed(manager, AT)) == 1


def test_others_see_nothing_and_deal_with_nothing(camera: Camera, guard: Person, outsider: Person) -> None:
    damage = broken(camera)
    for person in (guard, outsider):
        assert not damages(viewer=person).exists()
        with pytest.raises(NotAllowed):
            damage_for(viewer=person, public_id=damage.public_id)
        with pytest.raises(NotAllowed):
            deal_with(damage=damage, note="好了", actor=person, at=AT)


def test_the_same_damage_told_again_is_one_and_damage_after_mending_is_another(camera: Camera) -> None:
    broken(camera)
    broken(camera)
    assert Damage.objects.count() == 1
    tell("footage.mended", camera.public_id, number=7, role="main")
    assert Damage.objects.get().state == "mended"
    tell("footage.damaged", camera.public_id, number=7, code="file.changed", start_us=1, end_us=2)
    assert Damage.objects.count() == 2


def test_footage_whose_time_is_over_says_so_and_waits_all_the_same(camera: Camera, manager: Person) -> None:
    damage = broken(camera)
    tell("footage.deleted", camera.public_id, numbers=[[1, 3], [6, 9]], certificate="dlc_0000000000000001")
    damage.refresh_from_db()
    assert damage.state == "gone"
    assert len(owed(manager, AT)) == 1


def test_losses_and_a_stale_catalog_are_told_too(camera: Camera, manager: Person) -> None:
    tell("footage.lost", camera.public_id, numbers=[[3, 8]], segments=6, start_us=START_US, end_us=AT_US, role="main")
    tell("catalog.behind")
    tell("catalog.behind")
    assert [(one.trouble, one.segments) for one in Damage.objects.order_by("id")] == [
        ("footage.lost", 6),
        ("catalog.behind", 1),
    ]
    assert len(owed(manager, AT)) == 2
    tell("catalog.rebuilt", segments=9)
    assert Damage.objects.get(trouble="catalog.behind").state == "mended"


def test_very_much_damage_is_one_line_more(camera: Camera, manager: Person) -> None:
    for number in range(EACH + 3):
        broken(camera, number + 1)
    lines = owed(manager, AT)
    assert (len(lines), lines[-1].count) == (EACH + 1, 3)


def test_rounds_are_kept_and_their_absence_is_told(manager: Person) -> None:
    told = {"slots": 30, "covered": 4, "segments": 100, "bytes": 5, "findings": 0, "with_ledger": True}
    for _ in range(2):
        tell("archive.verified", slot=3, began_us=AT_US - 5, ended_us=AT_US, **told)
    assert Round.objects.get().covered == 4
    assert owed(manager, AT + timedelta(days=2)) == []
    (late,) = owed(manager, AT + timedelta(days=4))
    assert "2026-11-21" in late.text


def test_time_stamps_are_kept(manager: Person) -> None:
    tell("timestamp.state", state="ok", size=12, stamped_us=AT_US)
    tell("timestamp.state", state="refused", why="wrong root")
    assert [(one.state, one.size) for one in Stamp.objects.all()] == [("refused", None), ("ok", 12)]
    assert Stamp.objects.last().stamped_at == to_datetime(AT_US)  # type: ignore[union-attr]
