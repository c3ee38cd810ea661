"""`mingcha backup`: a running node copied so that what lies there is a node."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from mingcha.base import keys
from mingcha.base.clock import SystemClock
from mingcha.base.datadir import DataDir
from mingcha.cli import backup
from mingcha.cli.main import EXIT_REFUSED, main
from mingcha.ledger.log import Log
from mingcha.ledger.notes import Signer
from mingcha.media.anchor.feeder import open_ledger
from mingcha.media.catalog import Catalog


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataDir:
    monkeypatch.setenv("MINGCHA_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("MINGCHA_LOG_LEVEL", "ERROR")
    made = DataDir(tmp_path / "data", tmp_path / "data" / "store")
    made.prepare()
    keys.make_keys(made.root)
    Catalog(made.catalog, SystemClock()).close()
    for name in ("files/ab/one.pdf", "store/segments/1.mp4", "exports/x/film.mp4", "sim.port", "plan.json"):
        (made.root / name).parent.mkdir(parents=True, exist_ok=True)
        (made.root / name).write_text(name)
    return made


def opened(root: Path, data: DataDir) -> Log:
    return open_ledger(root / "ledger", lambda origin: Signer(origin, keys.ledger_key(data.root)))


def test_what_is_copied_is_a_node_without_recordings_and_keys(data: DataDir, tmp_path: Path) -> None:
    with opened(data.root, data) as ledger:
        ledger.append([b"entry"] * 300)
        root = ledger.root
        assert main(["backup", str(tmp_path / "usb")]) == 0  # while the recorder has it open
    names = {str(path.relative_to(tmp_path / "usb")) for path in (tmp_path / "usb").rglob("*") if path.is_file()}
    assert {"catalog.db", "plan.json", "files/ab/one.pdf", "ledger/checkpoint", "backup.json"} <= names
    assert not [name for name in names if name.startswith(("store", "secrets", "exports", "sim", "ledger/lock"))]
    shutil.rmtree(data.ledger)
    shutil.copytree(tmp_path / "usb" / "ledger", data.ledger)
    with opened(data.root, data) as ledger:
        assert (ledger.size, ledger.root) == (300, root)


def test_a_ledger_that_grows_while_it_is_copied_is_whole_and_brought_up_to_date_later(
    data: DataDir, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It passes the width of a tile meanwhile, so that partial tiles the copy wants are gone."""
    real, target = backup._copy_file, tmp_path / "usb"
    with opened(data.root, data) as ledger:
        ledger.append([b"entry"] * 200)

        def copy(source: Path, to: Path) -> int:
            if ledger.size < 500 and "ledger" in str(source):
                ledger.append([b"later"] * 100)
            return real(source, to)

        monkeypatch.setattr(backup, "_copy_file", copy)
        assert main(["backup", str(target)]) == 0
        monkeypatch.setattr(backup, "_copy_file", real)
        assert json.loads((target / "backup.json").read_text())["entries"] >= 200
        ledger.append([b"last"])
        assert main(["backup", str(target)]) == 0
        size, root = ledger.size, ledger.root
    assert not list((target / "ledger" / "tile" / "0").glob("000.p"))
    with opened(target, data) as ledger:
        assert (ledger.size, ledger.root) == (size, root)


def test_an_interrupted_backup_is_none_and_a_foreign_directory_is_left_alone(
    data: DataDir, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with opened(data.root, data):
        pass
    assert main(["backup", str(tmp_path / "usb")]) == 0

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(backup, "_copy_file", full)
        assert main(["backup", str(tmp_path / "usb")]) == EXIT_REFUSED
    assert "No space left" in capsys.readouterr().err
    assert not json.loads((tmp_path / "usb" / "backup.json").read_text())["whole"]
    assert main(["backup", str(tmp_path / "usb")]) == 0
    assert json.loads((tmp_path / "usb" / "backup.json").read_text())["whole"]
    assert main(["backup", str(data.root)]) == EXIT_REFUSED
    with sqlite3.connect(tmp_path / "usb" / "catalog.db") as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    copy.close()
