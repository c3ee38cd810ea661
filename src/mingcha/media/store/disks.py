"""The list of recording disks, as people ordered it: a small file that the command line writes and the recorder reads.

    <data>/disks.json   {"format": "mingcha.disks/1", "disks": [{"store", "path", "tier", "state"}, …]}

Without the file there is one disk, the store directory of the settings. What lies on the disks says the catalog; which
of them are there, the disks themselves.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal, get_args

from mingcha.base.atomic import write_file
from mingcha.base.errors import Invalid
from mingcha.base.ids import is_id

FORMAT = "mingcha.disks/1"
NAME = "disks.json"
Tier = Literal["fast", "slow"]
Order = Literal["in_use", "draining", "lost"]


@dataclass(frozen=True, slots=True)
class DiskOrder:
    """One disk. `store`: id in its identity file; '' for the first one before it was ever opened. `tier`: fast disks
    are recorded on, slow ones take over what grows old. `state`: a draining disk takes nothing and is emptied; a
    lost one will never come back, and what lay on it is put down as lost."""

    store: str
    path: Path
    tier: Tier = "fast"
    state: Order = "in_use"


def read_disks(data: Path, first: Path) -> tuple[DiskOrder, ...]:
    """The disks in order; `first`: the store directory of the settings, which stands alone where there is no list.
    Raises Invalid where the list cannot be understood: nothing is guessed about disks."""
    try:
        raw = json.loads((data / NAME).read_bytes())
    except FileNotFoundError:
        return (DiskOrder("", first),)
    except (OSError, ValueError) as error:
        raise Invalid("disks.unreadable", f"The list of disks ({NAME}) cannot be read; restore it.") from error
    try:
        if raw["format"] != FORMAT:
            raise ValueError(raw["format"])
        disks = tuple(_disk(item) for item in raw["disks"])
    except (KeyError, TypeError, ValueError) as error:
        raise Invalid("disks.field", f"The list of disks ({NAME}) cannot be understood: {error}.") from error
    if not disks or len({disk.path for disk in disks}) != len(disks):
        raise Invalid("disks.field", f"The list of disks ({NAME}) names none, or one twice.")
    return disks


def write_disks(data: Path, disks: tuple[DiskOrder, ...]) -> None:
    """Put the list down; the recorder takes it up within seconds. Raises OSError."""
    message = {"format": FORMAT, "disks": [{**asdict(disk), "path": str(disk.path)} for disk in disks]}
    write_file(data / NAME, json.dumps(message, ensure_ascii=False, indent=2).encode() + b"\n")


def changed_at(data: Path) -> int:
    """A number that changes when the list does; 0 without one."""
    try:
        return (data / NAME).stat().st_mtime_ns
    except OSError:
        return 0


def with_state(disks: tuple[DiskOrder, ...], store: str, state: Order) -> tuple[DiskOrder, ...]:
    """The list with one disk's state changed. Raises Invalid for a disk that is not in it."""
    if store not in {disk.store for disk in disks}:
        raise Invalid("disks.unknown", "There is no such disk in the list; see 'mingcha storage list'.")
    return tuple(replace(disk, state=state) if disk.store == store else disk for disk in disks)


def _disk(raw: dict[str, str]) -> DiskOrder:
    tier, state = raw["tier"], raw["state"]
    if tier not in get_args(Tier) or state not in get_args(Order) or not is_id(raw["store"], "sto"):
        raise ValueError(raw)
    return DiskOrder(
        raw["store"],
        Path(raw["path"]),
        "slow" if tier == "slow" else "fast",
        "draining" if state == "draining" else "lost" if state == "lost" else "in_use",
    )
