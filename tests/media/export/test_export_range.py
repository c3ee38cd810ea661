"""Exact copies: the right pictures, the stored bytes, and a manifest that tells the truth."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from mingcha.base.errors import Conflict, Unavailable
from mingcha.base.timerange import TimeRange
from mingcha.media.container.scan import scan
from mingcha.media.export.copying import ExportResult, export_range
from mingcha.media.sim.strip import read_strip
from tests.media.playback.archive import CAMERA, Archive, Recorded
from tests.media.playback.clips import clip
from tests.media.playback.server import at


def copy(archive: Archive, from_s: float, to_s: float, out: Path, **more: Any) -> ExportResult:
    more = {"clock": archive.clock, "min_free_bytes": 0, **more}
    return export_range(archive.footage, CAMERA, "main", TimeRange(at(from_s), at(to_s)), out, **more)


def shown(path: Path) -> list[tuple[int, int | None]]:
    """(time in ms, frame number) of the pictures that a player shows."""
    with av.open(str(path)) as opened:
        return [
            (round(float(frame.time or 0) * 1000), read_strip(np.asarray(frame.to_ndarray(format="rgb24"))))
            for frame in opened.decode(video=0)
        ]


def wanted(recorded: Recorded, from_s: float, to_s: float) -> list[int]:
    return [picture.frame for picture in recorded.pictures if at(from_s) <= picture.wall_us < at(to_s)]


@pytest.mark.parametrize(
    "arguments",
    [
        {"gop": 25},
        {"gop": 100, "bframes": 2},
        {"gop": 50, "bframes": 3, "audio": "aac"},
        {"codec": "h265", "audio": "pcma"},
        {"codec": "h265", "bframes": 2, "gop": 50},
        {"fps": 12.5, "gop": 25},
    ],
    ids=str,
)
@pytest.mark.parametrize(("from_s", "to_s"), [(0, 12), (1.73, 9.05), (3.99, 4.01), (5.0, 5.04), (7.98, 11.999)])
def test_it_shows_exactly_the_pictures_of_the_range(
    tmp_path: Path, arguments: dict[str, Any], from_s: float, to_s: float
) -> None:
    archive = Archive(tmp_path / "a")
    recorded = archive.record(clip(seconds=4, **arguments), loops=3, leave_open=True)
    if not wanted(recorded, from_s, to_s):
        with pytest.raises(Conflict):
            copy(archive, from_s, to_s, tmp_path / "out")
        archive.close()
        return
    result = copy(archive, from_s, to_s, tmp_path / "out")
    (file,) = result.files
    got = shown(tmp_path / "out" / file.name)
    expected = [p for p in recorded.pictures if at(from_s) <= p.wall_us < at(to_s)]
    assert [frame for _, frame in got] == [picture.frame for picture in expected]
    # With B pictures FFmpeg takes its first packet, not its first picture, for time 0 when only one or two are shown.
    assert got[0][0] == 0 or len(got) <= 2
    assert [ms - got[0][0] for ms, _ in got] == [(p.wall_us - expected[0].wall_us + 500) // 1000 for p in expected]
    assert file.pictures == len(expected)
    assert result.got.start_us == expected[0].wall_us
    assert result.gaps == ()
    before = [p for p in recorded.pictures if p.wall_us < at(from_s)]
    if expected[0].is_key:
        assert result.preroll_us == 0
    else:
        assert result.preroll_us == expected[0].wall_us - [p for p in before if p.is_key][-1].wall_us
    archive.close()


def test_the_file_holds_the_stored_parts_bit_by_bit(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "a")
    recorded = archive.record(clip(seconds=4, audio="aac"), loops=2, segment_s=4)
    result = copy(archive, 1.5, 6.5, tmp_path / "out")
    data = (tmp_path / "out" / result.files[0].name).read_bytes()
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    (file,) = manifest["files"]
    assert hashlib.sha256(data).hexdigest() == file["sha256"] == result.files[0].sha256
    assert [segment["number"] for segment in file["segments"]] == recorded.numbers
    position = file["head_bytes"]
    for segment in file["segments"]:
        path = archive.store.path_of(segment["number"])
        scanned = scan(path)
        assert scanned.trailer is not None
        assert segment["root"] == scanned.trailer.root.hex()
        assert segment["header_sha256"] == scanned.trailer.header_hash.hex()
        stored = path.read_bytes()
        for part in segment["parts"]:
            info = scanned.parts[part["part"] - 1]
            own = data[part["offset"] : part["offset"] + part["bytes"]]
            assert own == stored[info.offset : info.offset + info.size]
            assert part["sha256"] == hashlib.sha256(own).hexdigest()
            assert part["sha256"] == scanned.trailer.part_hashes[part["part"] - 1].hex()
            assert part["intact"] is True
            assert part["offset"] == position
            position += part["bytes"]
    assert position == len(data)
    archive.close()


def test_gaps_are_closed_up_and_listed_with_their_reasons(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "a")
    first = archive.record(clip(seconds=4))
    second = archive.record(clip(seconds=4), start_us=at(10))
    archive.catalog.add_gap(CAMERA, "main", at(4), at(9), "camera_lost")
    archive.clock.advance(14_000_000)
    result = copy(archive, 2, 20, tmp_path / "out")
    (file,) = result.files
    got = shown(tmp_path / "out" / file.name)
    assert [frame for _, frame in got] == wanted(first, 2, 4) + wanted(second, 10, 14)
    assert [ms for ms, _ in got] == [40 * index for index in range(150)]
    assert [(gap.from_us, gap.to_us, gap.reason) for gap in result.gaps] == [
        (at(4), at(9), "camera_lost"),
        (at(9), at(10), "unknown"),
        (at(14), at(20), "not_yet_recorded"),
    ]
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["gaps"][0] == {"from_us": at(4), "to_us": at(9), "reason": "camera_lost"}
    anchors = manifest["files"][0]["map"]
    assert anchors[0] == {"media_us": 0, "wall_us": at(2), "duration_us": 2_000_000}
    assert anchors[1] == {"media_us": 2_000_000, "wall_us": at(10), "duration_us": 2_000_000}
    archive.close()


def test_a_change_of_format_begins_another_file(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "a")
    first = archive.record(clip(seconds=4, audio="aac"))
    second = archive.record(clip(seconds=4, codec="h265"), start_us=at(4))
    result = copy(archive, 1, 7, tmp_path / "out", camera_name="东门/..\\East:gate?" + "很" * 200)
    assert [file.pictures for file in result.files] == [75, 75]
    for file, expected in zip(result.files, (wanted(first, 1, 4), wanted(second, 4, 7)), strict=True):
        assert [frame for _, frame in shown(tmp_path / "out" / file.name)] == expected
        assert len(file.name.encode()) <= 100
        assert not set(file.name) & set("/\\:?")
    assert result.gaps == ()
    archive.close()


def test_sound_keeps_step_with_the_picture_over_gaps(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "a")
    for index in range(5):
        archive.record(clip(seconds=4, audio="aac"), start_us=at(index * 10))
    result = copy(archive, 1.5, 44, tmp_path / "out")
    with av.open(str(tmp_path / "out" / result.files[0].name)) as opened:
        audio, video = opened.streams.audio[0], opened.streams.video[0]
        assert video.duration is not None
        assert audio.duration is not None
        assert video.time_base is not None
        assert audio.time_base is not None
        assert abs(float(video.duration * video.time_base) - 18.48) < 0.001
        assert abs(float(audio.duration * audio.time_base) - 18.48) < 0.1
        times = [float(frame.time or 0) for frame in opened.decode(audio=0)]
    assert times[0] < 0.03
    assert times[-1] == pytest.approx(18.48, abs=0.1)
    archive.close()


def test_a_flipped_bit_in_the_store_is_copied_and_said(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "a")
    recorded = archive.record(clip(seconds=4), segment_s=60)
    path = archive.store.path_of(recorded.numbers[0])
    info = scan(path).parts[2]
    data = bytearray(path.read_bytes())
    data[info.offset + info.size - 9] ^= 1
    path.write_bytes(data)
    result = copy(archive, 0, 4, tmp_path / "out")
    assert result.damaged_parts == 1
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    parts = manifest["files"][0]["segments"][0]["parts"]
    assert [part["intact"] for part in parts] == [True, True, False, True]
    archive.close()


def test_a_lost_file_is_a_gap_and_the_rest_is_copied(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "a")
    recorded = archive.record(clip(seconds=4), loops=3)
    archive.clock.advance(12_000_000)
    archive.store.path_of(recorded.numbers[2]).unlink()
    result = copy(archive, 0, 12, tmp_path / "out")
    assert [(gap.from_us, gap.to_us, gap.reason) for gap in result.gaps] == [(at(4), at(6), "footage_lost")]
    got = shown(tmp_path / "out" / result.files[0].name)
    assert [frame for _, frame in got] == wanted(recorded, 0, 4) + wanted(recorded, 6, 12)
    archive.close()


def test_wall_time_that_runs_apart_decides_which_pictures_belong(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "a")
    recorded = archive.record(clip(seconds=4), loops=20, wall_ppm=500)
    result = copy(archive, 77.3, 79.9, tmp_path / "out")
    got = shown(tmp_path / "out" / result.files[0].name)
    assert [frame for _, frame in got] == wanted(recorded, 77.3, 79.9)
    archive.close()


def test_a_segment_begun_by_force_brings_its_key_frame_from_the_one_before(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "a")
    recorded = archive.record(clip(seconds=4, gop=100), segment_s=1, force_split=True)
    result = copy(archive, 2.5, 3.5, tmp_path / "out")
    got = shown(tmp_path / "out" / result.files[0].name)
    assert [frame for _, frame in got] == wanted(recorded, 2.5, 3.5)
    assert result.preroll_us == 2_520_000
    archive.close()


def test_nothing_recorded_is_a_clear_error(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "a")
    archive.record(clip(seconds=4))
    with pytest.raises(Conflict) as refused:
        copy(archive, 100, 200, tmp_path / "out")
    assert refused.value.code == "export.nothing"
    assert not (tmp_path / "out").exists()
    archive.close()


def test_a_full_disk_is_told_before_anything_is_written(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "a")
    archive.record(clip(seconds=4))
    with pytest.raises(Unavailable) as refused:
        copy(archive, 0, 4, tmp_path / "out", min_free_bytes=1 << 60)
    assert refused.value.code == "export.disk_full"
    assert not (tmp_path / "out").exists()
    archive.close()


def test_a_disk_that_fills_while_copying_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = Archive(tmp_path / "a")
    archive.record(clip(seconds=4))
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("needs /dev/full")
    out = tmp_path / "out"
    out.mkdir()
    (out / "manifest.json.part").symlink_to(full)
    with pytest.raises(Unavailable) as refused:
        copy(archive, 0, 4, out)
    assert refused.value.code == "export.disk_full"
    assert list(out.iterdir()) == []
    archive.close()


def test_a_cancelled_copy_leaves_nothing(tmp_path: Path) -> None:
    class Cancelled(Exception):
        pass

    def stop(done: int, total: int) -> None:
        if done > total // 2:
            raise Cancelled

    archive = Archive(tmp_path / "a")
    archive.record(clip(seconds=4), loops=3)
    with pytest.raises(Cancelled):
        copy(archive, 0, 12, tmp_path / "out", progress=stop)
    assert not (tmp_path / "out").exists()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    with pytest.raises(Cancelled):
        copy(archive, 0, 12, tmp_path / "mine", progress=stop)
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["notes.txt"]
    archive.close()


def test_progress_counts_bytes_to_the_end(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "a")
    archive.record(clip(seconds=4), loops=3)
    told: list[tuple[int, int]] = []
    copy(archive, 0, 12, tmp_path / "out", progress=lambda done, total: told.append((done, total)))
    copied = [(done, total) for done, total in told if total]
    assert [done for done, _ in copied] == sorted(done for done, _ in copied)
    assert copied[-1][0] == copied[-1][1] > 0
    archive.close()
