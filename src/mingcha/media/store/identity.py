"""The identity file of a store directory, by which a swapped, restored or unmounted disk is noticed."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass

from mingcha.base.ids import is_id
from mingcha.media.store.faults import store_errors, unavailable
from mingcha.media.store.layout import IDENTITY_NAME, KIN_NAME, USES_NAME

FORMAT = "mingcha.store/1"
KIN_FORMAT = "mingcha.store-kin/1"
_MAX_BYTES = 1 << 16


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
        data = _content(root_fd, IDENTITY_NAME)
    try:
        raw = json.loads(data)
        if raw.pop("format") == FORMAT and is_id(raw["store"], "sto") and type(raw["made_us"]) is int:
            return StoreIdentity(**raw)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise unavailable("store.foreign") from error
    raise unavailable("store.foreign")


def read_kin(root_fd: int) -> frozenset[str]:
    """The stores of the same recorder whose segments were moved here: their files go on saying where they were made,
    since a header must not change. Raises Unavailable."""
    with store_errors():
        try:
            data = _content(root_fd, KIN_NAME)
        except FileNotFoundError:
            return frozenset()
    try:
        raw = json.loads(data)
        stores = raw["stores"]
        if raw["format"] == KIN_FORMAT and all(is_id(store, "sto") for store in stores):
            return frozenset(stores)
    except (ValueError, TypeError, KeyError) as error:
        raise unavailable("store.io") from error
    raise unavailable("store.io")


def dump_kin(stores: frozenset[str]) -> bytes:
    """The content of the file that names the kin."""
    return json.dumps({"format": KIN_FORMAT, "stores": sorted(stores)}).encode() + b"\n"


def read_uses(root_fd: int) -> int:
    """How often the directory was opened for writing; 0 where it does not say."""
    with store_errors():
        try:
            return int(_content(root_fd, USES_NAME))
        except (FileNotFoundError, ValueError):
            return 0


def put(root_fd: int, name: str, data: bytes) -> None:
    """Replace a small file of the directory so that a crash leaves the old content or the new. Raises OSError."""
    temporary = f".{name}.new"  # of layout.OUR_NAMES
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o640, dir_fd=root_fd)
    try:
        os.write(fd, data)
        os.fsync(fd)
    finally:
        os.close(fd)
    os.rename(temporary, name, src_dir_fd=root_fd, dst_dir_fd=root_fd)
    os.fsync(root_fd)


def _content(root_fd: int, name: str) -> bytes:
    fd = os.open(name, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW, dir_fd=root_fd)
    try:
        return os.read(fd, _MAX_BYTES)
    finally:
        os.close(fd)
