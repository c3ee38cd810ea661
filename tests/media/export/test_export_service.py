"""Copies over HTTP: ordered, watched, and refused where the ticket does not cover them."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

import pytest

from mingcha.media.export import job as jobs
from mingcha.media.export import service as service_module
from mingcha.media.export.job import Failure, Job
from mingcha.media.export.state import ExportState
from tests.media.export.desk import GRANT, Stuck, desk
from tests.media.playback.archive import CAMERA, Archive
from tests.media.playback.server import at


async def test_a_copy_is_ordered_made_and_fetched(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        answer = await it.order()
        assert answer.status_code == 202
        export = answer.json()["export"]
        done = await it.until_ended(export)
        assert done["state"] == "done", done
        assert done["bytes_done"] == done["bytes_total"] > 0
        assert done["got"] == {"from": at(1), "to": at(5)}
        assert done["gaps"] == []
        (file,) = done["files"]
        assert file["name"].startswith("东门")
        got = await it.ask("GET", f"/exports/{export}/files/{file['name']}", it.ticket(export=export))
        assert got.status_code == 200
        assert hashlib.sha256(got.content).hexdigest() == file["sha256"]
        assert got.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%E4%B8%9C")
        manifest = await it.ask("GET", f"/exports/{export}/files/manifest.json", it.ticket(export=export))
        assert manifest.json()["camera_name"] == "东门 / East gate"
        assert [state.state for state in it.finished] == ["done"]
        assert (CAMERA, at(1), at(5), "export") in it.served


async def test_every_step_needs_a_ticket_for_it(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        export = (await it.order()).json()["export"]
        (file,) = (await it.until_ended(export))["files"]
        tickets = {
            "none": None,
            "mode": it.ticket(modes=("playback", "live", "snapshot", "status")),
            "camera": it.ticket(cameras=("cam_0000000000000002",)),
            "range": it.ticket(1, 4.9),
            "another's": it.ticket(grant="grt_0000000000000002", person="per_0000000000000002"),
        }
        asked = {"camera": CAMERA, "from": at(1), "to": at(5)}
        for name, ticket in tickets.items():
            for path in (f"/exports/{export}", f"/exports/{export}/files/{file['name']}"):
                assert (await it.ask("GET", path, ticket)).status_code == 403, (name, path)
            assert (await it.ask("DELETE", f"/exports/{export}", ticket)).status_code == 403
            if name != "another's":
                assert (await it.ask("POST", "/exports", ticket, json=asked)).status_code == 403, name


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"[]", 400),
        (b"[" * 60_000, 400),
        (b'{"camera": "x", "from": 1, "to": 2}', 400),
        (b'{"camera": "cam_0000000000000001", "from": "1", "to": 2}', 400),
        (b'{"camera": "cam_0000000000000001", "from": 2, "to": 2}', 400),
        (b'{"camera": "cam_0000000000000001", "from": true, "to": 2}', 400),
        (b"x" * 70_000, 400),
        (b'{"camera": "cam_0000000000000001", "from": 1, "to": 2}', 403),
    ],
)
async def test_wrong_orders_get_clear_answers(tmp_path: Path, body: bytes, status: int) -> None:
    async with desk(tmp_path) as it:
        answer = await it.ask("POST", "/exports", it.ticket(), content=body)
        assert answer.status_code == status
        assert answer.json()["error"]["message"]


async def test_nothing_recorded_ends_as_failed_with_the_reason(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        ended = await it.until_ended((await it.order(30, 40)).json()["export"])
        assert ended["state"] == "failed"
        assert ended["error"]["code"] == "export.nothing"
        assert it.finished[0].state == "failed"


async def test_a_revoked_grant_stops_the_making_and_leaves_nothing(tmp_path: Path, stuck: Stuck) -> None:
    async with desk(tmp_path) as it:
        export = (await it.order()).json()["export"]
        await asyncio.wait_for(stuck.begun.wait(), 30)
        shown = (await it.ask("GET", f"/exports/{export}", it.ticket())).json()
        assert (shown["state"], shown["bytes_done"], shown["bytes_total"]) == ("running", 10, 100)
        unfinished = await it.ask("GET", f"/exports/{export}/files/half.mp4.part", it.ticket(export=export))
        assert unfinished.status_code == 409
        await it.gate.revoke([GRANT])
        async with asyncio.timeout(30):
            while not it.finished:
                await asyncio.sleep(0.02)
        assert stuck.cancelled
        assert it.finished[0].error == {
            "code": "ticket.revoked",
            "message": "The permission for this copy was withdrawn.",
        }
        assert [path.name for path in (tmp_path / "exports" / export).iterdir()] == ["state.json"]


async def test_an_unfinished_copy_is_begun_anew_after_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk(tmp_path) as first:
        made = Stuck()
        with monkeypatch.context() as patched:
            patched.setattr(service_module, "run_job", made)
            export = (await first.order()).json()["export"]
            await asyncio.wait_for(made.begun.wait(), 30)
            await first.service.close()
        async with desk(tmp_path, first.archive) as second:
            done = await second.until_ended(export)
            assert done["state"] == "done"
            names = {path.name for path in (tmp_path / "exports" / export).iterdir()}
            assert names == {"state.json", "manifest.json", done["files"][0]["name"]}
            assert done["manifest_sha256"]
        async with desk(tmp_path, first.archive) as third:
            assert (await third.until_ended(export))["files"] == done["files"]


async def test_a_copy_that_keeps_failing_the_process_is_given_up(tmp_path: Path, stuck: Stuck) -> None:
    async with desk(tmp_path) as first:
        export = (await first.order()).json()["export"]
        await asyncio.wait_for(stuck.begun.wait(), 30)
        await first.service.close()
        for _ in range(service_module.MAX_ATTEMPTS - 1):
            stuck.begun.clear()
            async with desk(tmp_path, first.archive):
                await asyncio.wait_for(stuck.begun.wait(), 30)
        async with desk(tmp_path, first.archive) as last:
            assert (await last.until_ended(export))["error"]["code"] == "export.stopped"


async def test_a_copy_can_be_stopped_and_removed(tmp_path: Path, stuck: Stuck) -> None:
    async with desk(tmp_path) as it:
        export = (await it.order()).json()["export"]
        await asyncio.wait_for(stuck.begun.wait(), 30)
        assert (await it.ask("DELETE", f"/exports/{export}", it.ticket())).status_code == 204
        assert stuck.cancelled
        assert not (tmp_path / "exports" / export).exists()
        assert (await it.ask("GET", f"/exports/{export}", it.ticket())).status_code == 404


async def test_strange_things_among_the_copies_are_left_alone(tmp_path: Path) -> None:
    odd = tmp_path / "exports" / "exp_0000000000000009"
    odd.mkdir(parents=True)
    (odd / "state.json").write_text("{")
    (tmp_path / "exports" / "readme.txt").write_text("mine")
    async with desk(tmp_path) as it:
        assert (await it.ask("GET", "/exports/exp_0000000000000009", it.ticket())).status_code == 404
    assert (tmp_path / "exports" / "readme.txt").exists()
    assert odd.exists()


async def test_too_many_orders_are_refused(tmp_path: Path, stuck: Stuck, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_module, "MAX_WAITING", 2)
    async with desk(tmp_path) as it:
        asked = {"camera": CAMERA, "from": at(1), "to": at(5)}
        grants = [f"grt_000000000000000{n}" for n in range(3)]
        answers = [await it.ask("POST", "/exports", it.ticket(grant=grant), json=asked) for grant in grants]
        assert [answer.status_code for answer in answers] == [202, 202, 503]


async def test_a_job_without_an_archive_fails_and_does_not_hang(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    archive.close()
    job = Job(jobs.Archive(tmp_path / "none.db", {}), CAMERA, "", "main", _RANGE, tmp_path / "out")
    outcome = await jobs.run_job(job, lambda done, total: None)
    assert isinstance(outcome, Failure)


_RANGE = ExportState("", CAMERA, "main", at(0), at(1), "", "", 0).asked
