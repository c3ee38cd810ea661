"""A ZIP file of a finished copy, made while it is sent: stored, not packed, so that its length is known beforehand, any
range of it can be asked for, and nothing is written to the disk.

Format: PKWARE APPNOTE 6.3, with the zip64 fields always there, so that one layout serves every size.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from struct import pack

from mingcha.base.clock import to_datetime

NAME = "bundle.zip"
CHUNK_BYTES = 1 << 20

_UTF8_NAMES = 0x0800
_ZIP64 = 45
_UNIX = 3 << 8
_MAX_32 = 0xFFFFFFFF
_MAX_16 = 0xFFFF


@dataclass(frozen=True, slots=True)
class Member:
    """A file to be enclosed under `name`. `crc32`: of its content."""

    name: str
    path: Path
    bytes: int
    crc32: int


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A piece of the ZIP: bytes of ours, or a whole file."""

    start: int
    length: int
    data: bytes = b""
    path: Path | None = None


class Zipped:
    """The layout. `made_at_us`: stands as the time of each file."""

    def __init__(self, members: Iterable[Member], made_at_us: int) -> None:
        self._stretches: list[_Stretch] = []
        self.bytes = 0
        at = to_datetime(max(made_at_us, 315_532_800_000_000))  # ZIP knows no time before 1980
        when = pack(
            "<HH", at.hour << 11 | at.minute << 5 | at.second // 2, at.year - 1980 << 9 | at.month << 5 | at.day
        )
        directory, count, seal = b"", 0, sha256()
        for member in members:
            name = member.name.encode()
            common = pack("<HHH", _ZIP64, _UTF8_NAMES, 0) + when + pack("<III", member.crc32, _MAX_32, _MAX_32)
            offset = self.bytes
            sizes = pack("<QQ", member.bytes, member.bytes)
            self._add(b"PK\x03\x04" + common + pack("<HH", len(name), 20) + name + pack("<HH", 1, 16) + sizes)
            self._stretches.append(_Stretch(self.bytes, member.bytes, path=member.path))
            self.bytes += member.bytes
            directory += (
                b"PK\x01\x02" + pack("<H", _ZIP64 | _UNIX) + common
                + pack("<HHHHHII", len(name), 28, 0, 0, 0, 0o100644 << 16, _MAX_32)
                + name + pack("<HH", 1, 24) + sizes + pack("<Q", offset)
            )  # fmt: skip
            count += 1
            seal.update(common + sizes + name)
        self.tag = seal.hexdigest()
        start = self.bytes
        self._add(directory)
        end = pack("<QHHIIQQQQ", 44, _ZIP64 | _UNIX, _ZIP64, 0, 0, count, count, len(directory), start)
        locator = pack("<IQI", 0, self.bytes, 1)
        last = pack("<HHHHIIH", 0, 0, _MAX_16, _MAX_16, _MAX_32, _MAX_32, 0)
        self._add(b"PK\x06\x06" + end + b"PK\x06\x07" + locator + b"PK\x05\x06" + last)

    def _add(self, data: bytes) -> None:
        self._stretches.append(_Stretch(self.bytes, len(data), data))
        self.bytes += len(data)

    def read(self, begin: int, end: int) -> Iterator[bytes]:
        """The bytes [begin, end), in pieces of at most `CHUNK_BYTES`. Blocking. Ends early when a file is shorter than
        it was. Raises OSError."""
        for stretch in self._stretches:
            first, last = max(begin, stretch.start), min(end, stretch.start + stretch.length)
            if first >= last:
                continue
            if stretch.path is None:
                yield stretch.data[first - stretch.start : last - stretch.start]
                continue
            with stretch.path.open("rb") as file:
                file.seek(first - stretch.start)
                while first < last:
                    data = file.read(min(CHUNK_BYTES, last - first))
                    if not data:
                        return
                    first += len(data)
                    yield data


def crc32_of(path: Path) -> int:
    """CRC-32 of a file, in bounded memory. Raises OSError."""
    found = 0
    with path.open("rb") as file:
        while data := file.read(CHUNK_BYTES):
            found = zlib.crc32(data, found)
    return found
