"""One entry of the ledger found by the id it carries, and given to somebody who can check it without us: the
certificate of a deletion.

Nothing keeps the places of such entries: a ledger has millions of them, a catalog may be made again. They stand roughly
in the order of their instants, so the place is found by halving, then by looking around.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from statistics import median_low

from mingcha.base.clock import US_PER_S, to_datetime
from mingcha.base.errors import Invalid, Unavailable
from mingcha.base.ids import is_id
from mingcha.ledger.reader import LogReader
from mingcha.ledger.tiles import TILE_WIDTH
from mingcha.media.export import verifiers
from mingcha.media.export.proof import RECORD_NAME, Record

KINDS = {"dlc": ("deletion", "certificate"), "exp": ("copy_deletion", "export"), "fct": ("loss", "fact")}
"""Prefix of an id to the kind of the entry it names, and to the field it stands in."""
MOST_BUNDLES = 512
"""131,072 entries: a day of a hundred cameras, read in a second. Clocks are seldom further apart than that."""
SETTLE_US = 600 * US_PER_S
"""What is not found and is so close to the ledger's end is on its way into it."""
_WHEN = re.compile(rb'"(?:at_us|end_us)":(\d{1,18})')
_EARLIEST_US = 315_532_800 * US_PER_S  # ZIP knows no time before 1980


def place_of(reader: LogReader, wanted: str, near_us: int | None, most_bundles: int | None = MOST_BUNDLES) -> int:
    """Where the entry of an id stands that tells of `near_us`; at most so many bundles of 256 entries are read for it,
    all of them with None. Without an instant it is looked for from the end. Raises Invalid (``record.id``,
    ``record.absent``), Unavailable (``ledger.behind``, ``ledger.unreadable``), Corrupt."""
    kind, field = next((told for prefix, told in KINDS.items() if is_id(wanted, prefix)), ("", ""))
    if not kind:
        raise Invalid("record.id", f"{wanted!r} is not the id of a deletion (dlc_…), a deleted copy or a loss.")
    marks = (f'"kind":"{kind}"'.encode(), f'"{field}":"{wanted}"'.encode())
    count = -(-reader.size // TILE_WIDTH)
    first = count - 1 if near_us is None else _nearest(reader, count, near_us)
    for looked, bundle in enumerate(_outwards(first, count)):
        if looked == most_bundles:
            break
        for n, entry in enumerate(reader.bundle(bundle)):
            if all(mark in entry for mark in marks):
                return bundle * TILE_WIDTH + n
    newest = _when(reader, count - 1) if count else None
    if near_us is not None and (newest is None or near_us > newest - SETTLE_US):
        raise Unavailable("ledger.behind", "The ledger does not hold this entry yet; try again in a minute.")
    raise Invalid("record.absent", "The ledger holds no such entry; one of the last minute may be on its way into it.")


def _nearest(reader: LogReader, count: int, near_us: int) -> int:
    """The first bundle that is not of before, as far as bundles are in order."""
    low, high = 0, max(count - 1, 0)
    while low < high:
        middle = (low + high) // 2
        if (_when(reader, middle) or 0) < near_us:
            low = middle + 1
        else:
            high = middle
    return low


def _when(reader: LogReader, bundle: int) -> int | None:
    """The middle one of its instants: single entries may tell of long ago."""
    found = [_WHEN.search(entry) for entry in reader.bundle(bundle)]
    return median_low(sorted(int(one[1]) for one in found if one)) if any(found) else None


def _outwards(first: int, count: int) -> Iterator[int]:
    """All numbers below `count`, the nearest to `first` first."""
    for away in range(count):
        for number in dict.fromkeys((first - away, first + away)):
            if 0 <= number < count:
                yield number


def zipped(record: Record, papers: Mapping[str, bytes], at_us: int) -> bytes:
    """A ZIP of what its receiver needs to check it: `papers` are for reading only. `at_us`: stands as the time of each
    file."""
    files = {
        RECORD_NAME: record.data,
        **papers,
        **{name: verifiers.verifier(name) for name in verifiers.NAMES},
        verifiers.README: verifiers.verifier(verifiers.README_RECORD),
        **(record.stamp.files() if record.stamp is not None else {}),
    }
    out, when = io.BytesIO(), to_datetime(max(at_us, _EARLIEST_US)).timetuple()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            about = zipfile.ZipInfo(name, when[:6])
            about.external_attr = (0o100755 if name.endswith(".py") else 0o100644) << 16
            archive.writestr(about, data, zipfile.ZIP_DEFLATED)
    return out.getvalue()
