"""HLS out of the archive: what is listed, what is sent, and that it plays."""

from __future__ import annotations

import asyncio
import io
import re
from pathlib import Path

import av
import numpy as np
import pytest

from mingcha.base.clock import US_PER_S
from mingcha.media.container.scan import scan
from mingcha.media.sim.strip import read_strip
from tests.media.playback.archive import CAMERA, START_US
from tests.media.playback.clips import clip
from tests.media.playback.server import Playback, at, playback


def shown(data: bytes) -> list[tuple[int, int | None]]:
    """(media time in ms, frame number) of all pictures of a fragmented file."""
    with av.open(io.BytesIO(data)) as opened:
        stream = opened.streams.video[0]
        return [
            (round(float(frame.time or 0) * 1000), read_strip(np.asarray(frame.to_ndarray(format="rgb24"))))
            for frame in opened.decode(stream)
        ]


async def test_a_range_plays_from_the_key_frame_before_it_in_order_and_without_a_hole(tmp_path: Path) -> None:
    async with playback(tmp_path / "a") as it:
        recorded = it.archive.record(clip(seconds=4, bframes=2, audio="aac"), loops=3)
        ticket = it.ticket(3.5, 9.2)
        text, addresses = await it.pieces(ticket, 3.5, 9.2)
        got = shown(await it.download(ticket, addresses))
        expected = [p for p in recorded.pictures if at(3) <= p.wall_us < at(9.2)]
        assert len(got) <= len(expected) + 1  # a later picture from which earlier ones are decoded
        got = got[: len(expected)]
        assert [frame for _, frame in got] == [picture.frame for picture in expected]
        # FFmpeg adds the largest negative composition offset to all times of a fragmented file.
        shift = got[0][0] - expected[0].run_ticks // 90
        assert shift in (0, 40)
        assert [ms - shift for ms, _ in got] == [picture.run_ticks // 90 for picture in expected]
        assert "#EXT-X-START:TIME-OFFSET=0.500000,PRECISE=YES" in text
        assert text.count("#EXT-X-MAP") == 1
        assert "#EXT-X-DISCONTINUITY" not in text
        assert "#EXT-X-INDEPENDENT-SEGMENTS" in text
        assert text.endswith("#EXT-X-ENDLIST\n")
        assert text.count("#EXT-X-PROGRAM-DATE-TIME") == 4
        assert "#EXT-X-PROGRAM-DATE-TIME:2026-09-21T14:13:23.000Z" in text


async def test_lengths_in_the_playlist_add_up_to_the_media(tmp_path: Path) -> None:
    async with playback(tmp_path / "a") as it:
        it.archive.record(clip(seconds=4), loops=2)
        text, _ = await it.pieces(it.ticket(), 0, 8)
        assert sum(float(found) for found in re.findall(r"#EXTINF:([\d.]+)", text)) == pytest.approx(8, abs=1e-5)


async def test_gaps_and_format_changes_are_discontinuities_with_a_header_of_their_own(tmp_path: Path) -> None:
    async with playback(tmp_path / "a") as it:
        it.archive.record(clip(seconds=4))
        it.archive.record(clip(seconds=4), start_us=at(10))
        it.archive.record(clip(seconds=2, size=(640, 360)), start_us=at(14))
        text, addresses = await it.pieces(it.ticket(), 0, 60)
        assert text.count("#EXT-X-DISCONTINUITY") == 2
        assert sum("init/" in address for address in addresses) == 3
        assert "#EXT-X-PROGRAM-DATE-TIME:2026-09-21T14:13:30.000Z" in text


async def test_the_segment_being_written_plays_up_to_its_last_whole_part(tmp_path: Path) -> None:
    async with playback(tmp_path / "a") as it:
        recorded = it.archive.record(clip(seconds=4), segment_s=60, leave_open=True)
        path = it.archive.store.path_of(recorded.numbers[0])
        with path.open("ab") as file:
            file.write(b"\x00\x00\x10\x00moofhalf")
        _, addresses = await it.pieces(it.ticket(), 1, 60)
        got = shown(await it.download(it.ticket(), addresses))
        assert [frame for _, frame in got] == list(range(25, 100))


async def test_a_segment_begun_by_force_is_shown_with_the_segment_before(tmp_path: Path) -> None:
    async with playback(tmp_path / "a") as it:
        it.archive.record(clip(seconds=4, gop=100), segment_s=1, force_split=True)
        ticket = it.ticket(2.5, 3)
        text, addresses = await it.pieces(ticket, 2.5, 3)
        got = shown(await it.download(ticket, addresses))
        assert [frame for _, frame in got] == list(range(75))
        assert "#EXT-X-INDEPENDENT-SEGMENTS" not in text
        assert text.count("#EXT-X-MAP") == 1


async def test_h265_is_sent_as_it_is_to_browsers_that_play_it(tmp_path: Path) -> None:
    async with playback(tmp_path / "a") as it:
        it.archive.record(clip(codec="h265", seconds=4))
        text, addresses = await it.pieces(it.ticket(), 0, 4, hevc=1)
        assert "transcoded" not in text
        data = await it.download(it.ticket(), addresses)
        assert b"hvc1" in data
        assert [frame for _, frame in shown(data)] == list(range(100))


async def test_h265_is_made_anew_for_other_browsers_and_the_playlist_says_so(tmp_path: Path) -> None:
    async with playback(tmp_path / "a") as it:
        recorded = it.archive.record(clip(codec="h265", seconds=4, bframes=2, audio="aac"))
        text, addresses = await it.pieces(it.ticket(0.5, 3.5), 0.5, 3.5)
        assert "#EXT-X-MINGCHA-SHOWN:transcoded" in text
        data = await it.download(it.ticket(0.5, 3.5), addresses)
        assert b"avc1" in data
        assert b"mp4a" in data
        got = shown(data)
        expected = [p for p in recorded.pictures if p.wall_us < at(3.5)]
        assert got == [(picture.run_ticks // 90, picture.frame) for picture in expected]
        info = (await it.get(f"/hls/{CAMERA}/info", it.ticket(), **{"from": at(0), "to": at(4)})).json()
        assert info["transcoded"] is True
        assert info["formats"][0]["codec"] == "h265"


async def test_sound_that_browsers_cannot_play_is_hidden(tmp_path: Path) -> None:
    async with playback(tmp_path / "a") as it:
        it.archive.record(clip(seconds=4, audio="pcma"))
        _, addresses = await it.pieces(it.ticket(), 0, 4)
        data = await it.download(it.ticket(), addresses)
        with av.open(io.BytesIO(data)) as opened:
            assert not opened.streams.audio
        assert [frame for _, frame in shown(data)] == list(range(100))


async def test_sound_is_left_out_when_not_every_run_has_it(tmp_path: Path) -> None:
    async with playback(tmp_path / "a") as it:
        it.archive.record(clip(seconds=4, audio="aac"))
        it.archive.record(clip(seconds=4), start_us=at(4))
        it.archive.record(clip(codec="h265", seconds=4, audio="aac"), start_us=at(8))
        _, alone = await it.pieces(it.ticket(), 0, 4)
        assert b"mp4a" in await it.download(it.ticket(), alone[:1])
        _, addresses = await it.pieces(it.ticket(), 0, 12)
        headers = [address for address in addresses if "/init/" in address]
        assert [address.partition("?")[2] for address in headers] == ["mute=1", "", "made=h264&mute=1"]
        for address in headers:
            with av.open(io.BytesIO(await it.download(it.ticket(), [address]))) as opened:
                assert not opened.streams.audio
        first = await it.download(
            it.ticket(), [address for address in addresses if "/1/" in address or "/1." in address]
        )
        assert [frame for _, frame in shown(first)] == list(range(50))


async def test_nothing_after_the_end_of_the_ticket_is_sent(tmp_path: Path) -> None:
    async with playback(tmp_path / "a") as it:
        recorded = it.archive.record(clip(seconds=4, gop=50, bframes=2))
        ticket = it.ticket(0, 2.9)
        _, addresses = await it.pieces(ticket, 0, 60)
        got = shown(await it.download(ticket, addresses))
        assert [frame for _, frame in got][:73] == [p.frame for p in recorded.pictures if p.wall_us < at(2.9)]
        assert len(got) <= 73 + 2  # pictures that others need for decoding, two at most


@pytest.mark.parametrize("change", ["camera", "mode", "range", "none"])
async def test_a_piece_needs_a_ticket_for_camera_time_and_use(tmp_path: Path, change: str) -> None:
    async with playback(tmp_path / "a") as it:
        it.archive.record(clip(seconds=4), segment_s=60)
        _, addresses = await it.pieces(it.ticket(), 0, 4)
        tickets = {
            "camera": it.ticket(camera="cam_0000000000000002"),
            "mode": it.ticket(modes=("live", "snapshot", "export")),
            "range": it.ticket(3.1, 3.5),
            "none": None,
        }
        for address in addresses if change != "range" else addresses[1:4]:
            answer = await it.get(address, tickets[change])
            assert answer.status_code == 403, address
            assert answer.json()["error"]["code"].startswith("ticket.")


async def test_a_piece_may_not_be_stretched_beyond_what_the_ticket_needs(tmp_path: Path) -> None:
    async with playback(tmp_path / "a") as it:
        recorded = it.archive.record(clip(seconds=4), segment_s=60)
        ticket = it.ticket(2.2, 2.8)
        number = recorded.numbers[0]
        for first, last, status in ((2, 2, 200), (0, 3, 403), (1, 2, 403), (2, 3, 403), (2, 9, 404), (3, 2, 404)):
            answer = await it.get(f"/hls/{CAMERA}/piece/{number}/{first}-{last}.m4s", ticket)
            assert answer.status_code == status, (first, last)


async def test_a_piece_of_another_camera_is_not_found_under_this_one(tmp_path: Path) -> None:
    async with playback(tmp_path / "a") as it:
        other = it.archive.record(clip(seconds=4), camera="cam_0000000000000002")
        answer = await it.get(f"/hls/{CAMERA}/piece/{other.numbers[0]}/0-0.m4s", it.ticket())
        assert answer.status_code == 404


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"from": at(5), "to": at(5)}, 400, "range.empty"),
        ({"from": at(5)}, 400, "request.integer"),
        ({"from": "x", "to": at(5)}, 400, "request.integer"),
        ({"from": at(5), "to": at(6), "stream": "../x"}, 400, "request.stream"),
        ({"from": at(50), "to": at(60)}, 404, "playback.nothing"),
        ({"from": at(3700), "to": at(3800)}, 403, "ticket.outside"),
    ],
)
async def test_wrong_questions_get_clear_answers(
    tmp_path: Path, query: dict[str, int | str], status: int, code: str
) -> None:
    async with playback(tmp_path / "a") as it:
        it.archive.record(clip(seconds=4))
        answer = await it.get(f"/hls/{CAMERA}/index.m3u8", it.ticket(), **query)
        assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


async def test_what_was_sent_is_told_as_stretches(tmp_path: Path) -> None:
    async with playback(tmp_path / "a") as it:
        it.archive.record(clip(seconds=4), loops=2)
        ticket = it.ticket(1.5, 7.5)
        _, addresses = await it.pieces(ticket, 1.5, 7.5)
        await it.download(ticket, addresses)
        it.services.served.flush()
        assert it.served == [(ticket.grant, CAMERA, at(1.5), at(7.5), "playback")]


async def test_wall_time_that_runs_apart_from_media_time_is_told_at_each_segment(tmp_path: Path) -> None:
    async with playback(tmp_path / "a") as it:
        it.archive.record(clip(seconds=4), loops=25, wall_ppm=500)
        text, _ = await it.pieces(it.ticket(), 0, 100)
        times = re.findall(r"#EXT-X-PROGRAM-DATE-TIME:\S+:(\d\d\.\d{3})Z", text)
        assert times[0] == "20.000"
        assert times[-1] == f"{(20 + 98 * 1.0005) % 60:06.3f}"


async def test_files_stay_as_they_were(tmp_path: Path) -> None:
    async with playback(tmp_path / "a") as it:
        recorded = it.archive.record(clip(seconds=4))
        path = it.archive.store.path_of(recorded.numbers[0])
        before = path.read_bytes()
        _, addresses = await it.pieces(it.ticket(), 0, 4)
        await it.download(it.ticket(), addresses)
        assert path.read_bytes() == before
        assert scan(path).trailer is not None
        assert START_US % US_PER_S == 0


async def test_many_seeks_at_once_all_get_their_piece(tmp_path: Path) -> None:
    async with playback(tmp_path / "a") as it:
        it.archive.record(clip(seconds=4), loops=5)
        _, addresses = await it.pieces(it.ticket(), 0, 20)

        async def one(player: Playback, address: str) -> int:
            return (await player.get(address, it.ticket())).status_code

        answers = await asyncio.gather(*(one(it, address) for address in addresses * 5))
        assert set(answers) == {200}
