"""What the media plane reports. Each fact has an id, so that taking it twice changes nothing.

The media plane numbers its facts (`sequence`, rising without gaps in one catalog) and keeps them until the office has
confirmed them.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from mingcha.base.errors import Invalid

FORMAT = "mingcha.fact/1"

KINDS: dict[str, str] = {
    "recorder.started": "the media plane came up",
    "recorder.stopped": "the media plane was stopped in order",
    "camera.state": "a camera was reached, lost, refused, or changed",
    "gap.closed": "a stretch without recording ended; start, end and reason",
    "run.started": "a stream began or changed its format",
    "storage.alarm": "a store is filling, full, read-only, absent or foreign",
    "storage.changed": "the list of recording disks was changed; the list as it is now",
    "storage.moved": "recordings were moved from one disk to another; how many, how much",
    "storage.mended": "files of broken-off moves or of an older copy of a disk were put in order; how many",
    "clock.stepped": "the wall clock was set while recording",
    "footage.deleted": "footage was deleted by its rule; what, how much, by which rule, its hash",
    "footage.overdue": "footage that its rule orders to delete could not be deleted; why",
    "footage.lost": "footage the ledger knows is neither on a disk nor deleted; what, and its hash",
    "footage.damaged": "a recording is broken or missing; which, what of it, since when it is known",
    "footage.mended": "a recording that was broken is whole again",
    "archive.verified": "a round of verification ended; how much was read, what was found, how far the whole is done",
    "catalog.behind": "the catalog is older than the ledger and must be made again; nothing is deleted until then",
    "catalog.rebuilt": "the catalog was made again from ledger and disk; what came back, what is lost",
    "hold.placed": "the media plane keeps a range until it is released",
    "hold.released": "the media plane was told to release a range",
    "clock.doubted": "the wall clock jumped ahead; nothing is deleted until somebody confirms the time",
    "clock.confirmed": "somebody confirmed the clock after it was in doubt",
    "ledger.anchored": "the ledger holds a stretch of the register; where",
    "ledger.key_changed": "the ledger is signed by a new key; which, since which entry, why",
    "ledger.continued": "a new ledger continues the one before; which, since which entry, why",
    "witness.state": "a witness of the ledger cosigned, was away, or refused",
    "timestamp.state": "a time stamp of the ledger was given, the authority was away, or its answer was refused",
    "viewing.served": "bytes of this camera and range were sent to a viewer",
    "ptz.moved": "somebody turned a camera, or tried to; who, how, from when to when, how it ended",
    "export.finished": "a copy was made; files, sizes, hashes, gaps",
    "export.failed": "a copy could not be made",
    "copy.papers": "the office's papers (register extract, certificate) were added to a copy; their hashes",
    "copy.deleted": "a copy was deleted from the recorder; its manifest's hash, why",
    "local.act": "somebody used the command line on the node itself",
    "local.upkeep": "somebody changed, backed up or brought back the node's keys, or changed its witnesses",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """`at_us`: wall instant. `camera`: camera id or empty. `detail`: plain JSON values."""

    fact: str
    kind: str
    at_us: int
    camera: str = ""
    detail: dict[str, Any] = field(default_factory=dict)
    sequence: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise Invalid("fact.kind", f"Unknown fact kind {self.kind!r}.")


def dump(fact: Fact) -> str:
    """Canonical JSON of a fact."""
    return json.dumps({"format": FORMAT, **asdict(fact)}, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def load(text: str) -> Fact:
    """The fact in `text`; raises Invalid."""
    try:
        raw = json.loads(text)
        if raw.pop("format") != FORMAT:
            raise Invalid("fact.format", f"Not a fact of format {FORMAT}.")
        return Fact(**raw)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Invalid("fact.field", f"A fact cannot be read: {error}.") from error
