"""The backup of a node's keys: one file, encrypted under a passphrase, that brings back everything that is sealed.

    {"format": "mingcha.keys/1", "about": {...}, "wrapped": {...}}

`about` is in clear, so that somebody with ten such files finds the right one; it is bound to what is encrypted. Inside
are the files of ``secrets`` as they are, and ``node.key`` out of its own wrapping, which may have another passphrase.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from mingcha.base.atomic import write_file
from mingcha.base.errors import Conflict, Corrupt, Invalid
from mingcha.base.keyring import decode, unwrap, wrap, write_ring
from mingcha.base.keys import NODE_KEY, key_files, node_ring, passphrase, secrets_dir

FORMAT = "mingcha.keys/1"
LEAST_PASSPHRASE = 12
"""Characters: less is guessed, scrypt or not."""


@dataclass(frozen=True, slots=True)
class Backup:
    """`about`: whose and when; `files`: content by name, ``node.key`` in clear."""

    about: Mapping[str, Any]
    files: Mapping[str, bytes]


def encode_backup(data_dir: Path, about: Mapping[str, Any], secret: str) -> bytes:
    """The backup file of all that is in ``secrets``. Raises Invalid for a short passphrase, and as `node_ring`."""
    require_passphrase(secret)
    files = {path.name: path.read_bytes() for path in key_files(data_dir)}
    files[NODE_KEY] = node_ring(data_dir).encode("")
    told = json.dumps({name: base64.b64encode(data).decode("ascii") for name, data in files.items()})
    sealed = wrap(told.encode(), secret, _purpose(about))
    return json.dumps({"format": FORMAT, "about": about, "wrapped": sealed}, ensure_ascii=False, indent=1).encode()


def decode_backup(data: bytes, secret: str) -> Backup:
    """Raises Corrupt for anything but a backup, NotAllowed ``keys.passphrase``."""
    wrong = Corrupt("keys.backup", "This file is not a backup of keys.")
    try:
        told = json.loads(data)
        if told["format"] != FORMAT:
            raise wrong
        about = dict(told["about"])
        opened = json.loads(unwrap(told["wrapped"], secret, _purpose(about)))
        files = {str(name): base64.b64decode(text) for name, text in opened.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise wrong from error
    if NODE_KEY not in files or any(PurePosixPath(name).name != name for name in files):
        raise wrong
    return Backup(about, files)


def put_back(data_dir: Path, backup: Backup, *, replace: bool = False) -> list[str]:
    """Write the keys back, ``node.key`` under the passphrase of today if there is one; the names of those written.

    Raises Conflict ``keys.there`` when there are others already, unless they are to be replaced.
    """
    directory = secrets_dir(data_dir)
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    directory.chmod(0o700)
    present = {path.name: path.read_bytes() for path in key_files(data_dir)}
    if NODE_KEY in present:
        present[NODE_KEY] = node_ring(data_dir).encode("") if not replace else b""
    others = sorted(name for name, data in present.items() if backup.files.get(name, data) != data)
    if others and not replace:
        text = f"There are other keys here already: {', '.join(others)}. With --replace they are overwritten."
        raise Conflict("keys.there", text, names=others)
    write_ring(directory / NODE_KEY, decode(backup.files[NODE_KEY], ""), passphrase())
    for name, data in backup.files.items():
        if name != NODE_KEY:
            write_file(directory / name, data, mode=0o600)
    return sorted(backup.files)


def require_passphrase(secret: str) -> None:
    """Raises Invalid when it is too short."""
    if len(secret) < LEAST_PASSPHRASE:
        text = f"The passphrase must have at least {LEAST_PASSPHRASE} characters; four or five random words are good."
        raise Invalid("keys.short_passphrase", text)


def _purpose(about: Mapping[str, Any]) -> str:
    return FORMAT + json.dumps(about, sort_keys=True)
