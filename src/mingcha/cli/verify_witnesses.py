"""What `mingcha verify` asks of each witness: does this ledger continue what you saw of it?

Files can be made again by whoever has them and the keys; the witness's word cannot. It is asked as the recorder asks
it, to cosign the checkpoint of now, which it does only for a continuation of the last one.
"""

from __future__ import annotations

from mingcha.base.clock import isoformat
from mingcha.base.datadir import DataDir
from mingcha.base.errors import Conflict, MingchaError
from mingcha.media.anchor.cosigning import Cosigning, Snapshot, WitnessAddress, read_addresses
from mingcha.media.run.signed import SignedLedger, open_ledger

LOOKS = 3
"""The recorder may have had newer entries cosigned since the ledger was opened."""


def ask_witnesses(data: DataDir, ledger: SignedLedger, said: list[str]) -> int:
    """Ask each that is named; how many do not vouch for the ledger, or do not answer."""
    addresses = read_addresses(data.witnesses) if ledger.size else ()
    if not addresses:
        said.append("no witness is named: only this machine's own keys vouch for the ledger (mingcha witness)")
    return sum(not _vouches(data, ledger, address, said) for address in addresses)


def _vouches(data: DataDir, ledger: SignedLedger, address: WitnessAddress, said: list[str]) -> bool:
    name = address.key.name
    try:
        before, size, at_us = _cosigned(data, ledger, address, LOOKS)
    except MingchaError as error:
        said.append(f"{error.code}: {error} (witness {name})")
        return False
    if before:
        said.append(
            f"witness {name}: the {before} entries it saw before are unchanged; {size} since {isoformat(at_us)}"
        )
    else:
        said.append(f"witness {name}: saw nothing of this ledger before; it vouches from {isoformat(at_us)} on")
    return bool(before)


def _cosigned(data: DataDir, ledger: SignedLedger, address: WitnessAddress, looks: int) -> tuple[int, int, int]:
    """Entries the witness knew before, entries it knows now, and when it said so."""
    one, asked = Cosigning(address), Snapshot.of(ledger.reader, ledger.own_note)
    try:
        signature = one.ask(asked)
    except Conflict as error:
        if error.code != "witness.ahead" or looks == 1:
            raise
        return _cosigned(data, open_ledger(data), address, looks - 1)
    assert signature is not None, "nothing was asked of it before"
    return one.before, one.size, address.key.verify(asked.note.text, signature) or 0
