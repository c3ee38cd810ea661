"""The node's key files under ``<data>/secrets`` (directory 0700, files 0600): made once at set-up, read afterwards.

``ticket.key`` signs tickets and is for the web process only; the media plane reads ``ticket.pub``. ``control.token``
is the shared secret of the control API between gateway and media plane; ``django.key`` signs sessions; ``ledger.key``
signs the ledger and is for the media plane only. All are sealed by ``node.key`` (`mingcha.base.keyring`), which a
passphrase can protect. What each is for, and what changing or losing it means: docs/ref/keys.md.
"""

from __future__ import annotations

import base64
import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
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

from mingcha.base.atomic import fsync_dir, write_file, write_new
from mingcha.base.env import Env
from mingcha.base.errors import Conflict, Corrupt, Invalid, Unavailable
from mingcha.base.keyring import KEY_BYTES, KeyRing, decode, read_or_make, write_ring
from mingcha.base.seal import SEALED, Sealer, key_id
from mingcha.base.suites import SHA256_ED25519, PrivateKey, suite_named

TOKEN_BYTES = 32
NODE_KEY = "node.key"
LEDGER_KEY = "ledger.key"
NEXT_KEY = "ledger.key.next"
RETIRED = "ledger.key.retired-"
_CONTEXT = "ledger.key"


def secrets_dir(data_dir: Path) -> Path:
    """``<data>/secrets``; not made here."""
    return data_dir / "secrets"


def key_files(data_dir: Path) -> list[Path]:
    """The files in ``secrets``, without what an interrupted writing left there."""
    return sorted(p for p in secrets_dir(data_dir).iterdir() if p.is_file() and not p.name.startswith("."))


@contextmanager
def changing_keys(data_dir: Path) -> Iterator[None]:
    """One command at a time changes keys: two that did would each lose what the other sealed by its new one. Raises
    Conflict ``keys.busy``."""
    directory = secrets_dir(data_dir)
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    fd = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            text = "Another command is changing the keys of this node; let it end first."
            raise Conflict("keys.busy", text) from error
        yield
    finally:
        os.close(fd)


def make_keys(data_dir: Path) -> None:
    """Make every missing key file. Existing files are never touched, so that this may run at each start, and in several
    processes at once."""
    directory = secrets_dir(data_dir)
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    directory.chmod(0o700)
    private, public = directory / "ticket.key", directory / "ticket.pub"
    if not private.exists():
        public.unlink(missing_ok=True)  # of a key that is gone: tickets of the new one would all be refused
        key = Ed25519PrivateKey.generate()
        _make_sealed(data_dir, private, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode())
    if not public.exists():
        pem = ticket_key(data_dir).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        write_file(public, pem, mode=0o600)
    for name in ("control.token", "django.key"):
        if not (directory / name).exists():
            _make_sealed(data_dir, directory / name, secrets.token_urlsafe(TOKEN_BYTES))
    if (directory / LEDGER_KEY).exists() or not (data_dir / "ledger" / "log.json").exists():
        ledger_key(data_dir)


def ticket_key(data_dir: Path) -> Ed25519PrivateKey:
    """The key that signs tickets. Raises Unavailable when there is none, Corrupt when it cannot be read."""
    path = secrets_dir(data_dir) / "ticket.key"
    try:
        key = load_pem_private_key(_read_sealed(data_dir, path).encode(), password=None)
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
        make_signing_key(data_dir, path.name, wanted.generate())
    key = read_signing_key(data_dir, path.name)
    if env.given("MINGCHA_SUITE") and key.suite is not wanted:
        raise Conflict(
            "keys.suite",
            f"MINGCHA_SUITE is {wanted.name}, but this node's ledger is of {key.suite.name}. Leave the setting out, or "
            f"begin a new ledger that continues this one: mingcha keys new-ledger --suite {wanted.name}",
        )
    return key


def make_signing_key(data_dir: Path, name: str, key: PrivateKey, note: str = "") -> bool:
    """Keep a signing key under a file name, sealed, unless one is there: it may be in use already. Whether it was kept.
    `note`: one line beside it, in clear."""
    told = f"{key.suite.name}:{base64.b64encode(key.raw).decode('ascii')}"
    sealed = node_sealer(data_dir).seal(told, _CONTEXT)
    return write_new(secrets_dir(data_dir) / name, f"{sealed}\n{note}".rstrip("\n").encode(), mode=0o600)


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
    return _read_sealed(data_dir, secrets_dir(data_dir) / "control.token")


def django_key(data_dir: Path) -> str:
    """The signing key of sessions. Raises Unavailable."""
    return _read_sealed(data_dir, secrets_dir(data_dir) / "django.key")


def node_sealer(data_dir: Path) -> Sealer:
    """Seals camera passwords and the like; makes ``node.key`` at set-up. Raises Unavailable, NotAllowed, Corrupt."""
    return Sealer(*node_ring(data_dir).keys, reload=lambda: node_ring(data_dir).keys)


def node_ring(data_dir: Path) -> KeyRing:
    """The keys in ``node.key``, made when nothing was sealed yet. Read once for each content: unwrapping takes a tenth
    of a second. Raises Unavailable, NotAllowed, Corrupt."""
    path = secrets_dir(data_dir) / NODE_KEY
    if not path.exists():
        if (path.parent / LEDGER_KEY).exists():
            text = "The key file node.key is missing. Bring it back with 'mingcha keys restore'."
            raise Unavailable("keys.node_lost", text)
        read_or_make(path, passphrase())
    found = path.stat()
    return _ring(path, passphrase(), found.st_mtime_ns, found.st_ino)


@lru_cache(maxsize=16)
def _ring(path: Path, given: str, changed_ns: int, inode: int) -> KeyRing:
    return decode(_read(path), given)


def passphrase() -> str:
    """What protects ``node.key``, from outside the data directory; empty for none. Raises Unavailable."""
    try:
        return Env().text("MINGCHA_KEY_PASSPHRASE")
    except OSError as error:
        text = f"The file of MINGCHA_KEY_PASSPHRASE_FILE cannot be read: {error.strerror}."
        raise Unavailable("keys.passphrase_file", text) from error


def index_key(data_dir: Path) -> bytes:
    """Key of blind indexes (`identity.blind_index`), derived from the first sealing key, so that one backup serves
    both; it stays when that changes, since indexes cannot be computed anew without opening everything."""
    ring = node_ring(data_dir)
    return ring.index_key or derive_index_key(ring.keys[0])


def derive_index_key(sealing_key: bytes) -> bytes:
    """The key of blind indexes that goes with a node's first sealing key."""
    return HKDF(hashes.SHA256(), TOKEN_BYTES, salt=None, info=b"mingcha blind index v1").derive(sealing_key)


def add_sealing_key(data_dir: Path) -> str:
    """Seal by a new key from now on; earlier ones still open. Its id."""
    ring = node_ring(data_dir)
    key = secrets.token_bytes(KEY_BYTES)
    kept = KeyRing((key, *ring.keys), ring.index_key or derive_index_key(ring.keys[0]))
    write_ring(secrets_dir(data_dir) / NODE_KEY, kept, passphrase() if ring.is_wrapped else "")
    return key_id(key)


def drop_sealing_keys(data_dir: Path) -> int:
    """Forget all sealing keys but today's: what is still sealed by them is lost. How many."""
    ring = node_ring(data_dir)
    kept = KeyRing(ring.keys[:1], ring.index_key)
    write_ring(secrets_dir(data_dir) / NODE_KEY, kept, passphrase() if ring.is_wrapped else "")
    return len(ring.keys) - 1


def protect(data_dir: Path, *, is_wrapped: bool) -> None:
    """Put ``node.key`` under the passphrase, or in clear. Raises Invalid without a passphrase."""
    given = passphrase()
    if is_wrapped and not given:
        raise Invalid("keys.no_passphrase", "Set MINGCHA_KEY_PASSPHRASE_FILE to a file with the passphrase first.")
    write_ring(secrets_dir(data_dir) / NODE_KEY, node_ring(data_dir), given if is_wrapped else "")


def remake(data_dir: Path, name: str) -> None:
    """Make ticket.key, control.token or django.key anew; it counts from the next start of the processes."""
    directory = secrets_dir(data_dir)
    (directory / name).unlink(missing_ok=True)
    make_keys(data_dir)


def _make_sealed(data_dir: Path, path: Path, text: str) -> None:
    write_new(path, node_sealer(data_dir).seal(text, path.name).encode("ascii"), mode=0o600)


def _read_sealed(data_dir: Path, path: Path) -> str:
    """The secret in a file; it lies in clear where it was made before secrets were sealed."""
    try:
        text = _read(path).decode("ascii").strip()
        return node_sealer(data_dir).open(text, path.name) if SEALED.fullmatch(text) else text
    except (Corrupt, ValueError) as error:
        raise _damaged(path) from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Unavailable("keys.missing", f"The key file {path.name} cannot be read; run 'mingcha up' once.") from error


def _damaged(path: Path) -> Corrupt:
    return Corrupt("keys.damaged", f"The key file {path.name} is damaged; restore it from your backup.")
