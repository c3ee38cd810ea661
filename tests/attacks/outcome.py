"""What a refused attack looks like: a status that says no, and not a byte of a picture."""

from __future__ import annotations

import json
import time

import httpx
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import ClientConnection

PICTURES = (b"\xff\xd8\xff", b"ftyp", b"moof", b"mdat", b"#EXTM3U", b"\x89PNG")


def refused(answer: httpx.Response, *codes: str) -> httpx.Response:
    """Refused as a thing not allowed, without a picture; `codes`: the error's code is one of them."""
    assert 400 <= answer.status_code < 500, (answer.status_code, answer.text[:300])
    assert not any(mark in answer.content for mark in PICTURES)
    if codes:
        assert answer.json()["error"]["code"] in codes, answer.text
    return answer


def no_picture(socket: ClientConnection, *, within_s: float = 8.0) -> str:
    """The socket is closed, or told its end, before any picture; the code of the reason, if one was told."""
    try:
        while True:
            message = socket.recv(timeout=within_s)
            assert not isinstance(message, bytes), "a picture came through"
            said = json.loads(message)
            if said["type"] == "end":
                return str(said["code"] or said["reason"])
            assert said["type"] == "state", said
    except (ConnectionClosed, InvalidHandshake):
        return ""
    finally:
        socket.close()


def first_picture(socket: ClientConnection) -> bytes:
    """For tests that show that the very same thing works when nothing is wrong."""
    while True:
        message = socket.recv(timeout=15)
        if isinstance(message, bytes):
            return message
        assert json.loads(message)["type"] != "end", message


def no_more(socket: ClientConnection) -> float:
    """Seconds until the last picture had come; the socket is closed then."""
    began = last = time.monotonic()
    try:
        while True:
            if isinstance(socket.recv(timeout=5), bytes):
                last = time.monotonic()
    except ConnectionClosed:
        return last - began
