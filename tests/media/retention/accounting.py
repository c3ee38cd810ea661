"""What time of a camera a catalog says nothing of: neither footage, nor deleted, nor a gap."""

from __future__ import annotations

from mingcha.media.catalog import Catalog
from mingcha.media.catalog.holes import merged
from tests.media.catalog.film import START_US


def unaccounted_us(catalog: Catalog, camera: str, until_us: int) -> int:
    """Between the start of the film and this instant."""
    with catalog.reading() as connection:
        stretches = []
        for table in ("coverage", "deleted", "gap"):
            stretches += connection.execute(
                f"""SELECT start_us, coalesce(end_us, ?) FROM {table} JOIN stream ON stream.id = stream
                WHERE camera = ?""",
                (until_us, camera),
            ).fetchall()
    known = merged((max(start, START_US), min(end, until_us)) for start, end in stretches if end > START_US)
    return until_us - START_US - sum(end - start for start, end in known)
