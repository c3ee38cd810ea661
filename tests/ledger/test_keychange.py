"""Changes of key: entered under both signatures, followed by whoever knows an earlier key, and nobody else."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mingcha.base.errors import Conflict, Corrupt, Unavailable
from mingcha.base.suites import SHA256_ED25519, SM3_SM2, SUITES, Suite
from mingcha.ledger.checkpoints import Checkpoint, open_signed
from mingcha.ledger.fsck import check
from mingcha.ledger.keychange import CHANGES, KeyChange, earlier_keys, follow, known_changes, log_keys
from mingcha.ledger.log import Keys, Log
from mingcha.ledger.notes import Cosigner, Note, Signer
from mingcha.ledger.reader import LogReader
from tests.ledger.support import entries

NAME = "mingcha/nod_0123456789abcdef"
AT_US = 1_795_233_600_000_000


def signer(suite: Suite = SHA256_ED25519, name: str = NAME) -> Signer:
    return Signer(name, suite.generate())


def log_in(directory: Path, first: Signer, *others: Signer) -> Log:
    """A log of three entries by the first key, and three by each other, a change between."""
    log = Log.create(directory, NAME, Keys(first))
    log.append(entries(0, 3))
    for other in others:
        log.change_key(other, AT_US, "年度更换")
        log.append(entries(log.size, log.size + 3))
    return log


@pytest.mark.parametrize("suite", SUITES, ids=str)
def test_whoever_knows_any_key_is_led_to_today_s(tmp_path: Path, suite: Suite) -> None:
    keys = [signer(suite) for _ in range(3)]
    with log_in(tmp_path, *keys) as log:
        changes = known_changes(log.reader(), NAME)
        verifiers = [key.verifier for key in keys]
        assert [(change.index, change.old, change.new) for change in changes] == [
            (3, verifiers[0], verifiers[1]),
            (7, verifiers[1], verifiers[2]),
        ]
        assert follow(verifiers[0], changes) == verifiers
        assert follow(verifiers[1], changes) == verifiers[1:]
        assert follow(verifiers[2], changes) == verifiers[2:]
        assert [key.until_size for key in follow(verifiers[0], changes)] == [4, 8, None]
        assert earlier_keys(verifiers[2], changes) == (verifiers[1], verifiers[0])
        assert log_keys(tmp_path, verifiers[2]) == (verifiers[2], verifiers[1], verifiers[0])
        assert log.keys.trusted == [verifiers[2], verifiers[1], verifiers[0]]
        checkpoint = open_signed(log.note.encode(), NAME, [verifiers[2]]).checkpoint
        assert check(tmp_path, checkpoint).findings == []
    with Log.open(tmp_path, Keys(keys[2])) as log:
        assert log.keys.trusted == [verifiers[2], verifiers[1], verifiers[0]]


def test_the_checkpoint_of_a_change_is_signed_by_both_and_later_ones_by_the_new_key(tmp_path: Path) -> None:
    old, new = signer(), signer()
    with log_in(tmp_path, old) as log:
        log.change_key(new, AT_US)
        for key in (old, new):
            assert open_signed(log.note.encode(), NAME, [key.verifier]).checkpoint.size == 4
        log.append([b"later"])
        with pytest.raises(Corrupt) as caught:
            open_signed(log.note.encode(), NAME, [old.verifier])
        assert caught.value.code == "ledger.unsigned"


def test_a_key_that_was_given_up_signs_nothing_later(tmp_path: Path) -> None:
    """Whoever steals the old key cannot go on in the log's name."""
    old, new = signer(), signer()
    with log_in(tmp_path, old, new) as log:
        keys = log.keys.trusted
        for size, is_believed in ((3, True), (4, True), (5, False)):
            text = Checkpoint(NAME, size, bytes(32)).text
            note = Note(text, (old.sign(text),)).encode()
            if is_believed:
                assert open_signed(note, NAME, keys).checkpoint.size == size
            else:
                with pytest.raises(Corrupt):
                    open_signed(note, NAME, keys)


@pytest.mark.parametrize("wrong", [lambda old: old, lambda old: signer(name="another/log")])
def test_the_new_key_is_another_of_the_same_name(tmp_path: Path, wrong: Callable[[Signer], Signer]) -> None:
    old = signer()
    with log_in(tmp_path, old) as log:
        with pytest.raises(Conflict) as caught:
            log.change_key(wrong(old), AT_US)
        assert caught.value.code == "ledger.key_change"
        assert log.size == 3


def test_a_log_keeps_its_suite(tmp_path: Path) -> None:
    with log_in(tmp_path, signer(SM3_SM2)) as log, pytest.raises(Conflict) as caught:
        log.change_key(signer(), AT_US)
    assert caught.value.code == "ledger.suite"
    assert "new-ledger" in str(caught.value)
    with pytest.raises(Conflict) as caught:
        Log.open(tmp_path, Keys(signer()))
    assert caught.value.code == "ledger.suite"


def told(change: KeyChange, **fields: Any) -> bytes:
    return json.dumps(json.loads(change.entry) | fields).encode()


def falsified(change: KeyChange) -> dict[str, bytes]:
    text = json.loads(change.entry)
    return {
        "no JSON": b"{",
        "a list": b"[]",
        "no fields": b"{}",
        "another kind": told(change, kind="segment"),
        "another format": told(change, format="mingcha.entry/2"),
        "another log": told(change, origin="another/log"),
        "another place": told(change, index=4),
        "another time": told(change, at_us=AT_US + 1),
        "another reason": told(change, reason="kein Grund"),
        "another new key": told(change, new=signer().verifier.text),
        "another old key": told(change, old=signer().verifier.text),
        "a key of another name": told(change, new=signer(name="another/log").verifier.text),
        "the old key twice": told(change, new=text["old"]),
        "a witness's key": told(change, new=Cosigner(NAME, SHA256_ED25519.generate()).verifier.text),
        "another suite": told(change, new=signer(SM3_SM2).verifier.text),
        "no key": told(change, new="x"),
        "not signed by the old": told(change, by_old=text["by_new"]),
        "not signed by the new": told(change, by_new=text["by_old"]),
        "no base64": told(change, by_new="?"),
    }


@pytest.mark.parametrize("case", falsified(KeyChange.make(NAME, 3, signer(), signer(), AT_US, "")))
def test_a_false_change_is_not_believed(case: str) -> None:
    change = KeyChange.make(NAME, 3, signer(), signer(), AT_US, "")
    assert KeyChange.read(change.entry, NAME, 3) == change
    with pytest.raises(Corrupt):
        KeyChange.read(falsified(change)[case], NAME, 3)


def test_a_broken_chain_is_an_error(tmp_path: Path) -> None:
    a, b, c, d = (signer() for _ in range(4))
    first, other = KeyChange.make(NAME, 3, a, b, AT_US, ""), KeyChange.make(NAME, 7, c, d, AT_US, "")
    with pytest.raises(Corrupt) as caught:
        follow(a.verifier, [first, other])
    assert caught.value.code == "ledger.key_chain"
    # Of a key that is none of this log's, nothing is known.
    assert follow(signer().verifier, [first]) != [b.verifier]
    assert earlier_keys(d.verifier, [first, other]) == (c.verifier,)


def test_what_was_noted_but_never_entered_is_passed_over(tmp_path: Path) -> None:
    with log_in(tmp_path, signer()) as log:
        (tmp_path / CHANGES).write_text('{"changes": [1, 99]}')
        assert known_changes(log.reader(), NAME) == []
        (tmp_path / CHANGES).write_text('{"changes": 1}')
        with pytest.raises(Corrupt) as caught:
            known_changes(log.reader(), NAME)
        assert caught.value.code == "ledger.keys_file"


def test_a_json_entry_in_a_noted_place_is_not_taken_for_a_change(tmp_path: Path) -> None:
    with log_in(tmp_path, signer()) as log:
        log.append([b'{"kind": "segment"}'])
        (tmp_path / CHANGES).write_text('{"changes": [3]}')
        assert known_changes(LogReader(tmp_path, 4), NAME) == []


def test_it_goes_on_only_as_a_key_the_log_handed_over_to(tmp_path: Path) -> None:
    old, new = signer(), signer()
    log_in(tmp_path, old, new).close()
    with Log.open(tmp_path, Keys(new)) as log:
        log.go_on_as(new)
        with pytest.raises(Conflict):
            log.go_on_as(signer())
    # As it is after a crash between entering the change and keeping the new key.
    log_in(tmp_path / "crashed", old).close()
    with Log.open(tmp_path / "crashed", Keys(old)) as log:
        log.change_key(new, AT_US)
    with Log.open(tmp_path / "crashed", Keys(old)) as log:
        log.go_on_as(new)
        log.append([b"by the new key"])
        assert open_signed(log.note.encode(), NAME, [new.verifier]).checkpoint.size == 5


def test_a_disk_that_fails_leaves_the_old_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = signer()
    with log_in(tmp_path, old) as log:

        def fail(*_: object) -> None:
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr("mingcha.ledger.disk.Disk.put", fail)
            with pytest.raises(Unavailable):
                log.change_key(signer(), AT_US)
        assert log.keys.signer is old
        log.append([b"goes on"])
        assert open_signed(log.note.encode(), NAME, [old.verifier]).checkpoint.size == 4
