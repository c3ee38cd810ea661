"""`mingcha storage`: the recording disks of this node: list, add, drain, use again, take out."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path

from mingcha.base.clock import SystemClock
from mingcha.base.datadir import DataDir
from mingcha.base.env import Env
from mingcha.base.errors import Conflict, Invalid, Unavailable
from mingcha.media.catalog import CatalogReader
from mingcha.media.catalog.moving import Stock, StoreInfo, stock, stores
from mingcha.media.store.directory import Space, StoreDirectory
from mingcha.media.store.disks import DiskOrder, Tier, read_disks, with_state, write_disks
from mingcha.media.store.layout import IDENTITY_NAME

GB = 10**9


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
    draining.add_argument("disk", help="its id (sto_…) or its path")
    draining.set_defaults(run=run_drain)
    using = which.add_parser("use", help="record on a disk again that was being drained")
    using.add_argument("disk", help="its id (sto_…) or its path")
    using.add_argument("--tier", choices=["fast", "slow"], help="make it a fast or a slow one")
    using.set_defaults(run=run_use)
    retiring = which.add_parser("retire", help="take a disk out of the list once it is empty")
    retiring.add_argument("disk", help="its id (sto_…) or its path")
    retiring.add_argument(
        "--lost", action="store_true", help="it will never come back: put down as lost what lay on it (for good)"
    )
    retiring.set_defaults(run=run_retire)


def run_list(arguments: argparse.Namespace) -> int:
    data, orders = _listed()
    held = _stock(data)
    for order in orders:
        store_id, state, space = _look(order)
        own = [row for row in held if row.store == store_id]
        fields = {
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
        if arguments.json:
            print(json.dumps(fields, ensure_ascii=False))
            continue
        room = f"{space.free_bytes / GB:.1f} of {space.total_bytes / GB:.1f} GB free" if space else "not here"
        print(f"{store_id or '(new)'}  {order.path}")
        print(f"    {order.tier}, {order.state.replace('_', ' ')}, {state}; {room}; {_held(own, order)}")
    return 0


def run_add(arguments: argparse.Namespace) -> int:
    data, orders = _listed()
    orders = _with_ids(orders)
    path = arguments.path.expanduser().absolute()
    known = {info.store: info for info in _known(data)}
    if path in {order.path for order in orders}:
        raise Conflict("disks.twice", f"{path} is in the list already.")
    _warn_of_shared(path, orders)
    if (path / IDENTITY_NAME).exists():
        with StoreDirectory.open(path, None, write=False) as store:
            store_id = store.store_id
            if store_id not in known and store.newest_number():
                raise Conflict("disks.foreign", f"{path} holds the recordings of another recorder. Name an empty one.")
    else:
        with StoreDirectory.create(path, SystemClock()) as made:
            store_id = made.store_id
    if store_id in {order.store for order in orders}:
        raise Conflict("disks.twice", f"{path} is a disk that is in the list already, at another path. Mount it there.")
    if store_id in known and known[store_id].lost_us is not None:
        raise Conflict("disks.lost", f"{path} was given up as lost, and what lies on it is put down as such.")
    tier: Tier = "slow" if arguments.slow else "fast"
    write_disks(data.root, (*orders, DiskOrder(store_id, path, tier)))
    print(
        f"{store_id} at {path} is recorded on from now on." if tier == "fast" else f"{store_id} at {path} takes over."
    )
    return 0


def run_drain(arguments: argparse.Namespace) -> int:
    data, orders = _listed()
    orders = _with_ids(orders)
    order = _named(orders, arguments.disk)
    if not any(other.state == "in_use" for other in orders if other is not order):
        raise Conflict("disks.last", "This is the only disk that is recorded on; add another one first.")
    write_disks(data.root, with_state(orders, order.store, "draining"))
    print(f"{order.store} is being emptied; 'mingcha storage list' shows how far. Then: mingcha storage retire.")
    return 0


def run_use(arguments: argparse.Namespace) -> int:
    data, orders = _listed()
    orders = _with_ids(orders)
    order = _named(orders, arguments.disk)
    if order.state == "lost":
        raise Conflict("disks.lost", "This disk was given up as lost; that cannot be taken back.")
    changed = replace(order, state="in_use", tier=arguments.tier or order.tier)
    write_disks(data.root, tuple(changed if other is order else other for other in orders))
    print(f"{order.store} is in use, {changed.tier}.")
    return 0


def run_retire(arguments: argparse.Namespace) -> int:
    data, orders = _listed()
    orders = _with_ids(orders)
    order = _named(orders, arguments.disk)
    if not any(other.state == "in_use" for other in orders if other is not order):
        raise Conflict("disks.last", "This is the only disk that is recorded on; add another one first.")
    held = sum(row.segments for row in _stock(data) if row.store == order.store)
    if arguments.lost:
        if _look(order)[1] == "ok":
            raise Conflict("disks.here", "This disk is here; drain it instead of giving it up.")
        write_disks(data.root, with_state(orders, order.store, "lost"))
        print(f"{order.store} is given up; {held} recordings are put down as lost. Retire it again to clear the list.")
        return 0
    if held or _is_written(data, order.store):
        raise Conflict(
            "disks.not_empty", f"{held} recordings still lie on it. Drain it first, or say --lost.", held=held
        )
    write_disks(data.root, tuple(other for other in orders if other is not order))
    print(f"{order.store} is taken out; it may be unmounted.")
    return 0


def _listed() -> tuple[DataDir, tuple[DiskOrder, ...]]:
    data = DataDir.from_env(Env())
    return data, read_disks(data.root, data.store)


def _with_ids(orders: tuple[DiskOrder, ...]) -> tuple[DiskOrder, ...]:
    """The list with the first disk named by its id, as it must be once there is a list."""
    return tuple(order if order.store else replace(order, store=_id_at(order.path)) for order in orders)


def _id_at(path: Path) -> str:
    try:
        with StoreDirectory.open(path, None, write=False) as store:
            return store.store_id
    except Unavailable as error:
        raise Unavailable(error.code, f"The first disk ({path}) is not known yet: {error.message}") from error


def _named(orders: tuple[DiskOrder, ...], name: str) -> DiskOrder:
    path = Path(name).expanduser().absolute()
    found = [order for order in orders if name == order.store or path == order.path]
    if not found:
        raise Invalid("disks.unknown", "There is no such disk in the list; see 'mingcha storage list'.")
    return found[0]


def _look(order: DiskOrder) -> tuple[str, str, Space | None]:
    """Id, state and room as this process sees them."""
    try:
        with StoreDirectory.open(order.path, order.store or None, write=False) as store:
            return store.store_id, "ok", store.space()
    except Unavailable as error:
        return order.store, error.code, None


def _stock(data: DataDir) -> list[Stock]:
    if not data.catalog.exists():
        return []
    return stock(CatalogReader(data.catalog))


def _known(data: DataDir) -> list[StoreInfo]:
    return stores(CatalogReader(data.catalog)) if data.catalog.exists() else []


def _is_written(data: DataDir, store: str) -> bool:
    if not data.catalog.exists():
        return False
    reader = CatalogReader(data.catalog)
    return store in {row.store for row in reader.open_segments()} | {item.store for item in reader.garbage()}


def _held(rows: list[Stock], order: DiskOrder) -> str:
    if not rows:
        return "empty, may be retired" if order.state != "in_use" else "empty"
    cameras = len({row.camera for row in rows})
    return (
        f"{sum(row.segments for row in rows)} recordings of {cameras} cameras, {sum(r.bytes for r in rows) / GB:.1f} GB"
    )


def _warn_of_shared(path: Path, orders: tuple[DiskOrder, ...]) -> None:
    """Two directories of one file system are one disk: their room counts twice, and both are lost together."""
    place = path if path.exists() else path.parent
    if not place.exists():
        raise Invalid("disks.parent", f"{place} does not exist. Mount the disk first.")
    for order in orders:
        if order.path.exists() and order.path.stat().st_dev == place.stat().st_dev:
            print(f"Note: {path} lies on the same file system as {order.path}; is the new disk mounted?")
            return
