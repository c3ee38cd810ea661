"""Proofs: made and checked, against published values and for whatever tree."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingcha.base.errors import Corrupt, Invalid
from mingcha.ledger.merkle import leaf_hash, tree_root
from mingcha.ledger.proofs import verify_consistency, verify_inclusion
from tests.ledger.support import tree_of
from tests.ledger.vectors import CONSISTENCY, INCLUSION, LEAVES, ROOTS

HASHES = [leaf_hash(leaf) for leaf in LEAVES]
MANY = [leaf_hash(b"%d" % index) for index in range(300)]
sizes = st.integers(min_value=1, max_value=len(MANY))


def unhex(proof: list[str]) -> list[bytes]:
    return [bytes.fromhex(item) for item in proof]


@pytest.mark.parametrize(("index", "size", "proof"), INCLUSION)
def test_inclusion_proofs_are_those_of_the_reference_implementation(index: int, size: int, proof: list[str]) -> None:
    assert tree_of(HASHES[:size]).inclusion_proof(index) == unhex(proof)
    verify_inclusion(HASHES[index], index, size, unhex(proof), bytes.fromhex(ROOTS[size]))


@pytest.mark.parametrize(("old", "size", "proof"), CONSISTENCY)
def test_consistency_proofs_are_those_of_the_reference_implementation(old: int, size: int, proof: list[str]) -> None:
    assert tree_of(HASHES[:size]).consistency_proof(old) == unhex(proof)
    verify_consistency(old, bytes.fromhex(ROOTS[old]), size, bytes.fromhex(ROOTS[size]), unhex(proof))


@given(sizes)
def test_the_root_from_subtrees_is_the_root_from_leaves(size: int) -> None:
    assert tree_of(MANY[:size]).root() == tree_root(MANY[:size])


def test_the_empty_tree_has_the_root_of_nothing() -> None:
    assert tree_of([]).root() == tree_root([])


@given(st.data(), sizes)
def test_every_entry_is_proven_and_at_no_other_place(data: st.DataObject, size: int) -> None:
    index = data.draw(st.integers(min_value=0, max_value=size - 1))
    tree = tree_of(MANY[:size])
    proof, root = tree.inclusion_proof(index), tree.root()
    verify_inclusion(MANY[index], index, size, proof, root)
    other = data.draw(st.integers(min_value=-1, max_value=size).filter(lambda n: n != index))
    with pytest.raises(Corrupt):
        verify_inclusion(MANY[index], other, size, proof, root)
    with pytest.raises(Corrupt):
        verify_inclusion(leaf_hash(b"foreign"), index, size, proof, root)


@given(st.data(), sizes)
def test_every_beginning_is_proven_and_nothing_else(data: st.DataObject, size: int) -> None:
    old = data.draw(st.integers(min_value=1, max_value=size))
    tree = tree_of(MANY[:size])
    proof, root, old_root = tree.consistency_proof(old), tree.root(), tree_root(MANY[:old])
    verify_consistency(old, old_root, size, root, proof)
    rewritten = tree_root([leaf_hash(b"rewritten"), *MANY[1:old]])
    with pytest.raises(Corrupt):
        verify_consistency(old, rewritten, size, root, proof)


@given(st.data(), sizes)
def test_a_proof_with_any_change_does_not_hold(data: st.DataObject, size: int) -> None:
    index = data.draw(st.integers(min_value=0, max_value=size - 1))
    old = data.draw(st.integers(min_value=1, max_value=size))
    tree = tree_of(MANY[:size])
    for proof, check in (
        (
            tree.inclusion_proof(index),
            lambda changed: verify_inclusion(MANY[index], index, size, changed, tree.root()),
        ),
        (
            tree.consistency_proof(old),
            lambda changed: verify_consistency(old, tree_root(MANY[:old]), size, tree.root(), changed),
        ),
    ):
        for changed in changes(data, proof):
            with pytest.raises(Corrupt):
                check(changed)


def changes(data: st.DataObject, proof: list[bytes]) -> list[list[bytes]]:
    """A proof made longer, and if it has any hash, shorter and with one bit turned."""
    longer = [*proof, bytes(32)]
    if not proof:
        return [longer]
    at = data.draw(st.integers(min_value=0, max_value=len(proof) - 1))
    turned = bytes([proof[at][0] ^ 1]) + proof[at][1:]
    return [longer, proof[:-1], proof[1:], [*proof[:at], turned, *proof[at + 1 :]]]


@pytest.mark.parametrize("index", [-1, 5, 6])
def test_an_entry_outside_the_tree_has_no_proof(index: int) -> None:
    with pytest.raises(Invalid):
        tree_of(MANY[:5]).inclusion_proof(index)


@pytest.mark.parametrize("old", [-1, 0, 6])
def test_a_size_that_never_was_has_no_proof(old: int) -> None:
    with pytest.raises(Invalid):
        tree_of(MANY[:5]).consistency_proof(old)
    with pytest.raises(Corrupt):
        verify_consistency(old, bytes(32), 5, bytes(32), [])


def test_hashes_of_a_wrong_length_are_refused() -> None:
    with pytest.raises(Corrupt):
        verify_inclusion(MANY[0][:31], 0, 1, [], MANY[0])
    with pytest.raises(Corrupt):
        verify_consistency(1, MANY[0], 2, tree_root(MANY[:2]), [MANY[1] + b"x"])


def test_two_trees_of_one_size_must_be_the_same_tree() -> None:
    with pytest.raises(Corrupt):
        verify_consistency(2, tree_root(MANY[:2]), 2, tree_root(MANY[1:3]), [])


def test_a_missing_proof_between_different_sizes_does_not_hold() -> None:
    for old in (1, 2, 3, 4):
        with pytest.raises(Corrupt):
            verify_consistency(old, tree_root(MANY[:old]), 5, tree_root(MANY[:5]), [])
