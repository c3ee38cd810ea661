"""`proof.json`: what ties a copy to the ledger; `record.json`: one entry of it by itself. With them, `verify.py` and
`verify.html` need nothing of ours.

Format: docs/ref/export-proof.md.
"""

from __future__ import annotations

import base64
import json
import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from mingcha.base.atomic import write_file
from mingcha.base.errors import Corrupt, MingchaError, Unavailable
from mingcha.base.hashing import sha256_file
from mingcha.ledger import checkpoints
from mingcha.ledger.keychange import known_changes, log_keys
from mingcha.ledger.notes import Verifier
from mingcha.ledger.reader import LogReader, read_checkpoint
from mingcha.media.catalog.leaves import segment_places
from mingcha.media.container.scan import scan_fd
from mingcha.media.export import manifest, verifiers
from mingcha.media.footage.archive import Footage

log = logging.getLogger(__name__)

FORMAT = "mingcha.proof/1"
NAME = "proof.json"
PAPERS_FORMAT = "mingcha.papers/1"
PAPERS_NAME = "papers.json"
RECORD_FORMAT = "mingcha.record/1"
RECORD_NAME = "record.json"
VERIFIERS = verifiers.NAMES
ENCLOSED = (*VERIFIERS, verifiers.README)
STAMP_NAMES = ("timestamp.txt", "timestamp.tsr")
"""The stamped checkpoint and its time stamp, for ``openssl ts -verify``."""
_SEGMENT = re.compile(r'^\{"number": (\d+), .*"root": (null|"[0-9a-f]{64}")')


@dataclass(frozen=True, slots=True)
class Ledger:
    """What is proven by: the log's directory, its key, its witnesses' keys."""

    directory: Path
    log_key: Verifier
    witness_keys: tuple[Verifier, ...]

    def newest(self, above: int) -> checkpoints.SignedCheckpoint:
        """The newest checkpoint over entry `above`: the last cosigned one where that covers it. Raises Corrupt."""
        for name in ("cosigned", "checkpoint"):
            path = self.directory / name
            if not path.exists():
                continue
            keys = log_keys(self.directory, self.log_key)
            signed = checkpoints.open_signed(path.read_bytes(), self.log_key.name, keys, list(self.witness_keys))
            if signed.checkpoint.size > above:
                return signed
        raise Unavailable("ledger.behind", "The ledger does not hold this copy's record yet.")

    def size(self) -> int:
        """Entries in the log as published. Raises Corrupt."""
        keys = log_keys(self.directory, self.log_key)
        return read_checkpoint(self.directory, self.log_key.name, list(keys)).checkpoint.size

    def now(self) -> dict[str, object]:
        """The newest checkpoint as provenance tells it. Raises Unavailable, Corrupt."""
        now = self.newest(0).checkpoint
        return {"origin": now.origin, "size": now.size, "root": now.root.hex(), "log_key": self.log_key.text}


def manifest_hash(directory: Path) -> str:
    """SHA-256 of the copy's manifest, which the ledger is told."""
    return sha256_file(directory / manifest.NAME).hex()


@dataclass(frozen=True, slots=True)
class Proven:
    """`segments`: how many; `vouched`: what the office prints of it: origin, size and root (hex) of the checkpoint,
    `entry` (index of this copy's record), `log_key`, `witnesses` ({name, at_us})."""

    segments: int
    vouched: dict[str, Any]


@dataclass(frozen=True, slots=True)
class TimeStamp:
    """An RFC 3161 time stamp over a checkpoint of `size` entries: `checkpoint` as it was stamped, `token` the whole
    answer. `at_us`: the time it names; `authority`: the host that gave it."""

    size: int
    checkpoint: str
    token: bytes
    at_us: int
    authority: str

    def files(self) -> dict[str, bytes]:
        """As it lies beside a proof, for ``openssl ts -verify``."""
        return dict(zip(STAMP_NAMES, (self.checkpoint.encode(), self.token), strict=True))


StampOver = Callable[[int], TimeStamp | None]
"""The earliest time stamp that covers an entry of the ledger, the newest where none does; None where there is none."""


def write_proof(
    directory: Path, footage: Footage, ledger: Ledger, export_index: int, stamp_over: StampOver = lambda index: None
) -> Proven:
    """Write ``proof.json`` and the verifiers beside a finished copy. `export_index`: of the ledger's record of this
    copy. Raises Unavailable, Corrupt."""
    head, reader, signed = _head(ledger, export_index)
    places = _places(footage, sorted(set(_sealed_numbers(directory))), reader.size)
    newest = max(places.values(), default=export_index)
    stamp, stamps = _stamped(ledger, stamp_over, newest, signed.checkpoint)
    proven = 0
    temporary = directory / f"{NAME}.part"
    with temporary.open("w", encoding="utf-8") as out:
        head = {"format": FORMAT, **head, "timestamps": stamps, "export": _included(reader, export_index)}
        out.write(json.dumps(head, ensure_ascii=False)[:-1] + ', "segments": [')
        for number, index in places.items():
            proven += _write_segment(out, number, index, footage, reader, is_first=not proven)
        out.write("\n]}\n")
    temporary.replace(directory / NAME)
    for name in ENCLOSED:
        write_file(directory / name, verifiers.verifier(name), mode=0o755 if name.endswith(".py") else 0o644)
    if stamp is not None:
        for name, data in stamp.files().items():
            write_file(directory / name, data)
    return Proven(proven, _vouched(head, signed, export_index, stamp, newest))


@dataclass(frozen=True, slots=True)
class Record:
    """One entry of the ledger, to be handed out: `data` is ``record.json``, `told` the entry's fields, `vouched` as in
    `Proven`."""

    data: bytes
    told: dict[str, Any]
    vouched: dict[str, Any]
    stamp: TimeStamp | None


def make_record(ledger: Ledger, index: int, stamp_over: StampOver = lambda index: None) -> Record:
    """The entry at a place with its proof. Raises Unavailable, Corrupt."""
    head, reader, signed = _head(ledger, index)
    stamp, stamps = _stamped(ledger, stamp_over, index, signed.checkpoint)
    told = {"format": RECORD_FORMAT, **head, "timestamps": stamps, "record": _included(reader, index)}
    data = json.dumps(told, ensure_ascii=False, indent=1).encode()
    return Record(data, json.loads(reader.entry(index)), _vouched(head, signed, index, stamp, index), stamp)


def _vouched(
    head: Mapping[str, Any],
    signed: checkpoints.SignedCheckpoint,
    entry: int,
    stamp: TimeStamp | None,
    newest: int,
) -> dict[str, Any]:
    """What the office prints (`Proven`). `newest`: the last place that a time stamp must be over."""
    found = {
        "origin": signed.checkpoint.origin,
        "size": signed.checkpoint.size,
        "root": signed.checkpoint.root.hex(),
        "entry": entry,
        "log_key": head["log_key"],
        "witnesses": [{"name": one.verifier.name, "at_us": one.at_us} for one in signed.witnesses],
    }
    if stamp is not None:
        told = {"authority": stamp.authority, "at_us": stamp.at_us, "is_over_all": stamp.size > newest}
        found["timestamp"] = told
    return found


def _places(footage: Footage, numbers: Sequence[int], size: int) -> dict[int, int]:
    """Of segments that the ledger holds up to this size: number to index, in the order of the numbers."""
    found: dict[int, int] = {}
    with footage.catalog.reading() as connection:
        for at in range(0, len(numbers), 500):
            places = segment_places(connection, numbers[at : at + 500])
            found.update({number: index for number, index in places.items() if index is not None and index < size})
    return dict(sorted(found.items()))


def _stamped(
    ledger: Ledger, stamp_over: StampOver, newest: int, ours: checkpoints.Checkpoint
) -> tuple[TimeStamp | None, list[dict[str, Any]]]:
    """A time stamp, with the proof that the smaller of its checkpoint and ours is the beginning of the larger; none
    where there is none that can be read: the copy is proven without."""
    try:
        stamp = stamp_over(newest)
        if stamp is None or not stamp.checkpoint.startswith(f"{ours.origin}\n"):
            return None, []
        tree = LogReader(ledger.directory, max(stamp.size, ours.size)).tree
        consistency = tree.consistency_proof(min(stamp.size, ours.size)) if stamp.size != ours.size else []
    except MingchaError as error:
        log.error("a copy goes without time stamp: %s", error)
        return None, []
    token = base64.b64encode(stamp.token).decode("ascii")
    told = {"checkpoint": stamp.checkpoint, "token": token, "consistency": [item.hex() for item in consistency]}
    return stamp, [told]


def write_papers(directory: Path, ledger: Ledger, papers_index: int, stretches: Sequence[int]) -> None:
    """Write ``papers.json``: proof that the office's papers are those that were added to this copy, and the ledger's
    records of the stretches of the register they quote. `papers_index`, `stretches`: indexes in the ledger. It stands
    beside ``proof.json``, which is not touched: the footage may be gone by then. Raises Unavailable, Corrupt."""
    head, reader, _ = _head(ledger, max(papers_index, *stretches, 0))
    told = {
        "format": PAPERS_FORMAT,
        **head,
        "papers": _included(reader, papers_index),
        "register": [_included(reader, index) for index in sorted(set(stretches))],
    }
    write_file(directory / PAPERS_NAME, json.dumps(told, ensure_ascii=False, indent=1).encode())


def _head(ledger: Ledger, above: int) -> tuple[dict[str, Any], LogReader, checkpoints.SignedCheckpoint]:
    """Keys and checkpoint, as both proofs begin, and the log as that checkpoint vouches for it."""
    signed = ledger.newest(above)
    reader = LogReader(ledger.directory, signed.checkpoint.size)
    head = {
        # The first key: from it the changes lead to the one that signed.
        "log_key": log_keys(ledger.directory, ledger.log_key)[-1].text,
        "key_changes": [_included(reader, change.index) for change in known_changes(reader, ledger.log_key.name)],
        "witness_keys": [key.text for key in ledger.witness_keys],
        "checkpoint": signed.note.encode().decode(),
    }
    return head, reader, signed


def place_of(reader: LogReader, text: str, since: int) -> int | None:
    """Where an entry stands among those from `since` on."""
    wanted = text.encode()
    found = (since + n for n, entry in enumerate(reader.entries(since, reader.size)) if entry == wanted)
    return next(found, None)


def _sealed_numbers(directory: Path) -> Iterator[int]:
    """Numbers of the sealed segments the manifest speaks of, a line at a time: a day's manifest is 20 MB."""
    with (directory / manifest.NAME).open(encoding="utf-8") as lines:
        for line in lines:
            found = _SEGMENT.match(line)
            if found is not None and found[2] != "null":
                yield int(found[1])


def _write_segment(
    out: TextIO, number: int, index: int, footage: Footage, reader: LogReader, *, is_first: bool
) -> bool:
    stored = footage.segment(number)
    if stored is None:
        return False
    with footage.opened(stored) as fd:
        trailer = scan_fd(fd).trailer
    if trailer is None:
        raise Corrupt("segment.trailer", "A sealed file has no end.")
    leaves: Sequence[bytes] = (trailer.header_hash, *trailer.part_hashes)
    fields: dict[str, Any] = {
        "number": number,
        "leaves": [leaf.hex() for leaf in leaves],
        **_included(reader, index),
    }
    out.write(("\n" if is_first else ",\n") + json.dumps(fields, ensure_ascii=False))
    return True


def _included(reader: LogReader, index: int) -> dict[str, Any]:
    """An entry with its proof of inclusion."""
    proof = reader.tree.inclusion_proof(index)
    return {"index": index, "entry": reader.entry(index).decode(), "proof": [item.hex() for item in proof]}
