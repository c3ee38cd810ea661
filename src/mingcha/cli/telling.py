"""What somebody does on the command line of the node, told to the register."""

from __future__ import annotations

import getpass

from mingcha.base.clock import SystemClock
from mingcha.base.datadir import DataDir
from mingcha.base.ids import new_id
from mingcha.media.catalog import Catalog
from mingcha.wire.facts import Fact

BUSY_MS = 5_000


def tell(data: DataDir, kind: str, act: str, camera: str = "", **detail: object) -> None:
    """Who did what, durable in the recorder's outbox when this returns; the gateway carries it into the register.
    `kind`: ``local.act`` for what was done with footage, ``local.upkeep`` for what was done to the node. Raises
    Unavailable (``catalog.…``)."""
    clock = SystemClock()
    catalog = Catalog(data.catalog, clock, busy_ms=BUSY_MS)
    try:
        told = {"act": act, "operator": getpass.getuser(), **detail}
        catalog.add_fact(Fact(new_id("fct"), kind, clock.wall_us(), camera, told))
    finally:
        catalog.close()


def tell_upkeep(data: DataDir, act: str, **detail: object) -> None:
    """Of keys and witnesses. Where nothing was ever recorded there is no outbox, and nobody to tell; none is made,
    since a catalog that is to be restored would then seem to be there."""
    if data.catalog.exists():
        tell(data, "local.upkeep", act, "", **detail)
