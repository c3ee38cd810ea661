"""What `play` and `export` need: the archive of this node, its cameras by name, instants as people write them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from mingcha.base.clock import from_datetime
from mingcha.base.datadir import DataDir
from mingcha.base.env import Env
from mingcha.base.errors import Invalid, Unavailable
from mingcha.base.ids import is_id
from mingcha.cli.telling import tell
from mingcha.media.catalog import CatalogReader
from mingcha.media.footage.archive import Footage
from mingcha.media.run.node import load_plan
from mingcha.media.run.reading import ReadStores

EARLIEST_YEAR, LATEST_YEAR = 2000, 2200
"""Years beyond these are slips of the keyboard; the register must not carry them."""


@dataclass(frozen=True, slots=True)
class Archive:
    """`names`: camera id to name, as far as the plan knows them."""

    data: DataDir
    catalog: CatalogReader
    footage: Footage
    stores: ReadStores
    names: dict[str, str]

    def camera(self, text: str) -> str:
        """The id of a camera given by id or name; retired cameras by id only. Raises Invalid."""
        if is_id(text, "cam") and any(text == camera for camera, _role in self.catalog.streams()):
            return text
        found = [camera for camera, name in self.names.items() if name == text]
        if len(found) != 1:
            known = "; ".join(sorted(self.names.values())) or "none"
            raise Invalid("cli.no_camera", f"There is no camera called {text!r} here. Known: {known}.")
        return found[0]

    def tell(self, camera: str, act: str, **detail: object) -> None:
        """Who did what on the command line, durable in the outbox before anything is given out; the gateway carries
        it into the register."""
        tell(self.data, "local.act", act, camera, **detail)


@contextmanager
def opened() -> Iterator[Archive]:
    """The archive in the data directory. Raises Unavailable when nothing was ever recorded there."""
    data = DataDir.from_env(Env())
    if not data.catalog.exists():
        raise Unavailable("cli.no_archive", f"Nothing has been recorded in {data.root} yet.")
    catalog = CatalogReader(data.catalog)
    stores = ReadStores(data)
    names = {camera.camera: camera.name for camera in load_plan(data.plan).cameras}
    try:
        yield Archive(data, catalog, Footage(catalog, stores.store_of), stores, names)
    finally:
        catalog.close()


def instant_us(text: str) -> int:
    """An ISO 8601 instant; without offset it is local time of MINGCHA_TIME_ZONE. Raises Invalid."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid("cli.instant", f"{text!r} is not a time; write it as 2026-11-21T10:00:00.") from error
    if at.tzinfo is None:
        at = at.replace(tzinfo=ZoneInfo(Env().text("MINGCHA_TIME_ZONE")))
    if not EARLIEST_YEAR <= at.year <= LATEST_YEAR:
        raise Invalid("cli.instant", f"{text!r} is not a time of recordings; check the year.")
    return from_datetime(at)
