"""The ledger's key changed while it is written: what `mingcha keys rotate` asks for, carried out by the writer."""

from __future__ import annotations

import logging
from pathlib import Path

from mingcha.base.errors import Unavailable
from mingcha.base.keys import next_ledger_key, take_next_ledger_key
from mingcha.ledger.keychange import KeyChange, known_changes
from mingcha.ledger.log import Log
from mingcha.ledger.notes import Signer

log = logging.getLogger(__name__)


def change_waiting_key(ledger: Log, data_dir: Path, at_us: int) -> KeyChange | None:
    """Let the ledger be signed by the key that waits for it, if one does. Whatever step a crash comes after, the next
    call finishes: the entry is made once, and the files follow it. Raises Unavailable, Corrupt, Conflict."""
    waiting = next_ledger_key(data_dir)
    if waiting is None:
        return None
    key, reason = waiting
    new = Signer(ledger.origin, key)
    done = [change for change in known_changes(ledger.reader(), ledger.origin) if change.new == new.verifier]
    # Entered before a crash: the checkpoint bears both signatures, and only the files are behind.
    change = done[-1] if done else ledger.change_key(new, at_us, reason)
    ledger.go_on_as(new)
    try:
        take_next_ledger_key(data_dir)
    except OSError as error:
        raise Unavailable("keys.disk", f"The new key cannot be kept: {error.strerror}.") from error
    log.info("the ledger is signed by a new key after entry %d", change.index)
    return change
