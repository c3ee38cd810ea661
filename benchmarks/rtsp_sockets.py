"""Playing RTSP sockets without a client: the least that makes a camera send, for peers that only read."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

READ_BYTES = 1 << 16
RECEIVE_BUFFER_BYTES = 1 << 20


def play(url: str) -> socket.socket:
    """A connected socket on which the camera at `url` is sending its first video stream, interleaved."""
    parts = urlsplit(url)
    sock = socket.create_connection((parts.hostname or "", parts.port or 554))
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
    described = _ask(sock, f"DESCRIBE {url} RTSP/1.0\r\nCSeq: 1\r\nAccept: application/sdp\r\n\r\n")
    base = next((line[14:].strip() for line in described.split("\r\n") if line.startswith("Content-Base: ")), url)
    media = described[described.index("m=video") :]
    control = next(line[10:].strip() for line in media.split("\r\n") if line.startswith("a=control:"))
    target = control if "://" in control else base.rstrip("/") + "/" + control
    answer = _ask(sock, f"SETUP {target} RTSP/1.0\r\nCSeq: 2\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n")
    session = next(line.split(":")[1].split(";")[0].strip() for line in answer.split("\r\n") if "Session:" in line)
    sock.sendall(f"PLAY {url} RTSP/1.0\r\nCSeq: 3\r\nSession: {session}\r\n\r\n".encode())
    return sock


def _ask(sock: socket.socket, request: str) -> str:
    sock.sendall(request.encode())
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += sock.recv(READ_BYTES)
    head, _, body = answer.partition(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.split(b"\r\n") if line.startswith(b"Content-Length:")), 0)
    while len(body) < length:
        body += sock.recv(READ_BYTES)
    return (head + b"\r\n\r\n" + body).decode()
