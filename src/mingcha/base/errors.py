"""The one tree of errors.

    MingchaError
      NotAllowed     the person may not do this
      Conflict       somebody else acted first, or the state does not permit it
      Invalid        the input is wrong; the text says what to do
      Unlawful       the law forbids it; carries citations
      Unavailable    a camera, disk, database or network is not there now
      Corrupt        stored data is not what was written

Every error has a stable `code` (dotted, for translation and tests) and `params` for the translated sentence.
The `str()` is plain English for logs and the command line; it never holds credentials.
"""

from __future__ import annotations

from collections.abc import Mapping


class MingchaError(Exception):
    """Base of all errors that a caller is expected to meet.

    `code`: dotted stable word, e.g. ``camera.unauthorised``; `message`: English sentence that says what to do;
    `params`: values for the translated sentence.
    """

    def __init__(self, code: str, message: str, **params: object) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.params: Mapping[str, object] = params


class NotAllowed(MingchaError):
    """The person may not do this."""


class Conflict(MingchaError):
    """Somebody else acted first, or the present state does not permit the act."""


class Invalid(MingchaError):
    """The input is wrong; the message says how to mend it."""


class Unlawful(MingchaError):
    """The law forbids it. `citations` are the grounds, as (instrument, article, item) triples."""

    def __init__(
        self, code: str, message: str, *, citations: tuple[tuple[str, int, str], ...], **params: object
    ) -> None:
        super().__init__(code, message, **params)
        self.citations = citations


class Unavailable(MingchaError):
    """A camera, disk, database or network is not there now; trying later may help."""


class Corrupt(MingchaError):
    """Stored data is not what was written; nothing is deleted or overwritten on this error."""
