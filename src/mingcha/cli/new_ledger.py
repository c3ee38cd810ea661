"""`mingcha keys new-ledger`: a ledger that continues the one here, under another suite or after its key was lost.

The steps can be stopped anywhere and begun again: the new ledger is made beside the old one (``ledger.new``), the new
key waits as ``ledger.key.successor`` with the new origin beside it; then the directories change places, then the keys.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mingcha.base.atomic import fsync_dir, write_file
from mingcha.base.clock import SystemClock
from mingcha.base.datadir import DataDir
from mingcha.base.errors import Conflict, MingchaError, Unavailable
from mingcha.base.ids import new_id
from mingcha.base.keys import LEDGER_KEY, RETIRED, make_signing_key, read_signing_key, retired_ledger_keys, secrets_dir
from mingcha.base.suites import suite_named
from mingcha.ledger.disk import lock
from mingcha.ledger.identity import IDENTITY, read_identity
from mingcha.ledger.log import Keys
from mingcha.ledger.notes import Signer
from mingcha.ledger.succession import continue_log, predecessor_in
from mingcha.media.anchor.feeder import UNFINISHED

SUCCESSOR = "ledger.key.successor"


def begin(data: DataDir, suite: str, reason: str, *, is_lost: bool) -> dict[str, object]:
    """Make the new ledger and put it in the old one's place; what was made. Raises Conflict while the recorder runs or
    when the old key is neither here nor said to be lost, Unavailable, Corrupt."""
    new = data.ledger.with_name(UNFINISHED)
    if not (data.ledger / IDENTITY).exists() and not (new / IDENTITY).exists():
        raise Unavailable("ledger.absent", "There is no ledger yet; start the recorder once.")
    if (data.ledger / IDENTITY).exists():
        with _only_writer(data.ledger):
            if not _is_swapped(data):
                _make(data, new, suite, reason, is_lost=is_lost)
    _swap(data, new)
    origin = read_identity(data.ledger).origin
    key = Signer(origin, read_signing_key(data.root, LEDGER_KEY)).verifier
    return {"origin": origin, "suite": key.type.suite.name, "key": key.text, "old": str(_kept(data)[-1])}


def _make(data: DataDir, new: Path, suite: str, reason: str, *, is_lost: bool) -> None:
    identity = read_identity(data.ledger)
    old = _old_signer(data, identity.origin, is_lost=is_lost)
    successor = secrets_dir(data.root) / SUCCESSOR
    if not successor.exists():
        wanted = suite_named(suite) if suite else identity.suite
        make_signing_key(data.root, SUCCESSOR, wanted.generate(), f"mingcha/{new_id('nod')}")
    origin = successor.read_text(encoding="utf-8").partition("\n")[2].strip()
    signer = Signer(origin, read_signing_key(data.root, SUCCESSOR))
    cosigned = data.ledger / "cosigned"
    said = cosigned.read_text(encoding="utf-8") if cosigned.exists() else ""
    before = predecessor_in(data.ledger, old.verifier.text if old else "", said)
    told = " ".join(reason.split())[:500]
    continue_log(data.ledger, new, origin, Keys(signer), before, SystemClock().wall_us(), told, old)


def _old_signer(data: DataDir, origin: str, *, is_lost: bool) -> Signer | None:
    try:
        return Signer(origin, read_signing_key(data.root, LEDGER_KEY))
    except MingchaError as error:
        if is_lost:
            return None
        text = "The key of the ledger cannot be read. Restore it; only if that is impossible, say so with --lost."
        raise Conflict("keys.not_lost", text) from error


def _is_swapped(data: DataDir) -> bool:
    """Whether the directories have changed places already, and only the keys are behind."""
    successor = secrets_dir(data.root) / SUCCESSOR
    if not successor.exists():
        return False
    return successor.read_text(encoding="utf-8").partition("\n")[2].strip() == read_identity(data.ledger).origin


def _swap(data: DataDir, new: Path) -> None:
    directory = secrets_dir(data.root)
    if (new / IDENTITY).exists():
        if (data.ledger / IDENTITY).exists():
            data.ledger.rename(data.root / f"ledger-{len(_kept(data)) + 1:04d}")
        new.rename(data.ledger)
        fsync_dir(data.root)
    old, successor = directory / LEDGER_KEY, directory / SUCCESSOR
    if successor.exists():
        if old.exists():
            write_file(
                directory / f"{RETIRED}{len(retired_ledger_keys(data.root)) + 1:04d}", old.read_bytes(), mode=0o600
            )
        write_file(old, successor.read_bytes().partition(b"\n")[0], mode=0o600)
        successor.unlink()
        fsync_dir(directory)


def _kept(data: DataDir) -> list[Path]:
    """Directories of ledgers that were continued."""
    return sorted(data.root.glob("ledger-[0-9]*"))


@contextmanager
def _only_writer(ledger: Path) -> Iterator[None]:
    try:
        fd = lock(ledger)
    except Unavailable as error:
        raise Conflict("keys.recorder_runs", "The recorder writes the ledger: stop Mingcha first.") from error
    try:
        yield
    finally:
        os.close(fd)
