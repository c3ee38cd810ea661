"""A directory that holds segments, and only ever the one it says it is.

All work goes through descriptors of the directories opened at the start, never through the path again: when a disk is
unmounted or another one mounted over it, nothing is written under the mount point.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from mingcha.base.atomic import fsync_dir, write_file
from mingcha.base.clock import Clock
from mingcha.base.errors import Conflict, Corrupt, Invalid
from mingcha.base.ids import new_id
from mingcha.media.store import identity, layout
from mingcha.media.store.faults import of_os_error, store_errors, unavailable
from mingcha.media.store.identity import StoreIdentity
from mingcha.media.store.segment import OpenSegment

RESERVE_BYTES = 64 << 20
"""No new segment is begun with less than this free, so that the open ones can still be sealed."""
RESERVE_INODES = 64

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_CREATE = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
_READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW
_HARMLESS = frozenset({"lost+found"})


@dataclass(frozen=True, slots=True)
class Space:
    """What the file system says; `free_bytes` and `free_inodes` are for this user. Inodes are None where the file
    system does not count them."""

    total_bytes: int
    free_bytes: int
    total_inodes: int | None
    free_inodes: int | None


class StoreDirectory:
    """One open store directory. The writer holds its lock until `close`."""

    def __init__(self, path: Path, root_fd: int, own: StoreIdentity, lock_fd: int, reserve_bytes: int) -> None:
        """Use `create` or `open`."""
        self.path = path
        self.identity = own
        self._kin = identity.read_kin(root_fd)
        self._root_fd = root_fd
        self._lock_fd = lock_fd
        self._reserve_bytes = reserve_bytes
        with store_errors():
            self._open_fd = os.open(layout.OPEN_NAME, _DIRECTORY, dir_fd=root_fd)
            self._segments_fd = os.open(layout.SEGMENTS_NAME, _DIRECTORY, dir_fd=root_fd)

    @property
    def store_id(self) -> str:
        return self.identity.store

    def may_hold(self, store_id: str) -> bool:
        """Whether sealed files that say they were made in that store belong here: its own, and those moved in."""
        return store_id == self.store_id or store_id in self._kin

    @classmethod
    def create(cls, path: Path, clock: Clock, *, reserve_bytes: int = RESERVE_BYTES) -> Self:
        """Make a store in a missing or empty directory (or one whose making was broken off) and open it for writing.
        Raises Invalid ``store.not_empty`` where there is anything else in it, Unavailable when it cannot be written."""
        own_places = (path / layout.OPEN_NAME, path / layout.SEGMENTS_NAME)
        with store_errors():
            path.mkdir(parents=True, exist_ok=True)
            if set(os.listdir(path)) - _HARMLESS - {place.name for place in own_places} or any(
                os.listdir(place) for place in own_places if place.exists()
            ):
                raise Invalid("store.not_empty", "A new recording directory must be empty. Name another one.")
            for place in own_places:
                place.mkdir(exist_ok=True)
            # The identity comes last: a directory that has one is complete.
            own = StoreIdentity(new_id("sto"), clock.wall_us())
            write_file(path / layout.IDENTITY_NAME, identity.dump(own))
            fsync_dir(path.parent)
        return cls.open(path, own.store, reserve_bytes=reserve_bytes)

    @classmethod
    def open(
        cls, path: Path, expected_id: str | None, *, write: bool = True, reserve_bytes: int = RESERVE_BYTES
    ) -> Self:
        """Open an existing store. Raises Unavailable: ``store.absent`` without directory or identity,
        ``store.foreign`` when its id is another than `expected_id`, ``store.in_use`` when another process
        writes to it, ``store.read_only`` when it cannot be written."""
        with store_errors():
            root_fd = os.open(path, _DIRECTORY)
        lock_fd = -1
        try:
            own = identity.read(root_fd)
            if expected_id is not None and own.store != expected_id:
                raise unavailable("store.foreign", expected=expected_id, found=own.store)
            if write:
                lock_fd = _lock(root_fd)
            return cls(path, root_fd, own, lock_fd, reserve_bytes)
        except BaseException:
            os.close(root_fd)
            if lock_fd >= 0:
                os.close(lock_fd)
            raise

    def close(self) -> None:
        """Give back the lock and the descriptors."""
        for fd in (self._open_fd, self._segments_fd, self._lock_fd, self._root_fd):
            if fd >= 0:
                os.close(fd)
        self._open_fd = self._segments_fd = self._lock_fd = self._root_fd = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    # The state of the disk

    def probe(self) -> Space:
        """Whether the path still leads to this very directory, with this identity, writable where it was opened
        for writing; cheap, meant for every few seconds. Raises Unavailable with the code that says what is wrong;
        then `close` it and `open` it again when it may be back."""
        with store_errors():
            at_path, held = os.stat(self.path), os.fstat(self._root_fd)
            if (at_path.st_dev, at_path.st_ino) != (held.st_dev, held.st_ino):
                self._probe_other()
        if identity.read(self._root_fd).store != self.store_id:
            raise unavailable("store.foreign")
        with store_errors():
            if self._lock_fd >= 0 and os.fstatvfs(self._root_fd).f_flag & os.ST_RDONLY:
                raise unavailable("store.read_only")
            if self._lock_fd >= 0:
                # After an error ext4 refuses writes without being called read-only: only a write tells.
                os.pwrite(self._lock_fd, b"\n", 0)
        return self.space()

    def _probe_other(self) -> None:
        """Another directory lies at the path: say whether it is a store or just an empty mount point."""
        fd = os.open(self.path, _DIRECTORY)
        try:
            found = identity.read(fd)
        finally:
            os.close(fd)
        # The same store on another mount: it must be opened anew, since the old descriptors lead elsewhere.
        raise unavailable("store.absent" if found.store == self.store_id else "store.foreign", found=found.store)

    def space(self) -> Space:
        """Free and total bytes and inodes. Raises Unavailable."""
        with store_errors():
            found = os.fstatvfs(self._root_fd)
        counted = found.f_files > 0
        return Space(
            total_bytes=found.f_blocks * found.f_frsize,
            free_bytes=found.f_bavail * found.f_frsize,
            total_inodes=found.f_files if counted else None,
            free_inodes=found.f_favail if counted else None,
        )

    # Writing

    def create_segment(self, number: int, header: bytes) -> OpenSegment:
        """Begin a file in ``open``. Raises Unavailable (``store.full`` below the reserve of bytes or inodes) and
        Conflict ``store.number_used`` when there is such a file already."""
        self._require_writable()
        space = self.space()
        if space.free_bytes < self._reserve_bytes or (
            self._reserve_bytes and space.free_inodes is not None and space.free_inodes < RESERVE_INODES
        ):
            raise unavailable("store.full", free_bytes=space.free_bytes, free_inodes=space.free_inodes)
        name = layout.file_name(number)
        used = Conflict("store.number_used", f"There is already a recording with the number {number}.", number=number)
        if self.has(number):
            raise used
        try:
            fd = os.open(name, _CREATE, 0o640, dir_fd=self._open_fd)
        except FileExistsError as error:
            raise used from error
        except OSError as error:
            raise of_os_error(error) from error
        try:
            return OpenSegment(self, fd, number, header)
        except BaseException:
            os.close(fd)
            self.discard_open(number)
            raise

    def reopen_segment(self, number: int, size: int) -> OpenSegment:
        """An unsealed file, cut to `size` bytes, to be sealed by recovery."""
        self._require_writable()
        with store_errors():
            fd = os.open(layout.file_name(number), os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW, dir_fd=self._open_fd)
            try:
                os.ftruncate(fd, size)
            except OSError:
                os.close(fd)
                raise
        segment = OpenSegment(self, fd, number, b"")
        segment.size = size
        return segment

    def move_in(self, number: int) -> None:
        """Rename a complete file from ``open`` to ``segments``; durable on return. Raises Unavailable, Conflict."""
        if self.has(number):
            raise Conflict("store.number_used", f"There is already a recording with the number {number}.")
        self._rename_in(layout.file_name(number), number)

    def _rename_in(self, name: str, number: int) -> None:
        directory = layout.directory_name(number)
        with store_errors():
            try:
                os.mkdir(directory, 0o750, dir_fd=self._segments_fd)
                os.fsync(self._segments_fd)
            except FileExistsError:
                pass
            target = os.open(directory, _DIRECTORY, dir_fd=self._segments_fd)
            try:
                os.rename(name, layout.file_name(number), src_dir_fd=self._open_fd, dst_dir_fd=target)
                os.fsync(target)
                os.fsync(self._open_fd)
            finally:
                os.close(target)

    def take_in(self, number: int, made_in: str) -> None:
        """Rename a whole, hashed copy of another store's segment from ``open`` to ``segments``; durable on return. One
        that a broken-off move left there gives way. Raises Unavailable."""
        self._require_writable()
        if not self.may_hold(made_in):
            with store_errors():
                identity.put(self._root_fd, layout.KIN_NAME, identity.dump_kin(self._kin | {made_in}))
            self._kin |= {made_in}
        self._rename_in(layout.copy_name(number), number)

    def discard_copies(self) -> list[int]:
        """Remove what moves that were broken off left in ``open``: the originals are where they were. Their numbers."""
        self._require_writable()
        with store_errors():
            found = [n for name in os.listdir(self._open_fd) if (n := layout.copy_number_of(name)) is not None]
            for number in found:
                os.unlink(layout.copy_name(number), dir_fd=self._open_fd)
        return sorted(found)

    def count_use(self, known: int) -> int:
        """Note that the directory is used once more; `known`: how often the catalog knows of. How often the directory
        itself said. Less than `known`: this is an older copy of it; more: the catalog is one."""
        self._require_writable()
        found = identity.read_uses(self._root_fd)
        with store_errors():
            identity.put(self._root_fd, layout.USES_NAME, b"%d\n" % (max(found, known) + 1))
        return found

    def discard_open(self, number: int) -> None:
        """Remove a file from ``open`` that holds no part. A failure leaves it for recovery."""
        try:
            os.unlink(layout.file_name(number), dir_fd=self._open_fd)
        except OSError:
            return

    def delete(self, number: int) -> bool:
        """Remove a sealed segment, durable on return; False when there was none. Raises Unavailable. Only
        `catalog.removal` calls this, after the catalog has put the number among the garbage."""
        self._require_writable()
        directory = layout.directory_name(number)
        try:
            target = os.open(directory, _DIRECTORY, dir_fd=self._segments_fd)
        except FileNotFoundError:
            return False
        except OSError as error:
            raise of_os_error(error) from error
        try:
            os.unlink(layout.file_name(number), dir_fd=target)
            os.fsync(target)
        except FileNotFoundError:
            return False
        except OSError as error:
            raise of_os_error(error) from error
        finally:
            os.close(target)
        try:
            os.rmdir(directory, dir_fd=self._segments_fd)
        except OSError:
            return True  # not empty: the usual case
        return True

    def _require_writable(self) -> None:
        if self._lock_fd < 0:
            raise unavailable("store.read_only")

    # Reading

    def has(self, number: int) -> bool:
        """Whether there is a sealed file with that number. Raises Unavailable."""
        try:
            os.stat(f"{layout.directory_name(number)}/{layout.file_name(number)}", dir_fd=self._segments_fd)
        except FileNotFoundError:
            return False
        except OSError as error:
            raise of_os_error(error) from error
        return True

    def is_there(self, number: int) -> bool:
        """Whether there is a file with that number, sealed or open. Raises Unavailable."""
        try:
            os.close(self.open_file(number))
        except Corrupt:
            return False
        return True

    def path_of(self, number: int) -> Path:
        """Where the file lies now, sealed or open. Raises Corrupt ``segment.missing``."""
        name = layout.file_name(number)
        sealed = self.path / layout.SEGMENTS_NAME / layout.directory_name(number) / name
        if self.has(number):
            return sealed
        open_path = self.path / layout.OPEN_NAME / name
        if open_path.exists():
            return open_path
        if self.has(number):  # sealed between the two looks
            return sealed
        raise _missing(number)

    def open_file(self, number: int) -> int:
        """A read-only descriptor of the file, sealed or open; the caller closes it. It stays readable when the
        file is sealed or deleted meanwhile. Raises Corrupt ``segment.missing`` and Unavailable."""
        name = layout.file_name(number)
        sealed = f"{layout.directory_name(number)}/{name}"
        for at, where in ((sealed, self._segments_fd), (name, self._open_fd), (sealed, self._segments_fd)):
            try:
                return os.open(at, _READ, dir_fd=where)
            except FileNotFoundError:
                continue
            except OSError as error:
                raise of_os_error(error) from error
        raise _missing(number)

    def open_numbers(self) -> list[int]:
        """Numbers of the files in ``open``, rising."""
        with store_errors():
            return sorted(n for name in os.listdir(self._open_fd) if (n := layout.number_of(name)) is not None)

    def directories(self) -> list[str]:
        """Names of our directories below ``segments``, rising."""
        with store_errors():
            return sorted(name for name in os.listdir(self._segments_fd) if layout.is_directory_name(name))

    def numbers_in(self, directory: str) -> list[int]:
        """Numbers of the sealed segments in one of `directories`, rising."""
        with store_errors():
            fd = os.open(directory, _DIRECTORY, dir_fd=self._segments_fd)
            try:
                names = os.listdir(fd)
            finally:
                os.close(fd)
        # A number's first seven digits name its directory.
        found = (layout.number_of(name) for name in names if name.startswith(directory))
        return sorted(number for number in found if number is not None)

    def numbers(self) -> Iterator[int]:
        """Numbers of all sealed segments, rising; reads a directory at a time."""
        for directory in self.directories():
            yield from self.numbers_in(directory)

    def newest_number(self) -> int:
        """The largest number on disk, sealed or open; 0 when there is none. Reads two directories only."""
        newest = max(self.open_numbers(), default=0)
        for directory in reversed(self.directories()):
            found = self.numbers_in(directory)
            if found:
                return max(newest, found[-1])
        return newest


def _missing(number: int) -> Corrupt:
    return Corrupt("segment.missing", f"The recording with the number {number} is not on the disk.", number=number)


def _lock(root_fd: int) -> int:
    """The held lock. Raises Unavailable."""
    with store_errors():
        fd = os.open(layout.LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o640, dir_fd=root_fd)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(fd)
            raise unavailable("store.in_use") from error
        except OSError:
            os.close(fd)
            raise
    return fd


__all__ = ["RESERVE_BYTES", "Space", "StoreDirectory"]
