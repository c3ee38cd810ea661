"""Signed notes, their keys and cosignatures."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from mingcha.base.errors import Corrupt, Invalid
from mingcha.base.suites import SHA256_ED25519, SM3_SM2
from mingcha.ledger import notes
from mingcha.ledger.notes import Cosigner, Note, Signature, Signer, Verifier, endorsements, parse
from tests.ledger.support import SIGNER, WITNESS
from tests.ledger.vectors import NOTE_KEY, NOTE_SECRET, NOTE_SIGNATURE, NOTE_TEXT, OTHER_KEY, OTHER_SIGNATURE

GO_NOTE = (NOTE_TEXT + "\n" + NOTE_SIGNATURE + OTHER_SIGNATURE).encode()
PETER, ENOCH = Verifier.from_text(NOTE_KEY), Verifier.from_text(OTHER_KEY)


def test_the_note_of_go_is_read_and_both_signatures_hold() -> None:
    note = parse(GO_NOTE)
    assert note.text == NOTE_TEXT
    assert [endorsement.verifier for endorsement in endorsements(note, [PETER, ENOCH])] == [PETER, ENOCH]
    assert note.encode() == GO_NOTE


def test_signing_as_go_does_gives_the_same_line() -> None:
    secret = base64.b64decode(NOTE_SECRET.split("+", 4)[4])
    signer = Signer("PeterNeumann", SHA256_ED25519.load(secret[1:]))
    assert signer.verifier == PETER
    assert signer.sign(NOTE_TEXT).line == NOTE_SIGNATURE


def test_keys_have_the_text_form_of_go() -> None:
    assert PETER.text == NOTE_KEY
    assert (PETER.name, PETER.key_id.hex(), PETER.type) == ("PeterNeumann", "c74f20a3", notes.ED25519)
    assert Verifier.from_text(WITNESS.verifier.text) == WITNESS.verifier


def with_algorithm(number: int) -> str:
    raw = bytes([number]) + PETER.public
    return f"a+00000000+{base64.b64encode(raw).decode()}"


def test_a_fingerprint_is_what_sha256sum_says_of_the_key_as_it_is_written() -> None:
    assert Verifier.from_text(NOTE_KEY).fingerprint == "A82F 24C4 8C9E E106 DD11 952A 8026 E14F"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "PeterNeumann",
        NOTE_KEY.replace("c74f20a3", "c74f20a4"),
        NOTE_KEY.replace("PeterNeumann", "PeterNewmann"),
        NOTE_KEY[:-4],
        NOTE_KEY[:-1] + "é",
        NOTE_KEY.replace("ARpc", "!!!!"),
        "a b" + NOTE_KEY.removeprefix("PeterNeumann"),
        with_algorithm(2),
        with_algorithm(1),
        with_algorithm(4),
    ],
)
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        Verifier.from_text(text)
    assert caught.value.code == "ledger.key"


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\u3000b"])
def test_a_key_name_holds_no_spaces_nor_plus_signs(name: str) -> None:
    for kind in (Signer, Cosigner):
        with pytest.raises(Invalid) as caught:
            kind(name, SHA256_ED25519.load(bytes(32)))
        assert caught.value.code == "ledger.key_name"


texts = st.text(
    alphabet=st.characters(min_codepoint=32, exclude_categories=["Cs"]) | st.just("\n"), min_size=1, max_size=60
).map(lambda text: text + "\n")


@given(texts)
def test_any_text_is_signed_and_read_back(text: str) -> None:
    note = Note(text, (SIGNER.sign(text), WITNESS.sign(text, 5_000_000)))
    read = parse(note.encode())
    assert read == note
    assert len(endorsements(read, [SIGNER.verifier, WITNESS.verifier])) == 2


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text\n",
        b"text\n\n",
        NOTE_TEXT.encode() + NOTE_SIGNATURE.encode(),
        GO_NOTE[:-1],
        GO_NOTE + b"\n",
        GO_NOTE + b"x",
        GO_NOTE.replace("—".encode(), b"-"),
        GO_NOTE.replace(b"PeterNeumann x0", b"PeterNeumann  x0"),
        GO_NOTE.replace(b" PeterNeumann x0", b"  x0"),
        GO_NOTE.replace(b"PeterNeumann x0", b"Peter+Neumann x0"),
        GO_NOTE.replace(b"x08go", b"x08g!"),
        GO_NOTE.replace(b"x08go", "x08gé".encode()),
        GO_NOTE.replace(b"the answer", b"the\ranswer"),
        GO_NOTE.replace(b"the answer", b"the\x00answer"),
        GO_NOTE.replace(b"the answer", b"the\xffanswer"),
        NOTE_TEXT.encode() + b"\n" + "— a AAAAAA==\n".encode(),
        NOTE_TEXT.encode() + b"\n" + NOTE_SIGNATURE.encode() * 101,
        b"x" * 1_000_001,
    ],
)
def test_a_malformed_note_is_refused(data: bytes) -> None:
    with pytest.raises(Corrupt) as caught:
        parse(data)
    assert caught.value.code == "ledger.note"


def test_a_changed_text_has_no_genuine_signature() -> None:
    note = parse(GO_NOTE.replace(b"the answer", b"an answer"))
    with pytest.raises(Corrupt) as caught:
        endorsements(note, [PETER])
    assert caught.value.code == "ledger.signature"


def test_a_line_of_a_key_nobody_asked_about_does_not_matter() -> None:
    note = parse(GO_NOTE)
    stranger = Signature("PeterNeumann", bytes(4), bytes(64))
    both = replace(note, signatures=(stranger, *note.signatures))
    assert len(endorsements(both, [PETER])) == 1
    assert endorsements(note, [SIGNER.verifier]) == ()


def test_a_cosignature_binds_its_whole_second_and_the_text() -> None:
    text = "log.example\n5\nAAAA\n"
    signature = WITNESS.sign(text, 1_795_233_600_999_999)
    assert WITNESS.verifier.verify(text, signature) == 1_795_233_600_000_000
    earlier = replace(signature, signature=(1_795_233_599).to_bytes(8, "big") + signature.signature[8:])
    for changed_text, changed in ((text, earlier), ("log.example\n6\nAAAA\n", signature)):
        with pytest.raises(Corrupt):
            WITNESS.verifier.verify(changed_text, changed)


def test_a_cosignature_is_the_ed25519_signature_the_format_says() -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(2, 34)))
    signature = WITNESS.sign("a\n1\nb\n", 7_000_000)
    key.public_key().verify(signature.signature[8:], b"cosignature/v1\ntime 7\na\n1\nb\n")
    assert signature.signature[:8] == (7).to_bytes(8, "big")


def test_a_cosignature_of_an_impossible_time_is_refused() -> None:
    text = "a\n1\nb\n"
    late = WITNESS.sign(text, (1 << 63) * 1_000_000)
    with pytest.raises(Corrupt, match="impossible time"):
        WITNESS.verifier.verify(text, late)


def test_a_cosignature_is_no_log_signature() -> None:
    key = SHA256_ED25519.load(bytes(32))
    assert Signer("same", key).verifier.key_id != Cosigner("same", key).verifier.key_id


def test_sm2_keys_have_the_type_for_what_is_not_assigned() -> None:
    signer, cosigner = Signer("log", SM3_SM2.generate()), Cosigner("witness", SM3_SM2.generate())
    for made, name in ((signer, b"mingcha/sm3-sm2/v1"), (cosigner, b"mingcha/sm3-sm2/cosignature/v1")):
        key = made.verifier
        assert Verifier.from_text(key.text) == key
        raw = base64.b64decode(key.text.partition("+")[2].partition("+")[2])
        assert raw == b"\xff" + name + key.public
        assert key.key_id == hashlib.sha256(key.name.encode() + b"\n" + raw).digest()[:4]
    line = signer.sign("a\n1\nb\n")
    assert len(line.signature) == 64
    assert SM3_SM2.is_signed(signer.verifier.public, b"a\n1\nb\n", line.signature)
    line = cosigner.sign("a\n1\nb\n", 7_000_000)
    assert cosigner.verifier.verify("a\n1\nb\n", line) == 7_000_000
    assert SM3_SM2.is_signed(cosigner.verifier.public, b"cosignature/v1\ntime 7\na\n1\nb\n", line.signature[8:])


@pytest.mark.parametrize("raw", [b"\xff", b"\xffmingcha/sm3-sm2/v2" + bytes(65), b"\xffmingcha/sm3-sm2/v1" + bytes(64)])
def test_an_unassigned_type_of_somebody_else_is_no_key_of_ours(raw: bytes) -> None:
    key_id = hashlib.sha256(b"log\n" + raw).hexdigest()[:8]
    with pytest.raises(Invalid):
        Verifier.from_text(f"log+{key_id}+{base64.b64encode(raw).decode()}")
