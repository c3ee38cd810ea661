"""Bytes on disk, by their hash: ``<data>/files/ab/<sha256>``.

A blob is written beside its place, made durable and renamed, so that a crash leaves either nothing or a whole blob;
between blob and row at most a blob without a row remains, which `mingcha check` tells and which harms nobody.
"""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mingcha.base.atomic import fsync_dir
from mingcha.base.errors import Invalid, Unavailable
from mingcha.base.hashing import sha256_file

TEMPORARY = ".tmp"


@dataclass(frozen=True, slots=True)
class Draft:
    """Bytes that arrived but are not yet kept. `path` is temporary."""

    path: Path
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class BlobStore:
    """The directory of blobs."""

    root: Path

    def path_of(self, sha256: str) -> Path:
        """Where a blob lies. `sha256` comes from a row of ours, never from a request."""
        return self.root / sha256[:2] / sha256

    @contextmanager
    def receive(self, pieces: Iterable[bytes], *, max_bytes: int) -> Iterator[Draft]:
        """Take bytes into a temporary file, which is gone afterwards unless `keep` was called.

        Raises Invalid (``file.too_large``, ``file.empty``) or Unavailable (``file.no_room``).
        """
        incoming = self.root / "incoming"
        incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = incoming / f"{secrets.token_hex(8)}{TEMPORARY}"
        try:
            with _disk_errors():
                yield _write(path, pieces, max_bytes)
        finally:
            path.unlink(missing_ok=True)

    def keep(self, draft: Draft) -> Path:
        """Make the draft a blob; one that is there already and sound is left as it is."""
        target = self.path_of(draft.sha256)
        with _disk_errors():
            if not self._is_sound(target, draft):
                target.parent.mkdir(mode=0o700, exist_ok=True)
                os.replace(draft.path, target)
                fsync_dir(target.parent)
                fsync_dir(self.root)
        return target

    def _is_sound(self, target: Path, draft: Draft) -> bool:
        """A damaged blob is mended by whoever uploads the same file again."""
        return (
            target.is_file() and target.stat().st_size == draft.size_bytes and sha256_file(target).hex() == draft.sha256
        )

    def hashes(self) -> Iterator[str]:
        """Names of all blobs on disk."""
        for directory in sorted(self.root.glob("[0-9a-f][0-9a-f]")):
            for path in sorted(directory.iterdir()):
                yield path.name


def _write(path: Path, pieces: Iterable[bytes], max_bytes: int) -> Draft:
    digest, size = hashlib.sha256(), 0
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(fd, "wb") as file:
        for piece in pieces:
            size += len(piece)
            if size > max_bytes:
                raise Invalid("file.too_large", "The file is too large.", limit_mib=max_bytes >> 20)
            digest.update(piece)
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    if size == 0:
        raise Invalid("file.empty", "The file is empty.")
    return Draft(path, digest.hexdigest(), size)


@contextmanager
def _disk_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS):
            raise Unavailable("file.no_room", "The data directory has no room for the file.") from error
        raise
