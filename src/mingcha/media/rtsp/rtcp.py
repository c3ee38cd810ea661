"""RTCP as far as a recorder needs it: sender reports and BYE read, receiver reports written (RFC 3550 6)."""

from __future__ import annotations

from dataclasses import dataclass
from struct import pack, unpack_from
from typing import Final

SENDER_REPORT: Final = 200
RECEIVER_REPORT: Final = 201
BYE: Final = 203


@dataclass(slots=True)
class Heard:
    """What one compound packet said. `ntp_middle`: middle 32 bits of the last sender report's NTP time, 0 when there
    was none."""

    ntp_middle: int = 0
    sender: int = 0
    goodbye: bool = False


def parse(data: bytes | bytearray) -> Heard:
    """Read a compound packet; a damaged one is read as far as it goes."""
    heard = Heard()
    at = 0
    while at + 8 <= len(data) and data[at] >> 6 == 2:
        kind = data[at + 1]
        size = 4 * (1 + int.from_bytes(data[at + 2 : at + 4], "big"))
        if at + size > len(data):
            break
        if kind == SENDER_REPORT and size >= 28:
            heard.sender, seconds, fraction = unpack_from(">III", data, at + 4)
            heard.ntp_middle = (seconds & 0xFFFF) << 16 | fraction >> 16
        elif kind == BYE:
            heard.goodbye = True
        at += size
    return heard


def receiver_report(
    own: int, sender: int, *, lost_share: int, lost: int, highest: int, ntp_middle: int, since_report: int
) -> bytes:
    """A receiver report with one block, and the SDES that must follow it. `lost_share`: 0..255, share lost since the
    last report; `lost`: packets, 24 bits signed; `highest`: extended sequence number; `since_report`: 1/65536 s since
    the sender's report."""
    block = pack(
        ">IB3sIIII",
        sender,
        lost_share,
        (max(-0x800000, min(0x7FFFFF, lost)) & 0xFFFFFF).to_bytes(3, "big"),
        highest,
        0,
        ntp_middle,
        since_report & 0xFFFFFFFF,
    )
    report = pack(">BBHI", 0x81, RECEIVER_REPORT, 7, own) + block
    item = b"\x01\x07mingcha\0\0\0"  # CNAME, padded to 12 bytes with its end
    return report + pack(">BBHI", 0x81, 202, 1 + len(item) // 4, own) + item
