"""One POST to a device that may answer wrongly, without end, or not at all. Redirects are not followed."""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from mingcha.base.errors import Invalid, Unavailable
from mingcha.media.onvif.soap import MAX_XML_BYTES
from mingcha.media.rtsp.auth import Authenticator, choose

REQUEST_S = 5.0
"""From the first byte out to the last byte in, whatever the device does in between."""

_SERVICE = "/onvif/device_service"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a service answers. `host` is a name or an address, IPv6 without brackets."""

    host: str
    port: int = 80
    path: str = _SERVICE
    is_tls: bool = False

    @property
    def url(self) -> str:
        """The address in one text."""
        scheme, usual = ("https", 443) if self.is_tls else ("http", 80)
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{scheme}://{host}{'' if self.port == usual else f':{self.port}'}{self.path}"

    def at(self, url: str) -> Endpoint:
        """The service of `url` on this very host: a device may name another path or port, never another host, since
        it would be sent what proves the password."""
        try:
            parts = urlsplit(url)
            port, is_tls = parts.port, parts.scheme == "https"
        except ValueError:
            return self
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return self
        return replace(self, port=port or (443 if is_tls else 80), path=_path(parts.path, parts.query), is_tls=is_tls)


def read_endpoint(text: str) -> Endpoint:
    """``192.168.1.64``, ``cam.lan:8080`` or ``http://192.168.1.64/onvif/device_service``. Raises Invalid
    ``onvif.address``."""
    given = text.strip()
    wrong = Invalid("onvif.address", "This is not a usable address of a device.")
    if not given or len(given) > 300 or any(c.isspace() or not c.isprintable() for c in given) or "@" in given:
        raise wrong
    try:
        parts = urlsplit(given if "://" in given else f"http://{given}")
        port = parts.port
    except ValueError as error:
        raise wrong from error
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise wrong
    is_tls = parts.scheme == "https"
    path = _path(parts.path, parts.query) if parts.path not in ("", "/") else _SERVICE
    return Endpoint(parts.hostname, port or (443 if is_tls else 80), path, is_tls)


def post(
    endpoint: Endpoint, body: bytes, login: Authenticator | None = None, timeout_s: float = REQUEST_S
) -> tuple[int, bytes]:
    """Status and body. A demand for HTTP digest is answered once; Basic never, as it gives the password away.

    Raises Unavailable: ``onvif.refused``, ``onvif.unresolved``, ``onvif.timeout``, ``onvif.too_big``,
    ``onvif.not_onvif``.
    """
    status, headers, answer = _once(endpoint, body, {}, timeout_s)
    challenge = choose(headers) if status == 401 and login is not None and login.has_credentials else None
    if login is not None and challenge is not None and challenge.scheme == "digest":
        login.take(challenge)
        authorization = login.header("POST", endpoint.path)
        if authorization:
            status, _, answer = _once(endpoint, body, {"Authorization": authorization}, timeout_s)
    return status, answer


def _once(endpoint: Endpoint, body: bytes, headers: dict[str, str], timeout_s: float) -> tuple[int, list[str], bytes]:
    connection = _connection(endpoint, timeout_s)
    held: list[socket.socket] = []
    headers = {"Content-Type": "application/soap+xml; charset=utf-8", "Connection": "close", **headers}
    with _deadline(held, timeout_s) as is_over:
        try:
            connection.connect()
            held.append(connection.sock)  # the connection lets go of it once headers are read
            if is_over():  # names are looked up without any limit of time
                raise TimeoutError
            connection.request("POST", endpoint.path, body, headers)
            with connection.getresponse() as response:
                answer = response.read(MAX_XML_BYTES + 1)
            challenges = response.headers.get_all("WWW-Authenticate", [])
        except socket.gaierror as error:
            raise Unavailable("onvif.unresolved", "The host name of the device is not known to the network.") from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise _failure(error, is_over()) from error
        finally:
            connection.close()
    if is_over():
        raise _failure(TimeoutError(), True)
    if len(answer) > MAX_XML_BYTES:
        raise Unavailable("onvif.too_big", "The device's answer is too long.")
    return response.status, challenges, answer


@contextlib.contextmanager
def _deadline(held: list[socket.socket], timeout_s: float) -> Iterator[Callable[[], bool]]:
    """Shut the socket when the time is over: a device that sends a byte now and then defeats a socket's own timeout."""
    over = threading.Event()

    def end() -> None:
        over.set()
        for link in held:
            with contextlib.suppress(OSError):
                link.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(timeout_s, end)
    timer.daemon = True
    timer.start()
    try:
        yield over.is_set
    finally:
        timer.cancel()


def _connection(endpoint: Endpoint, timeout_s: float) -> http.client.HTTPConnection:
    if not endpoint.is_tls:
        return http.client.HTTPConnection(endpoint.host, endpoint.port, timeout=timeout_s)
    # Cameras have certificates that nobody signed. What travels proves the password without holding it.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return http.client.HTTPSConnection(endpoint.host, endpoint.port, timeout=timeout_s, context=context)


def _failure(error: Exception, is_over: bool) -> Unavailable:
    if is_over or isinstance(error, TimeoutError):
        return Unavailable("onvif.timeout", "The device did not answer in time.")
    if isinstance(error, http.client.HTTPException | ssl.SSLError | ValueError):
        return Unavailable("onvif.not_onvif", "What answers there is no ONVIF device.")
    if isinstance(error, ConnectionResetError):
        return Unavailable("onvif.not_onvif", "What answers there is no ONVIF device.")
    return Unavailable("onvif.refused", "The device cannot be reached at this address.")


def _path(path: str, query: str) -> str:
    return (path or _SERVICE) + (f"?{query}" if query else "")
