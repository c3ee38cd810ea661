"""What this node's ledger vouches for, by its directory, key and witnesses: used by the recorder, the command line and
the office's pages, whether the recorder runs or not."""

from __future__ import annotations

import base64
from functools import partial
from pathlib import Path

from mingcha.base.datadir import DataDir
from mingcha.base.errors import Unavailable
from mingcha.base.keys import ledger_key
from mingcha.ledger.log import Log
from mingcha.ledger.notes import Signer
from mingcha.ledger.reader import LogReader
from mingcha.media.anchor import timestamps
from mingcha.media.anchor.cosigning import read_addresses
from mingcha.media.export import proof, record


def proof_ledger(data: DataDir) -> proof.Ledger:
    """What copies and certificates are proven by. Raises Unavailable (``ledger.absent``), Corrupt."""
    if not (data.ledger / "log.json").exists():
        raise Unavailable("ledger.absent", "There is no ledger yet; start the recorder once.")
    origin = Log.origin_of(data.ledger)
    witnesses = tuple(address.key for address in read_addresses(data.witnesses))
    return proof.Ledger(data.ledger, Signer(origin, ledger_key(data.root)).verifier, witnesses)


def stamp_of(ledger: Path, index: int) -> proof.TimeStamp | None:
    """As `proof.StampOver` wants it, with the ledger's directory before. Raises Corrupt."""
    stamp = timestamps.first_after(ledger, index) or timestamps.newest(ledger)
    if stamp is None:
        return None
    token = base64.b64decode(stamp.token)
    return proof.TimeStamp(stamp.size, stamp.checkpoint, token, stamp.stamped_us, stamp.authority)


def record_of(
    data: DataDir, wanted: str, near_us: int | None, most_bundles: int | None = record.MOST_BUNDLES
) -> proof.Record:
    """The ledger's entry of this id with its proof; see `record.place_of` for what is read and raised."""
    ledger = proof_ledger(data)
    index = record.place_of(LogReader(data.ledger, ledger.size()), wanted, near_us, most_bundles)
    return proof.make_record(ledger, index, partial(stamp_of, data.ledger))
