"""Readers of a log, while it grows and when files are missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from mingcha.base.errors import Corrupt, Invalid, Unavailable
from mingcha.ledger.reader import LogReader, read_checkpoint
from tests.ledger.support import KEYS, ORIGIN, WITNESS, entries, entry, log_of, root_of


def test_a_reader_keeps_its_size_while_the_log_grows(tmp_path: Path) -> None:
    with log_of(tmp_path, 10) as log:
        reader = log.reader()
        for size in (12, 14, 16, 300, 600):
            log.append(entries(log.size, size))
            fresh = LogReader(tmp_path, 10)
            assert fresh.tree.root() == root_of(10)
            assert list(fresh.entries(0, 10)) == entries(0, 10)
        assert reader.tree.root() == root_of(10)


def test_entries_are_read_across_bundles(tmp_path: Path) -> None:
    log_of(tmp_path, 700).close()
    reader = LogReader(tmp_path, 700)
    assert list(reader.entries(250, 520)) == entries(250, 520)
    assert list(reader.entries(700, 700)) == []
    assert reader.entry(699) == entry(699)


@pytest.mark.parametrize(("start", "stop"), [(-1, 2), (2, 1), (0, 4), (4, 4)])
def test_entries_outside_the_tree_are_refused(tmp_path: Path, start: int, stop: int) -> None:
    log_of(tmp_path, 3).close()
    with pytest.raises(Invalid):
        list(LogReader(tmp_path, 3).entries(start, stop))


def test_a_missing_tile_is_named(tmp_path: Path) -> None:
    log_of(tmp_path, 600).close()
    (tmp_path / "tile/0/001").unlink()
    with pytest.raises(Corrupt, match="tile/0/001") as caught:
        LogReader(tmp_path, 600).hashes(0, 1)
    assert caught.value.code == "ledger.missing"
    (tmp_path / "tile/0/002.p/88").unlink()
    with pytest.raises(Corrupt, match=r"tile/0/002\.p/88"):
        LogReader(tmp_path, 600).hashes(0, 2)


def test_a_file_that_cannot_be_read_is_not_called_missing(tmp_path: Path) -> None:
    log_of(tmp_path, 3).close()
    (tmp_path / "tile/0/000.p/3").unlink()
    (tmp_path / "tile/0/000.p/3").mkdir()
    with pytest.raises(Unavailable) as caught:
        LogReader(tmp_path, 3).hashes(0, 0)
    assert caught.value.code == "ledger.unreadable"


def test_tiles_are_kept_in_memory_up_to_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mingcha.ledger.reader.CACHED_TILES", 2)
    log_of(tmp_path, 800).close()
    reader = LogReader(tmp_path, 800)
    first = reader.hashes(0, 0)
    assert reader.hashes(0, 1) != first
    assert reader.hashes(0, 0) is first
    reader.hashes(0, 2)
    assert reader.hashes(0, 0) is first
    (tmp_path / "tile/0/001").unlink()
    with pytest.raises(Corrupt):
        reader.hashes(0, 1)


def test_a_published_checkpoint_is_read_with_its_witnesses(tmp_path: Path) -> None:
    with log_of(tmp_path, 3) as log:
        log.add_cosignature(WITNESS.sign(log.note.text, 9_000_000), WITNESS.verifier)
    opened = read_checkpoint(tmp_path, ORIGIN, KEYS.trusted, [WITNESS.verifier])
    assert opened.checkpoint.root == root_of(3)
    assert [item.at_us for item in opened.witnesses] == [9_000_000]
