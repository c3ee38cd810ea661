"""RTSP 1.0 messages as bytes and as objects (RFC 2326 4, 6, 7)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

MAX_HEAD_BYTES: Final = 64 * 1024
MAX_BODY_BYTES: Final = 64 * 1024
VERSION: Final = "RTSP/1.0"


class BadMessage(ValueError):
    """Bytes that are not an RTSP message, or one that is too long; the text says which."""


@dataclass(frozen=True, slots=True)
class Message:
    """A response when `status` is above 0, else a request from the camera. Header names are lower case; a header that
    came several times has several values."""

    status: int = 0
    reason: str = ""
    method: str = ""
    url: str = ""
    headers: dict[str, list[str]] = field(default_factory=dict)
    body: bytes = b""

    def header(self, name: str) -> str:
        """First value of a header; empty when it is absent."""
        values = self.headers.get(name)
        return values[0] if values else ""

    @property
    def sequence(self) -> int:
        """CSeq; -1 when it is absent or no number."""
        text = self.header("cseq")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def parse(data: bytes) -> tuple[Message, int] | None:
    """The message that `data` begins with and its length in bytes; None when it is not complete yet. Raises
    BadMessage."""
    ends = [end for end in (data.find(b"\r\n\r\n"), data.find(b"\n\n")) if end >= 0]
    if not ends:
        if len(data) > MAX_HEAD_BYTES:
            raise BadMessage("headers above 64 KiB")
        return None
    head_end = min(ends)
    if head_end > MAX_HEAD_BYTES:
        raise BadMessage("headers above 64 KiB")
    body_at = head_end + (4 if data.startswith(b"\r\n\r\n", head_end) else 2)
    first, *lines = data[:head_end].decode("utf-8", "replace").splitlines() or [""]
    headers = _headers(lines)
    length = _content_length(headers)
    if len(data) < body_at + length:
        return None
    return _message(first, headers, data[body_at : body_at + length]), body_at + length


def _message(first: str, headers: dict[str, list[str]], body: bytes) -> Message:
    words = first.split(None, 2)
    if len(words) >= 2 and words[0].upper().startswith("RTSP/"):
        if not (words[1].isascii() and words[1].isdigit() and len(words[1]) == 3):
            raise BadMessage("a status that is no number")
        return Message(status=int(words[1]), reason=words[2] if len(words) > 2 else "", headers=headers, body=body)
    if len(words) == 3 and words[2].upper().startswith("RTSP/"):
        return Message(method=words[0].upper(), url=words[1], headers=headers, body=body)
    raise BadMessage("a first line that is not RTSP")


def _headers(lines: list[str]) -> dict[str, list[str]]:
    headers: dict[str, list[str]] = {}
    values: list[str] = []
    for line in lines:
        if line[:1] in (" ", "\t") and values:  # a folded line
            values[-1] += " " + line.strip()
            continue
        name, colon, value = line.partition(":")
        if colon:
            values = headers.setdefault(name.strip().lower(), [])
            values.append(value.strip())
    return headers


def _content_length(headers: dict[str, list[str]]) -> int:
    text = headers.get("content-length", ["0"])[0]
    if not (text.isascii() and text.isdigit()):
        raise BadMessage("a Content-Length that is no number")
    if len(text) > 9 or int(text) > MAX_BODY_BYTES:
        raise BadMessage("a body above 64 KiB")
    return int(text)


def request(method: str, url: str, sequence: int, headers: dict[str, str]) -> bytes:
    """A request without body."""
    lines = [f"{method} {url} {VERSION}", f"CSeq: {sequence}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def response(status: int, reason: str, sequence: int, headers: dict[str, str]) -> bytes:
    """An answer, without body, to a request of the camera."""
    lines = [f"{VERSION} {status} {reason}", f"CSeq: {sequence}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def parameters(text: str, separator: str = ";") -> dict[str, str]:
    """``a=1;b="x;y";flag`` as a dict with lower-case names; quotes are taken off, and a separator inside quotes does
    not part."""
    found: dict[str, str] = {}
    for item in split_quoted(text, separator):
        name, _, value = item.partition("=")
        value = value.strip()
        if len(value) >= 2 and value[0] == value[-1] == '"':
            value = value[1:-1].replace('\\"', '"').replace("\\\\", "\\")
        if name.strip():
            found.setdefault(name.strip().lower(), value)
    return found


def split_quoted(text: str, separator: str) -> list[str]:
    """The items between separators that do not stand in double quotes."""
    items: list[str] = []
    begun, quoted, escaped = 0, False, False
    for at, character in enumerate(text):
        if escaped:
            escaped = False
        elif quoted and character == "\\":
            escaped = True
        elif character == '"':
            quoted = not quoted
        elif character == separator and not quoted:
            items.append(text[begun:at])
            begun = at + 1
    items.append(text[begun:])
    return [item.strip() for item in items if item.strip()]
