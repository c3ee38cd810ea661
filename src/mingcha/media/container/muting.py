"""Hiding a sound track that browsers cannot play (G.711) from a header and its parts, without moving a byte.

Boxes of the track are renamed to `free`, so that all offsets stay true; the sound itself stays in the file.
"""

from __future__ import annotations

from mingcha.media.container.boxes import find, walk
from mingcha.media.container.fmp4 import AUDIO_TRACK

_FREE = b"free"


def mute_header(header: bytes) -> bytes:
    """`ftyp` and `moov` without the sound track."""
    muted = bytearray(header)
    moov = find(header, (b"moov",))
    if moov is None:
        return header
    for child in walk(header, moov.body, moov.end):
        if child.kind == b"trak":
            head = find(header, (b"tkhd",), child.body, child.end)
            # Track number: behind version, flags and two times of 4 or 8 bytes (ISO/IEC 14496-12 section 8.3.2).
            at = 0 if head is None else head.body + (20 if header[head.body] else 12)
            if head is not None and int.from_bytes(header[at : at + 4], "big") == AUDIO_TRACK:
                muted[child.start + 4 : child.start + 8] = _FREE
        elif child.kind == b"mvex":
            for extends in walk(header, child.body, child.end):
                if int.from_bytes(header[extends.body + 4 : extends.body + 8], "big") == AUDIO_TRACK:
                    muted[extends.start + 4 : extends.start + 8] = _FREE
    return bytes(muted)


def mute_part(moof: bytes) -> bytes:
    """A `moof` (more may follow it) without the sound track's samples."""
    muted = bytearray(moof)
    top = next(walk(moof), None)
    if top is None:
        return moof
    for child in walk(moof, top.body, top.end):
        if child.kind != b"traf":
            continue
        head = find(moof, (b"tfhd",), child.body, child.end)
        if head is not None and int.from_bytes(moof[head.body + 4 : head.body + 8], "big") == AUDIO_TRACK:
            muted[child.start + 4 : child.start + 8] = _FREE
    return bytes(muted)
