"""Copies over HTTP: ordered, watched, fetched, and refused where the ticket does not cover them."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import zipfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.applications import Starlette

from mingcha.base.clock import US_PER_S
from mingcha.base.errors import Conflict, Unavailable
from mingcha.media.catalog.copies import CopyDeletion, enter_deletion
from mingcha.media.export import job as jobs
from mingcha.media.export import lifetime
from mingcha.media.export import service as service_module
from mingcha.media.export.job import Failure, Job, Outcome
from mingcha.media.export.routes import routes
from mingcha.media.export.service import ExportService, ExportServices
from mingcha.media.export.state import ExportState
from mingcha.media.gate.admission import Gate
from mingcha.wire.ticket import Ticket, mint
from tests.media.playback.archive import CAMERA, Archive
from tests.media.playback.clips import clip
from tests.media.playback.server import at

KEY = Ed25519PrivateKey.generate()
GRANT = "grt_0000000000000001"
LIFETIME_US = 14 * 86_400 * US_PER_S


@dataclass
class Desk:
    archive: Archive
    gate: Gate
    services: ExportServices
    service: ExportService
    client: httpx.AsyncClient
    finished: list[ExportState] = field(default_factory=list)
    served: list[tuple[str, int, int, str]] = field(default_factory=list)
    papered: list[ExportState] = field(default_factory=list)

    def ticket(self, from_s: float = 0, to_s: float = 60, **changes: Any) -> Ticket:
        now_us = self.archive.clock.wall_us()
        made = Ticket(
            grant=GRANT,
            person="per_0000000000000001",
            modes=("export",),
            cameras=(CAMERA,),
            from_us=at(from_s),
            to_us=at(to_s),
            issued_us=now_us,
            expires_us=now_us + 60 * US_PER_S,
            serial="1",
        )
        return replace(made, **changes)

    async def ask(self, method: str, path: str, ticket: Ticket | None, **more: Any) -> httpx.Response:
        headers = dict(more.pop("headers", {}))
        if ticket is not None:
            headers["authorization"] = f"Bearer {mint(ticket, KEY)}"
        return await self.client.request(method, path, headers=headers, **more)

    async def order(self, from_s: float = 1, to_s: float = 5, **body: Any) -> httpx.Response:
        asked = {"camera": CAMERA, "from": at(from_s), "to": at(to_s), **body}
        return await self.ask("POST", "/exports", self.ticket(), json=asked)

    async def until_ended(self, export: str) -> dict[str, Any]:
        async with asyncio.timeout(90):
            while True:
                answer = (await self.ask("GET", f"/exports/{export}", self.ticket())).json()
                if answer["state"] != "running":
                    return dict(answer)
                await asyncio.sleep(0.02)


@asynccontextmanager
async def desk(
    directory: Path, archive: Archive | None = None, *, provable: bool = False, locked: bool = False
) -> AsyncIterator[Desk]:
    own = archive or Archive(directory / "archive")
    if archive is None:
        own.record(clip(seconds=4, audio="aac"), loops=2)
        own.clock.advance(60 * US_PER_S)
    gate = Gate(KEY.public_key(), own.clock)
    finished: list[ExportState] = []
    served: list[tuple[str, int, int, str]] = []

    async def prove(known: ExportState, where: Path) -> dict[str, Any] | None:
        for name in ("proof.json", "verify.py", "verify.html", "README.txt") if provable else ():
            (where / name).write_text("made elsewhere")
        return {"size": 7} if provable else None

    papered: list[ExportState] = []

    async def prove_papers(known: ExportState, where: Path, papers: Mapping[str, str], places: Sequence[int]) -> None:
        if not provable:
            raise Unavailable("ledger.behind", "The ledger does not hold the entry yet.")
        (where / "papers.json").write_text(json.dumps([dict(papers), list(places)]))

    async def deleted(gone: CopyDeletion) -> None:
        if locked:
            raise Unavailable("catalog.locked", "The catalog is in use by another program.")
        enter_deletion(own.catalog, gone, own.clock.wall_us())

    services = ExportServices(
        prove=prove,
        directory=directory / "exports",
        archive=lambda: jobs.Archive(own.path / "catalog.db", {own.store.store_id: own.path / "store"}),
        gate=gate,
        clock=own.clock,
        camera_name=lambda camera: "东门 / East gate",
        on_finished=finished.append,
        on_served=lambda ticket, camera, from_us, to_us, kind: served.append((camera, from_us, to_us, kind)),
        on_deleted=deleted,
        footage=lifetime.footage_of(own.catalog),
        lifetime_us=LIFETIME_US,
        prove_papers=prove_papers,
        on_papers=lambda known: papered.append(known),
    )
    service = ExportService(services)
    await service.start()
    transport = httpx.ASGITransport(Starlette(routes=list(routes(service))))
    try:
        async with httpx.AsyncClient(transport=transport, base_url="http://media") as client:
            yield Desk(own, gate, services, service, client, finished, served, papered)
    finally:
        await service.close()
        if archive is None:
            own.close()


class Stuck:
    """A job that never ends, in place of the real one."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.cancelled = False

    async def __call__(self, job: Job, on_progress: Any) -> Outcome:
        on_progress(10, 100)
        (job.out_dir / "half.mp4.part").write_bytes(b"half")
        self.begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        return Failure("never", "")


@pytest.fixture
def stuck(monkeypatch: pytest.MonkeyPatch) -> Stuck:
    made = Stuck()
    monkeypatch.setattr(service_module, "run_job", made)
    return made


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


@pytest.mark.parametrize(
    ("asked", "status", "begin", "end"),
    [
        ("bytes=0-99", 206, 0, 100),
        ("bytes=100-", 206, 100, None),
        ("bytes=-50", 206, -50, None),
        ("bytes=5-5", 206, 5, 6),
        ("bytes=0-0,5-6", 200, 0, None),
        ("bytes=9-5", 200, 0, None),
        ("bytes=-", 200, 0, None),
        ("lines=1-2", 200, 0, None),
        ("bytes=99999999999-", 416, 0, 0),
        ("bytes=-0", 416, 0, 0),
    ],
)
async def test_downloads_can_be_resumed(tmp_path: Path, asked: str, status: int, begin: int, end: int | None) -> None:
    async with desk(tmp_path) as it:
        export = (await it.order()).json()["export"]
        (file,) = (await it.until_ended(export))["files"]
        path = f"/exports/{export}/files/{file['name']}"
        whole = (await it.ask("GET", path, it.ticket(export=export))).content
        got = await it.ask("GET", path, it.ticket(export=export), headers={"range": asked})
        assert got.status_code == status
        assert got.content == whole[begin:end]
        if status == 206:
            first = begin if begin >= 0 else len(whole) + begin
            assert got.headers["content-range"] == f"bytes {first}-{first + len(got.content) - 1}/{len(whole)}"
        stale = await it.ask(
            "GET", path, it.ticket(export=export), headers={"range": "bytes=0-9", "if-range": '"other"'}
        )
        assert (stale.status_code, len(stale.content)) == (200, len(whole))


async def test_a_download_wants_a_ticket_that_names_the_copy(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        export = (await it.order()).json()["export"]
        (file,) = (await it.until_ended(export))["files"]
        path, other = f"/exports/{export}/files/{file['name']}", "grt_0000000000000002"
        of_order = await it.ask("GET", path, it.ticket())
        assert (of_order.status_code, of_order.json()["error"]["code"]) == (403, "ticket.not_fetched")
        same_person = await it.ask("GET", path, it.ticket(grant=other, modes=("fetch",)))
        assert same_person.status_code == 403
        another_copy = await it.ask("GET", path, it.ticket(grant=other, export="exp_0000000000000009"))
        assert another_copy.status_code == 403
        fetched = await it.ask("GET", path, it.ticket(grant=other, modes=("fetch",), export=export))
        assert fetched.status_code == 200
        assert (
            await it.ask(
                "POST",
                "/exports",
                it.ticket(modes=("fetch",), export=export),
                json={"camera": CAMERA, "from": at(1), "to": at(5)},
            )
        ).status_code == 403


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


@pytest.mark.parametrize("name", ["state.json", "..%2Fstate.json", "%2Fetc%2Fpasswd", "x.mp4", "..%2F..%2Fx"])
async def test_only_the_files_of_the_copy_can_be_fetched(tmp_path: Path, name: str) -> None:
    async with desk(tmp_path) as it:
        export = (await it.order()).json()["export"]
        await it.until_ended(export)
        got = await it.ask("GET", f"/exports/{export}/files/{name}", it.ticket(export=export))
        assert got.status_code in (404, 405)
        assert (await it.ask("GET", "/exports/../../etc", it.ticket())).status_code == 404


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


async def test_a_proven_copy_offers_its_proof_and_verifier(tmp_path: Path) -> None:
    async with desk(tmp_path, provable=True) as made:
        export = (await made.order()).json()["export"]
        assert "proof.json" in (await made.until_ended(export))["proof"]
        for name in ("proof.json", "verify.py"):
            got = await made.ask("GET", f"/exports/{export}/files/{name}", made.ticket(export=export))
            assert (got.status_code, got.text) == (200, "made elsewhere")


async def test_a_copy_without_proof_says_so_and_offers_none(tmp_path: Path) -> None:
    async with desk(tmp_path) as made:
        export = (await made.order()).json()["export"]
        assert (await made.until_ended(export))["proof"] == []
        got = await made.ask("GET", f"/exports/{export}/files/proof.json", made.ticket(export=export))
        assert got.status_code == 404


async def test_the_whole_copy_comes_as_one_zip_that_can_be_resumed(tmp_path: Path) -> None:
    async with desk(tmp_path, provable=True) as made:
        export = (await made.order()).json()["export"]
        (file,) = (await made.until_ended(export))["files"]
        whole = await made.ask("GET", f"/exports/{export}/bundle.zip", made.ticket(export=export))
        assert whole.headers["content-type"] == "application/zip"
        assert int(whole.headers["content-length"]) == len(whole.content)
        with zipfile.ZipFile(io.BytesIO(whole.content)) as opened:
            assert opened.testzip() is None
            names = {name.partition("/")[2]: name for name in opened.namelist()}
            assert set(names) == {
                file["name"], "manifest.json", "proof.json", "verify.py", "verify.html", "README.txt",
            }  # fmt: skip
            assert hashlib.sha256(opened.read(names[file["name"]])).hexdigest() == file["sha256"]
        rest = {"range": f"bytes=1000-{len(whole.content) - 2}", "if-range": whole.headers["etag"]}
        part = await made.ask("GET", f"/exports/{export}/bundle.zip", made.ticket(export=export), headers=rest)
        assert (part.status_code, part.content) == (206, whole.content[1000:-1])
        assert (CAMERA, at(1), at(5), "export") in made.served
        assert (await made.ask("GET", f"/exports/{export}/bundle.zip", None)).status_code == 403


async def _papered(made: Desk, count: int) -> None:
    async with asyncio.timeout(30):
        while len(made.papered) < count:
            await asyncio.sleep(0.01)


async def test_papers_of_the_office_are_enclosed_and_told(tmp_path: Path) -> None:
    papers = {"register.json": b"{}", "certificate-zh.pdf": b"%PDF"}
    async with desk(tmp_path, provable=True) as made:
        export = (await made.order()).json()["export"]
        before = await made.until_ended(export)
        assert before["papers"] == {}
        tag = (
            await made.ask("GET", f"/exports/{export}/bundle.zip", made.ticket(modes=("fetch",), export=export))
        ).headers["etag"]
        await made.service.add_papers(export, papers, [4])
        await _papered(made, 1)
        hashes = {name: hashlib.sha256(data).hexdigest() for name, data in papers.items()}
        assert made.papered[0].papers == (await made.until_ended(export))["papers"] == hashes
        got = await made.ask("GET", f"/exports/{export}/files/register.json", made.ticket(export=export))
        assert got.content == b"{}"
        whole = await made.ask("GET", f"/exports/{export}/bundle.zip", made.ticket(modes=("fetch",), export=export))
        assert whole.headers["etag"] != tag
        with zipfile.ZipFile(io.BytesIO(whole.content)) as opened:
            assert {name.partition("/")[2] for name in opened.namelist()} > {*papers, "papers.json"}
        await made.service.add_papers(export, papers, [4])
        await _papered(made, 2)
        async with desk(tmp_path, made.archive, provable=True) as again:
            assert again.service.get(export).papers == hashes


async def test_papers_that_cannot_be_proven_are_not_offered(tmp_path: Path) -> None:
    async with desk(tmp_path) as made:
        export = (await made.order()).json()["export"]
        with pytest.raises(Conflict):
            await made.service.add_papers(export, {"register.json": b"{}"}, [])
        await made.until_ended(export)
        with pytest.raises(Conflict) as caught:
            await made.service.add_papers(export, {"register.json": b"{}"}, [])
        assert caught.value.code == "export.unproven"
        got = await made.ask("GET", f"/exports/{export}/files/register.json", made.ticket(export=export))
        assert got.status_code == 404
