"""Who a segment file is: the `uuid` boxes that let a lost catalog be rebuilt from the files alone.

Both hold one UTF-8 JSON object with sorted keys, so that a person with any viewer can read them in fifty years.
The byte format is documented in docs/ref/segment-file.md.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from mingcha.base.errors import Corrupt
from mingcha.media.container.boxes import box

IDENTITY_UUID = UUID("6d696e67-6368-4161-8001-5365676d656e").bytes
TRAILER_UUID = UUID("6d696e67-6368-4161-8002-5365676d656e").bytes
IDENTITY_FORMAT = "mingcha.segment/1"
TRAILER_FORMAT = "mingcha.segment-end/1"
HASH_BYTES = 32


@dataclass(frozen=True, slots=True)
class Identity:
    """What a segment is, as its header says.

    `store`: id of the store directory; `camera`: camera id; `role`: main or sub; `number`: segment number;
    `run`: run number in this store; `start_us`: wall instant of media time 0 of this file; `run_start_us`: wall
    instant at which its run began; `media_offset`: 90 kHz ticks from the run's start to media time 0 of this file;
    `starts_with_key`: False where a segment was cut off by force and this one goes on inside a GOP.
    """

    store: str
    camera: str
    role: str
    number: int
    run: int
    start_us: int
    run_start_us: int
    media_offset: int
    starts_with_key: bool = True


@dataclass(frozen=True, slots=True)
class Trailer:
    """What a sealed segment says at its end.

    `start_us`, `end_us`: wall instants; the start stands here too because that of a run's first segment is known for
    good only at its end (0: as the header says). `part_hashes`: SHA-256 of each part in order; `header_hash`: SHA-256
    of ftyp and moov; `root`: RFC 6962 root over `leaf_hash` of header hash and part hashes; `recovered`: sealed
    after a crash.
    """

    number: int
    end_us: int
    header_hash: bytes
    part_hashes: tuple[bytes, ...]
    root: bytes
    recovered: bool = False
    start_us: int = 0


def _uuid_box(kind: bytes, raw: dict[str, Any]) -> bytes:
    text = json.dumps(raw, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return box(b"uuid", kind, text.encode())


def identity_box(identity: Identity) -> bytes:
    """The box that stands last in `moov`."""
    return _uuid_box(IDENTITY_UUID, {"format": IDENTITY_FORMAT, **asdict(identity)})


def trailer_box(trailer: Trailer) -> bytes:
    """The box that stands last in a sealed file."""
    return _uuid_box(
        TRAILER_UUID,
        {
            "format": TRAILER_FORMAT,
            "number": trailer.number,
            "start_us": trailer.start_us,
            "end_us": trailer.end_us,
            "header": trailer.header_hash.hex(),
            "parts": [digest.hex() for digest in trailer.part_hashes],
            "root": trailer.root.hex(),
            "recovered": trailer.recovered,
        },
    )


def _fields(body: bytes, uuid: bytes, form: str) -> dict[str, Any] | None:
    """The JSON object of one of our uuid boxes (`body` begins with the uuid); None when it is another's box."""
    if not body.startswith(uuid):
        return None
    try:
        raw = json.loads(body[len(uuid) :])
    except (ValueError, RecursionError) as error:
        raise Corrupt("segment.box", "A segment file has an identity that cannot be read.") from error
    if not isinstance(raw, dict) or raw.pop("format", None) != form:
        raise Corrupt("segment.format", f"A segment file is not of format {form}.")
    return raw


def _typed(raw: dict[str, Any], kinds: dict[str, type]) -> dict[str, Any]:
    if raw.keys() != kinds.keys():
        raise Corrupt("segment.box", "A segment file has an identity with missing or unknown fields.")
    for name, kind in kinds.items():
        if type(raw[name]) is not kind or (kind is int and not 0 <= raw[name] < 1 << 63):
            raise Corrupt("segment.box", f"A segment file has an identity with a wrong {name}.")
    return raw


_IDENTITY_FIELDS: dict[str, type] = {
    "store": str,
    "camera": str,
    "role": str,
    "number": int,
    "run": int,
    "start_us": int,
    "run_start_us": int,
    "media_offset": int,
    "starts_with_key": bool,
}
_TRAILER_FIELDS: dict[str, type] = {
    "number": int,
    "start_us": int,
    "end_us": int,
    "header": str,
    "parts": list,
    "root": str,
    "recovered": bool,
}


def parse_identity(body: bytes) -> Identity | None:
    """The identity in the payload of a uuid box; None for another's box. Raises Corrupt."""
    raw = _fields(body, IDENTITY_UUID, IDENTITY_FORMAT)
    return None if raw is None else Identity(**_typed(raw, _IDENTITY_FIELDS))


def parse_trailer(body: bytes) -> Trailer | None:
    """The trailer in the payload of a uuid box; None for another's box. Raises Corrupt."""
    raw = _fields(body, TRAILER_UUID, TRAILER_FORMAT)
    if raw is None:
        return None
    fields = _typed(raw, _TRAILER_FIELDS)
    return Trailer(
        number=fields["number"],
        end_us=fields["end_us"],
        header_hash=_digest(fields["header"]),
        part_hashes=tuple(_digest(text) for text in fields["parts"]),
        root=_digest(fields["root"]),
        recovered=fields["recovered"],
        start_us=fields["start_us"],
    )


def _digest(text: object) -> bytes:
    try:
        digest = bytes.fromhex(text) if isinstance(text, str) else b""
    except ValueError:
        digest = b""
    if len(digest) != HASH_BYTES:
        raise Corrupt("segment.box", "A segment file has a hash that is not one.")
    return digest
