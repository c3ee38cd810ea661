"""The node's key files under ``<data>/secrets`` (directory 0700, files 0600): made once at set-up, read afterwards.

``ticket.key`` signs tickets and is for the web process only; the media plane reads ``ticket.pub``. ``control.token``
is the shared secret of the control API between gateway and media plane; ``django.key`` signs sessions; ``ledger.key``,
sealed, signs the ledger and is for the media plane only. The sealing key
``node.key`` belongs to `mingcha.base.seal`.
"""

from __future__ import annotations

import base64
import secrets
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from mingcha.base.atomic import fsync_dir, write_file
from mingcha.base.env import Env
from mingcha.base.errors import Conflict, Corrupt, Invalid, Unavailable
from mingcha.base.seal import Sealer
from mingcha.base.suites import SHA256_ED25519, PrivateKey, suite_named

TOKEN_BYTES = 32
LEDGER_KEY = "ledger.key"
NEXT_KEY = "ledger.key.next"
RETIRED = "ledger.key.retired-"
_CONTEXT = "ledger.key"


def secrets_dir(data_dir: Path) -> Path:
    """``<data>/secrets``; not made here."""
    return data_dir / "secrets"


def make_keys(data_dir: Path) -> None:
    """Make every missing key file. Existing files are never touched, so that this may run at each start."""
    directory = secrets_dir(data_dir)
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    directory.chmod(0o700)
    private = directory / "ticket.key"
    if not private.exists():
        key = Ed25519PrivateKey.generate()
        write_file(private, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), mode=0o600)
    public = directory / "ticket.pub"
    if not public.exists():
        pem = ticket_key(data_dir).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        write_file(public, pem, mode=0o600)
    for name in ("control.token", "django.key"):
        if not (directory / name).exists():
            write_file(directory / name, secrets.token_urlsafe(TOKEN_BYTES).encode("ascii"), mode=0o600)
    node_sealer(data_dir)


def ticket_key(data_dir: Path) -> Ed25519PrivateKey:
    """The key that signs tickets. Raises Unavailable when there is none, Corrupt when it cannot be read."""
    path = secrets_dir(data_dir) / "ticket.key"
    try:
        key = load_pem_private_key(_read(path), password=None)
    except ValueError as error:
        raise _damaged(path) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise _damaged(path)
    return key


def ticket_public_key(data_dir: Path) -> Ed25519PublicKey:
    """The key that checks tickets. Raises Unavailable or Corrupt."""
    path = secrets_dir(data_dir) / "ticket.pub"
    try:
        key = load_pem_public_key(_read(path))
    except ValueError as error:
        raise _damaged(path) from error
    if not isinstance(key, Ed25519PublicKey):
        raise _damaged(path)
    return key


def ledger_key(data_dir: Path) -> PrivateKey:
    """The key that signs the ledger's checkpoints, made when there is none, of the suite set; on the disk only sealed
    by ``node.key``. Raises Corrupt when it cannot be opened: a new one would break the chain that witnesses know;
    Conflict when it is of another suite than the one set."""
    path = secrets_dir(data_dir) / LEDGER_KEY
    env = Env()
    wanted = suite_named(env.text("MINGCHA_SUITE"))
    if not path.exists():
        if (data_dir / "ledger" / "log.json").exists():
            raise Unavailable(
                "keys.ledger_lost",
                "The key of the ledger is missing. Bring it back with 'mingcha keys restore'; without a backup "
                "'mingcha keys new-ledger --lost' begins a ledger that continues this one.",
            )
        write_signing_key(data_dir, path.name, wanted.generate())
    key = read_signing_key(data_dir, path.name)
    if env.given("MINGCHA_SUITE") and key.suite is not wanted:
        raise Conflict(
            "keys.suite",
            f"MINGCHA_SUITE is {wanted.name}, but this node's ledger is of {key.suite.name}. Leave the setting out, or "
            f"begin a new ledger that continues this one: mingcha keys new-ledger --suite {wanted.name}",
        )
    return key


def write_signing_key(data_dir: Path, name: str, key: PrivateKey, note: str = "") -> None:
    """Keep a signing key under a file name, sealed. `note`: one line kept beside it, in clear."""
    told = f"{key.suite.name}:{base64.b64encode(key.raw).decode('ascii')}"
    sealed = node_sealer(data_dir).seal(told, _CONTEXT)
    write_file(secrets_dir(data_dir) / name, f"{sealed}\n{note}".rstrip("\n").encode(), mode=0o600)


def read_signing_key(data_dir: Path, name: str) -> PrivateKey:
    """A signing key kept under a file name. Raises Unavailable, Corrupt."""
    path = secrets_dir(data_dir) / name
    try:
        told = node_sealer(data_dir).open(_read(path).decode().partition("\n")[0], _CONTEXT)
        suite, colon, encoded = told.rpartition(":")
        # Before there were suites, the key stood alone.
        return (suite_named(suite) if colon else SHA256_ED25519).load(base64.b64decode(encoded))
    except (Corrupt, Invalid, ValueError) as error:
        raise _damaged(path) from error


def next_ledger_key(data_dir: Path) -> tuple[PrivateKey, str] | None:
    """The key that the ledger is to be signed by next, and why; None when none waits. Raises Corrupt."""
    path = secrets_dir(data_dir) / NEXT_KEY
    if not path.exists():
        return None
    return read_signing_key(data_dir, NEXT_KEY), _read(path).decode().partition("\n")[2]


def take_next_ledger_key(data_dir: Path) -> None:
    """From now on the ledger's key is the next one; the one before is kept until it is retired. Call when the ledger
    has entered the change."""
    directory = secrets_dir(data_dir)
    old, new = _read(directory / LEDGER_KEY), _read(directory / NEXT_KEY).partition(b"\n")[0]
    retired = retired_ledger_keys(data_dir)
    # What a crash left half done is not done twice.
    if old != new and all(_read(path) != old for path in retired):
        write_file(directory / f"{RETIRED}{len(retired) + 1:04d}", old, mode=0o600)
    write_file(directory / LEDGER_KEY, new, mode=0o600)
    (directory / NEXT_KEY).unlink()
    fsync_dir(directory)


def retired_ledger_keys(data_dir: Path) -> list[Path]:
    """Files of keys the ledger was signed by before."""
    return sorted(secrets_dir(data_dir).glob(f"{RETIRED}*"))


def control_token(data_dir: Path) -> str:
    """The bearer token of the control API. Raises Unavailable."""
    return _read(secrets_dir(data_dir) / "control.token").decode("ascii").strip()


def django_key(data_dir: Path) -> str:
    """The signing key of sessions. Raises Unavailable."""
    return _read(secrets_dir(data_dir) / "django.key").decode("ascii").strip()


def node_sealer(data_dir: Path) -> Sealer:
    """Seals camera passwords and the like; makes ``node.key`` when there is none."""
    return Sealer.from_file(secrets_dir(data_dir) / "node.key")


def index_key(data_dir: Path) -> bytes:
    """Key of blind indexes (`identity.blind_index`), derived from the sealing key, so that one backup serves both."""
    node_sealer(data_dir)
    secret = _read(secrets_dir(data_dir) / "node.key")
    return HKDF(hashes.SHA256(), TOKEN_BYTES, salt=None, info=b"mingcha blind index v1").derive(secret)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Unavailable("keys.missing", f"The key file {path.name} cannot be read; run 'mingcha up' once.") from error


def _damaged(path: Path) -> Corrupt:
    return Corrupt("keys.damaged", f"The key file {path.name} is damaged; restore it from your backup.")
