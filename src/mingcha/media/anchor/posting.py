"""One POST to a witness, over within a deadline whatever the other side does."""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
from urllib.parse import urlsplit

from mingcha.base.errors import Unavailable

DEADLINE_S = 12.0
STEP_S = 6.0
MAX_ANSWER_BYTES = 64_000


def post(url: str, body: bytes, ca_file: str, deadline_s: float = DEADLINE_S) -> tuple[int, bytes]:
    """Status and body of the answer; redirections are answers, not followed. Raises Unavailable ``witness.away`` when
    it cannot be reached, its certificate is not good, or it takes too long or sends too much."""
    parts = urlsplit(url)
    host, step_s = parts.hostname or "", min(STEP_S, deadline_s)
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        connection = http.client.HTTPSConnection(host, parts.port, timeout=step_s, context=_context(ca_file))
    else:
        connection = http.client.HTTPConnection(host, parts.port, timeout=step_s)
    # A timeout of the socket begins anew with every byte; the deadline does not.
    was_cut = threading.Event()
    timer = threading.Timer(deadline_s, _cut, [connection, was_cut])
    timer.daemon = True
    timer.start()
    try:
        connection.request("POST", parts.path, body)
        with connection.getresponse() as response:
            answer = response.read(MAX_ANSWER_BYTES + 1)
    except (OSError, http.client.HTTPException) as error:
        raise Unavailable("witness.away", f"It does not answer: {error or type(error).__name__}.") from error
    finally:
        timer.cancel()
        connection.close()
    if was_cut.is_set():
        raise Unavailable("witness.away", "Its answer takes too long.")
    if len(answer) > MAX_ANSWER_BYTES:
        raise Unavailable("witness.away", "Its answer is too long.")
    return response.status, answer


def _context(ca_file: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file or None)
    except OSError as error:
        raise Unavailable(
            "witness.ca_file", f"The file of its certificate authority cannot be read: {error}."
        ) from error


def _cut(connection: http.client.HTTPConnection, was_cut: threading.Event) -> None:
    was_cut.set()
    found = connection.sock
    if found is not None:
        with contextlib.suppress(OSError):
            found.shutdown(socket.SHUT_RDWR)
