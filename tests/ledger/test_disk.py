"""The file operations under the log."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mingcha.ledger.disk import Disk


def test_contents_are_durable_before_their_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    replace, fsync = os.replace, os.fsync
    monkeypatch.setattr(os, "replace", lambda a, b: (seen.append("rename"), replace(a, b))[1])
    monkeypatch.setattr(os, "fsync", lambda fd: (seen.append("fsync"), fsync(fd))[1])
    Disk().put({tmp_path / "a": b"1", tmp_path / "b": b""})
    assert seen == ["fsync", "fsync", "rename", "rename"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]
    assert (tmp_path / "a").read_bytes() == b"1"


def test_a_kernel_that_takes_little_at_once_still_gets_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: write(fd, data[:3]))
    Disk().put({tmp_path / "a": b"0123456789"})
    assert (tmp_path / "a").read_bytes() == b"0123456789"


def test_a_failure_renames_nothing_and_leaks_no_descriptor(tmp_path: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(FileNotFoundError):
        Disk().put({tmp_path / "a": b"1", tmp_path / "absent/b": b"2"})
    assert not (tmp_path / "a").exists()
    assert len(os.listdir("/proc/self/fd")) == before


def test_new_directories_name_the_ones_to_sync(tmp_path: Path) -> None:
    assert Disk().make_directory(tmp_path / "a/b") == [tmp_path / "a", tmp_path]
    assert Disk().make_directory(tmp_path / "a/b") == []


def test_removing_takes_an_empty_directory_along_and_never_fails(tmp_path: Path) -> None:
    for name in ("x", "y"):
        (tmp_path / "d").mkdir(exist_ok=True)
        (tmp_path / "d" / name).touch()
    Disk().remove(tmp_path / "d/x")
    assert (tmp_path / "d/y").exists()
    Disk().remove(tmp_path / "d/y")
    assert not (tmp_path / "d").exists()
    Disk().remove(tmp_path / "d/y")
