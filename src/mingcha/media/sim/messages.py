"""RTSP messages as a server sees them (RFC 2326): requests out of a byte stream, answers into one; and the HTTP POSTs
of ONVIF that come on the same port."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

MAX_REQUEST_BYTES = 64 * 1024
REASONS = {
    200: "OK",
    302: "Found",
    400: "Bad Request",
    401: "Unauthorized",
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    454: "Session Not Found",
    455: "Method Not Valid In This State",
    459: "Aggregate Operation Not Allowed",
    461: "Unsupported Transport",
    501: "Not Implemented",
}
_TRACK_AT_END = re.compile(r"[/?&]trackID=(\d+)$")
_TRACK_IN_PATH = re.compile(r"/trackID=(\d+)(?=\?)")


@dataclass(frozen=True, slots=True)
class Request:
    """`headers`: names in lower case."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes = b""

    @property
    def sequence(self) -> str:
        return self.headers.get("cseq", "0")


@dataclass(frozen=True, slots=True)
class Target:
    """What an address names: a camera's stream, maybe one of its tracks, and the faults asked for.

    `base`: the address without the track, as it was written."""

    base: str
    camera: str
    stream: str
    track: int | None
    query: dict[str, str]


class BadMessage(ValueError):
    """The peer does not speak RTSP."""


def take_message(buffer: bytearray) -> Request | bytes | None:
    """The next message out of `buffer`, which shrinks: a request, an interleaved packet (without its 4-byte framing),
    or None when more bytes are needed. Raises BadMessage."""
    while buffer[:2] == b"\r\n":
        del buffer[:2]
    if not buffer:
        return None
    if buffer[0] == 0x24:
        if len(buffer) < 4:
            return None
        end = 4 + int.from_bytes(buffer[2:4], "big")
        if len(buffer) < end:
            return None
        packet = bytes(buffer[4:end])
        del buffer[:end]
        return packet
    head_end = buffer.find(b"\r\n\r\n")
    if head_end < 0:
        if len(buffer) > MAX_REQUEST_BYTES:
            raise BadMessage("request too long")
        return None
    lines = buffer[:head_end].decode("utf-8", "replace").split("\r\n")
    words = lines[0].split(" ")
    if len(words) != 3 or not words[2].startswith("RTSP/"):
        raise BadMessage("not an RTSP request")
    headers = {}
    for line in lines[1:]:
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    length = headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > MAX_REQUEST_BYTES:
        raise BadMessage("bad content length")
    end = head_end + 4 + int(length)
    if len(buffer) < end:
        return None
    body = bytes(buffer[head_end + 4 : end])
    del buffer[:end]
    return Request(words[0], words[1], headers, body)


def take_post(buffer: bytearray) -> tuple[str, bytes] | None:
    """Path and body of the HTTP POST at the head of `buffer`, which shrinks; None when more bytes are needed. Raises
    BadMessage."""
    head_end = buffer.find(b"\r\n\r\n")
    if head_end < 0:
        if len(buffer) > MAX_REQUEST_BYTES:
            raise BadMessage("request too long")
        return None
    lines = buffer[:head_end].decode("latin-1").split("\r\n")
    words = lines[0].split(" ")
    if len(words) != 3 or words[0] != "POST" or not words[2].startswith("HTTP/1."):
        raise BadMessage("not an HTTP request")
    fields = (line.partition(":") for line in lines[1:])
    length = next((value.strip() for name, _, value in fields if name.strip().lower() == "content-length"), "0")
    if not length.isdecimal() or int(length) > MAX_REQUEST_BYTES:
        raise BadMessage("bad content length")
    end = head_end + 4 + int(length)
    if len(buffer) < end:
        return None
    body = bytes(buffer[head_end + 4 : end])
    del buffer[:end]
    return urlsplit(words[1]).path, body


def answer_post(status: int, body: bytes) -> bytes:
    """The bytes of the answer to an HTTP POST."""
    head = (
        f"HTTP/1.1 {status} {REASONS.get(status, 'OK')}\r\nServer: mingcha-sim\r\n"
        f"Content-Type: application/soap+xml; charset=utf-8\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def parse_target(url: str) -> Target:
    """Take an address apart. Some clients append the track behind the query, others to the path before it."""
    track = None
    match = _TRACK_AT_END.search(url) or _TRACK_IN_PATH.search(url)
    base = url
    if match is not None:
        track = int(match.group(1))
        base = url[: match.start()] + url[match.end() :]
    base = base.rstrip("/")
    parts = urlsplit(base)
    names = [unquote(name) for name in parts.path.split("/") if name]
    query = dict(parse_qsl(parts.query.rstrip("/"), keep_blank_values=True))
    camera = "/".join(names[:-1]) if len(names) > 1 else "".join(names)
    stream = names[-1] if len(names) > 1 else "main"
    return Target(base, camera, stream, track, query)


def answer(request: Request, status: int, headers: dict[str, str] | None = None, body: bytes = b"") -> bytes:
    """The bytes of an answer to `request`."""
    lines = [f"RTSP/1.0 {status} {REASONS[status]}", f"CSeq: {request.sequence}", "Server: mingcha-sim"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def parse_transport(header: str) -> list[dict[str, str]]:
    """The alternatives of a Transport header in order; the profile is under ``profile``."""
    choices = []
    for alternative in header.split(","):
        fields = alternative.strip().split(";")
        choice = {"profile": fields[0].strip().upper()}
        for item in fields[1:]:
            name, _, value = item.strip().partition("=")
            choice[name.lower()] = value
        choices.append(choice)
    return choices
