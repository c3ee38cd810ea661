"""`mingcha storage`: the recording disks of this node: list, add, drain, use again, take out."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from mingcha.base.clock import SystemClock, to_datetime
from mingcha.base.datadir import DataDir
from mingcha.base.env import Env
from mingcha.base.errors import Conflict, Invalid, Unavailable
from mingcha.media.catalog import CatalogReader
from mingcha.media.catalog.moving import Stock, StoreInfo, oldest_held, stock, stores
from mingcha.media.ingest.pool import ROOM_BYTES
from mingcha.media.store.directory import RESERVE_BYTES, Space, StoreDirectory
from mingcha.media.store.disks import DiskOrder, Tier, read_disks, with_state, write_disks
from mingcha.media.store.faults import store_errors
from mingcha.media.store.layout import IDENTITY_NAME, LOCK_NAME

MB, GB = 10**6, 10**9
_STATES = {
    "ok": "ok",
    "store.full": "full",
    "store.absent": "not there",
    "store.foreign": "another disk is in its place",
    "store.read_only": "read-only",
    "store.io": "faulty",
}


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("storage", help="the recording disks: list, add, drain, take out")
    which = parser.add_subparsers(metavar="WHAT", required=True)
    listing = which.add_parser("list", help="every disk: where, what for, how full")
    listing.add_argument("--json", action="store_true", help="one JSON object a disk")
    listing.set_defaults(run=run_list)
    adding = which.add_parser("add", help="record on a further disk")
    adding.add_argument("path", type=Path, help="an empty directory on it, or one of ours that came back")
    adding.add_argument("--slow", action="store_true", help="only for what grows old on the fast ones")
    adding.set_defaults(run=run_add)
    draining = which.add_parser("drain", help="record elsewhere and move everything off a disk")
    using = which.add_parser("use", help="record on a disk again that was being drained")
    retiring = which.add_parser("retire", help="take a disk out of the list once it is empty")
    for one, run in ((draining, run_drain), (using, run_use), (retiring, run_retire)):
        one.add_argument("disk", help="its id (sto_…) or its path")
        one.set_defaults(run=run)
    using.add_argument("--tier", choices=["fast", "slow"], help="make it a fast or a slow one")
    retiring.add_argument(
        "--lost", action="store_true", help="it will never come back: put down as lost what lay on it (for good)"
    )
    retiring.add_argument("--confirm", metavar="STO_ID", default="", help="the id of the disk once more, with --lost")


def run_list(arguments: argparse.Namespace) -> int:
    listed = Listed.now()
    looks = [_look(order) for order in listed.orders]
    roomy = {order.store for order, look in zip(listed.orders, looks, strict=True) if _takes(order, look[2])}
    for order, (store_id, state, space) in zip(listed.orders, looks, strict=True):
        own = listed.stock_of(store_id)
        if arguments.json:
            print(json.dumps(_fields(order, store_id, state, space, own), ensure_ascii=False))
            continue
        room = f"{_size(space.free_bytes)} of {_size(space.total_bytes)} free" if space else "room not known"
        print(f"{store_id or '(new)'}  {order.path}")
        print(f"    {order.tier}, {order.state.replace('_', ' ')}, {_STATES.get(state, state)}; {room}; ", end="")
        print(_held(own) if own else "empty" if order.state == "in_use" else "empty, may be retired")
        if order.state == "draining" and own and not roomy - {order.store}:
            print("    waits: no other disk has room to take more; add one")
    return 0


def run_add(arguments: argparse.Namespace) -> int:
    listed = Listed.now().with_ids()
    path = arguments.path.expanduser().absolute()
    if path in {order.path for order in listed.orders}:
        raise Conflict("disks.twice", f"{path} is in the list already.")
    _require_place(path, listed.orders)
    try:
        store_id = _known_or_new(path, listed)
    except (Invalid, Unavailable) as error:
        strange = error.code == "store.foreign"
        said = "There is an identity file that cannot be read; nothing is touched." if strange else error.message
        raise type(error)(error.code, f"{path}: {said}") from error
    tier: Tier = "slow" if arguments.slow else "fast"
    listed.write((*listed.orders, DiskOrder(store_id, path, tier)))
    print(f"{store_id} at {path} {'is recorded on from now on' if tier == 'fast' else 'takes over older recordings'}.")
    return 0


def run_drain(arguments: argparse.Namespace) -> int:
    listed, order = _chosen(arguments.disk)
    _require_not_lost(order)
    _require_another(listed, order)
    listed.write(with_state(listed.orders, order.store, "draining"))
    print(f"{order.store} is being emptied; 'mingcha storage list' shows how far. Then: mingcha storage retire.")
    return 0


def run_use(arguments: argparse.Namespace) -> int:
    listed, order = _chosen(arguments.disk)
    _require_not_lost(order)
    changed = replace(order, state="in_use", tier=arguments.tier or order.tier)
    listed.write(tuple(changed if other is order else other for other in listed.orders))
    print(f"{order.store} is in use, {changed.tier}.")
    return 0


def run_retire(arguments: argparse.Namespace) -> int:
    listed, order = _chosen(arguments.disk)
    if order.state != "lost":
        _require_another(listed, order)
        if arguments.lost:
            return _give_up(listed, order, arguments.confirm)
    held = listed.stock_of(order.store)
    if order.state == "lost" and (held or listed.is_written(order.store)):
        raise Conflict("disks.not_empty", "The recorder has not put down everything as lost yet. Try in a minute.")
    if held or listed.is_written(order.store):
        raise Conflict("disks.not_empty", f"On it lie {_held(held)}. Drain it first, or say --lost.")
    listed.write(tuple(other for other in listed.orders if other is not order))
    print(f"{order.store} is taken out; it may be unmounted.")
    return 0


def _give_up(listed: Listed, order: DiskOrder, confirmed: str) -> int:
    """Have everything on a disk put down as lost: only when it is away, and when its id was said twice."""
    if _look(order)[1] not in ("store.absent", "store.foreign", "store.io"):
        raise Conflict("disks.here", "This disk is here; drain it instead of giving it up.")
    held = listed.stock_of(order.store)
    if confirmed != order.store:
        wrong = f"--confirm names another disk than {order.store}. " if confirmed else ""
        raise Conflict(
            "disks.unconfirmed",
            f"{wrong}On it lie {_held(held)}{listed.since(held)}. They would be put down as lost, for good. "
            f"If it never comes back: mingcha storage retire --lost --confirm {order.store} {order.path}",
        )
    listed.write(with_state(listed.orders, order.store, "lost"))
    print(f"{order.store} is given up; {_held(held)} are put down as lost. Retire it again to clear the list.")
    return 0


@dataclass(frozen=True, slots=True)
class Listed:
    """The list of disks, and what the catalog says of them."""

    data: DataDir
    orders: tuple[DiskOrder, ...]
    catalog: CatalogReader | None

    @classmethod
    def now(cls) -> Listed:
        data = DataDir.from_env(Env())
        return cls(
            data, read_disks(data.root, data.store), CatalogReader(data.catalog) if data.catalog.exists() else None
        )

    def with_ids(self) -> Listed:
        """The same with the first disk named by its id, as it must be once there is a list. It may be away: the
        catalog knows it. Raises Unavailable."""
        return replace(
            self,
            orders=tuple(order if order.store else replace(order, store=self._id_of(order)) for order in self.orders),
        )

    def _id_of(self, order: DiskOrder) -> str:
        try:
            with StoreDirectory.open(order.path, None, write=False) as store:
                return store.store_id
        except Unavailable as error:
            if known := self.known():
                return known[-1].store
            raise Unavailable(error.code, f"The first disk ({order.path}) is not known yet: {error.message}") from error

    def known(self) -> list[StoreInfo]:
        """Disks the catalog speaks of."""
        return stores(self.catalog) if self.catalog else []

    def stock_of(self, store: str) -> list[Stock]:
        return [row for row in stock(self.catalog) if row.store == store] if self.catalog else []

    def is_written(self, store: str) -> bool:
        """Whether the recorder still has a file open there, or one to clear away."""
        if self.catalog is None:
            return False
        garbage = {item.store for item in self.catalog.garbage()}
        return store in garbage | {row.store for row in self.catalog.open_segments()}

    def since(self, rows: Iterable[Stock]) -> str:
        """From when the oldest footage of these cameras is, in words."""
        if self.catalog is None:
            return ""
        found = [oldest_held(self.catalog, row.camera, row.role) for row in rows]
        oldest = min((at for at in found if at is not None), default=None)
        return f"; their cameras reach back to {to_datetime(oldest):%Y-%m-%d %H:%M} UTC" if oldest else ""

    def write(self, orders: tuple[DiskOrder, ...]) -> None:
        """Put the changed list down. Raises Unavailable."""
        try:
            write_disks(self.data.root, orders)
        except OSError as error:
            raise Unavailable(
                "disks.unwritten", f"The list of disks in {self.data.root} cannot be written: {error.strerror}."
            ) from error


def _chosen(name: str) -> tuple[Listed, DiskOrder]:
    """The list, and the disk in it of that id or path. Raises Invalid."""
    listed, path = Listed.now().with_ids(), Path(name).expanduser().absolute()
    found = [order for order in listed.orders if name == order.store or path == order.path]
    if not found:
        raise Invalid("disks.unknown", f"There is no disk {name} in the list; see 'mingcha storage list'.")
    return listed, found[0]


def _require_another(listed: Listed, order: DiskOrder) -> None:
    if not any(other.state == "in_use" for other in listed.orders if other is not order):
        raise Conflict("disks.last", "This is the only disk that is recorded on; add another one first.")


def _require_not_lost(order: DiskOrder) -> None:
    if order.state == "lost":
        raise Conflict("disks.lost", "This disk was given up as lost; that cannot be taken back.")


def _require_place(path: Path, orders: tuple[DiskOrder, ...]) -> None:
    """Two directories of one file system are one disk: their room counts twice, and both are lost together."""
    if path.exists() and not path.is_dir():
        raise Invalid("disks.directory", f"{path} is not a directory.")
    place = path if path.exists() else path.parent
    if not place.exists():
        raise Invalid("disks.parent", f"{place} does not exist. Mount the disk first.")
    for order in orders:
        if order.path.exists() and order.path.stat().st_dev == place.stat().st_dev:
            print(f"Note: {path} lies on the same file system as {order.path}; is the new disk mounted?")
            return


def _known_or_new(path: Path, listed: Listed) -> str:
    """The id of the store there, made where there is none. Raises Conflict, Invalid, Unavailable."""
    if not (path / IDENTITY_NAME).exists():
        with StoreDirectory.create(path, SystemClock()) as made:
            return made.store_id
    known = {info.store: info for info in listed.known()}
    with StoreDirectory.open(path, None, write=False) as store:
        if store.store_id in {order.store for order in listed.orders}:
            raise Conflict(
                "disks.twice",
                f"{path} is {store.store_id}, which is in the list at another path, or a copy of it. "
                "Mount the disk there; a copy cannot be used beside its original.",
            )
        info = known.get(store.store_id)
        if info is None and store.newest_number():
            raise Conflict("disks.foreign", f"{path} holds the recordings of another recorder. Name an empty one.")
        if info is not None and info.lost_us is not None:
            raise Conflict("disks.lost", f"{path} was given up as lost, and what lies on it is put down as such.")
        return store.store_id


def _look(order: DiskOrder) -> tuple[str, str, Space | None]:
    """Id, state and room as this process sees them."""
    try:
        with StoreDirectory.open(order.path, order.store or None, write=False) as store:
            space = store.space()
            is_full = space.free_bytes < RESERVE_BYTES
            return store.store_id, _write_fault(order.path) or ("store.full" if is_full else "ok"), space
    except Unavailable as error:
        return order.store, error.code, None


def _write_fault(path: Path) -> str:
    """The code of what keeps a disk from being written to, or nothing. After an error ext4 refuses writes without being
    called read-only: only a write tells, and the lock's file holds nothing."""
    try:
        with store_errors():
            fd = os.open(path / LOCK_NAME, os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
            try:
                os.pwrite(fd, b"\n", 0)
            finally:
                os.close(fd)
    except Unavailable as error:
        return error.code
    return ""


def _takes(order: DiskOrder, space: Space | None) -> bool:
    """Whether recordings are moved there."""
    return order.state == "in_use" and space is not None and space.free_bytes > ROOM_BYTES


def _fields(order: DiskOrder, store_id: str, state: str, space: Space | None, own: list[Stock]) -> dict[str, object]:
    """A disk as the list tells it to programs."""
    return {
        "store": store_id,
        "path": str(order.path),
        "tier": order.tier,
        "order": order.state,
        "state": state,
        "free_bytes": space.free_bytes if space else None,
        "total_bytes": space.total_bytes if space else None,
        "segments": sum(row.segments for row in own),
        "bytes": sum(row.bytes for row in own),
    }


def _held(rows: list[Stock]) -> str:
    cameras = len({row.camera for row in rows})
    return f"{sum(row.segments for row in rows)} recordings of {cameras} cameras, {_size(sum(r.bytes for r in rows))}"


def _size(count: int) -> str:
    return f"{count / GB:.1f} GB" if count >= GB else f"{count / MB:.0f} MB"
