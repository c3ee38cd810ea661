"""The one writer of a log directory.

    <log>/log.json      format, origin and suite
    <log>/keys.json     changes of key, for finding them: the entries are what is believed
    <log>/lock          flock, held by the one writer
    <log>/checkpoint    signed size and root: what the log is
    <log>/tile/...      hashes and entries (tiles.py)

An append writes the bundles and tiles it touches, makes them durable, then the checkpoint. The rename of the checkpoint
is the commit: before it the log is the old one (files beyond its size are overwritten by the next append), after
it the new one. Partial tiles are removed when their full tile is signed for.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from mingcha.base.errors import Conflict, Corrupt, Invalid, Unavailable
from mingcha.base.suites import Suite
from mingcha.ledger import checkpoints, notes
from mingcha.ledger.disk import TEMPORARY_SUFFIX, Disk, lock
from mingcha.ledger.edge import Edge
from mingcha.ledger.identity import IDENTITY, Identity, read_identity
from mingcha.ledger.keychange import CHANGES, KeyChange, earlier_keys, encode_places, known_changes
from mingcha.ledger.merkle import hashing_of
from mingcha.ledger.reader import LogReader, read_checkpoint
from mingcha.ledger.tiles import CHECKPOINT_PATH, MAX_ENTRY_BYTES, TILE_WIDTH, Tile, count_at, levels_of, right_edge


@dataclass(frozen=True, slots=True)
class Keys:
    """`signer` signs from now on; `earlier` are keys the log was signed by before a change of key."""

    signer: notes.Signer
    earlier: tuple[notes.Verifier, ...] = ()

    @property
    def trusted(self) -> list[notes.Verifier]:
        return [self.signer.verifier, *self.earlier]

    @property
    def suite(self) -> Suite:
        return self.signer.verifier.type.suite


class Log:
    """An open log. Not for use by two threads at once; other processes may read the directory at any time.

    After an OSError while appending, it is unknown whether the checkpoint is on disk: the object refuses further
    appends (Unavailable) and must be opened again.
    """

    def __init__(self, directory: Path, origin: str, keys: Keys, lock_fd: int, disk: Disk) -> None:
        """Use `create` or `open`."""
        self._directory = directory
        self._keys = keys
        self._lock_fd = lock_fd
        self._disk = disk
        self._is_doubtful = False
        _require_suite(read_identity(directory).suite, keys.suite)
        self._signed = read_checkpoint(directory, origin, keys.trusted)
        self._edge = Edge.load(LogReader(directory, self.size))
        if self._edge.root() != self.root:
            raise Corrupt("ledger.root", "The log's files are not those its checkpoint was signed over.")
        own = earlier_keys(keys.signer.verifier, known_changes(self.reader(), origin))
        self._keys = Keys(keys.signer, (*own, *keys.earlier))
        self._tidy()

    @classmethod
    def create(cls, directory: Path, origin: str, keys: Keys, disk: Disk | None = None) -> Log:
        """A new, empty log. Raises Conflict when there is one already, Invalid for an origin with line feeds."""
        disk = disk or Disk()
        if not origin or "\n" in origin:
            raise Invalid("ledger.origin_name", "The origin of a log is one line of text, not empty.")
        disk.sync(disk.make_directory(directory))
        lock_fd = lock(directory)
        try:
            if (directory / IDENTITY).exists() or (directory / "tile").exists():
                raise Conflict("ledger.exists", "There is a log in this directory already.")
            root = hashing_of(keys.suite).root([])
            text = checkpoints.Checkpoint.of_suite(keys.suite, origin, 0, root).text
            checkpoint = notes.Note(text, (keys.signer.sign(text),)).encode()
            identity = Identity(origin, keys.suite).encode()
            disk.put({directory / CHECKPOINT_PATH: checkpoint, directory / IDENTITY: identity})
            disk.sync([directory])
            return cls(directory, origin, keys, lock_fd, disk)
        except BaseException:
            os.close(lock_fd)
            raise

    @classmethod
    def open(cls, directory: Path, keys: Keys, disk: Disk | None = None) -> Log:
        """Raises Unavailable when there is no log or another process writes it, Corrupt when its parts disagree."""
        if not (directory / IDENTITY).is_file():
            raise Unavailable("ledger.absent", "There is no log in this directory.")
        lock_fd = lock(directory)
        try:
            return cls(directory, read_identity(directory).origin, keys, lock_fd, disk or Disk())
        except BaseException:
            os.close(lock_fd)
            raise

    @staticmethod
    def origin_of(directory: Path) -> str:
        """The name of the log in a directory, unsigned: for choosing the keys to open it by. Raises Corrupt."""
        return read_identity(directory).origin

    def close(self) -> None:
        if self._lock_fd >= 0:
            os.close(self._lock_fd)
            self._lock_fd = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def size(self) -> int:
        return self._signed.checkpoint.size

    @property
    def root(self) -> bytes:
        return self._signed.checkpoint.root

    @property
    def origin(self) -> str:
        return self._signed.checkpoint.origin

    @property
    def keys(self) -> Keys:
        """The key that signs now, and those before it."""
        return self._keys

    @property
    def own_note(self) -> notes.Note:
        """The checkpoint with the log's own signatures only."""
        return self.note.signed_by(self._keys.trusted)

    @property
    def note(self) -> notes.Note:
        """The signed checkpoint as it stands on disk."""
        return self._signed.note

    def reader(self) -> LogReader:
        """A reader of the log as it is now."""
        return LogReader(self._directory, self.size, self._edge.hashing)

    def append(self, entries: Sequence[bytes]) -> range:
        """Add entries, in order, all or none; their indexes. When it returns they are durable and signed for.

        Raises Invalid for an entry of more than 65,535 bytes, Unavailable when the disk fails or failed before.
        """
        self._require_usable()
        if any(len(entry) > MAX_ENTRY_BYTES for entry in entries):
            raise Invalid("ledger.entry_size", f"An entry of the log has at most {MAX_ENTRY_BYTES} bytes.")
        old_size = self.size
        if entries:
            self._append(entries, [self._keys.signer])
        return range(old_size, self.size)

    def change_key(self, new: notes.Signer, at_us: int, reason: str = "") -> KeyChange:
        """Enter that `new` signs from now on: an entry signed by both keys, under a checkpoint signed by both. When it
        returns the old key is no longer needed. Raises Conflict for a key of another suite or name, Unavailable."""
        self._require_usable()
        _require_suite(self._keys.suite, new.verifier.type.suite)
        old = self._keys.signer
        change = KeyChange.make(self.origin, self.size, old, new, at_us, reason)
        # Before the entry: a change that is noted and was never entered is not believed, the other way it is not found.
        self._note_changes([*known_changes(self.reader(), self.origin), change])
        self._append([change.entry], [new, old])
        self._keys = Keys(new, (old.verifier.until(self.size), *self._keys.earlier))
        return change

    def go_on_as(self, signer: notes.Signer) -> None:
        """Sign with a key that the log has handed over to (`change_key`, before a crash). Raises Conflict otherwise."""
        if signer.verifier != self._keys.signer.verifier:
            keys = [signer.verifier, *earlier_keys(signer.verifier, known_changes(self.reader(), self.origin))]
            if self._keys.signer.verifier not in keys:
                raise Conflict("ledger.key_change", "The log has not handed over to this key.")
            self._keys = Keys(signer, tuple(keys[1:]))

    def _append(self, entries: Sequence[bytes], signers: Sequence[notes.Signer]) -> None:
        edge, before = self._edge.copy(), list(right_edge(self.size))
        self._write(edge.add(entries))
        checkpoint = checkpoints.Checkpoint.of_suite(self._keys.suite, self.origin, edge.size, edge.root())
        signatures = tuple(signer.sign(checkpoint.text) for signer in signers)
        self._put_checkpoint(checkpoint, notes.Note(checkpoint.text, signatures))
        self._edge = edge
        self._drop_filled(before)

    def add_cosignature(self, signature: notes.Signature, witness: notes.Verifier) -> None:
        """Publish a witness's signature beside ours; one over another checkpoint, or a false one, raises Corrupt."""
        self._require_usable()
        if not witness.matches(signature):
            raise Corrupt("ledger.signature", f"This is not a signature of {witness.name}.")
        witness.verify(self.note.text, signature)
        others = tuple(known for known in self.note.signatures if not witness.matches(known))
        self._put_checkpoint(self._signed.checkpoint, notes.Note(self.note.text, (*others, signature)))

    def _note_changes(self, changes: Sequence[KeyChange]) -> None:
        try:
            self._disk.put({self._directory / CHANGES: encode_places(changes)})
            self._disk.sync([self._directory])
        except OSError as error:
            raise Unavailable("ledger.disk", f"The log cannot be written: {error.strerror}.") from error

    def _require_usable(self) -> None:
        if self._lock_fd < 0 or self._is_doubtful:
            raise Unavailable("ledger.reopen", "The log must be opened again: it was closed, or its disk failed.")

    def _write(self, files: dict[Tile, bytes]) -> None:
        try:
            targets = {self._directory / tile.path: data for tile, data in files.items()}
            touched = {path.parent for path in targets}
            for folder in sorted(touched):
                touched.update(self._disk.make_directory(folder))
            self._disk.put(targets)
            self._disk.sync(sorted(touched))
        except OSError as error:
            raise Unavailable("ledger.disk", f"The log cannot be written: {error.strerror}.") from error

    def _put_checkpoint(self, checkpoint: checkpoints.Checkpoint, note: notes.Note) -> None:
        self._is_doubtful = True
        try:
            self._disk.put({self._directory / CHECKPOINT_PATH: note.encode()})
            self._disk.sync([self._directory])
        except OSError as error:
            raise Unavailable("ledger.disk", f"The log cannot be written: {error.strerror}.") from error
        self._is_doubtful = False
        self._signed = checkpoints.SignedCheckpoint(checkpoint, note, self._keys.signer.verifier, ())

    def _drop_filled(self, before: list[Tile]) -> None:
        """Remove the partial forms of tiles that are full now. Until then all of them stay: a client may hold any
        checkpoint we signed, and tlog-tiles promises it the tiles of that size."""
        for tile in before:
            if count_at(self.size, tile.level) >= (tile.index + 1) * TILE_WIDTH:
                self._remove_partials(tile)

    def _remove_partials(self, tile: Tile, wider_than: int = 0) -> None:
        """Remove partial forms of a tile above a width, and temporary files beside them."""
        folder = (self._directory / Tile(tile.level, tile.index, 1).path).parent
        for path in folder.glob("*"):
            if not path.name.isdecimal() or int(path.name) > wider_than:
                self._disk.remove(path)

    def _tidy(self) -> None:
        """Remove what an interrupted append left beyond the checkpoint, so that no file says what was never signed."""
        for level in (None, *range(len(levels_of(self.size)) + 1)):
            index, width = divmod(count_at(self.size, level), TILE_WIDTH)
            self._remove_partials(Tile(level, index), wider_than=width)
            while (path := self._directory / Tile(level, index).path).exists():
                self._disk.remove(path)
                index += 1
                self._remove_partials(Tile(level, index))
        for name in (CHECKPOINT_PATH, CHANGES):
            self._disk.remove(self._directory / (name + TEMPORARY_SUFFIX))


def _require_suite(kept: Suite, wanted: Suite) -> None:
    if kept is not wanted:
        raise Conflict(
            "ledger.suite",
            f"This ledger is of the suite {kept.name} and stays so; its keys cannot be of {wanted.name}. "
            "A new ledger that continues it is begun by 'mingcha keys new-ledger --suite'.",
        )
