"""fsck names the file that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from mingcha.ledger.checkpoints import Checkpoint
from mingcha.ledger.fsck import Result, check
from mingcha.ledger.merkle import leaf_hash, node_hash, tree_root
from mingcha.ledger.tiles import encode_bundle
from tests.ledger.support import ORIGIN, entries, log_of, root_of

SIZE = 600


@pytest.fixture
def log(tmp_path: Path) -> Path:
    log_of(tmp_path, 250, 350).close()
    return tmp_path


def checked(log: Path, *earlier: Checkpoint) -> Result:
    return check(log, Checkpoint(ORIGIN, SIZE, root_of(SIZE)), earlier)


def found(result: Result) -> list[tuple[str, str]]:
    return [(finding.code, finding.path) for finding in result.findings]


def test_a_sound_log_has_no_findings_and_every_entry_was_read(log: Path) -> None:
    seen: list[int] = []
    result = check(log, Checkpoint(ORIGIN, SIZE, root_of(SIZE)), progress=seen.append)
    assert (result.entries, result.findings) == (SIZE, [])
    assert seen == [256, 512, 600]


def test_an_empty_log_is_sound(tmp_path: Path) -> None:
    log_of(tmp_path).close()
    assert check(tmp_path, Checkpoint(ORIGIN, 0, tree_root([]))) == Result(0, [])


def test_a_changed_entry_is_named_by_number(log: Path) -> None:
    forged = entries(256, 512)
    forged[3] = b"forged"
    (log / "tile/entries/001").write_bytes(encode_bundle(forged))
    result = checked(log)
    assert found(result) == [("ledger.entry", "tile/entries/001")]
    assert "Entry 259" in result.findings[0].message


def test_a_forged_entry_with_its_tile_is_found_one_level_up(log: Path) -> None:
    forged = entries(256, 512)
    forged[3] = b"forged"
    (log / "tile/entries/001").write_bytes(encode_bundle(forged))
    (log / "tile/0/001").write_bytes(b"".join(leaf_hash(item) for item in forged))
    assert found(checked(log)) == [("ledger.tile_hash", "tile/1/000.p/2")]


def test_a_forgery_up_to_the_top_is_found_at_the_root(log: Path) -> None:
    forged = entries(0, SIZE)
    forged[3] = b"forged"
    log_of(log / "other", 250).close()
    leaves = [leaf_hash(item) for item in forged]
    (log / "tile/entries/000").write_bytes(encode_bundle(forged[:256]))
    (log / "tile/0/000").write_bytes(b"".join(leaves[:256]))
    (log / "tile/1/000.p/2").write_bytes(tree_root(leaves[:256]) + tree_root(leaves[256:512]))
    assert found(checked(log)) == [("ledger.root", "checkpoint")]


@pytest.mark.parametrize(
    ("path", "findings"),
    [
        ("tile/entries/000", [("ledger.missing", "tile/entries/000")]),
        ("tile/entries/002.p/88", [("ledger.missing", "tile/entries/002.p/88")]),
        ("tile/0/001", [("ledger.missing", "tile/0/001")]),
        ("tile/1/000.p/2", [("ledger.missing", "tile/1/000.p/2"), ("ledger.missing", "checkpoint")]),
    ],
)
def test_a_missing_file_is_named(log: Path, path: str, findings: list[tuple[str, str]]) -> None:
    (log / path).unlink()
    assert found(checked(log)) == findings


def test_a_torn_file_is_named(log: Path) -> None:
    for path in ("tile/entries/001", "tile/0/000"):
        (log / path).write_bytes((log / path).read_bytes()[:-1])
    assert found(checked(log)) == [("ledger.tile", "tile/0/000"), ("ledger.bundle", "tile/entries/001")]


def test_a_log_that_lost_its_end_is_shorter_than_what_a_witness_kept(log: Path) -> None:
    kept = Checkpoint(ORIGIN, 700, root_of(700))
    assert found(checked(log, kept)) == [("ledger.shrunk", "checkpoint")]


def test_a_rewritten_log_does_not_begin_with_what_a_witness_kept(log: Path) -> None:
    honest = [Checkpoint(ORIGIN, size, root_of(size)) for size in (1, 250, 256, SIZE)]
    assert found(checked(log, *honest)) == []
    other = Checkpoint(ORIGIN, 250, node_hash(bytes(32), bytes(32)))
    assert found(checked(log, other)) == [("ledger.root", "checkpoint of size 250")]


def test_a_log_of_many_levels_is_checked_in_full(tmp_path: Path) -> None:
    log = log_of(tmp_path)
    log.append([b""] * (65_536 + 300))
    root = log.root
    log.close()
    size = 65_536 + 300
    assert check(tmp_path, Checkpoint(ORIGIN, size, root)) == Result(size, [])
    tile = tmp_path / "tile/1/000"
    tile.write_bytes(bytes(32) + tile.read_bytes()[32:])
    assert found(check(tmp_path, Checkpoint(ORIGIN, size, root))) == [("ledger.tile_hash", "tile/1/000")]
