"""What the RTP hot path costs: nanoseconds a packet and MB/s of one core, without sockets.

    .venv/bin/python benchmarks/depacketise.py [--seconds 60] [--read-bytes 5000] [--codec h264]

The stream is 1080p25 at 4 Mb/s with a GOP of 50, as FU-A (or FU) fragments of 1,400 bytes in interleaved frames, fed in
reads of `--read-bytes`: 5,000 is what one camera sends in a 10 ms tick. The share is of one core for one such camera.
"""

from __future__ import annotations

import argparse
import struct
import time

from mingcha.media.rtsp import hot
from mingcha.media.rtsp.pictures import ReadTime

FPS = 25
GOP = 50
BITS_PER_S = 4_000_000
FRAGMENT_BYTES = 1400


def picture_sizes() -> list[int]:
    """Bytes of the pictures of one GOP: the key picture is ten times as large as the others."""
    other = BITS_PER_S // 8 * GOP // FPS // (GOP + 9)
    return [other * 10] + [other] * (GOP - 1)


def stream(codec: str, gops: int) -> tuple[bytes, int]:
    """(interleaved bytes, packets) of that many GOPs."""
    out = bytearray()
    packets = 0
    for number in range(gops * GOP):
        key = number % GOP == 0
        body = bytes(picture_sizes()[number % GOP])
        pieces = [body[at : at + FRAGMENT_BYTES] for at in range(0, len(body), FRAGMENT_BYTES)]
        for index, piece in enumerate(pieces):
            first, last = index == 0, index == len(pieces) - 1
            edge = (0x80 if first else 0) | (0x40 if last else 0)
            if codec == "h264":
                head = bytes((0x7C, edge | (5 if key else 1)))
            else:
                head = bytes((49 << 1, 1, edge | (19 if key else 1)))
            rtp = struct.pack(">BBHII", 0x80, 96 | (0x80 if last else 0), packets & 0xFFFF, number * 3600, 7)
            out += struct.pack(">BBH", 0x24, 0, 12 + len(head) + len(piece)) + rtp + head + piece
            packets += 1
    return bytes(out), packets


class Counter:
    """Takes pictures and forgets them."""

    def __init__(self) -> None:
        self.pictures = 0
        self.losses = 0

    def picture(self, payload: bytes, stamp: int, arrived_us: int, flags: int, sets: list[bytes]) -> None:
        self.pictures += 1

    def loss(self, reason: str, detail: str) -> None:
        self.losses += 1


def measure(codec: str, data: bytes, packets: int, read_bytes: int) -> tuple[float, Counter]:
    """(seconds of CPU, what came out) for one pass over the data as a connection would feed it."""
    counter = Counter()
    assembler = hot.VideoAssembler(codec == "h265", 0, ReadTime(), counter.picture, counter.loss)
    buffer = bytearray(256 * 1024)
    view = memoryview(buffer)
    tail = b""
    began_s = time.process_time()
    for at in range(0, len(data), read_bytes):
        held = len(tail)
        buffer[:held] = tail
        piece = data[at : at + read_bytes]
        end = held + len(piece)
        buffer[held:end] = piece
        stopped = assembler.feed(buffer, view, 0, end)
        tail = bytes(view[stopped:end])
    assembler.flush()
    spent_s = time.process_time() - began_s
    if counter.losses or counter.pictures != packets_to_pictures(packets):
        raise SystemExit(f"{counter.pictures} pictures and {counter.losses} losses came out")
    return spent_s, counter


def packets_to_pictures(packets: int) -> int:
    per_gop = sum(-(-size // FRAGMENT_BYTES) for size in picture_sizes())
    return packets // per_gop * GOP


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=60, help="seconds of video")
    parser.add_argument("--read-bytes", type=int, default=5000)
    parser.add_argument("--codec", choices=("h264", "h265"), default="h264")
    parser.add_argument("--passes", type=int, default=5)
    arguments = parser.parse_args()
    data, packets = stream(arguments.codec, arguments.seconds * FPS // GOP)
    spent_s = min(measure(arguments.codec, data, packets, arguments.read_bytes)[0] for _ in range(arguments.passes))
    compiled = "compiled" if hot.__file__.endswith(".so") else "interpreted"
    print(
        f"{compiled} {arguments.codec}, reads of {arguments.read_bytes} B: {spent_s / packets * 1e9:.0f} ns a packet, "
        f"{len(data) / spent_s / 1e6:.0f} MB/s, {spent_s / arguments.seconds:.4%} of a core a camera "
        f"({packets} packets)"
    )


if __name__ == "__main__":
    main()
