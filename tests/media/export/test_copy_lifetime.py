"""Copies on the recorder: deleted when their time is over, with their footage, or on order; told exactly once."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from mingcha.base.clock import US_PER_S
from mingcha.base.errors import Unavailable
from mingcha.media.catalog.copies import tell_deletion_again
from mingcha.media.catalog.holds import take_holds
from mingcha.media.catalog.keeping import delete_due, order_rule
from mingcha.media.export import lifetime
from mingcha.media.gate.http import NotFound
from mingcha.wire.holds import Hold
from mingcha.wire.plan import RetentionOrder
from tests.media.export.desk import GRANT, LIFETIME_US, Desk, desk
from tests.media.playback.archive import CAMERA, Archive
from tests.media.playback.clips import clip
from tests.media.playback.server import at

pytestmark = pytest.mark.usefixtures("no_process")
DAY_US = 86_400 * US_PER_S
HOUR = RetentionOrder(3600, 3600, False, ("test 1",), "v1")
ROOM = RetentionOrder(3600, None, True, ("test 1",), "v1")


async def finished(it: Desk, from_s: float = 1, **ticket: Any) -> str:
    asked = {"camera": CAMERA, "from": at(from_s), "to": at(5)}
    answer = await it.ask("POST", "/exports", it.ticket(**ticket), json=asked)
    export = str(answer.json()["export"])
    assert (await it.until_ended(export))["state"] == "done"
    return export


def deletions(archive: Archive) -> list[dict[str, Any]]:
    """Facts of deleted copies in the outbox, as [{kind…, detail}]; each must have its entry for the ledger."""
    told = [fact.detail for fact in archive.catalog.facts_after(0) if fact.kind == "copy.deleted"]
    with archive.catalog.reading() as connection:
        leaves = [json.loads(body) for (body,) in connection.execute("SELECT body FROM leaf")]
    entered = [leaf for leaf in leaves if leaf["kind"] == "copy_deletion"]
    assert [leaf["export"] for leaf in entered] == [detail["export"] for detail in told if detail["manifest_sha256"]]
    return told


def expire(archive: Archive, rule: RetentionOrder) -> int:
    """Delete the footage by its rule an hour later; the instant."""
    now_us = at(100) + 3600 * US_PER_S
    order_rule(archive.catalog, CAMERA, "main", rule, at(0))
    assert delete_due(archive.catalog, CAMERA, "main", now_us=now_us, limit=50, for_room=rule.make_room)
    return now_us


async def test_a_copy_goes_when_its_time_on_the_recorder_is_over(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        export = await finished(it)
        ended_us = it.service.get(export).ended_at_us
        assert await it.service.sweep(ended_us + LIFETIME_US - 1) == 0
        assert await it.service.sweep(ended_us + LIFETIME_US) == 1
        (told,) = deletions(it.archive)
        assert (told["export"], told["reason"], told["grant"]) == (export, "lifetime", GRANT)
        assert told["manifest_sha256"] == it.finished[0].manifest_sha256 != ""
        assert told["files"] == {file["name"]: file["sha256"] for file in it.finished[0].files}
        assert not (tmp_path / "exports" / export).exists()
        assert (await it.ask("GET", f"/exports/{export}", it.ticket())).status_code == 404


async def test_a_copy_goes_with_the_footage_the_law_orders_to_delete(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        export = await finished(it)
        assert await it.service.sweep(at(100)) == 0
        assert await it.service.sweep(expire(it.archive, HOUR)) == 1
        assert [(told["export"], told["reason"]) for told in deletions(it.archive)] == [(export, "footage_deleted")]


async def test_a_copy_stays_when_its_footage_only_made_room(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        await finished(it)
        assert await it.service.sweep(expire(it.archive, ROOM)) == 0


async def test_the_grant_a_copy_was_made_for_keeps_it_until_it_ends(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        until_us = at(0) + 2 * DAY_US
        export = await finished(it, copy_until_us=until_us)
        assert await it.service.sweep(expire(it.archive, HOUR)) == 0
        assert it.service.get(export)
        assert await it.service.sweep(until_us) == 1


async def test_a_hold_keeps_a_copy_but_not_beyond_the_lifetime_of_copies(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        export = await finished(it)
        now_us = expire(it.archive, HOUR)
        take_holds(it.archive.catalog, [Hold("hld_0000000000000001", CAMERA, at(4), at(9))], now_us)
        assert await it.service.sweep(now_us) == 0
        assert await it.service.sweep(it.service.get(export).ended_at_us + LIFETIME_US) == 1


async def test_a_hold_elsewhere_does_not_keep_it(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        await finished(it)
        now_us = expire(it.archive, HOUR)
        elsewhere = Hold("hld_0000000000000001", CAMERA, at(6), at(9))
        over = Hold("hld_0000000000000002", CAMERA, at(1), at(5), until_us=now_us)
        take_holds(it.archive.catalog, [elsewhere, over], now_us)
        assert await it.service.sweep(now_us) == 1


async def test_hidden_pre_roll_is_footage_too(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        export = await finished(it, from_s=1.5)
        known = it.service.get(export)
        assert known.preroll_us > 0
        assert known.contents.start_us == known.got_from_us - known.preroll_us


async def test_a_copy_being_made_is_stopped_when_its_footage_has_to_go(tmp_path: Path, stuck: Any) -> None:
    async with desk(tmp_path) as it:
        export = (await it.order()).json()["export"]
        await asyncio.wait_for(stuck.begun.wait(), 30)
        assert await it.service.sweep(expire(it.archive, HOUR)) == 1
        assert stuck.cancelled
        assert not (tmp_path / "exports" / export).exists()
        (told,) = deletions(it.archive)
        assert (told["manifest_sha256"], told["files"], told["bytes"]) == ("", {}, 0)


async def test_what_failed_goes_without_a_word(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        export = (await it.order(30, 40)).json()["export"]
        assert (await it.until_ended(export))["state"] == "failed"
        assert await it.service.sweep(it.archive.clock.wall_us() + LIFETIME_US) == 1
        assert not (tmp_path / "exports" / export).exists()
        assert deletions(it.archive) == []


async def test_an_order_to_delete_is_told_once_and_again_when_asked_again(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        export = await finished(it)
        await it.service.remove(export, "returned")
        with pytest.raises(NotFound):
            await it.service.remove(export, "returned")
        assert [told["reason"] for told in deletions(it.archive)] == ["returned"]
        (before,) = (fact for fact in it.archive.catalog.facts_after(0) if fact.kind == "copy.deleted")
        it.archive.catalog.confirm_facts(before.sequence)
        assert tell_deletion_again(it.archive.catalog, export)
        (again,) = it.archive.catalog.facts_after(before.sequence)
        assert (again.fact, again.detail) == (before.fact, before.detail)
        assert not tell_deletion_again(it.archive.catalog, "exp_0000000000000001")


@pytest.mark.parametrize("step", ["clear", "enter", "forget"])
async def test_a_crash_at_any_step_is_finished_after_the_restart(
    tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk(tmp_path, locked=step == "enter") as it:
        export = await finished(it)
        with monkeypatch.context() as crash:
            if step != "enter":
                crash.setattr(lifetime, step, _crash)
            with pytest.raises((_Crash, Unavailable)):
                await it.service.remove(export, "returned")
        with pytest.raises(NotFound):
            it.service.get(export)
        async with desk(tmp_path, it.archive) as after:
            with pytest.raises(NotFound):
                after.service.get(export)
            assert await after.service.sweep(at(0)) == 1
            assert await after.service.sweep(at(0)) == 0
        assert [told["reason"] for told in deletions(it.archive)] == ["returned"]
        assert not (tmp_path / "exports" / export).exists()


class _Crash(BaseException):
    pass


def _crash(directory: Path) -> None:
    raise _Crash


async def test_files_that_went_otherwise_are_told_as_lost(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        export = await finished(it)
        for path in (tmp_path / "exports" / export).iterdir():
            if path.name != "state.json":
                path.unlink()
        async with desk(tmp_path, it.archive) as after:
            assert await after.service.sweep(at(0)) == 1
        assert [told["reason"] for told in deletions(it.archive)] == ["lost"]


async def test_a_copy_without_a_readable_state_goes_when_its_time_is_over(tmp_path: Path) -> None:
    odd = tmp_path / "exports" / "exp_0000000000000009"
    odd.mkdir(parents=True)
    (odd / "state.json").write_text("{")
    async with desk(tmp_path) as it:
        changed_us = int(odd.stat().st_mtime) * US_PER_S
        assert await it.service.sweep(changed_us + LIFETIME_US - 1) == 0
        assert await it.service.sweep(changed_us + LIFETIME_US) == 1
        assert not odd.exists()


async def test_an_archive_with_footage_still_there_keeps_its_copies(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    archive.record(clip(seconds=4), loops=2)
    archive.clock.advance(60 * US_PER_S)
    order_rule(archive.catalog, CAMERA, "main", HOUR, at(0))
    async with desk(tmp_path, archive) as it:
        await finished(it)
        assert await it.service.sweep(at(3599)) == 0
    archive.close()
