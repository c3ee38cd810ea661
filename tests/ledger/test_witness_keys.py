"""A witness and a log whose key changes: only what the key it knows handed over to, and no step back in time."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mingcha.base.errors import Conflict, Corrupt, Invalid, NotAllowed, Unavailable
from mingcha.base.suites import SHA256_ED25519, SM3_SM2, SUITES, Suite
from mingcha.ledger.asking import MAX_REQUEST_BYTES, KeyRequest, Request, decode, decode_key_request
from mingcha.ledger.keychange import known_changes
from mingcha.ledger.log import Keys, Log
from mingcha.ledger.notes import Cosigner, Signer
from tests.ledger.support import entries

NAME = "mingcha/nod_0123456789abcdef"
AT_US = 1_795_233_600_000_000


class Scene:
    """A log whose key changes, and the witness of it."""

    def __init__(self, directory: Path, suite: Suite = SHA256_ED25519, witness_suite: Suite | None = None) -> None:
        self.suite = suite
        self.directory = directory
        self.keys = [Signer(NAME, suite.generate())]
        self.log = Log.create(directory / "log", NAME, Keys(self.keys[0]))
        self.cosigner = Cosigner("witness.example", (witness_suite or suite).generate())
        self.witness = self.opened()
        self.at_us = AT_US

    def opened(self, *known: Signer, may_step_back: bool = False) -> Any:
        from mingcha.ledger.witness import Witness

        logs = {NAME: [key.verifier for key in known or self.keys[:1]]}
        (self.directory / "witness").mkdir(exist_ok=True)
        return Witness(self.directory / "witness", self.cosigner, logs, may_step_back=may_step_back)

    def grow(self, count: int = 3) -> None:
        self.log.append(entries(self.log.size, self.log.size + count))

    def rotate(self) -> None:
        self.keys.append(Signer(NAME, self.suite.generate()))
        self.log.change_key(self.keys[-1], self.at_us)

    def request(self, old_size: int) -> Request:
        tree = self.log.reader().tree
        proof = tree.consistency_proof(old_size) if 0 < old_size < self.log.size else []
        return Request(old_size, tuple(proof), self.log.own_note.encode())

    def key_request(self, old_size: int) -> KeyRequest:
        reader = self.log.reader()
        changes = known_changes(reader, NAME)
        told = tuple((one.index, one.entry, tuple(reader.tree.inclusion_proof(one.index))) for one in changes)
        return KeyRequest(told, self.request(old_size))

    def add(self, old_size: int) -> None:
        self.at_us += 1_000_000
        self.witness.add_checkpoint(decode(self.request(old_size).encode()), self.at_us)

    def change(self, old_size: int) -> None:
        self.at_us += 1_000_000
        self.witness.change_key(decode_key_request(self.key_request(old_size).encode()), self.at_us)

    def size(self) -> int:
        latest = self.witness.latest(NAME)
        return latest.checkpoint.size if latest else 0


@pytest.fixture(params=SUITES, ids=str)
def scene(request: pytest.FixtureRequest, tmp_path: Path) -> Scene:
    made = Scene(tmp_path, request.param)
    made.grow()
    made.add(0)
    return made


def test_a_rotated_key_is_taken_through_its_proof_only(scene: Scene) -> None:
    scene.rotate()
    scene.grow()
    with pytest.raises(NotAllowed) as caught:
        scene.add(3)
    assert caught.value.code == "witness.unsigned"
    scene.change(3)
    assert scene.size() == 7
    scene.grow()
    scene.add(7)
    # It remembers across a restart, and forgets nothing of the way.
    scene.witness = scene.opened()
    scene.grow()
    scene.add(10)
    assert scene.size() == 13
    assert scene.witness.keys_of(NAME) == [key.verifier for key in scene.keys]


def test_several_changes_at_once_are_followed(scene: Scene) -> None:
    for _ in range(3):
        scene.rotate()
        scene.grow()
    scene.change(3)
    assert scene.size() == 15
    scene.rotate()
    scene.grow()
    scene.change(15)
    assert scene.size() == 19


def test_a_witness_that_was_told_the_new_key_by_hand_still_knows_the_past(scene: Scene) -> None:
    scene.rotate()
    scene.grow()
    scene.change(3)
    scene.witness = scene.opened(scene.keys[1])
    scene.grow()
    scene.add(7)
    assert scene.size() == 10


def test_the_old_key_no_longer_counts(scene: Scene, tmp_path: Path) -> None:
    """Whoever steals the old key and the old files cannot go on with them."""
    thief = Log.create(tmp_path / "thief", NAME, Keys(scene.keys[0]))
    thief.append(entries(0, 3))
    scene.rotate()
    scene.grow()
    scene.change(3)
    thief.append(entries(3, 20))
    scene.log = thief
    with pytest.raises(NotAllowed) as caught:
        scene.add(7)
    assert caught.value.code == "witness.unsigned"
    # Nor can it hand over to a key of its own.
    thief.change_key(Signer(NAME, scene.suite.generate()), AT_US)
    with pytest.raises(NotAllowed) as caught:
        scene.change(7)
    assert caught.value.code == "witness.key_change"
    assert scene.size() == 7


def test_a_change_before_what_was_cosigned_comes_too_late(scene: Scene, tmp_path: Path) -> None:
    """The old key signed beyond the entry in which it says that it stopped: one of the two is not so."""
    other = Log.create(tmp_path / "other", NAME, Keys(scene.keys[0]))
    other.append(entries(0, 2))
    other.change_key(Signer(NAME, scene.suite.generate()), AT_US)
    other.append(entries(0, 9))
    scene.grow()
    scene.add(3)
    scene.log = other
    with pytest.raises(NotAllowed) as caught:
        scene.change(6)
    assert caught.value.code == "witness.key_change"


def test_a_change_that_is_not_in_the_log_is_refused(scene: Scene) -> None:
    scene.rotate()
    scene.grow()
    asked = scene.key_request(3)
    index, entry, proof = asked.changes[0]
    forged = replace(asked, changes=((index, entry, (bytes(32), *proof[1:])),))
    with pytest.raises(Corrupt) as caught:
        scene.witness.change_key(forged, scene.at_us)
    assert caught.value.code == "ledger.proof"
    with pytest.raises(Corrupt) as caught:
        scene.witness.change_key(replace(asked, changes=((index, entry[:-2] + b"x}", proof),)), scene.at_us)
    assert caught.value.code == "ledger.key_change"
    assert scene.size() == 3
    scene.change(3)


def test_a_rewritten_past_is_not_hidden_by_a_change_of_key(scene: Scene, tmp_path: Path) -> None:
    rewritten = Log.create(tmp_path / "rewritten", NAME, Keys(scene.keys[0]))
    rewritten.append([b"other", b"history", b"here"])
    rewritten.change_key(Signer(NAME, scene.suite.generate()), AT_US)
    scene.log = rewritten
    with pytest.raises(Corrupt) as caught:
        scene.change(3)
    assert caught.value.code == "ledger.proof"
    assert scene.witness.keys_of(NAME) == [scene.keys[0].verifier]


def test_repeating_a_change_is_harmless(scene: Scene) -> None:
    scene.rotate()
    scene.change(3)
    scene.change(4)
    assert scene.size() == 4


def test_a_log_nobody_knows_is_refused(scene: Scene) -> None:
    scene.rotate()
    asked = scene.key_request(3)
    scene.witness._logs = {}
    with pytest.raises(NotAllowed) as caught:
        scene.witness.change_key(asked, scene.at_us)
    assert caught.value.code == "witness.unknown_log"


def test_damaged_memory_of_keys_is_an_error(scene: Scene, tmp_path: Path) -> None:
    scene.rotate()
    scene.change(3)
    (path,) = (tmp_path / "witness").glob("*.keys")
    for damage in ("", "{}", "[]", '{"changes": [1]}', '{"changes": [{"index": "x", "entry": ""}]}'):
        path.write_text(damage)
        with pytest.raises(Corrupt):
            scene.opened().latest(NAME)


def test_a_clock_that_went_back_cosigns_nothing_until_somebody_says_so(scene: Scene) -> None:
    scene.grow()
    scene.at_us -= 3_600_000_000
    with pytest.raises(Unavailable) as caught:
        scene.add(3)
    assert caught.value.code == "witness.clock"
    assert scene.size() == 3
    scene.witness = scene.opened(may_step_back=True)
    scene.add(3)
    assert scene.size() == 6


def test_a_log_that_changes_its_suite_has_forked(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    scene.grow()
    scene.add(0)
    other = Signer(NAME, SM3_SM2.generate())
    scene.witness = scene.opened(scene.keys[0], other)
    scene.log = Log.create(tmp_path / "other", NAME, Keys(other))
    scene.grow()
    scene.grow()
    with pytest.raises(Conflict) as caught:
        scene.add(3)
    assert caught.value.code == "witness.fork"


def test_a_witness_may_be_of_another_suite_than_the_log(tmp_path: Path) -> None:
    scene = Scene(tmp_path, SM3_SM2, SHA256_ED25519)
    scene.grow()
    scene.add(0)
    scene.grow()
    scene.add(3)
    assert scene.size() == 6


BAD_BODIES: list[Callable[[dict[str, Any]], object]] = [
    lambda told: told.update(format="other"),
    lambda told: told.pop("changes"),
    lambda told: told.pop("request"),
    lambda told: told.update(changes=[]),
    lambda told: told.update(changes=told["changes"] * 101),
    lambda told: told.update(changes="x"),
    lambda told: told.update(request="x"),
    lambda told: told["changes"][0].update(index=-1),
    lambda told: told["changes"][0].update(index="x"),
    lambda told: told["changes"][0].update(proof=["00"]),
    lambda told: told["changes"][0].update(proof=["zz"]),
    lambda told: told["changes"][0].update(proof=["00" * 32] * 64),
    lambda told: told["changes"][0].pop("entry"),
]


@pytest.mark.parametrize("spoil", BAD_BODIES)
def test_a_malformed_request_is_refused(tmp_path: Path, spoil: Callable[[dict[str, Any]], object]) -> None:
    scene = Scene(tmp_path)
    scene.grow()
    scene.rotate()
    body = scene.key_request(0).encode()
    assert decode_key_request(body).encode() == body
    told = json.loads(body)
    spoil(told)
    for wrong in (json.dumps(told).encode(), b"[]", b"{", b"x" * (MAX_REQUEST_BYTES + 1)):
        with pytest.raises(Invalid) as caught:
            decode_key_request(wrong)
        assert caught.value.code == "witness.request"
