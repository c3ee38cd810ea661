"""Previews and snapshots: the right picture, and none that the ticket does not cover."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

import pytest
from PIL import Image

from tests.media.playback.archive import CAMERA
from tests.media.playback.clips import clip, strip_of_jpeg
from tests.media.playback.server import at, playback


async def test_a_preview_is_the_key_frame_at_or_before(tmp_path: Path) -> None:
    async with playback(tmp_path / "a") as it:
        it.archive.record(clip(seconds=4, size=(640, 360)), loops=2)
        for asked_s, shown_s, frame in ((0.0, 0, 0), (0.99, 0, 0), (1.0, 1, 25), (5.7, 5, 25)):
            answer = await it.get("/preview", it.ticket(), camera=CAMERA, at=at(asked_s), width=640)
            assert answer.headers["content-type"] == "image/jpeg"
            assert int(answer.headers["x-instant-us"]) == at(shown_s)
            assert strip_of_jpeg(answer.content) == frame
        small = await it.get("/preview", it.ticket(), camera=CAMERA, at=at(2), width=320)
        assert Image.open(io.BytesIO(small.content)).size == (320, 180)


async def test_a_preview_never_shows_what_lies_before_the_ticket(tmp_path: Path) -> None:
    async with playback(tmp_path / "a") as it:
        it.archive.record(clip(seconds=4, gop=50))
        answer = await it.get("/preview", it.ticket(0.79, 4), camera=CAMERA, at=at(0.85), width=320)
        assert int(answer.headers["x-instant-us"]) == at(0.84)
        assert strip_of_jpeg(answer.content) == 21
        answer = await it.get("/preview", it.ticket(0.79, 4), camera=CAMERA, at=at(0.79), width=320)
        assert int(answer.headers["x-instant-us"]) == at(0.80)


@pytest.mark.parametrize("bframes", [0, 2])
async def test_a_snapshot_is_exactly_the_picture_of_an_instant(tmp_path: Path, bframes: int) -> None:
    async with playback(tmp_path / "a") as it:
        it.archive.record(clip(seconds=4, bframes=bframes, gop=50), wall_ppm=300)
        for frame in (0, 1, 24, 25, 49, 50, 77, 99):
            instant = at(0) + round(frame * 40_000 * 1.0003) + 20_000
            answer = await it.get("/snapshot", it.ticket(), camera=CAMERA, at=instant)
            assert strip_of_jpeg(answer.content) == frame
            assert abs(int(answer.headers["x-instant-us"]) - instant) < 40_000
            assert int(answer.headers["x-instant-us"]) <= instant


async def test_a_snapshot_of_h265_and_of_the_segment_being_written(tmp_path: Path) -> None:
    async with playback(tmp_path / "a") as it:
        it.archive.record(clip(seconds=4, codec="h265"), start_us=at(3596), segment_s=60, leave_open=True)
        answer = await it.get("/snapshot", it.ticket(0, 7200), camera=CAMERA, at=at(3597.5))
        assert strip_of_jpeg(answer.content) == 37
        newest = await it.get("/snapshot", it.ticket(None, None), camera=CAMERA)
        assert strip_of_jpeg(newest.content) == 99
        assert int(newest.headers["x-instant-us"]) == at(3599.96)


async def test_an_old_picture_is_not_shown_as_the_newest(tmp_path: Path) -> None:
    async with playback(tmp_path / "a") as it:
        it.archive.record(clip(seconds=4))
        assert (await it.get("/snapshot", it.ticket(None, None), camera=CAMERA)).status_code == 404


async def test_there_is_no_picture_in_a_gap(tmp_path: Path) -> None:
    async with playback(tmp_path / "a") as it:
        it.archive.record(clip(seconds=4))
        for path in ("/preview", "/snapshot"):
            answer = await it.get(path, it.ticket(), camera=CAMERA, at=at(7))
            assert (answer.status_code, answer.json()["error"]["code"]) == (404, "picture.none")


async def test_pictures_need_a_ticket_for_their_instant(tmp_path: Path) -> None:
    async with playback(tmp_path / "a") as it:
        it.archive.record(clip(seconds=4))
        for path, ticket in (
            ("/preview", it.ticket(0, 1)),
            ("/snapshot", it.ticket(0, 1)),
            ("/preview", it.ticket(modes=("snapshot", "live"))),
            ("/snapshot", it.ticket(modes=("playback",))),
            ("/snapshot", it.ticket(None, None)),
        ):
            assert (await it.get(path, ticket, camera=CAMERA, at=at(2))).status_code == 403, path


async def test_a_picture_in_the_cache_is_behind_the_gate_too(tmp_path: Path) -> None:
    async with playback(tmp_path / "a") as it:
        it.archive.record(clip(seconds=4))
        assert (await it.get("/preview", it.ticket(), camera=CAMERA, at=at(2))).status_code == 200
        await it.gate.revoke({"grt_0000000000000001"})
        assert (await it.get("/preview", it.ticket(), camera=CAMERA, at=at(2))).status_code == 403


async def test_many_who_ask_for_the_same_picture_cost_one_making(tmp_path: Path) -> None:
    async with playback(tmp_path / "a") as it:
        it.archive.record(clip(seconds=4))
        calls = 0
        run = it.services.pool.run

        async def counted(*arguments: object, **named: object) -> object:
            nonlocal calls
            calls += 1
            return await run(*arguments, **named)  # type: ignore[arg-type]

        it.services.pool.run = counted  # type: ignore[method-assign,assignment]
        answers = await asyncio.gather(
            *(it.get("/preview", it.ticket(), camera=CAMERA, at=at(2) + n) for n in range(20))
        )
        assert {answer.status_code for answer in answers} == {200}
        assert calls == 1


async def test_damaged_pictures_are_an_error_and_not_a_crash(tmp_path: Path) -> None:
    async with playback(tmp_path / "a") as it:
        recorded = it.archive.record(clip(seconds=4), segment_s=60)
        path = it.archive.store.path_of(recorded.numbers[0])
        data = bytearray(path.read_bytes())
        begin = data.index(b"mdat") + 4
        data[begin : begin + 200] = b"\xff" * 200
        path.write_bytes(data)
        answer = await it.get("/preview", it.ticket(), camera=CAMERA, at=at(0.5))
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "picture.undecodable")
        assert (await it.get("/preview", it.ticket(), camera=CAMERA, at=at(1.5))).status_code == 200
