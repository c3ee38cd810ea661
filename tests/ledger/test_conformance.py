# ruff: noqa: E501 - the examples as they are printed
"""The published examples, one by one: RFC 6962 section 2.1.3, C2SP signed-note, tlog-checkpoint, tlog-cosignature,
tlog-witness (as of 2026-07). A log that lives: the checksum database of Go. The trees of Certificate Transparency and the notes of Go's sumdb/note are in `vectors`.
"""

from __future__ import annotations

import base64

import pytest

from mingcha.base.suites import SHA256_ED25519, SUITES, Suite
from mingcha.ledger import checkpoints, notes
from mingcha.ledger.asking import decode
from mingcha.ledger.merkle import hashing_of
from mingcha.ledger.proofs import verify_consistency, verify_inclusion
from mingcha.ledger.tree import Tree

QUASIMODO = """Ognuno sta solo sul cuor della terra
trafitto da un raggio di sole:

ed è subito sera.

— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=
"""
BEHIND_THE_SOFA = """example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
"""
COSIGNATURE = """— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA=="""
REQUEST = """old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

"""

GO_ENTRY = """github.com/transparency-dev/tessera v1.0.0 h1:4OT1V9xJLa5NnYlFWWlCdZkCm18/o12rdd+bCTje7XE=
github.com/transparency-dev/tessera v1.0.0/go.mod h1:TLvfjlkbmsmKVEJUtzO2eb9Q2IBnK3EJ0dI4G0oxEOU=
"""
GO_LEAF = "0fa57c511c3b2ffcc0a05ad63172568d265aaf9844e9b636a0978795396f2ab1"


def test_a_leaf_of_a_living_log_has_its_hash() -> None:
    """An entry of the checksum database of Go, and the leaf hash its tools tell of it."""
    assert hashing_of(SHA256_ED25519).leaf(GO_ENTRY.encode()).hex() == GO_LEAF


def test_the_note_of_signed_note_keeps_its_blank_line() -> None:
    note = notes.parse(QUASIMODO.encode())
    assert note.text.endswith("ed è subito sera.\n")
    assert note.text.count("\n\n") == 1
    (line,) = note.signatures
    assert (line.name, line.key_id.hex(), len(line.signature)) == ("quasimodo.example/salvatore", "367ba04b", 64)
    assert note.encode() == QUASIMODO.encode()


def test_the_checkpoint_of_tlog_checkpoint_is_read() -> None:
    found = checkpoints.parse(notes.parse(BEHIND_THE_SOFA.encode()).text)
    assert (found.origin, found.size, found.extensions) == ("example.com/behind-the-sofa", 20852163, ())
    assert base64.b64encode(found.root).decode() == "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="


def test_the_cosignature_of_tlog_cosignature_has_its_time() -> None:
    line = notes.parse_signature(COSIGNATURE)
    assert int.from_bytes(line.signature[:8], "big") == 1679315147
    assert len(line.signature) == 8 + 64


def test_the_request_of_tlog_witness_is_read_and_written() -> None:
    body = (REQUEST + BEHIND_THE_SOFA).encode()
    found = decode(body)
    assert (found.old_size, len(found.proof)) == (20852014, 4)
    assert found.note == BEHIND_THE_SOFA.encode()
    assert found.encode() == body


@pytest.mark.parametrize("suite", SUITES, ids=str)
def test_the_tree_of_seven_leaves_is_that_of_rfc_6962(suite: Suite) -> None:
    """Section 2.1.3 draws it: leaves a b c d e f j, nodes g h i k l, and lists the paths and proofs by these letters."""
    h = hashing_of(suite)
    a, b, c, d, e, f, j = (h.leaf(b"d%d" % n) for n in range(7))
    g, hh, i = h.node(a, b), h.node(c, d), h.node(e, f)
    k, ll = h.node(g, hh), h.node(i, j)
    root = h.node(k, ll)
    leaves = [a, b, c, d, e, f, j]
    tree = Tree(7, lambda height, index: h.root(leaves[index << height : (index + 1) << height]), h)
    assert tree.root() == root == h.root(leaves)
    for index, path in ((0, [b, hh, ll]), (3, [c, g, ll]), (4, [f, j, k]), (6, [i, k])):
        assert tree.inclusion_proof(index) == path
        verify_inclusion(leaves[index], index, 7, path, root, h)
    for size, proof in ((3, [c, d, g, ll]), (4, [ll]), (6, [i, j, k])):
        assert tree.consistency_proof(size) == proof
        verify_consistency(size, h.root(leaves[:size]), 7, root, proof, h)


def test_the_suites_make_different_trees_of_the_same_entries() -> None:
    one, other = (hashing_of(suite) for suite in SUITES)
    assert one.root([]) != other.root([])
    assert one.leaf(b"entry") != other.leaf(b"entry")
