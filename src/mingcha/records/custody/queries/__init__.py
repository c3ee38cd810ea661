"""Reads of holds and of copies in custody."""

from mingcha.records.custody.queries.holds import (
    Owed,
    Search,
    found_holds,
    hold_for,
    holds,
    owed,
    ranges_of,
    ranges_to_tell,
    standing,
)

__all__ = ["Owed", "Search", "found_holds", "hold_for", "holds", "owed", "ranges_of", "ranges_to_tell", "standing"]
