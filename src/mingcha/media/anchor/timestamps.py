"""RFC 3161 time stamps over the ledger's checkpoints: an outside authority says by its own clock that what lies before
a checkpoint was there. Asked for seldom, kept beside the ledger, checked when one comes and at each verification.

    <log>/timestamps/<size>.json   {"format", "size", "checkpoint" (signed note), "token" (base64 TimeStampResp), …}
"""

from __future__ import annotations

import base64
import http.client
import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from mingcha.base.atomic import write_file
from mingcha.base.clock import from_datetime
from mingcha.base.errors import Corrupt, Invalid, Unavailable

FORMAT = "mingcha.timestamp/1"
NAME = "timestamps"
TIMEOUT_S = 10.0
MAX_ANSWER_BYTES = 64_000
_QUERY, _REPLY = "application/timestamp-query", "application/timestamp-reply"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Stamp:
    """One time stamp. `checkpoint`: the signed note it is over; `token`: the authority's whole answer (RFC 3161
    TimeStampResp, base64); `stamped_us`: the time it names, microseconds UTC; `authority`: host that gave it."""

    size: int
    checkpoint: str
    token: str
    stamped_us: int
    authority: str


@dataclass(frozen=True, slots=True)
class Authority:
    """`url`: where it takes queries; http will do, since its answers are signed. `roots`: what they must lead to."""

    url: str
    roots: tuple[x509.Certificate, ...]

    def __post_init__(self) -> None:
        if urlsplit(self.url).scheme not in ("http", "https") or not urlsplit(self.url).hostname:
            raise Invalid("timestamp.url", "The time-stamping authority is reached by http:// or https://.")

    @property
    def name(self) -> str:
        return urlsplit(self.url).hostname or ""

    def stamp(self, size: int, checkpoint: bytes) -> Stamp:
        """Have a signed checkpoint of so many entries stamped, and check the answer. Raises Unavailable
        ``timestamp.away``, Corrupt ``timestamp.refused``."""
        request = TimestampRequestBuilder().data(checkpoint).hash_algorithm(HashAlgorithm.SHA256).build()
        answer = self._post(request.as_bytes())
        response = _decoded(answer)
        if request.nonce is not None and response.tst_info.nonce != request.nonce:
            raise Corrupt("timestamp.refused", "The time stamp answers another query.")
        at = verified(response, checkpoint, self.roots)
        token = base64.b64encode(answer).decode("ascii")
        return Stamp(size, checkpoint.decode(), token, from_datetime(at), self.name)

    def _post(self, body: bytes) -> bytes:
        parts = urlsplit(self.url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=TIMEOUT_S)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            connection.request("POST", path, body, {"Content-Type": _QUERY, "Accept": _REPLY})
            response = connection.getresponse()
            data = response.read(MAX_ANSWER_BYTES + 1)
        except (OSError, http.client.HTTPException) as error:
            text = f"The time-stamping authority {self.name} does not answer: {error}."
            raise Unavailable("timestamp.away", text) from error
        finally:
            connection.close()
        if response.status != 200:
            raise Unavailable("timestamp.away", f"The time-stamping authority answered {response.status}.")
        if len(data) > MAX_ANSWER_BYTES:
            raise Corrupt("timestamp.refused", "The time-stamping authority's answer is too long.")
        return data


def read_roots(path: Path) -> tuple[x509.Certificate, ...]:
    """The root certificates in a PEM file. Raises Invalid."""
    try:
        return tuple(x509.load_pem_x509_certificates(path.read_bytes()))
    except (OSError, ValueError) as error:
        raise Invalid("timestamp.roots", f"The root certificates in {path} cannot be read: {error}.") from error


def verified(response: TimeStampResponse, checkpoint: bytes, roots: Sequence[x509.Certificate]) -> datetime:
    """The time an answer names, once it is over this checkpoint and leads to one of the roots. Raises Corrupt."""
    problem: Exception | None = None
    for root in roots:
        builder = VerifierBuilder().add_root_certificate(root)
        try:
            if builder.build().verify_message(response, checkpoint):
                return response.tst_info.gen_time
        except (VerificationError, ValueError) as error:
            problem = error
    raise Corrupt("timestamp.refused", f"The time stamp does not hold: {problem or 'no root certificate is known'}.")


def keep(ledger: Path, stamp: Stamp) -> None:
    """Put it beside the ledger, durably. Raises OSError."""
    directory = ledger / NAME
    directory.mkdir(exist_ok=True)
    told = {"format": FORMAT, **asdict(stamp)}
    write_file(directory / f"{stamp.size}.json", json.dumps(told, sort_keys=True).encode())


def stamps(ledger: Path) -> Iterator[Stamp]:
    """All that are kept, the smallest ledger first. Raises Corrupt for one that cannot be read."""
    directory = ledger / NAME
    if not directory.is_dir():
        return
    for path in sorted((path for path in directory.glob("*.json") if path.stem.isdigit()), key=lambda p: int(p.stem)):
        yield _read(path)


def first_after(ledger: Path, index: int) -> Stamp | None:
    """The earliest time stamp that covers an entry of the ledger; None where there is none yet. Raises Corrupt."""
    return next((stamp for stamp in stamps(ledger) if stamp.size > index), None)


def newest(ledger: Path) -> Stamp | None:
    """The last one. Raises Corrupt."""
    found = None
    for stamp in stamps(ledger):
        found = stamp
    return found


def check(stamp: Stamp, roots: Sequence[x509.Certificate]) -> None:
    """That a kept stamp is over its checkpoint and leads to a root. Raises Corrupt."""
    at = verified(_decoded(base64.b64decode(stamp.token)), stamp.checkpoint.encode(), roots)
    if from_datetime(at) != stamp.stamped_us:
        raise Corrupt("timestamp.refused", "The time stamp names another time than was noted.")


def _decoded(answer: bytes) -> TimeStampResponse:
    try:
        response = decode_timestamp_response(answer)
    except ValueError as error:
        raise Corrupt("timestamp.refused", f"The answer is no time stamp: {error}.") from error
    if response.status not in (0, 1):
        said = ", ".join(response.status_string) if response.status_string else str(response.status)
        raise Corrupt("timestamp.refused", f"The time-stamping authority refused: {said}.")
    return response


def _read(path: Path) -> Stamp:
    try:
        raw: dict[str, Any] = json.loads(path.read_bytes())
        if raw.pop("format") != FORMAT:
            raise ValueError(path.name)
        stamp = Stamp(**raw)
        if str(stamp.size) != path.stem:
            raise ValueError(path.name)
        return stamp
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Corrupt("timestamp.damaged", f"The time stamp {path.name} cannot be read.") from error
