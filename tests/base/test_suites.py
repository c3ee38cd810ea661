"""The suites: published vectors, OpenSSL as a peer, and everything that must not pass for a signature."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from hypothesis import given, settings
from hypothesis import strategies as st

from mingcha.base.errors import Corrupt, Invalid, Unavailable
from mingcha.base.suites import SHA256_ED25519, SM2_ORDER, SM3_SM2, SUITES, Suite, suite_named
from tests.base.sm_vectors import SM2_D, SM2_MESSAGE, SM2_R, SM2_S, SM2_X, SM2_Y, SM3

PUBLIC = bytes.fromhex("04" + SM2_X + SM2_Y)
SIGNATURE = bytes.fromhex(SM2_R + SM2_S)
R, S = int(SM2_R, 16), int(SM2_S, 16)
FIELD = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF


def joined(r: int, s: int) -> bytes:
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


@pytest.mark.parametrize(("message", "digest"), SM3)
def test_sm3_is_that_of_the_standard(message: bytes, digest: str) -> None:
    assert SM3_SM2.digest(message).hex() == digest


@given(st.binary(max_size=300))
@settings(max_examples=50, deadline=None)
def test_sm3_is_that_of_openssl(message: bytes) -> None:
    assert SM3_SM2.digest(message) == hashlib.new("sm3", message).digest()


def test_sha_256_is_that_of_the_standard() -> None:
    assert SHA256_ED25519.digest(b"abc").hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_the_signature_of_the_standard_is_genuine() -> None:
    assert SM3_SM2.is_signed(PUBLIC, SM2_MESSAGE, SIGNATURE)


@pytest.mark.parametrize("suite", SUITES, ids=str)
def test_a_key_signs_and_is_kept(suite: Suite) -> None:
    key = suite.generate()
    again = suite.load(key.raw)
    assert (again.public, again.raw, again.suite) == (key.public, key.raw, suite)
    assert len(key.public) == suite.public_bytes
    signature = again.sign(b"said")
    assert len(signature) == 64
    assert suite.is_signed(key.public, b"said", signature)
    assert not suite.is_signed(key.public, b"not said", signature)
    assert not suite.is_signed(suite.generate().public, b"said", signature)


@pytest.mark.parametrize("suite", SUITES, ids=str)
def test_what_is_no_key_is_refused(suite: Suite) -> None:
    raw = suite.generate().raw
    for wrong in (b"", raw[:-1], raw + b"\0"):
        with pytest.raises(Corrupt) as caught:
            suite.load(wrong)
        assert caught.value.code == "suite.key"


def test_halves_of_two_sm2_keys_are_refused() -> None:
    one, other = SM3_SM2.generate().raw, SM3_SM2.generate().raw
    for wrong in (one[:32] + other[32:], bytes(32) + one[32:], b"\xff" * 32 + one[32:], one[:32] + b"\x03" + one[33:]):
        with pytest.raises(Corrupt):
            SM3_SM2.load(wrong)


def test_the_key_of_the_standard_can_be_loaded() -> None:
    key = SM3_SM2.load(bytes.fromhex(SM2_D) + PUBLIC)
    assert SM3_SM2.is_signed(PUBLIC, b"said", key.sign(b"said"))


BAD_SIGNATURES: dict[str, bytes] = {
    "empty": b"",
    "short": SIGNATURE[:-1],
    "long": SIGNATURE + b"\0",
    "DER": encode_dss_signature(R, S),
    "all zero": bytes(64),
    "r zero": joined(0, S),
    "s zero": joined(R, 0),
    "r is the order": joined(SM2_ORDER, S),
    "s is the order": joined(R, SM2_ORDER),
    "all ones": b"\xff" * 64,
    "swapped": joined(S, R),
    "s negated": joined(R, SM2_ORDER - S),
    "r negated": joined(SM2_ORDER - R, S),
    "both negated": joined(SM2_ORDER - R, SM2_ORDER - S),
    # r + s = n makes t zero, which the standard refuses.
    "t is zero": joined(R, SM2_ORDER - R),
    "one and one": joined(1, 1),
    "one bit of r": joined(R ^ 1, S),
    "one bit of s": joined(R, S ^ 1),
}


@pytest.mark.parametrize("signature", BAD_SIGNATURES.values(), ids=BAD_SIGNATURES.keys())
def test_a_false_sm2_signature_is_refused(signature: bytes) -> None:
    assert not SM3_SM2.is_signed(PUBLIC, SM2_MESSAGE, signature)


BAD_KEYS: dict[str, bytes] = {
    "empty": b"",
    "without its prefix": PUBLIC[1:],
    "compressed": b"\x02" + PUBLIC[1:33],
    "a compressed prefix": b"\x02" + PUBLIC[1:],
    "long": PUBLIC + b"\0",
    "at infinity": b"\x04" + bytes(64),
    "off the curve": PUBLIC[:-1] + bytes([PUBLIC[-1] ^ 1]),
    "negated": PUBLIC[:33] + (FIELD - int(SM2_Y, 16)).to_bytes(32, "big"),
    "beyond the field": b"\x04" + b"\xff" * 64,
}


@pytest.mark.parametrize("public", BAD_KEYS.values(), ids=BAD_KEYS.keys())
def test_a_false_sm2_key_verifies_nothing(public: bytes) -> None:
    assert not SM3_SM2.is_signed(public, SM2_MESSAGE, SIGNATURE)


@pytest.mark.parametrize(
    ("public", "signature"), [(b"", bytes(64)), (bytes(31), bytes(64)), (bytes(32), b""), (b"\xff" * 32, bytes(64))]
)
def test_a_false_ed25519_signature_is_refused(public: bytes, signature: bytes) -> None:
    assert not SHA256_ED25519.is_signed(public, b"said", signature)


def test_suites_have_names() -> None:
    assert [suite_named(suite.name) for suite in SUITES] == list(SUITES)
    assert repr(SM3_SM2) == "sm3-sm2"
    with pytest.raises(Invalid) as caught:
        suite_named("md5-rsa")
    assert caught.value.code == "suite.unknown"


def test_without_its_library_the_suite_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gmssl_pyx", None)
    with pytest.raises(Unavailable) as caught:
        SM3_SM2.generate()
    assert caught.value.code == "suite.missing"


# --- OpenSSL as a peer ------------------------------------------------------------------------------------------------

SPKI = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200")
"""SubjectPublicKeyInfo before the point: id-ecPublicKey, curve 1.2.156.10197.1.301 (GM/T 0006)."""
SIGNER = ("-sigopt", "distid:1234567812345678")


def openssl(*words: object, data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["openssl", *map(str, words)], input=data, capture_output=True, check=False)


needs_openssl = pytest.mark.skipif(
    shutil.which("openssl") is None or b"SM2" not in openssl("list", "-public-key-algorithms").stdout.upper(),
    reason="needs openssl with SM2",
)


@pytest.fixture
def accepts(tmp_path: Path) -> Callable[[bytes, bytes, bytes], bool]:
    """Whether OpenSSL takes a signature (r || s) of a message by a public key."""

    def check(public: bytes, message: bytes, signature: bytes) -> bool:
        (tmp_path / "key.der").write_bytes(SPKI + public)
        (tmp_path / "message").write_bytes(message)
        r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
        (tmp_path / "signature").write_bytes(encode_dss_signature(r, s))
        pem = openssl("pkey", "-pubin", "-inform", "DER", "-in", tmp_path / "key.der")
        (tmp_path / "key.pem").write_bytes(pem.stdout)
        words = ("-verify", tmp_path / "key.pem", "-signature", tmp_path / "signature", tmp_path / "message")
        return openssl("dgst", "-sm3", *SIGNER, *words).returncode == 0

    return check


@pytest.mark.external
@needs_openssl
def test_openssl_takes_our_sm2_signatures(accepts: Callable[[bytes, bytes, bytes], bool]) -> None:
    key = SM3_SM2.generate()
    signature = key.sign(b"said")
    assert accepts(key.public, b"said", signature)
    assert not accepts(key.public, b"not said", signature)
    assert accepts(PUBLIC, SM2_MESSAGE, SIGNATURE)


@pytest.mark.external
@needs_openssl
def test_we_take_the_sm2_signatures_of_openssl(tmp_path: Path) -> None:
    key, message = tmp_path / "key.pem", tmp_path / "message"
    message.write_bytes(b"said")
    assert openssl("genpkey", "-algorithm", "SM2", "-out", key).returncode == 0
    signed = openssl("dgst", "-sm3", *SIGNER, "-sign", key, message)
    assert signed.returncode == 0, signed.stderr
    public = openssl("pkey", "-in", key, "-pubout", "-outform", "DER").stdout[-65:]
    signature = joined(*decode_dss_signature(signed.stdout))
    assert SM3_SM2.is_signed(public, b"said", signature)
    assert not SM3_SM2.is_signed(public, b"not said", signature)
