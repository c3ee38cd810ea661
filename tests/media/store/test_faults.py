"""Disks that are full, read-only, broken, swapped or gone."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from mingcha.base.clock import ManualClock
from mingcha.base.errors import Unavailable
from mingcha.media.store import faults
from mingcha.media.store.directory import StoreDirectory
from tests.media.store.conftest import Mount
from tests.media.store.test_directory import code_of, tree


def make(path: Path, clock: ManualClock, reserve_bytes: int = 0) -> StoreDirectory:
    return StoreDirectory.create(path, clock, reserve_bytes=reserve_bytes)


def failing(monkeypatch: pytest.MonkeyPatch, call: str, number: int) -> None:
    """Let one system call fail from now on."""

    def fail(*arguments: Any, **options: Any) -> Any:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, call, fail)


# Full


def test_a_full_disk_keeps_the_whole_parts_written_so_far(mount: Mount, tmp_path: Path, clock: ManualClock) -> None:
    with make(mount(tmp_path / "disk"), clock) as store:
        segment = store.create_segment(1, b"header")
        part = b"x" * 50_000
        written = 0
        while store.space().free_bytes >= len(part) + 4096:
            segment.append(part)
            written += 1
        assert written >= 2
        assert code_of(segment.append, part) == "store.full"
        assert segment.size == 6 + written * len(part)
        assert store.path_of(1).stat().st_size == segment.size
        segment.seal(b"trailer")  # what was cut off again leaves room for the end
        assert store.path_of(1).read_bytes().endswith(b"xtrailer")


def test_no_segment_is_begun_without_room_to_end_the_others(mount: Mount, tmp_path: Path, clock: ManualClock) -> None:
    with make(mount(tmp_path / "disk"), clock, reserve_bytes=1 << 20) as store:
        assert code_of(store.create_segment, 1, b"header") == "store.full"
        assert store.open_numbers() == []


def test_a_disk_without_inodes_is_full(mount: Mount, tmp_path: Path, clock: ManualClock) -> None:
    with make(mount(tmp_path / "disk", "size=8m,nr_inodes=9"), clock) as store:
        number = 1
        while store.space().free_inodes:
            store.create_segment(number, b"header").append(b"part")
            number += 1
        assert code_of(store.create_segment, number, b"header") == "store.full"
    with StoreDirectory.open(tmp_path / "disk", None, reserve_bytes=1) as store:
        assert code_of(store.create_segment, 100, b"header") == "store.full"


# Read-only


def test_a_disk_remounted_read_only_is_noticed(mount: Mount, tmp_path: Path, clock: ManualClock) -> None:
    disk = mount(tmp_path / "disk")
    with make(disk, clock) as store:
        segment = store.create_segment(1, b"header")
        segment.append(b"part")
        segment.abandon()
        # A writer's descriptor of the lock file would keep the file system writable: it is what a disk error ignores.
        os.close(store._lock_fd)
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True, capture_output=True)
        store._lock_fd = os.open(disk / "lock", os.O_RDONLY)
        assert code_of(store.probe) == "store.read_only"
        assert code_of(store.create_segment, 2, b"header") == "store.read_only"
    assert code_of(StoreDirectory.open, disk, None) == "store.read_only"
    with StoreDirectory.open(disk, None, write=False) as reader:
        assert reader.open_numbers() == [1]


# Gone and swapped


def test_an_unmounted_disk_is_noticed_and_nothing_is_written_under_its_mount_point(
    mount: Mount, tmp_path: Path, clock: ManualClock
) -> None:
    disk = mount(tmp_path / "disk")
    with make(disk, clock) as store:
        segment = store.create_segment(1, b"header")
        subprocess.run(["umount", "-l", str(disk)], check=True)
        assert code_of(store.probe) == "store.absent"
        segment.append(b"part")  # still goes to the old disk, if it goes anywhere
        segment.seal(b"")
        try:
            store.create_segment(2, b"header").append(b"part")
        except Unavailable:
            pass
        assert tree(disk) == []
    assert code_of(StoreDirectory.open, disk, store.store_id) == "store.absent"
    assert tree(disk) == []


def test_a_swapped_disk_is_foreign_and_stays_untouched(mount: Mount, tmp_path: Path, clock: ManualClock) -> None:
    disk = mount(tmp_path / "disk")
    with make(disk, clock) as first:
        mount(disk)
        make(disk, clock).close()
        before = tree(disk)
        assert code_of(first.probe) == "store.foreign"
        first.create_segment(1, b"header").append(b"part")
        assert tree(disk) == before
    assert code_of(StoreDirectory.open, disk, first.store_id) == "store.foreign"


def test_a_directory_put_in_place_of_the_store_is_noticed(store: StoreDirectory, tmp_path: Path) -> None:
    away = tmp_path / "away"
    store.path.rename(away)
    assert code_of(store.probe) == "store.absent"
    store.path.mkdir()
    assert code_of(store.probe) == "store.absent"
    store.path.rmdir()
    shutil.copytree(away, store.path)  # a restored copy: the same identity, but not what is open
    assert code_of(store.probe) == "store.absent"
    shutil.rmtree(store.path)
    away.rename(store.path)
    assert store.probe().free_bytes > 0


def test_an_identity_that_changes_under_our_hands_is_noticed(store: StoreDirectory) -> None:
    identity = store.path / "mingcha-store.json"
    text = identity.read_text()
    identity.write_text(text.replace(store.store_id, "sto_0000000000000000"))
    assert code_of(store.probe) == "store.foreign"
    identity.unlink()
    assert code_of(store.probe) == "store.absent"


# Broken


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.EIO, "store.io"),
        (errno.ENOSPC, "store.full"),
        (errno.EDQUOT, "store.full"),
        (errno.EROFS, "store.read_only"),
        (errno.EACCES, "store.read_only"),
        (errno.ENODEV, "store.absent"),
        (errno.ESTALE, "store.absent"),
        (errno.ENOTCONN, "store.absent"),
        (errno.EBADMSG, "store.io"),
    ],
)
@pytest.mark.parametrize("call", ["pwrite", "fdatasync", "rename", "unlink"])
def test_every_error_of_the_system_has_its_word(
    store: StoreDirectory, monkeypatch: pytest.MonkeyPatch, call: str, number: int, code: str
) -> None:
    store.create_segment(1, b"header").seal(b"")
    segment = store.create_segment(2, b"header")
    segment.append(b"part")
    failing(monkeypatch, call, number)
    if call == "unlink":
        assert code_of(store.delete, 1) == code
    elif call == "pwrite":
        assert code_of(segment.append, b"part two") == code
    else:
        assert code_of(segment.seal, b"trailer") == code
    monkeypatch.undo()
    segment.abandon()
    assert store.open_numbers() == [2], "what was written is left for recovery"
    assert store.path_of(2).read_bytes().startswith(b"headerpart")


def test_a_write_cut_short_is_carried_on(store: StoreDirectory, monkeypatch: pytest.MonkeyPatch) -> None:
    segment = store.create_segment(1, b"header")
    real = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda fd, data, at: real(fd, bytes(data)[:3], at))
    segment.append(b"0123456789")
    monkeypatch.undo()
    segment.seal(b"!")
    assert store.path_of(1).read_bytes() == b"header0123456789!"


def test_a_segment_that_cannot_get_its_header_leaves_nothing(
    store: StoreDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, "pwrite", errno.ENOSPC)
    assert code_of(store.create_segment, 1, b"header") == "store.full"
    assert store.open_numbers() == []


def test_every_code_has_a_sentence() -> None:
    assert set(faults._BY_ERRNO.values()) <= set(faults.CODES)


def test_a_disk_that_refuses_writes_without_being_called_read_only_is_noticed(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So does ext4 after an error (``emergency_ro``): statvfs does not tell."""
    with make(tmp_path / "store", clock) as store:
        store.probe()
        failing(monkeypatch, "pwrite", errno.EROFS)
        assert code_of(store.probe) == "store.read_only"
        monkeypatch.undo()
        assert store.probe().free_bytes > 0
