"""Names inside a store directory. A segment's name is its number, nothing else: no camera, no time, no meaning."""

from __future__ import annotations

import re

IDENTITY_NAME = "mingcha-store.json"
LOCK_NAME = "lock"
KIN_NAME = "kin.json"
USES_NAME = "uses"
OPEN_NAME = "open"
SEGMENTS_NAME = "segments"
OUR_NAMES = frozenset(
    {IDENTITY_NAME, LOCK_NAME, OPEN_NAME, SEGMENTS_NAME}
    | {name for small in (KIN_NAME, USES_NAME) for name in (small, f".{small}.new")}
)
"""What may lie in a store directory; a small file is first written under a name of its own."""

MAX_NUMBER = (1 << 40) - 1
SEGMENTS_PER_DIRECTORY = 4096

_FILE = re.compile(r"([0-9a-f]{10})\.mp4")
_COPY = re.compile(r"([0-9a-f]{10})\.copy")
_DIRECTORY = re.compile(r"[0-9a-f]{7}")


def file_name(number: int) -> str:
    """``00000000ff.mp4``. Numbers outside 40 bits raise ValueError."""
    if not 0 <= number <= MAX_NUMBER:
        raise ValueError(f"segment number {number} is out of range")
    return f"{number:010x}.mp4"


def directory_name(number: int) -> str:
    """The directory below ``segments`` that holds the number: its upper 28 bits."""
    return f"{number // SEGMENTS_PER_DIRECTORY:07x}"


def number_of(name: str) -> int | None:
    """The number a file name stands for; None for a name that is not ours."""
    found = _FILE.fullmatch(name)
    return int(found[1], 16) if found else None


def copy_name(number: int) -> str:
    """A segment that is being copied from another store: in ``open``, until it is whole."""
    return f"{number:010x}.copy"


def copy_number_of(name: str) -> int | None:
    """The number of a copy in the making; None for any other name."""
    found = _COPY.fullmatch(name)
    return int(found[1], 16) if found else None


def is_directory_name(name: str) -> bool:
    """Whether a name below ``segments`` is one of ours."""
    return _DIRECTORY.fullmatch(name) is not None
