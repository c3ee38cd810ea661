"""Errors of the operating system as errors of a store."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from mingcha.base.errors import Unavailable

CODES: dict[str, str] = {
    "store.absent": "The recording disk is not there. Connect and mount it.",
    "store.foreign": "Another disk is mounted where the recording disk should be. Mount the right one.",
    "store.read_only": "The recording disk cannot be written to. Check its mount, its permissions and its health.",
    "store.full": "The recording disk is full. Add storage; what must be kept is not deleted.",
    "store.io": "The recording disk reports errors. Check its cables and its health.",
    "store.in_use": "Another recorder writes to this recording disk. Stop it first.",
}

_BY_ERRNO = {
    errno.ENOSPC: "store.full",
    errno.EDQUOT: "store.full",
    errno.EMLINK: "store.full",
    errno.EROFS: "store.read_only",
    errno.EACCES: "store.read_only",
    errno.EPERM: "store.read_only",
    errno.ENOENT: "store.absent",
    errno.ENOTDIR: "store.absent",
    errno.ENODEV: "store.absent",
    errno.ENXIO: "store.absent",
    errno.ESTALE: "store.absent",
    errno.ENOTCONN: "store.absent",
    errno.EHOSTDOWN: "store.absent",
    errno.EHOSTUNREACH: "store.absent",
    errno.ESHUTDOWN: "store.absent",
    errno.EIO: "store.io",
}


def unavailable(code: str, **params: object) -> Unavailable:
    """The error of one of `CODES`."""
    return Unavailable(code, CODES[code], **params)


def of_os_error(error: OSError) -> Unavailable:
    """The store error that an OSError amounts to; what is not known is ``store.io``."""
    code = _BY_ERRNO.get(error.errno or 0, "store.io")
    return unavailable(code, errno=errno.errorcode.get(error.errno or 0, "?"))


@contextmanager
def store_errors() -> Iterator[None]:
    """Turn OSErrors of the block into Unavailable with a store code."""
    try:
        yield
    except OSError as error:
        raise of_os_error(error) from error
