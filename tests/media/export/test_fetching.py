"""Finished copies fetched over HTTP: by range, with their proof and papers, as one file."""

from __future__ import annotations

import asyncio
import hashlib
import io
import zipfile
from pathlib import Path

import pytest

from mingcha.base.errors import Conflict
from tests.media.export.desk import Desk, desk
from tests.media.playback.archive import CAMERA
from tests.media.playback.server import at

pytestmark = pytest.mark.usefixtures("no_process")


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


@pytest.mark.parametrize("name", ["state.json", "..%2Fstate.json", "%2Fetc%2Fpasswd", "x.mp4", "..%2F..%2Fx"])
async def test_only_the_files_of_the_copy_can_be_fetched(tmp_path: Path, name: str) -> None:
    async with desk(tmp_path) as it:
        export = (await it.order()).json()["export"]
        await it.until_ended(export)
        got = await it.ask("GET", f"/exports/{export}/files/{name}", it.ticket(export=export))
        assert got.status_code in (404, 405)
        assert (await it.ask("GET", "/exports/../../etc", it.ticket())).status_code == 404


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
