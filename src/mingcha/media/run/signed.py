"""This node's ledger as its signed checkpoint vouches for it: what verifies, restores and proves reads by."""

from __future__ import annotations

from dataclasses import dataclass

from mingcha.base.datadir import DataDir
from mingcha.base.errors import Corrupt, Unavailable
from mingcha.base.keys import ledger_key
from mingcha.ledger.checkpoints import SignedCheckpoint, open_signed
from mingcha.ledger.keychange import log_keys
from mingcha.ledger.log import Log
from mingcha.ledger.notes import Note, Signer, Verifier
from mingcha.ledger.proofs import verify_consistency
from mingcha.ledger.reader import LogReader, read_checkpoint
from mingcha.media.anchor.cosigning import read_addresses


@dataclass(frozen=True, slots=True)
class SignedLedger:
    """`reader`: of the tree that `signed` is over, as it stood when this was opened; `own`: the keys it may be by."""

    reader: LogReader
    signed: SignedCheckpoint
    own: tuple[Verifier, ...]

    @property
    def size(self) -> int:
        return self.reader.size

    @property
    def root(self) -> bytes:
        return self.signed.checkpoint.root

    @property
    def own_note(self) -> Note:
        """The checkpoint with the log's own signatures alone."""
        return self.signed.note.signed_by(self.own)


def has_ledger(data: DataDir) -> bool:
    """Whether a ledger was ever begun here."""
    return (data.ledger / "log.json").exists()


def open_ledger(data: DataDir) -> SignedLedger:
    """The ledger under its checkpoint, which must continue what witnesses cosigned. Raises Unavailable
    ``ledger.absent``, Corrupt."""
    if not has_ledger(data):
        raise Unavailable(
            "ledger.absent", "There is no ledger yet; start the recorder once, or do without (--no-ledger)."
        )
    origin = Log.origin_of(data.ledger)
    own = log_keys(data.ledger, Signer(origin, ledger_key(data.root)).verifier)
    signed = read_checkpoint(data.ledger, origin, list(own))
    now = signed.checkpoint
    reader = LogReader(data.ledger, now.size)
    if reader.tree.root() != now.root:
        raise Corrupt("ledger.root", "The ledger's files are not those its checkpoint was signed over.")
    witnesses = [address.key for address in read_addresses(data.witnesses)]
    cosigned = data.ledger / "cosigned"
    if witnesses and cosigned.exists():
        then = open_signed(cosigned.read_bytes(), origin, list(own), witnesses).checkpoint
        verify_consistency(
            then.size, then.root, now.size, now.root, reader.tree.consistency_proof(then.size), reader.hashing
        )
    return SignedLedger(reader, signed, own)
