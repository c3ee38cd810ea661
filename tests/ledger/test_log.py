"""The writer of a log directory."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mingcha.base.errors import Conflict, Corrupt, Invalid, Unavailable
from mingcha.ledger.checkpoints import open_signed
from mingcha.ledger.disk import Disk
from mingcha.ledger.edge import Edge
from mingcha.ledger.fsck import check
from mingcha.ledger.log import Keys, Log
from mingcha.ledger.merkle import leaf_hash, tree_root
from mingcha.ledger.notes import Verifier
from mingcha.ledger.proofs import verify_consistency, verify_inclusion
from mingcha.ledger.tiles import tiles_of
from tests.ledger.support import KEYS, ORIGIN, OTHER_SIGNER, SIGNER, WITNESS, entries, entry, log_of, root_of


def files_of(directory: Path) -> set[str]:
    return {str(path.relative_to(directory)) for path in (directory / "tile").rglob("*") if path.is_file()}


def test_a_new_log_is_empty_and_signed(tmp_path: Path) -> None:
    with Log.create(tmp_path / "a/log", ORIGIN, KEYS) as log:
        assert (log.size, log.root, log.origin) == (0, tree_root([]), ORIGIN)
    opened = open_signed((tmp_path / "a/log/checkpoint").read_bytes(), ORIGIN, KEYS.trusted)
    assert opened.checkpoint.size == 0


def test_the_name_of_a_log_is_read_without_its_keys(tmp_path: Path) -> None:
    log_of(tmp_path / "log", 3).close()
    assert Log.origin_of(tmp_path / "log") == ORIGIN
    (tmp_path / "log/log.json").write_text("{")
    with pytest.raises(Corrupt):
        Log.origin_of(tmp_path / "log")


def test_entries_get_the_next_indexes_and_the_root_is_theirs(tmp_path: Path) -> None:
    with log_of(tmp_path / "log") as log:
        assert log.append(entries(0, 3)) == range(3)
        assert log.append([]) == range(3, 3)
        assert log.append(entries(3, 700)) == range(3, 700)
        assert log.root == root_of(700)
        assert list(log.reader().entries(0, 700)) == entries(0, 700)


def test_a_log_opened_again_goes_on_where_it_was(tmp_path: Path) -> None:
    log_of(tmp_path / "log", 300).close()
    with Log.open(tmp_path / "log", KEYS) as log:
        assert (log.size, log.root) == (300, root_of(300))
        log.append(entries(300, 520))
        assert log.root == root_of(520)


@settings(max_examples=20)
@given(st.lists(st.integers(min_value=1, max_value=400), max_size=5))
def test_the_files_are_those_of_the_size_however_they_came(
    tmp_path_factory: pytest.TempPathFactory, batches: list[int]
) -> None:
    directory = tmp_path_factory.mktemp("log")
    log_of(directory, *batches).close()
    size = sum(batches)
    assert {tile.path for tile in tiles_of(size)} <= files_of(directory)
    with Log.open(directory, KEYS) as log:
        assert log.root == root_of(size)
        result = check(directory, open_signed(log.note.encode(), ORIGIN, KEYS.trusted).checkpoint)
    assert (result.entries, result.findings) == (size, [])


def test_partial_tiles_of_every_checkpoint_stay_until_the_full_tile_is_signed_for(tmp_path: Path) -> None:
    with log_of(tmp_path, 5, 2, 3) as log:
        assert {"tile/0/000.p/5", "tile/0/000.p/7", "tile/0/000.p/10", "tile/entries/000.p/5"} <= files_of(tmp_path)
        log.append(entries(10, 255))
        assert "tile/0/000.p/5" in files_of(tmp_path)
        log.append(entries(255, 300))
        assert files_of(tmp_path) == {tile.path for tile in tiles_of(300)}
        log.append(entries(300, 600))
        kept = {"tile/1/000.p/1"}
        assert files_of(tmp_path) == {tile.path for tile in tiles_of(600)} | kept
    assert not (tmp_path / "tile/0/000.p").exists()


def test_what_an_interrupted_run_left_is_tidied_at_the_next_start(tmp_path: Path) -> None:
    log_of(tmp_path, 4, 1).close()
    committed = files_of(tmp_path)
    for name in (
        "0/000.p/9",
        "entries/000.p/9",
        "0/000.p/6.tmp",
        "0/000",
        "entries/000",
        "0/001",
        "1/000.p/2",
        "0/002.p/7",
    ):
        path = tmp_path / "tile" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"left")
    (tmp_path / "checkpoint.tmp").write_bytes(b"left")
    Log.open(tmp_path, KEYS).close()
    assert files_of(tmp_path) == committed
    assert not (tmp_path / "checkpoint.tmp").exists()


def test_proofs_of_a_real_log_hold(tmp_path: Path) -> None:
    with log_of(tmp_path, 200, 500) as log:
        tree = log.reader().tree
        for index in (0, 199, 255, 256, 511, 512, 699):
            verify_inclusion(leaf_hash(entry(index)), index, 700, tree.inclusion_proof(index), log.root)
        for old in (1, 200, 256, 300, 512, 700):
            verify_consistency(old, root_of(old), 700, log.root, tree.consistency_proof(old))


def test_a_second_log_in_the_same_place_is_refused(tmp_path: Path) -> None:
    log_of(tmp_path, 1).close()
    with pytest.raises(Conflict):
        Log.create(tmp_path, ORIGIN, KEYS)
    (tmp_path / "log.json").unlink()
    with pytest.raises(Conflict):
        Log.create(tmp_path, ORIGIN, KEYS)


@pytest.mark.parametrize("origin", ["", "two\nlines"])
def test_an_origin_is_one_line(tmp_path: Path, origin: str) -> None:
    with pytest.raises(Invalid):
        Log.create(tmp_path / "log", origin, KEYS)


def test_there_is_no_log_where_none_was_made(tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as caught:
        Log.open(tmp_path, KEYS)
    assert caught.value.code == "ledger.absent"


def _try_to_open(directory: Path, said: multiprocessing.SimpleQueue[str]) -> None:
    try:
        Log.open(directory, KEYS).close()
        said.put("opened")
    except Unavailable as error:
        said.put(error.code)


def test_two_writers_at_once_are_refused_and_the_lock_goes_with_its_owner(tmp_path: Path) -> None:
    log = log_of(tmp_path, 3)
    with pytest.raises(Unavailable) as caught:
        Log.open(tmp_path, KEYS)
    assert caught.value.code == "ledger.locked"
    spawn = multiprocessing.get_context("spawn")
    said: multiprocessing.SimpleQueue[str] = spawn.SimpleQueue()
    for expected in ("ledger.locked", "opened"):
        child = spawn.Process(target=_try_to_open, args=(tmp_path, said))
        child.start()
        assert said.get() == expected
        child.join()
        log.close()


def test_a_failed_opening_leaves_no_lock_behind(tmp_path: Path) -> None:
    log_of(tmp_path, 3).close()
    for _ in range(2):
        with pytest.raises(Corrupt) as caught:
            Log.open(tmp_path, Keys(OTHER_SIGNER))
        assert caught.value.code == "ledger.unsigned"


def test_a_closed_log_takes_nothing(tmp_path: Path) -> None:
    log = log_of(tmp_path, 3)
    log.close()
    log.close()
    with pytest.raises(Unavailable):
        log.append([b"x"])


def test_an_entry_too_long_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with log_of(tmp_path, 3) as log:
        with pytest.raises(Invalid):
            log.append([b"fine", b"x" * 65_536])
        assert log.size == 3
        log.append([b"x" * 65_535, b""])
        assert log.reader().entry(3) == b"x" * 65_535
        assert log.reader().entry(4) == b""


def test_a_change_of_key_is_followed_and_then_binds(tmp_path: Path) -> None:
    log_of(tmp_path, 3).close()
    changed = Keys(OTHER_SIGNER, earlier=(SIGNER.verifier,))
    with Log.open(tmp_path, changed) as log:
        log.append([b"key change"])
    with Log.open(tmp_path, Keys(OTHER_SIGNER)) as log:
        assert log.size == 4
    with pytest.raises(Corrupt):
        Log.open(tmp_path, KEYS)


def test_a_cosignature_stands_beside_ours_until_the_log_grows(tmp_path: Path) -> None:
    with log_of(tmp_path, 3) as log:
        for at_us in (1_000_000, 2_000_000):
            log.add_cosignature(WITNESS.sign(log.note.text, at_us), WITNESS.verifier)
        opened = open_signed((tmp_path / "checkpoint").read_bytes(), ORIGIN, KEYS.trusted, [WITNESS.verifier])
        assert [item.at_us for item in opened.witnesses] == [2_000_000]
        assert len(log.note.signatures) == 2
        log.append([b"x"])
        assert len(log.note.signatures) == 1


def test_a_cosignature_of_something_else_is_not_published(tmp_path: Path) -> None:
    with log_of(tmp_path, 3) as log:
        before = (tmp_path / "checkpoint").read_bytes()
        stranger: Verifier = OTHER_SIGNER.verifier
        for signature, witness in (
            (WITNESS.sign("another\n1\nAAAA\n", 0), WITNESS.verifier),
            (WITNESS.sign(log.note.text, 0), stranger),
        ):
            with pytest.raises(Corrupt):
                log.add_cosignature(signature, witness)
        assert (tmp_path / "checkpoint").read_bytes() == before


def test_files_that_were_changed_behind_its_back_are_noticed_at_opening(tmp_path: Path) -> None:
    log_of(tmp_path, 3).close()
    tile = tmp_path / "tile/0/000.p/3"
    tile.write_bytes(bytes(32) + tile.read_bytes()[32:])
    with pytest.raises(Corrupt) as caught:
        Log.open(tmp_path, KEYS)
    assert caught.value.code == "ledger.root"


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"{}", b'{"format": "mingcha.log/1"}', json.dumps({"format": "x/2", "origin": "a"}).encode()],
)
def test_a_damaged_identity_is_refused(tmp_path: Path, content: bytes) -> None:
    log_of(tmp_path, 3).close()
    (tmp_path / "log.json").write_bytes(content)
    with pytest.raises(Corrupt) as caught:
        Log.open(tmp_path, KEYS)
    assert caught.value.code == "ledger.identity"


def test_a_log_without_checkpoint_is_refused_and_not_begun_anew(tmp_path: Path) -> None:
    log_of(tmp_path, 3).close()
    (tmp_path / "checkpoint").unlink()
    with pytest.raises(Corrupt) as caught:
        Log.open(tmp_path, KEYS)
    assert caught.value.code == "ledger.checkpoint_missing"


class FullDisk(Disk):
    """Refuses to write once told that it is full."""

    is_full = False
    refuses_checkpoint_only = False

    def put(self, files: Mapping[Path, bytes]) -> None:
        is_checkpoint = any(path.name == "checkpoint" for path in files)
        if self.is_full and (is_checkpoint or not self.refuses_checkpoint_only):
            raise OSError(28, "No space left on device")
        super().put(files)


def test_a_full_disk_refuses_the_append_and_the_log_stays_usable(tmp_path: Path) -> None:
    disk = FullDisk()
    with Log.create(tmp_path, ORIGIN, KEYS, disk) as log:
        log.append(entries(0, 3))
        disk.is_full = True
        with pytest.raises(Unavailable) as caught:
            log.append(entries(3, 9))
        assert caught.value.code == "ledger.disk"
        disk.is_full = False
        log.append(entries(3, 9))
        assert log.root == root_of(9)


def test_a_disk_that_fails_at_the_checkpoint_leaves_doubt_until_opened_again(tmp_path: Path) -> None:
    disk = FullDisk()
    with Log.create(tmp_path, ORIGIN, KEYS, disk) as log:
        log.append(entries(0, 3))
        disk.is_full = disk.refuses_checkpoint_only = True
        with pytest.raises(Unavailable):
            log.append(entries(3, 9))
        disk.is_full = False
        with pytest.raises(Unavailable) as caught:
            log.append(entries(3, 9))
        assert caught.value.code == "ledger.reopen"
    with Log.open(tmp_path, KEYS) as log:
        assert log.size == 3
        log.append(entries(3, 4))
        assert log.root == root_of(4)


def test_the_edge_of_nothing_has_the_root_of_nothing() -> None:
    assert Edge().root() == tree_root([])


@pytest.mark.parametrize("size", [255, 256, 257, 512])
def test_a_tile_that_just_filled_has_no_loose_hashes(tmp_path: Path, size: int) -> None:
    with log_of(tmp_path, size) as log:
        assert log.root == root_of(size)
        assert files_of(tmp_path) == {tile.path for tile in tiles_of(size)}


def test_the_edge_grows_through_three_levels() -> None:
    edge = Edge()
    files = edge.add([b""] * (65_536 + 257))
    assert [tile.path for tile in files if tile.level == 2] == ["tile/2/000.p/1"]
    assert edge.root() == tree_root([leaf_hash(b"")] * (65_536 + 257))
