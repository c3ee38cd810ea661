"""Checkpoints as C2SP tlog-checkpoint says."""

from __future__ import annotations

import base64

import pytest

from mingcha.base.errors import Corrupt
from mingcha.base.suites import SHA256_ED25519, SM3_SM2
from mingcha.ledger.checkpoints import Checkpoint, open_signed, parse
from mingcha.ledger.merkle import tree_root
from mingcha.ledger.notes import Note, Signer
from tests.ledger.support import ORIGIN, OTHER_SIGNER, SIGNER, WITNESS

ROOT = tree_root([])
ENCODED = base64.b64encode(ROOT).decode()
CHECKPOINT = Checkpoint(ORIGIN, 7, ROOT)


def test_a_checkpoint_is_origin_size_and_root_each_on_a_line() -> None:
    assert CHECKPOINT.text == f"{ORIGIN}\n7\n{ENCODED}\n"
    assert parse(CHECKPOINT.text) == CHECKPOINT


def test_further_lines_are_kept() -> None:
    checkpoint = Checkpoint(ORIGIN, 0, ROOT, ("suite sha256-ed25519", "more"))
    assert parse(checkpoint.text) == checkpoint


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"{ORIGIN}\n7\n",
        f"{ORIGIN}\n7\n{ENCODED}",
        f"\n7\n{ENCODED}\n",
        f"{ORIGIN}\n07\n{ENCODED}\n",
        f"{ORIGIN}\n-7\n{ENCODED}\n",
        f"{ORIGIN}\n7 \n{ENCODED}\n",
        f"{ORIGIN}\n٧\n{ENCODED}\n",
        f"{ORIGIN}\n{'9' * 20}\n{ENCODED}\n",
        f"{ORIGIN}\n7\n{ENCODED[:-4]}\n",
        f"{ORIGIN}\n7\n!{ENCODED}\n",
        f"{ORIGIN}\n7\né{ENCODED}\n",
        f"{ORIGIN}\n7\n{ENCODED}\n\nx\n",
    ],
)
def test_a_malformed_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(Corrupt) as caught:
        parse(text)
    assert caught.value.code == "ledger.checkpoint"


def signed(checkpoint: Checkpoint = CHECKPOINT) -> Note:
    return Note(checkpoint.text, (SIGNER.sign(checkpoint.text),))


def test_a_signed_checkpoint_opens_under_the_logs_key() -> None:
    opened = open_signed(signed().encode(), ORIGIN, [OTHER_SIGNER.verifier, SIGNER.verifier])
    assert (opened.checkpoint, opened.signed_by, opened.witnesses) == (CHECKPOINT, SIGNER.verifier, ())


def test_the_witnesses_asked_for_are_named_with_their_time() -> None:
    note = signed()
    both = Note(note.text, (*note.signatures, WITNESS.sign(note.text, 60_000_000)))
    opened = open_signed(both.encode(), ORIGIN, [SIGNER.verifier], [WITNESS.verifier])
    assert [(item.verifier.name, item.at_us) for item in opened.witnesses] == [("witness.example", 60_000_000)]


def test_a_witness_alone_does_not_make_it_the_logs() -> None:
    note = Note(CHECKPOINT.text, (WITNESS.sign(CHECKPOINT.text, 0),))
    with pytest.raises(Corrupt) as caught:
        open_signed(note.encode(), ORIGIN, [SIGNER.verifier], [WITNESS.verifier])
    assert caught.value.code == "ledger.unsigned"


def test_a_checkpoint_of_another_log_under_the_same_key_is_refused() -> None:
    with pytest.raises(Corrupt) as caught:
        open_signed(signed(Checkpoint("elsewhere", 7, ROOT)).encode(), ORIGIN, [SIGNER.verifier])
    assert caught.value.code == "ledger.origin"


def test_the_suite_stands_in_every_checkpoint() -> None:
    made = Checkpoint.of_suite(SM3_SM2, "log", 0, SM3_SM2.digest(b""))
    assert made.text.splitlines()[3:] == ["suite sm3-sm2"]
    assert parse(made.text).suite is SM3_SM2
    assert Checkpoint.of_suite(SHA256_ED25519, "log", 0, bytes(32)).extensions == ()
    assert Checkpoint("log", 0, bytes(32), ("other line",)).suite is SHA256_ED25519
    for lines in (("suite md5-rsa",), ("suite sm3-sm2", "suite sm3-sm2")):
        with pytest.raises(Corrupt):
            _ = Checkpoint("log", 0, bytes(32), lines).suite


def test_the_suite_named_must_be_that_of_the_key() -> None:
    for suite, other in ((SM3_SM2, SHA256_ED25519), (SHA256_ED25519, SM3_SM2)):
        signer = Signer("log", suite.generate())
        text = Checkpoint.of_suite(other, "log", 0, bytes(32)).text
        with pytest.raises(Corrupt) as caught:
            open_signed(Note(text, (signer.sign(text),)).encode(), "log", [signer.verifier])
        assert caught.value.code == "ledger.suite"
