"""The node's certificates for provenance: made once, renewed early, and never silently made anew."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from mingcha.base.clock import US_PER_S, to_datetime
from mingcha.base.errors import Corrupt, Unavailable
from mingcha.base.keys import make_keys, node_sealer, secrets_dir
from mingcha.base.provenance import CHAIN_NAME, KEYS_NAME, provenance_credentials, renew_provenance

AT_US = 1_795_233_600 * US_PER_S
YEAR_US = 365 * 86_400 * US_PER_S


@pytest.fixture
def node(tmp_path: Path) -> Path:
    make_keys(tmp_path)
    return tmp_path


def test_three_certificates_lead_to_a_root_of_the_nodes_own(node: Path) -> None:
    made = provenance_credentials(node, AT_US)
    leaf, issuer = x509.load_pem_x509_certificates(made.chain_pem)
    root = x509.load_pem_x509_certificate(made.root_pem)
    leaf.verify_directly_issued_by(issuer)
    issuer.verify_directly_issued_by(root)
    root.verify_directly_issued_by(root)
    key = load_pem_private_key(made.key_pem, password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    assert key.public_key() == leaf.public_key()
    assert not leaf.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert len(made.root_sha256) == 64


def test_asked_again_they_are_the_same_and_the_keys_lie_sealed(node: Path) -> None:
    made = provenance_credentials(node, AT_US)
    assert provenance_credentials(node, AT_US + YEAR_US) == made
    assert b"PRIVATE" not in (secrets_dir(node) / KEYS_NAME).read_bytes()
    assert (secrets_dir(node) / KEYS_NAME).stat().st_mode & 0o077 == 0


def test_an_old_leaf_is_renewed_under_the_same_root(node: Path) -> None:
    made = provenance_credentials(node, AT_US)
    later = provenance_credentials(node, AT_US + 6 * YEAR_US)
    assert later.root_sha256 == made.root_sha256
    leaf = x509.load_pem_x509_certificates(later.chain_pem)[0]
    assert leaf.not_valid_after_utc > to_datetime(AT_US + 15 * YEAR_US)
    assert provenance_credentials(node, AT_US + 6 * YEAR_US) == later


def test_damaged_files_are_told_and_not_replaced(node: Path) -> None:
    provenance_credentials(node, AT_US)
    chain = secrets_dir(node) / CHAIN_NAME
    whole = chain.read_bytes()
    chain.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Corrupt):
        provenance_credentials(node, AT_US)
    assert chain.read_bytes() == whole[: len(whole) // 2]


def test_a_key_of_another_kind_is_damage(node: Path) -> None:
    provenance_credentials(node, AT_US)
    path = secrets_dir(node) / KEYS_NAME
    other = ed25519.Ed25519PrivateKey.generate()
    pem = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    sealed = node_sealer(node).seal(json.dumps({"root": pem, "issuer": pem, "leaf": pem}), "provenance.key")
    path.write_text(sealed, "ascii")
    with pytest.raises(Corrupt):
        provenance_credentials(node, AT_US + 6 * YEAR_US)


def test_certificates_that_are_gone_are_told(node: Path) -> None:
    provenance_credentials(node, AT_US)
    (secrets_dir(node) / CHAIN_NAME).unlink()
    with pytest.raises(Unavailable):
        provenance_credentials(node, AT_US)


def test_renewed_they_are_all_others(node: Path) -> None:
    made = provenance_credentials(node, AT_US)
    renewed = renew_provenance(node, AT_US + YEAR_US)
    assert renewed.root_sha256 != made.root_sha256
    assert renewed.key_pem != made.key_pem
    assert provenance_credentials(node, AT_US + YEAR_US) == renewed


def test_keys_that_cannot_be_taken_away_are_not_renewed(node: Path) -> None:
    (secrets_dir(node) / KEYS_NAME).mkdir()
    with pytest.raises(Unavailable):
        renew_provenance(node, AT_US)


def test_certificates_of_other_keys_are_damage(node: Path) -> None:
    provenance_credentials(node, AT_US)
    before = (secrets_dir(node) / CHAIN_NAME).read_bytes()
    renew_provenance(node, AT_US)
    (secrets_dir(node) / CHAIN_NAME).write_bytes(before)
    with pytest.raises(Corrupt):
        provenance_credentials(node, AT_US)
