"""Asks witnesses to cosign the ledger's checkpoint, over HTTPS (C2SP tlog-witness).

Each is asked in a thread of its own, within a deadline, so that a slow one keeps neither the ledger nor the others
waiting; what it says counts only if it is its genuine signature under the very checkpoint it was asked for.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from mingcha.base.atomic import write_file
from mingcha.base.clock import US_PER_S
from mingcha.base.errors import Conflict, Corrupt, Invalid, MingchaError, Unavailable
from mingcha.ledger import checkpoints, notes
from mingcha.ledger.asking import KeyRequest, Request
from mingcha.ledger.keychange import KeyChange, known_changes
from mingcha.ledger.log import Log
from mingcha.ledger.reader import LogReader
from mingcha.media.anchor.posting import post

ROUND_S = 15.0
"""How long a round waits for all; whoever is slower is asked again when it is through."""
CLOCK_SLACK_US = 300 * US_PER_S
LOOPBACK = {"127.0.0.1", "::1", "localhost"}

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WitnessAddress:
    """`url`: https, its path before ``/add-checkpoint``; http only to this machine. `ca_file`: the authority its
    certificate is from, where that is not one the system knows."""

    url: str
    key: notes.Verifier
    ca_file: str = ""

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise Invalid("witness.url", "A witness is reached by https://, or by http:// on this machine only.")
        if not self.key.type.is_witness:
            raise Invalid("witness.key", "This is the key of a log, not of a witness.")


def read_addresses(path: Path) -> tuple[WitnessAddress, ...]:
    """The witnesses in a file: a JSON list of {"url", "key", "ca_file"?}; none without a file. Raises Invalid."""
    try:
        raw = json.loads(path.read_bytes())
        return tuple(
            WitnessAddress(item["url"], notes.Verifier.from_text(item["key"]), item.get("ca_file", "")) for item in raw
        )
    except FileNotFoundError:
        return ()
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Invalid("witness.file", f"The list of witnesses in {path.name} cannot be read: {error}.") from error


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The ledger as it stood when a round began. `note`: its checkpoint with its own signatures only."""

    directory: Path
    note: notes.Note
    size: int
    root: bytes
    changes: tuple[KeyChange, ...]

    @classmethod
    def of(cls, reader: LogReader, own_note: notes.Note) -> Snapshot:
        """`reader`: of the tree that `own_note` is over."""
        checkpoint = checkpoints.parse(own_note.text)
        changes = tuple(known_changes(reader, checkpoint.origin))
        return cls(reader.directory, own_note, checkpoint.size, checkpoint.root, changes)

    def request(self, old_size: int) -> Request:
        """Asks for a cosignature, with the proof from the size the witness knows. Raises Unavailable, Corrupt."""
        tree = LogReader(self.directory, self.size).tree
        proof = tree.consistency_proof(old_size) if 0 < old_size < self.size else []
        return Request(old_size, tuple(proof), self.note.encode())

    def key_request(self, old_size: int) -> KeyRequest:
        """The same, with the changes of key that lead to the one that signs."""
        tree = LogReader(self.directory, self.size).tree
        changes = tuple((one.index, one.entry, tuple(tree.inclusion_proof(one.index))) for one in self.changes)
        return KeyRequest(changes, self.request(old_size))


@dataclass
class Cosigning:
    """One witness. `size`: of the newest checkpoint it cosigned, as far as is known; `before`: of the one before that,
    which it compared it with."""

    address: WitnessAddress
    size: int = 0
    before: int = 0
    _known: str = field(default="", repr=False)

    def ask(self, asked: Snapshot) -> notes.Signature | None:
        """Its signature under the checkpoint; None when it has given that already.

        Raises Unavailable when it does not answer or will not; Conflict ``witness.ahead`` when it knows more entries
        than there are here; Conflict ``witness.fork`` or Corrupt ``ledger.proof`` when it says that this log has shown
        it another history: then somebody must look; Corrupt ``witness.answer`` when what it sent is not its signature.
        """
        if self._known == asked.note.text:
            return None
        signature = self._read(*self._answer(asked))
        try:
            self.address.key.verify(asked.note.text, signature)
        except Corrupt as error:
            text = f"The witness {self.address.key.name} sent a signature that is not genuine."
            raise Corrupt("witness.answer", text) from error
        self.size, self._known = asked.size, asked.note.text
        return signature

    def _answer(self, asked: Snapshot) -> tuple[int, bytes]:
        self.before = self.size
        status, answer = self._ask_from(asked, self.before)
        if status == 409 and answer.strip().isdigit():
            if int(answer) > asked.size:
                text = f"The witness {self.address.key.name} has cosigned {int(answer)} entries, here are {asked.size}."
                raise Conflict("witness.ahead", text, size=int(answer))
            self.before = int(answer)
            status, answer = self._ask_from(asked, self.before)
        return status, answer

    def _ask_from(self, asked: Snapshot, old_size: int) -> tuple[int, bytes]:
        """A witness that does not know the key of today is shown how the one it knows handed over to it."""
        url, ca_file = self.address.url.rstrip("/"), self.address.ca_file
        status, answer = post(f"{url}/add-checkpoint", asked.request(old_size).encode(), ca_file)
        if status == 403 and asked.changes:
            status, answer = post(f"{url}/change-key", asked.key_request(old_size).encode(), ca_file)
        return status, answer

    def _read(self, status: int, answer: bytes) -> notes.Signature:
        name = self.address.key.name
        if status == 409:
            raise Conflict("witness.fork", f"The witness {name} knows another history of this log.")
        if status == 422:
            raise Corrupt("ledger.proof", f"The witness {name} finds that this log was rewritten.")
        if status != 200:
            said = answer.decode(errors="replace").strip()[:200]
            raise Unavailable("witness.refused", f"The witness {name} answered {status}: {said}")
        try:
            lines = [notes.parse_signature(line) for line in answer.decode(errors="replace").splitlines()]
        except Corrupt as error:
            raise Corrupt("witness.answer", f"The witness {name} sent something else than signatures.") from error
        for line in lines:
            if self.address.key.matches(line):
                return line
        raise Corrupt("witness.answer", f"The witness {name} sent no signature of its own.")


Asked = tuple[Snapshot, "Future[notes.Signature | None]"]


class Witnesses:
    """All witnesses of this node's ledger. `tell`: called with a witness's name and its state when that changed:
    ``ok``, ``clock`` (cosigned, but its clock differs from ours by more than five minutes), ``away`` (does not answer,
    or will not), ``refused`` (it says that the log was rewritten), ``false`` (what it sent is not its signature)."""

    def __init__(self, addresses: tuple[WitnessAddress, ...], tell: Callable[[str, str], None]) -> None:
        self.addresses = addresses
        self._asking = [Cosigning(address) for address in addresses]
        self._threads = ThreadPoolExecutor(max(1, len(addresses)), "witness")
        self._running: dict[str, Asked] = {}
        self._states: dict[str, str] = {}
        self._tell = tell

    def close(self) -> None:
        """Start nothing more; what runs ends by its own deadline."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def ask_all(self, ledger: Log, keep_at: Path, wall_us: int, patience_s: float = ROUND_S) -> int:
        """Ask each for the present checkpoint; how many cosigned it. The cosigned checkpoint is kept at `keep_at`,
        since the next append publishes a new one without."""
        if not ledger.size or not self._asking:
            return 0
        asked = Snapshot.of(ledger.reader(), ledger.own_note)
        for one in self._asking:
            if one.address.key.name not in self._running:
                self._running[one.address.key.name] = (asked, self._threads.submit(one.ask, asked))
        wait([future for _, future in self._running.values()], patience_s)
        found = [signature for one in self._asking if (signature := self._collect(one, ledger, wall_us)) is not None]
        if found:
            try:
                write_file(keep_at, notes.Note(asked.note.text, (*asked.note.signatures, *found)).encode())
            except OSError as error:
                raise Unavailable("ledger.disk", f"The log cannot be written: {error.strerror}.") from error
        return len(found)

    def _collect(self, one: Cosigning, ledger: Log, wall_us: int) -> notes.Signature | None:
        """Its signature under the present checkpoint. One under an earlier, come late, is worth nothing any more: the
        present one is asked for next."""
        key = one.address.key
        asked, future = self._running[key.name]
        if not future.done():
            self._note(key.name, "away")
            log.warning("witness %s is slow", key.name)
            return None
        del self._running[key.name]
        try:
            signature = future.result()
        except MingchaError as error:
            self._note(key.name, _state_of(error))
            level = logging.CRITICAL if _state_of(error) == "refused" else logging.WARNING
            log.log(level, "witness %s: %s", key.name, error)
            return None
        if signature is None:
            return None
        at_us = key.verify(asked.note.text, signature) or 0
        self._note(key.name, "ok" if abs(at_us - wall_us) <= CLOCK_SLACK_US else "clock")
        if asked.note.text != ledger.note.text:
            return None
        ledger.add_cosignature(signature, key)
        return signature

    def _note(self, name: str, state: str) -> None:
        if self._states.get(name, "") != state:
            self._states[name] = state
            self._tell(name, state)


def _state_of(error: MingchaError) -> str:
    if isinstance(error, Unavailable):
        return "away"
    return "false" if error.code == "witness.answer" else "refused"
