"""A witness: cosigns a log's checkpoint only if it continues the last one it cosigned (C2SP tlog-witness).

After that nobody, the log's operator included, can rewrite or backdate what lies before it without the witness's
word against them. A log's new key is taken only where the old one hands over to it (`keychange`). Here are the
decisions; the requests' form is in `asking`, HTTP elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from mingcha.base.atomic import write_file
from mingcha.base.errors import Conflict, Corrupt, NotAllowed, Unavailable
from mingcha.base.hashing import sha256
from mingcha.ledger import checkpoints, notes
from mingcha.ledger.asking import KeyRequest, Request, malformed
from mingcha.ledger.keychange import KeyChange, earlier_keys, follow
from mingcha.ledger.merkle import hashing_of
from mingcha.ledger.proofs import verify_consistency, verify_inclusion


class Witness:
    """Remembers, in a directory, the last checkpoint it cosigned of each log it knows, with its own cosignature, and
    the changes of the log's key. One process per directory.

    `logs`: keys each known log may sign with, by origin. `may_step_back`: cosign although the clock is behind the last
    cosignature; for once, after it was wrong.
    """

    def __init__(
        self,
        directory: Path,
        cosigner: notes.Cosigner,
        logs: Mapping[str, Sequence[notes.Verifier]],
        *,
        may_step_back: bool = False,
    ) -> None:
        self._directory = directory
        self._cosigner = cosigner
        self._logs = dict(logs)
        self._may_step_back = may_step_back

    def latest(self, origin: str) -> checkpoints.SignedCheckpoint | None:
        """The last checkpoint cosigned of a log, with our cosignature; None before the first. Raises Corrupt when the
        memory is damaged: a witness that forgot must not begin anew."""
        path = self._path(origin, "checkpoint")
        if not path.exists():
            return None
        own = [self._cosigner.verifier]
        return checkpoints.open_signed(path.read_bytes(), origin, self.keys_of(origin), own)

    def keys_of(self, origin: str) -> list[notes.Verifier]:
        """The keys of a log that count: those given, what they handed over to, and what handed over to them."""
        changes = self._changes(origin)
        chains = ((*follow(given, changes), *earlier_keys(given, changes)) for given in self._logs[origin])
        return list(dict.fromkeys(key for chain in chains for key in chain))

    def add_checkpoint(self, request: Request, at_us: int) -> notes.Signature:
        """Check, remember durably, cosign.

        Raises NotAllowed: ``witness.unknown_log`` (HTTP 404), ``witness.unsigned`` (403); Invalid: ``witness.request``
        (400); Conflict: ``witness.stale`` with `size` to start from, ``witness.fork`` for another tree of the same size
        (409); Corrupt ``ledger.proof`` (422); Unavailable ``witness.clock`` (503).
        """
        origin = self._origin_of(request.note)
        return self._add(request, origin, self.keys_of(origin), at_us)

    def change_key(self, request: KeyRequest, at_us: int) -> notes.Signature:
        """Take the log's new key, if each change in the request is signed by the key before, is in the log, and the
        checkpoint signed by the last one continues what was cosigned. Raises as `add_checkpoint`, and NotAllowed
        ``witness.key_change`` (403)."""
        origin = self._origin_of(request.request.note)
        known = self._changes(origin)
        changes = [KeyChange.read(entry, origin, index) for index, entry, _ in request.changes]
        fresh = [change for change in changes if change not in known]
        self._require_handover(origin, fresh)
        keys = list(dict.fromkeys(key for given in self._logs[origin] for key in follow(given, [*known, *fresh])))
        signed = self._open(request.request.note, origin, keys)
        hashing = hashing_of(signed.suite)
        for index, entry, proof in request.changes:
            verify_inclusion(hashing.leaf(entry), index, signed.size, proof, signed.root, hashing)
        return self._add(request.request, origin, keys, at_us, [*known, *fresh])

    def _require_handover(self, origin: str, fresh: Sequence[KeyChange]) -> None:
        latest = self.latest(origin)
        counting = [key for key in self.keys_of(origin) if key.until_size is None]
        for change in fresh:
            if change.old not in counting or (latest is not None and latest.checkpoint.size > change.index + 1):
                raise NotAllowed("witness.key_change", "The log's key of today did not hand over to this one.")
            counting = [key for key in counting if key != change.old] + [change.new]

    def _add(
        self,
        request: Request,
        origin: str,
        keys: Sequence[notes.Verifier],
        at_us: int,
        changes: Sequence[KeyChange] | None = None,
    ) -> notes.Signature:
        new = self._open(request.note, origin, keys)
        if request.old_size > new.size or (request.old_size == 0 and request.proof):
            raise malformed()
        old = self.latest(origin)
        known_size = 0 if old is None else old.checkpoint.size
        if request.old_size != known_size:
            text = f"The last checkpoint this witness cosigned has size {known_size}."
            raise Conflict("witness.stale", text, size=known_size)
        if old is not None:
            _require_continuation(old.checkpoint, new, request.proof)
            self._require_later(old, at_us)
        if changes is not None:
            self._keep_changes(origin, changes)
        note = notes.parse(request.note)
        signature = self._cosigner.sign(note.text, at_us)
        own = tuple(line for line in note.signatures if not self._cosigner.verifier.matches(line))
        write_file(self._path(origin, "checkpoint"), notes.Note(note.text, (*own, signature)).encode())
        return signature

    def _origin_of(self, note: bytes) -> str:
        try:
            origin = checkpoints.parse(notes.parse(note).text).origin
        except Corrupt as error:
            raise malformed() from error
        if origin not in self._logs:
            raise NotAllowed("witness.unknown_log", "This witness does not know this log.")
        return origin

    def _open(self, note: bytes, origin: str, keys: Sequence[notes.Verifier]) -> checkpoints.Checkpoint:
        try:
            return checkpoints.open_signed(note, origin, keys).checkpoint
        except Corrupt as error:
            raise NotAllowed("witness.unsigned", "The checkpoint is not signed by this log.") from error

    def _require_later(self, old: checkpoints.SignedCheckpoint, at_us: int) -> None:
        """A cosignature dated before the last one would let the log say that newer entries are older."""
        last_us = max((one.at_us or 0 for one in old.witnesses), default=0)
        if at_us < last_us and not self._may_step_back:
            raise Unavailable("witness.clock", "The clock of this witness is behind its own last cosignature.")

    def _changes(self, origin: str) -> list[KeyChange]:
        path = self._path(origin, "keys")
        if not path.exists():
            return []
        try:
            kept = [(int(one["index"]), str(one["entry"])) for one in json.loads(path.read_bytes())["changes"]]
        except (ValueError, KeyError, TypeError) as error:
            raise Corrupt("witness.memory", "What this witness remembers of a log's keys is damaged.") from error
        return [KeyChange.read(entry.encode(), origin, index) for index, entry in kept]

    def _keep_changes(self, origin: str, changes: Sequence[KeyChange]) -> None:
        kept = [{"index": change.index, "entry": change.entry.decode()} for change in changes]
        write_file(self._path(origin, "keys"), json.dumps({"changes": kept}).encode())

    def _path(self, origin: str, kind: str) -> Path:
        """Origins are free text and so no file names."""
        return self._directory / f"{sha256(origin.encode()).hex()}.{kind}"


def _require_continuation(old: checkpoints.Checkpoint, new: checkpoints.Checkpoint, proof: Sequence[bytes]) -> None:
    if old.size == new.size and old.root != new.root:
        raise Conflict("witness.fork", "The log signed two different trees of the same size.", size=old.size)
    if old.suite is not new.suite:
        raise Conflict("witness.fork", "The log changed its suite.", size=old.size)
    if old.size:
        verify_consistency(old.size, old.root, new.size, new.root, proof, hashing_of(new.suite))
