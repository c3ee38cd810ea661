"""A ledger that continues another: the same entries at the same places, by another suite or key."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from mingcha.base.errors import Conflict, Corrupt
from mingcha.base.suites import SHA256_ED25519, SM3_SM2
from mingcha.ledger.checkpoints import open_signed
from mingcha.ledger.fsck import check
from mingcha.ledger.identity import Identity, read_identity
from mingcha.ledger.log import Keys, Log
from mingcha.ledger.notes import Signer
from mingcha.ledger.reader import LogReader
from mingcha.ledger.succession import check_succession, continue_log, predecessor_in
from tests.ledger.support import SIGNER, entries, log_of

NEW = Signer("mingcha/nod_2", SM3_SM2.generate())
SIZE = 5_000


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("old") / "log"
    log_of(directory, SIZE).close()
    return directory


def go_on(old: Path, new: Path, old_signer: Signer | None = None) -> int:
    before = predecessor_in(old, SIGNER.verifier.text, "")
    return continue_log(old, new, NEW.verifier.name, Keys(NEW), before, 7, "国密", old_signer)


def test_a_new_suite_goes_on_with_the_same_entries(old: Path, tmp_path: Path) -> None:
    index = go_on(old, tmp_path / "new")
    assert index == SIZE
    assert read_identity(tmp_path / "new") == Identity("mingcha/nod_2", SM3_SM2)
    with Log.open(tmp_path / "new", Keys(NEW)) as log:
        assert log.size == SIZE + 1
        assert list(log.reader().entries(0, SIZE)) == entries(0, SIZE)
        found = check_succession(log.reader(), index)
        assert (found.origin, found.size, found.suite) == (read_identity(old).origin, SIZE, "sha256-ed25519")
        assert found.key == SIGNER.verifier.text
        checkpoint = open_signed(log.note.encode(), log.origin, [NEW.verifier]).checkpoint
        assert checkpoint.extensions == ("suite sm3-sm2",)
        assert check(tmp_path / "new", checkpoint).findings == []
        log.append([b"goes on"])


def test_the_old_key_signs_that_the_new_ledger_goes_on_for_it(old: Path, tmp_path: Path) -> None:
    index = go_on(old, tmp_path / "new", SIGNER)
    reader = LogReader(tmp_path / "new", index + 1)
    assert json.loads(reader.entry(index))["by_old"]
    assert check_succession(reader, index).key == SIGNER.verifier.text
    told = json.loads(reader.entry(index))
    with Log.create(tmp_path / "forged", "mingcha/nod_2", Keys(NEW)) as log:
        log.append([*entries(0, SIZE), json.dumps(told | {"reason": "other"}).encode()])
        with pytest.raises(Corrupt):
            check_succession(log.reader(), index)


def test_the_old_ledger_stays_as_it_was(old: Path, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in old.rglob("*") if path.is_file()}
    go_on(old, tmp_path / "new")
    assert {path: path.read_bytes() for path in old.rglob("*") if path.is_file()} == before


def test_what_was_interrupted_is_gone_on_with(old: Path, tmp_path: Path) -> None:
    with Log.create(tmp_path / "new", "mingcha/nod_2", Keys(NEW)) as log:
        log.append(entries(0, 2_700))
    go_on(old, tmp_path / "new")
    go_on(old, tmp_path / "new")  # and again, which changes nothing
    with Log.open(tmp_path / "new", Keys(NEW)) as log:
        assert log.size == SIZE + 1
        check_succession(log.reader(), SIZE)


def test_another_log_is_not_written_over(old: Path, tmp_path: Path) -> None:
    with Log.create(tmp_path / "other", "mingcha/nod_3", Keys(NEW)) as log:
        log.append(entries(0, 3))
    with Log.create(tmp_path / "longer", "mingcha/nod_2", Keys(NEW)) as log:
        log.append(entries(0, SIZE + 2))
    for directory in (tmp_path / "other", tmp_path / "longer"):
        with pytest.raises(Conflict) as caught:
            go_on(old, directory)
        assert caught.value.code == "ledger.exists"


def test_an_old_log_that_was_changed_is_not_taken_over(old: Path, tmp_path: Path) -> None:
    """An entry is changed, and its tile not: the tree still has the signed root, the entries have not."""
    changed = Path(shutil.copytree(old, tmp_path / "changed"))
    bundle = changed / "tile" / "entries" / "003"
    data = bundle.read_bytes()
    bundle.write_bytes(data.replace(b"entry 800", b"entry 80X"))
    with pytest.raises(Corrupt) as caught:
        go_on(changed, tmp_path / "new")
    assert caught.value.code == "ledger.root"
    (tile,) = (changed / "tile" / "1" / "000.p").iterdir()
    tile.write_bytes(bytes(len(tile.read_bytes())))
    with pytest.raises(Corrupt) as caught:
        predecessor_in(changed, "", "")
    assert caught.value.code == "ledger.root"


def test_a_false_continuation_is_found(old: Path, tmp_path: Path) -> None:
    index = go_on(old, tmp_path / "new")
    told = json.loads(LogReader(tmp_path / "new", index + 1).entry(index))
    old_told = told["old"]
    cases = {
        "another kind": told | {"kind": "segment"},
        "another size": told | {"old": old_told | {"size": 3}},
        "another root": told | {"old": old_told | {"root": "00" * 32}},
        "no checkpoint": told | {"old": old_told | {"checkpoint": "x"}},
        "nothing": {},
        "not signed by the old key": told | {"by_old": "AAAA"},
    }
    for name, case in cases.items():
        with Log.create(tmp_path / name, "mingcha/nod_2", Keys(NEW)) as log:
            log.append([*entries(0, SIZE), json.dumps(case).encode()])
            with pytest.raises(Corrupt) as caught:
                check_succession(log.reader(), index)
            assert caught.value.code == "ledger.succession"
    with Log.create(tmp_path / "changed", "mingcha/nod_2", Keys(NEW)) as log:
        log.append([b"rewritten", *entries(1, SIZE), json.dumps(told).encode()])
        with pytest.raises(Corrupt) as caught:
            check_succession(log.reader(), index)
        assert "not those of the log" in str(caught.value)


def test_a_log_s_suite_stands_in_its_directory(tmp_path: Path) -> None:
    (tmp_path / "log.json").write_text('{"format": "mingcha.log/1", "origin": "a", "suite": "md5-rsa"}')
    with pytest.raises(Corrupt):
        read_identity(tmp_path)
    (tmp_path / "log.json").write_text('{"format": "mingcha.log/2", "origin": "a"}')
    with pytest.raises(Corrupt):
        read_identity(tmp_path)
    assert SHA256_ED25519.name.encode() not in Identity("a").encode()
