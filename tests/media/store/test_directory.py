"""A store directory: what it is, what it holds, what it refuses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mingcha.base.clock import ManualClock
from mingcha.base.errors import Conflict, Corrupt, Invalid, Unavailable
from mingcha.media.store import layout
from mingcha.media.store.directory import StoreDirectory


def code_of(action: object, *arguments: object, **options: object) -> str:
    with pytest.raises(Unavailable) as caught:
        action(*arguments, **options)  # type: ignore[operator]
    return caught.value.code


def tree(path: Path) -> list[str]:
    return sorted(str(item.relative_to(path)) for item in path.rglob("*"))


def test_names_are_numbers_and_nothing_else() -> None:
    assert layout.file_name(255) == "00000000ff.mp4"
    assert layout.directory_name(4095) == "0000000"
    assert layout.directory_name(4096) == "0000001"
    assert layout.file_name(layout.MAX_NUMBER) == "ffffffffff.mp4"
    assert layout.directory_name(layout.MAX_NUMBER) == "fffffff"
    assert layout.number_of("00000000ff.mp4") == 255
    for name in ("ff.mp4", "00000000FF.mp4", "00000000ff.mp4~", "00000000ff.mp4\n", "../00000000ff.mp4", ""):
        assert layout.number_of(name) is None
    for number in (-1, layout.MAX_NUMBER + 1):
        with pytest.raises(ValueError, match="out of range"):
            layout.file_name(number)


def test_a_new_store_says_what_it_is(tmp_path: Path, clock: ManualClock) -> None:
    with StoreDirectory.create(tmp_path / "new" / "store", clock) as store:
        raw = json.loads((store.path / layout.IDENTITY_NAME).read_text())
        assert raw == {"format": "mingcha.store/1", "store": store.store_id, "made_us": clock.wall_us()}
        assert tree(store.path) == ["lock", "mingcha-store.json", "open", "segments"]


def test_it_refuses_to_settle_among_the_files_of_others(tmp_path: Path, clock: ManualClock) -> None:
    (tmp_path / "holiday.jpg").touch()
    with pytest.raises(Invalid):
        StoreDirectory.create(tmp_path, clock)
    assert tree(tmp_path) == ["holiday.jpg"]


def test_the_root_of_a_fresh_file_system_counts_as_empty(tmp_path: Path, clock: ManualClock) -> None:
    (tmp_path / "lost+found").mkdir()
    StoreDirectory.create(tmp_path, clock).close()


def test_a_store_whose_making_was_broken_off_can_be_made(tmp_path: Path, clock: ManualClock) -> None:
    (tmp_path / "open").mkdir()
    StoreDirectory.create(tmp_path, clock).close()
    (tmp_path / layout.IDENTITY_NAME).unlink()
    (tmp_path / "lock").unlink()
    (tmp_path / "segments" / "0000000").mkdir()
    with pytest.raises(Invalid):
        StoreDirectory.create(tmp_path, clock)


def test_a_missing_or_empty_directory_is_an_absent_store(tmp_path: Path) -> None:
    assert code_of(StoreDirectory.open, tmp_path / "nothing", None) == "store.absent"
    assert code_of(StoreDirectory.open, tmp_path, None) == "store.absent"
    assert tree(tmp_path) == []


def test_another_store_is_foreign(tmp_path: Path, store: StoreDirectory) -> None:
    other = store.path
    store.close()
    assert code_of(StoreDirectory.open, other, "sto_0000000000000000") == "store.foreign"


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"format": "mingcha.store/1"}', '{"format": "x/1"}',
                                     '{"format":"mingcha.store/1","store":"sto_../..","made_us":1}'])  # fmt: skip
def test_an_identity_that_cannot_be_understood_is_foreign(store: StoreDirectory, content: str) -> None:
    store.close()
    (store.path / layout.IDENTITY_NAME).write_text(content)
    assert code_of(StoreDirectory.open, store.path, None) == "store.foreign"


def test_one_writer_at_a_time_and_any_number_of_readers(store: StoreDirectory) -> None:
    assert code_of(StoreDirectory.open, store.path, store.store_id) == "store.in_use"
    with StoreDirectory.open(store.path, store.store_id, write=False) as reader:
        assert reader.store_id == store.store_id
        assert code_of(reader.create_segment, 1, b"header") == "store.read_only"
        assert code_of(reader.delete, 1) == "store.read_only"
    store.close()
    StoreDirectory.open(store.path, store.store_id).close()


def test_the_lock_goes_with_its_process(store: StoreDirectory) -> None:
    store.close()
    program = (
        "import sys, os, signal\nfrom pathlib import Path\nfrom mingcha.media.store.directory import StoreDirectory\n"
        "store = StoreDirectory.open(Path(sys.argv[1]), None)\nprint('locked', flush=True)\nsignal.pause()\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", program, str(store.path)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"locked\n"
    assert code_of(StoreDirectory.open, store.path, None) == "store.in_use"
    holder.kill()
    holder.wait()
    holder.stdout.close()
    StoreDirectory.open(store.path, None).close()


def test_a_segment_goes_from_open_to_segments(store: StoreDirectory) -> None:
    segment = store.create_segment(4097, b"header")
    assert segment.append(b"part one") == 6
    assert segment.append(b"part two") == 14
    assert store.path_of(4097) == store.path / "open" / "0000001001.mp4"
    assert store.open_numbers() == [4097]
    assert segment.seal(b"trailer") == 29
    assert store.open_numbers() == []
    assert store.path_of(4097) == store.path / "segments" / "0000001" / "0000001001.mp4"
    assert store.path_of(4097).read_bytes() == b"headerpart onepart twotrailer"
    with pytest.raises(Conflict):
        segment.append(b"more")


def test_a_number_is_never_used_twice(store: StoreDirectory) -> None:
    store.create_segment(5, b"header").seal(b"")
    open_one = store.create_segment(6, b"header")
    for number in (5, 6):
        with pytest.raises(Conflict) as caught:
            store.create_segment(number, b"other")
        assert caught.value.code == "store.number_used"
    assert store.path_of(5).read_bytes() == b"header"
    (store.path / "segments" / "0000000" / "0000000006.mp4").write_bytes(b"somebody else's")
    open_one.append(b"part")
    with pytest.raises(Conflict):
        open_one.seal(b"")
    assert store.path_of(6).read_bytes() == b"somebody else's"


def test_an_abandoned_segment_stays_unless_it_is_empty(store: StoreDirectory) -> None:
    store.create_segment(1, b"header").abandon()
    kept = store.create_segment(2, b"header")
    kept.append(b"part")
    kept.abandon()
    kept.abandon()
    assert store.open_numbers() == [2]


def test_what_was_written_can_be_made_durable_before_the_end(store: StoreDirectory) -> None:
    segment = store.create_segment(1, b"header")
    segment.append(b"part")
    segment.sync()
    segment.abandon()
    with pytest.raises(Conflict):
        segment.sync()


def test_an_open_file_stays_readable_while_it_is_sealed_and_deleted(store: StoreDirectory) -> None:
    segment = store.create_segment(3, b"header")
    fd = store.open_file(3)
    segment.append(b"part")
    segment.seal(b"")
    assert store.delete(3)
    assert os.pread(fd, 100, 0) == b"headerpart"
    os.close(fd)


def test_deleting_takes_one_segment_and_its_empty_directory(store: StoreDirectory) -> None:
    for number in (1, 2, 5000):
        store.create_segment(number, b"header").seal(b"")
    open_one = store.create_segment(7, b"header")
    open_one.append(b"part")
    assert store.delete(1)
    assert not store.delete(1)
    assert store.delete(5000)
    assert not store.delete(7), "an open segment is never deleted"
    assert list(store.numbers()) == [2]
    assert store.directories() == ["0000000"]
    assert store.open_numbers() == [7]
    with pytest.raises(Corrupt) as caught:
        store.path_of(1)
    assert caught.value.code == "segment.missing"
    with pytest.raises(Corrupt):
        store.open_file(1)
    open_one.abandon()


def test_numbers_are_found_on_the_disk_and_strangers_are_not(store: StoreDirectory) -> None:
    assert store.newest_number() == 0
    for number in (9, 4096, 8200):
        store.create_segment(number, b"header").seal(b"")
    (store.path / "segments" / "0000001" / "notes.txt").touch()
    (store.path / "segments" / "0000001" / "0000000001.mp4").touch()  # a number in the wrong directory
    (store.path / "segments" / "copies").mkdir()
    (store.path / "open" / "download.part").touch()
    (store.path / "segments" / "0000003").mkdir()
    assert list(store.numbers()) == [9, 4096, 8200]
    assert store.newest_number() == 8200
    store.create_segment(9000, b"header").append(b"part")
    assert store.newest_number() == 9000


def test_a_symbolic_link_is_not_followed(store: StoreDirectory, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    (store.path / "open" / layout.file_name(1)).symlink_to(victim)
    with pytest.raises(Conflict):
        store.create_segment(1, b"header")
    with pytest.raises(Unavailable):
        store.open_file(1)
    assert victim.read_bytes() == b"precious"
