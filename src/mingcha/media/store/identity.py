"""The identity file of a store directory, by which a swapped, restored or unmounted disk is noticed."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass

from mingcha.base.ids import is_id
from mingcha.media.store.faults import store_errors, unavailable
from mingcha.media.store.layout import IDENTITY_NAME

FORMAT = "mingcha.store/1"
_MAX_BYTES = 4096


@dataclass(frozen=True, slots=True)
class StoreIdentity:
    """`store`: id of the directory; `made_us`: wall instant at which it was made."""

    store: str
    made_us: int


def dump(identity: StoreIdentity) -> bytes:
    """The content of the identity file."""
    return json.dumps({"format": FORMAT, **asdict(identity)}, sort_keys=True).encode() + b"\n"


def read(root_fd: int) -> StoreIdentity:
    """The identity in a directory. Raises Unavailable ``store.absent`` without one, ``store.foreign`` when it cannot
    be understood: a directory that may be somebody else's is never written to."""
    with store_errors():
        fd = os.open(IDENTITY_NAME, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW, dir_fd=root_fd)
        try:
            data = os.read(fd, _MAX_BYTES)
        finally:
            os.close(fd)
    try:
        raw = json.loads(data)
        if raw.pop("format") == FORMAT and is_id(raw["store"], "sto") and type(raw["made_us"]) is int:
            return StoreIdentity(**raw)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise unavailable("store.foreign") from error
    raise unavailable("store.foreign")
