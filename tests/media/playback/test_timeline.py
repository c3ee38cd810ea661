"""The time line: what was recorded, what was not, and who may know."""

from __future__ import annotations

from pathlib import Path

from tests.media.playback.archive import CAMERA
from tests.media.playback.clips import clip
from tests.media.playback.server import at, playback

OTHER = "cam_0000000000000002"


async def test_it_joins_neighbours_and_names_gaps(tmp_path: Path) -> None:
    async with playback(tmp_path / "a") as it:
        first = it.archive.record(clip(seconds=4), loops=2)
        it.archive.record(clip(seconds=4), start_us=at(20))
        it.archive.catalog.add_gap(CAMERA, "main", first.end_us, at(20), "camera_lost")
        answer = await it.get("/timeline", it.ticket(), camera=CAMERA, **{"from": at(1), "to": at(100)})
        assert answer.json()["cameras"] == {
            CAMERA: {
                "coverage": [[at(1), at(8)], [at(20), at(24)]],
                "gaps": [{"from": at(8), "to": at(20), "reason": "camera_lost"}],
            }
        }


async def test_the_segment_being_written_counts_up_to_now_and_an_open_gap_too(tmp_path: Path) -> None:
    async with playback(tmp_path / "a") as it:
        it.archive.record(clip(seconds=4), start_us=at(3590), leave_open=True)
        it.archive.catalog.open_gap(OTHER, "main", at(3500), "camera_lost")
        ticket = it.ticket(0, 7200, modes=("status",))
        ticket = type(ticket)(**{**_fields(ticket), "cameras": (CAMERA, OTHER)})
        answer = await it.get(f"/timeline?camera={CAMERA}&camera={OTHER}&from={at(3000)}&to={at(4000)}", ticket)
        found = answer.json()["cameras"]
        assert found[CAMERA]["coverage"] == [[at(3590), at(3600)]]
        assert found[OTHER]["gaps"] == [{"from": at(3500), "to": at(3600), "reason": "camera_lost"}]


async def test_a_playback_ticket_shows_its_own_range_only(tmp_path: Path) -> None:
    async with playback(tmp_path / "a") as it:
        it.archive.record(clip(seconds=4), loops=2)
        query = {"camera": CAMERA, "from": at(0), "to": at(100)}
        answer = await it.get("/timeline", it.ticket(2, 3), **query)
        assert answer.json()["cameras"][CAMERA]["coverage"] == [[at(2), at(3)]]
        for ticket in (it.ticket(camera=OTHER), it.ticket(modes=("live",)), it.ticket(200, 300), None):
            assert (await it.get("/timeline", ticket, **query)).status_code == 403


async def test_it_refuses_absurd_questions(tmp_path: Path) -> None:
    async with playback(tmp_path / "a") as it:
        for query in ({}, {"camera": CAMERA}, {"camera": CAMERA, "from": 0, "to": at(0)}, {"from": 0, "to": 5}):
            answer = await it.get("/timeline", it.ticket(modes=("status",)), **query)
            assert answer.status_code == 400


def _fields(it: object) -> dict[str, object]:
    return {name: getattr(it, name) for name in type(it).__dataclass_fields__}
