"""The witness: cosigns what continues, and nothing else."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingcha.base.errors import Conflict, Corrupt, Invalid, MingchaError, NotAllowed
from mingcha.base.suites import SHA256_ED25519
from mingcha.ledger.asking import Request, decode
from mingcha.ledger.checkpoints import Checkpoint
from mingcha.ledger.merkle import leaf_hash, tree_root
from mingcha.ledger.notes import Note, Signer
from mingcha.ledger.tree import Tree
from mingcha.ledger.witness import Witness
from tests.ledger.support import ORIGIN, OTHER_SIGNER, SIGNER, WITNESS, entry, log_of, tree_of

LEAVES = [leaf_hash(entry(index)) for index in range(40)]
OTHER_LEAVES = [leaf_hash(b"rewritten"), *LEAVES[1:]]
AT_US = 1_795_233_600_000_000


def checkpoint(leaves: Sequence[bytes], signer: Signer = SIGNER, origin: str = ORIGIN) -> bytes:
    text = Checkpoint(origin, len(leaves), tree_root(leaves)).text
    return Note(text, (signer.sign(text),)).encode()


def request(old_size: int, leaves: Sequence[bytes]) -> Request:
    proof = tree_of(leaves).consistency_proof(old_size) if 0 < old_size < len(leaves) else []
    return Request(old_size, tuple(proof), checkpoint(leaves))


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    return Witness(tmp_path, WITNESS, {ORIGIN: [SIGNER.verifier]})


def test_it_follows_a_growing_log(witness: Witness) -> None:
    for old, size in ((0, 3), (3, 3), (3, 17), (17, 40)):
        asked = request(old, LEAVES[:size])
        signature = witness.add_checkpoint(decode(asked.encode()), AT_US)
        text = asked.note.decode().partition("\n\n")[0] + "\n"
        assert WITNESS.verifier.verify(text, signature) == AT_US
        latest = witness.latest(ORIGIN)
        assert latest is not None
        assert latest.checkpoint.size == size


def test_it_cosigns_a_real_log_which_publishes_it(witness: Witness, tmp_path: Path) -> None:
    with log_of(tmp_path / "log", 300, 400) as log:
        for old, size in ((0, 300), (300, 700)):
            tree = log.reader().tree
            root = Tree(size, tree.node).root()
            text = Checkpoint(ORIGIN, size, root).text
            proof = Tree(size, tree.node).consistency_proof(old) if old else []
            note = Note(text, (SIGNER.sign(text),))
            signature = witness.add_checkpoint(Request(old, tuple(proof), note.encode()), AT_US)
        log.add_cosignature(signature, WITNESS.verifier)
        assert len(log.note.signatures) == 2


def test_its_memory_outlives_it(witness: Witness, tmp_path: Path) -> None:
    witness.add_checkpoint(request(0, LEAVES[:9]), AT_US)
    again = Witness(tmp_path, WITNESS, {ORIGIN: [SIGNER.verifier]})
    with pytest.raises(Conflict) as caught:
        again.add_checkpoint(request(0, LEAVES[:12]), AT_US)
    assert (caught.value.code, caught.value.params["size"]) == ("witness.stale", 9)


def test_a_damaged_memory_is_not_begun_anew(witness: Witness, tmp_path: Path) -> None:
    witness.add_checkpoint(request(0, LEAVES[:9]), AT_US)
    (memory,) = tmp_path.iterdir()
    memory.write_bytes(b"damaged")
    with pytest.raises(Corrupt):
        witness.add_checkpoint(request(0, LEAVES[:12]), AT_US)


def refused(witness: Witness, asked: Request, kind: type[MingchaError], code: str) -> None:
    before = witness.latest(ORIGIN)
    with pytest.raises(kind) as caught:
        witness.add_checkpoint(asked, AT_US)
    assert caught.value.code == code
    assert witness.latest(ORIGIN) == before


def test_a_rewritten_log_is_not_cosigned(witness: Witness) -> None:
    witness.add_checkpoint(request(0, LEAVES[:9]), AT_US)
    refused(witness, request(9, OTHER_LEAVES[:20]), Corrupt, "ledger.proof")
    refused(witness, replace(request(9, LEAVES[:20]), proof=()), Corrupt, "ledger.proof")
    refused(witness, request(9, OTHER_LEAVES[:9]), Conflict, "witness.fork")


def test_a_shorter_log_is_not_cosigned(witness: Witness) -> None:
    witness.add_checkpoint(request(0, LEAVES[:9]), AT_US)
    refused(witness, Request(9, (), checkpoint(LEAVES[:5])), Invalid, "witness.request")
    refused(witness, request(0, LEAVES[:5]), Conflict, "witness.stale")


def test_strangers_are_not_cosigned(witness: Witness) -> None:
    foreign = checkpoint(LEAVES[:3], origin="elsewhere.example")
    refused(witness, Request(0, (), foreign), NotAllowed, "witness.unknown_log")
    impostor = checkpoint(LEAVES[:3], signer=OTHER_SIGNER)
    refused(witness, Request(0, (), impostor), NotAllowed, "witness.unsigned")
    forger = Signer(SIGNER.verifier.name, SHA256_ED25519.load(bytes(32)))
    refused(witness, Request(0, (), checkpoint(LEAVES[:3], signer=forger)), NotAllowed, "witness.unsigned")
    refused(witness, Request(0, (), b"nonsense"), Invalid, "witness.request")
    refused(witness, Request(0, (bytes(32),), checkpoint(LEAVES[:3])), Invalid, "witness.request")


def test_an_empty_log_may_be_the_first(witness: Witness) -> None:
    witness.add_checkpoint(request(0, []), AT_US)
    witness.add_checkpoint(request(0, LEAVES[:7]), AT_US)
    refused(witness, request(0, LEAVES[:8]), Conflict, "witness.stale")


@given(
    st.integers(min_value=0, max_value=10**18),
    st.lists(st.binary(min_size=32, max_size=32), max_size=63),
    st.binary(max_size=60),
)
def test_a_request_survives_the_wire(old: int, proof: list[bytes], note: bytes) -> None:
    asked = Request(old, tuple(proof), note)
    assert decode(asked.encode()) == asked


def test_a_request_has_the_form_of_the_protocol() -> None:
    line = base64.b64encode(bytes(32)).decode()
    assert Request(7, (bytes(32),), b"note\n").encode().decode() == f"old 7\n{line}\n\nnote\n"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"old 7",
        b"old 07\n\nnote",
        b"old -1\n\nnote",
        b"new 7\n\nnote",
        b"old 7\nAAAA\n\nnote",
        b"old 7\n!!!!\n\nnote",
        b"old 7\n\xff\n\nnote",
        b"old 7\n" + (base64.b64encode(bytes(32)) + b"\n") * 64 + b"\nnote",
        b"old 7\n\n" + b"x" * 64_000,
    ],
)
def test_a_malformed_request_is_refused(body: bytes) -> None:
    with pytest.raises(Invalid) as caught:
        decode(body)
    assert caught.value.code == "witness.request"
