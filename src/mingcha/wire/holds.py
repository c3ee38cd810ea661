"""Holds: footage that stays whatever its rule says. The office orders and releases, the media plane remembers.

A hold that is missing from a message is not released by that: an office restored from an old backup knows fewer holds
than the footage needs. Only `released` ends one before its time.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from mingcha.base.errors import Invalid
from mingcha.base.ids import is_id

FORMAT = "mingcha.holds/1"


@dataclass(frozen=True, slots=True)
class Hold:
    """[start_us, end_us) of `camera` is kept: until it is released, or until `until_us` where that is given (important
    information is kept for a term). Wall instants in microseconds."""

    hold: str
    camera: str
    start_us: int
    end_us: int
    until_us: int | None = None
    released: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What the media plane has kept of a hold: its answer to being told of one, so that an office which lost the fact
    (restored from a backup) learns it all the same. Wall instants in microseconds."""

    hold: str
    placed_us: int
    released_us: int | None = None


@dataclass(frozen=True, slots=True)
class Standing(Hold):
    """A hold that the media plane keeps, told to an office that may not know it. `placed_us`: wall instant."""

    placed_us: int = 0


def load_standing(raw: Sequence[object]) -> tuple[Standing, ...]:
    """The holds in a parsed answer. Raises Invalid: one that could not be read would be a hold nobody hears of."""
    try:
        found = [Standing(**item) for item in raw if isinstance(item, dict)]
    except TypeError as error:
        raise Invalid("holds.field", f"The holds cannot be read: {error}.") from error
    if len(found) != len(raw) or any(type(one.placed_us) is not int for one in found):
        raise Invalid("holds.field", "A hold has a field of the wrong kind.")
    for one in found:
        _checked(one)
    return tuple(found)


def load_known(raw: Sequence[object]) -> tuple[Known, ...]:
    """The answers in a parsed message; what is not one is left out."""
    found = []
    for item in raw:
        if isinstance(item, dict) and is_id(str(item.get("hold")), "hld") and type(item.get("placed_us")) is int:
            released_us = item.get("released_us")
            found.append(Known(item["hold"], item["placed_us"], released_us if type(released_us) is int else None))
    return tuple(found)


def dump(holds: Sequence[Hold]) -> bytes:
    """Canonical JSON of holds."""
    message = {"format": FORMAT, "holds": [asdict(hold) for hold in holds]}
    return json.dumps(message, sort_keys=True, separators=(",", ":")).encode()


def load(data: bytes) -> tuple[Hold, ...]:
    """The holds in `data`; raises Invalid. One damaged hold refuses the whole message, so that it is noticed."""
    try:
        raw = json.loads(data)
        if raw["format"] != FORMAT:
            raise Invalid("holds.format", f"The holds are not of format {FORMAT}.")
        return tuple(_checked(Hold(**item)) for item in raw["holds"])
    except (ValueError, KeyError, TypeError) as error:
        raise Invalid("holds.field", f"The holds cannot be read: {error}.") from error


def _checked(hold: Hold) -> Hold:
    if not is_id(hold.hold, "hld") or not is_id(hold.camera, "cam"):
        raise Invalid("holds.id", "A hold has an id that is not well formed.")
    instants = [hold.start_us, hold.end_us] + ([] if hold.until_us is None else [hold.until_us])
    if not all(type(instant) is int and instant >= 0 for instant in instants) or type(hold.released) is not bool:
        raise Invalid("holds.field", "A hold has a field of the wrong kind.")
    if hold.end_us <= hold.start_us:
        raise Invalid("holds.range", "The end of a hold must come after its start.")
    return hold
