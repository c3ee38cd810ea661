"""`mingcha storage`: what it does to the list, and what it refuses."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from mingcha.base.clock import SystemClock
from mingcha.cli import storage
from mingcha.cli.main import main
from mingcha.media.catalog import Catalog, CatalogReader
from mingcha.media.catalog.moving import Stock
from mingcha.media.store.directory import StoreDirectory
from mingcha.media.store.disks import read_disks
from mingcha.media.store.layout import IDENTITY_NAME


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


def test_a_disk_is_given_up_only_when_it_is_away_and_its_id_was_said_twice(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["storage", "add", str(root / "b")])
    lost = ["storage", "retire", "--lost", str(root / "b")]
    store = read_disks(root, root / "store")[1].store
    assert main([*lost, "--confirm", store]) == 2
    assert "is here; drain it" in capsys.readouterr().err
    (root / "b").rename(root / "gone")
    assert main(lost) == 2
    assert f"--confirm {store} {root / 'b'}" in capsys.readouterr().err
    assert main([*lost, "--confirm", "sto_0000000000000000"]) == 2
    assert "names another disk" in capsys.readouterr().err
    assert states(root)[1] == ("b", "fast", "in_use")
    assert main([*lost, "--confirm", store]) == 0
    assert states(root)[1] == ("b", "fast", "lost")
    for words in (["use"], ["drain"]):
        assert main(["storage", *words, str(root / "b")]) == 2
    (root / "gone").rename(root / "b")
    assert main(["storage", "retire", str(root / "b")]) == 0, "what it held is put down by now"
    assert states(root) == [("store", "fast", "in_use")]


def test_a_further_disk_can_be_added_while_the_only_one_is_away(root: Path) -> None:
    store = CatalogReader(root / "catalog.db").stores()[0]
    (root / "store").rename(root / "gone")
    assert main(["storage", "add", str(root / "b")]) == 0
    assert read_disks(root, root / "store")[0].store == store


def test_a_copy_of_a_disk_is_not_used_beside_its_original(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(root / "store", root / "copy")
    assert main(["storage", "add", str(root / "copy")]) == 2
    assert "or a copy of it" in capsys.readouterr().err
    assert not (root / "disks.json").exists()


def test_the_disk_of_another_recorder_is_left_alone(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with StoreDirectory.create(root / "b", SystemClock(), reserve_bytes=0) as store:
        (store.path / "open" / "0000000001.mp4").write_bytes(b"theirs")
    assert main(["storage", "add", str(root / "b")]) == 2
    assert "recordings of another recorder" in capsys.readouterr().err
    assert (root / "b" / "open" / "0000000001.mp4").read_bytes() == b"theirs"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["add", "file"], "file is not a directory"),
        (["add", "no/such/place"], "Mount the disk first"),
        (["add", "store"], "in the list already"),
        (["add", "odd"], "odd: There is an identity file that cannot be read"),
        (["drain", "sto_0000000000000000"], "There is no disk sto_0000000000000000"),
        (["drain", ""], "There is no disk"),
        (["use", "b"], "There is no disk b"),
        (["retire", "b"], "storage list"),
        (["retire", "--lost", "b"], "storage list"),
    ],
)
def test_bad_input_is_refused_with_what_is_wrong(
    root: Path, words: list[str], said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root)
    (root / "file").touch()
    (root / "odd").mkdir()
    (root / "odd" / IDENTITY_NAME).write_text("{")
    assert main(["storage", *words]) == 2
    assert said in capsys.readouterr().err
    assert not (root / "disks.json").exists()


@pytest.mark.parametrize("words", [["add"], ["drain"], ["use", "b", "--tier", "warm"], ["retire"], ["eat"], []])
def test_words_that_are_missing_or_unknown_end_with_the_usage(
    root: Path, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["storage", *words])
    assert ended.value.code == 2
    assert "usage: mingcha storage" in capsys.readouterr().err


def test_a_list_that_cannot_be_understood_is_left_as_it_is(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "disks.json").write_text("{")
    for words in (["list"], ["add", str(root / "b")], ["drain", "b"]):
        assert main(["storage", *words]) == 2
        assert "restore it" in capsys.readouterr().err
    assert (root / "disks.json").read_text() == "{"


def test_a_disk_that_refuses_writes_is_told_though_it_can_be_read(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / "store" / "lock").unlink()
    (root / "store" / "lock").mkdir()
    assert main(["storage", "list"]) == 0
    assert "fast, in use, faulty;" in capsys.readouterr().out


def test_a_disk_that_waits_for_room_says_so(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    main(["storage", "add", str(root / "b")])
    main(["storage", "drain", str(root / "store")])
    first = read_disks(root, root / "store")[0].store
    monkeypatch.setattr(storage, "stock", lambda catalog: [Stock("cam_0", "main", first, 3, 5_000_000)])
    capsys.readouterr()
    main(["storage", "list"])
    assert "waits:" not in capsys.readouterr().out
    monkeypatch.setattr(storage, "ROOM_BYTES", 1 << 60)
    main(["storage", "list"])
    assert "3 recordings of 1 cameras, 5 MB\n    waits: no other disk has room" in capsys.readouterr().out
