"""`mingcha storage`: what it does to the list, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mingcha.base.clock import SystemClock
from mingcha.cli.main import main
from mingcha.media.catalog import Catalog
from mingcha.media.store.directory import StoreDirectory
from mingcha.media.store.disks import read_disks


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data directory as a recorder leaves it."""
    monkeypatch.setenv("MINGCHA_DATA_DIR", str(tmp_path))
    with StoreDirectory.create(tmp_path / "store", SystemClock()) as store:
        catalog = Catalog(tmp_path / "catalog.db", SystemClock())
        catalog.add_store(store.store_id)
        catalog.close()
    return tmp_path


def states(root: Path) -> list[tuple[str, str, str]]:
    return [(disk.path.name, disk.tier, disk.state) for disk in read_disks(root, root / "store")]


def test_a_disk_is_added_drained_used_again_and_taken_out(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["storage", "add", str(root / "b"), "--slow"]) == 0
    assert "same file system" in capsys.readouterr().out
    assert states(root) == [("store", "fast", "in_use"), ("b", "slow", "in_use")]
    assert main(["storage", "use", str(root / "b"), "--tier", "fast"]) == 0
    assert main(["storage", "drain", str(root / "store")]) == 0
    assert states(root) == [("store", "fast", "draining"), ("b", "fast", "in_use")]
    assert main(["storage", "use", str(root / "store")]) == 0
    assert main(["storage", "drain", str(root / "store")]) == 0
    assert main(["storage", "retire", str(root / "store")]) == 0
    assert states(root) == [("b", "fast", "in_use")]


def test_the_list_is_told_as_json(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["storage", "add", str(root / "b")])
    capsys.readouterr()
    assert main(["storage", "list", "--json"]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(disk["state"], disk["segments"]) for disk in told] == [("ok", 0), ("ok", 0)]


def test_the_only_disk_stays(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["drain"], ["retire"], ["retire", "--lost"]):
        assert main(["storage", words[0], str(root / "store"), *words[1:]]) == 2
    assert "only disk" in capsys.readouterr().err
    assert not (root / "disks.json").exists()


def test_a_directory_with_something_else_in_it_is_refused(root: Path) -> None:
    (root / "b").mkdir()
    (root / "b" / "photo.jpg").touch()
    assert main(["storage", "add", str(root / "b")]) == 2
    assert main(["storage", "add", str(root / "no" / "such" / "mount")]) == 2
    assert main(["storage", "add", str(root / "store")]) == 2


def test_a_disk_that_is_here_is_not_given_up(root: Path) -> None:
    main(["storage", "add", str(root / "b")])
    assert main(["storage", "retire", str(root / "b"), "--lost"]) == 2
    (root / "b").rename(root / "gone")
    assert main(["storage", "retire", str(root / "b"), "--lost"]) == 0
    assert states(root)[1] == ("b", "fast", "lost")
    assert main(["storage", "use", str(root / "b")]) == 2


def test_a_disk_nobody_knows_is_named_as_such(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["storage", "drain", "sto_0000000000000000"]) == 2
    assert "storage list" in capsys.readouterr().err
