"""Where things lie in the data directory."""

from __future__ import annotations

from pathlib import Path

import pytest

from mingcha.base.datadir import DataDir
from mingcha.base.env import Env


def test_recordings_lie_under_the_data_directory_unless_told_otherwise(tmp_path: Path) -> None:
    assert DataDir.from_env(Env({"MINGCHA_DATA_DIR": str(tmp_path)})).store == tmp_path / "store"
    elsewhere = Env({"MINGCHA_DATA_DIR": str(tmp_path), "MINGCHA_STORE_DIR": "/mnt/footage"})
    assert DataDir.from_env(elsewhere).store == Path("/mnt/footage")


def test_a_relative_path_is_made_absolute_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert DataDir.from_env(Env({"MINGCHA_DATA_DIR": "var"})).root == tmp_path / "var"


def test_preparing_twice_keeps_secrets_to_their_owner(tmp_path: Path) -> None:
    data = DataDir.from_env(Env({"MINGCHA_DATA_DIR": str(tmp_path / "a/b")}))
    data.prepare()
    data.prepare()
    assert {path.stat().st_mode & 0o777 for path in (data.root, data.secrets, data.exports, data.logs)} == {0o700}
    assert not data.store.exists()


def test_every_file_lies_under_the_root_and_no_two_share_a_path(tmp_path: Path) -> None:
    data = DataDir(tmp_path, tmp_path / "store")
    paths = [data.secrets, data.node_key, data.plan, data.catalog, data.office, data.exports, data.logs]
    paths += [data.revocations, data.ledger, data.witnesses]
    assert len(set(paths)) == len(paths)
    assert all(path.is_relative_to(tmp_path) for path in paths)
