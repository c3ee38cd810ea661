"""The node's own certificates for provenance (C2PA): root, issuer and leaf, P-256, made at set-up.

``secrets/provenance.key`` holds the three private keys, sealed by ``node.key``; ``secrets/provenance.pem`` the
certificates, leaf first, for everybody. The root is what a viewer is given to trust. Nothing of the proof rests on
them: that is the ledger's; they let common viewers show where a copy comes from.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from mingcha.base.atomic import write_file
from mingcha.base.clock import to_datetime
from mingcha.base.errors import Corrupt, Unavailable
from mingcha.base.keys import node_sealer, secrets_dir

KEYS_NAME = "provenance.key"
CHAIN_NAME = "provenance.pem"

ROOT_YEARS, ISSUER_YEARS, LEAF_YEARS = 30, 25, 10
RENEW_BEFORE = timedelta(days=5 * 365)
"""A copy is shown as signed by a valid certificate until the leaf ends, so leaves are renewed early."""
BACKDATED = timedelta(days=1)
_YEAR = timedelta(days=365)
_CONTEXT = "provenance.key"


@dataclass(frozen=True, slots=True)
class Credentials:
    """`key_pem`: the leaf's private key; `chain_pem`: leaf and issuer; `root_pem`: what to trust; `root_sha256`: hex
    fingerprint of the root."""

    key_pem: bytes
    chain_pem: bytes
    root_pem: bytes
    root_sha256: str


def provenance_credentials(data_dir: Path, at_us: int) -> Credentials:
    """The node's certificates, made when there are none; the leaf anew when it is getting old. Raises Unavailable,
    Corrupt."""
    keys_path, chain_path = secrets_dir(data_dir) / KEYS_NAME, secrets_dir(data_dir) / CHAIN_NAME
    at = to_datetime(at_us)
    try:
        if not keys_path.exists():
            _make(data_dir, at)
        keys = json.loads(node_sealer(data_dir).open(keys_path.read_text("ascii"), _CONTEXT))
        leaf, issuer, root = x509.load_pem_x509_certificates(chain_path.read_bytes())
        if leaf.public_key() != _key(keys["leaf"]).public_key():
            raise ValueError("the certificates are of other keys")
        if leaf.not_valid_after_utc - at < RENEW_BEFORE:
            leaf = _certificate("leaf", _key(keys["leaf"]), issuer, _key(keys["issuer"]), at)
            write_file(chain_path, b"".join(map(_pem, (leaf, issuer, root))), mode=0o600)
    except (ValueError, KeyError, TypeError, Corrupt) as error:
        raise Corrupt("keys.damaged", f"The key file {KEYS_NAME} is damaged; restore it from your backup.") from error
    except OSError as error:
        raise Unavailable("keys.missing", f"The key file {KEYS_NAME} cannot be read or made.") from error
    return Credentials(
        keys["leaf"].encode(), _pem(leaf) + _pem(issuer), _pem(root), root.fingerprint(hashes.SHA256()).hex()
    )


def renew_provenance(data_dir: Path, at_us: int) -> Credentials:
    """Root, issuer and leaf anew, the old private keys gone. Copies made before carry their own root, whose fingerprint
    their manifest states under the ledger: they stay as good. Raises Unavailable, Corrupt."""
    try:
        # First of all: whatever a crash leaves, the next copy makes what is not there.
        (secrets_dir(data_dir) / KEYS_NAME).unlink(missing_ok=True)
    except OSError as error:
        raise Unavailable("keys.missing", f"The key file {KEYS_NAME} cannot be read or made.") from error
    return provenance_credentials(data_dir, at_us)


def _make(data_dir: Path, at: datetime) -> None:
    keys = {name: ec.generate_private_key(ec.SECP256R1()) for name in ("root", "issuer", "leaf")}
    root = _certificate("root", keys["root"], None, keys["root"], at)
    issuer = _certificate("issuer", keys["issuer"], root, keys["root"], at)
    leaf = _certificate("leaf", keys["leaf"], issuer, keys["issuer"], at)
    text = json.dumps({name: _private(key).decode("ascii") for name, key in keys.items()})
    directory = secrets_dir(data_dir)
    # The certificates first: keys without them would be taken for damaged.
    write_file(directory / CHAIN_NAME, b"".join(map(_pem, (leaf, issuer, root))), mode=0o600)
    sealed = node_sealer(data_dir).seal(text, _CONTEXT)
    write_file(directory / KEYS_NAME, sealed.encode("ascii"), mode=0o600)


def _certificate(
    kind: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Certificate | None,
    issuer_key: ec.EllipticCurvePrivateKey,
    at: datetime,
) -> x509.Certificate:
    """As the C2PA certificate profile wants it: the leaf signs and nothing else."""
    years = {"root": ROOT_YEARS, "issuer": ISSUER_YEARS, "leaf": LEAF_YEARS}[kind]
    is_ca = kind != "leaf"
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Mingcha recorder"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"Mingcha provenance {kind}"),
        ]
    )
    usage = x509.KeyUsage(
        digital_signature=not is_ca,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_ca,
        crl_sign=is_ca,
        encipher_only=False,
        decipher_only=False,
    )
    path_length = {"root": 1, "issuer": 0, "leaf": None}[kind]
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer.subject if issuer is not None else name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - BACKDATED)
        .not_valid_after(at + years * _YEAR)
        .add_extension(x509.BasicConstraints(is_ca, path_length), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    if not is_ca:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _key(pem: str) -> ec.EllipticCurvePrivateKey:
    key = load_pem_private_key(pem.encode("ascii"), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError("not a P-256 key")
    return key
