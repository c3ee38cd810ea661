"""Fuzz the RTSP client with bytes that reach new code, for as long as you like; inputs that do are kept in the
corpus.

.venv/bin/python -m benchmarks.fuzz_rtsp --minutes 60 [--target conversation] [--seed 1]

Every input that reaches a line of `mingcha.media.rtsp` no input reached before is written to tests/media/rtsp/corpus,
which the tests replay. An input that raises, or takes longer than two seconds, is written to
tests/media/rtsp/corpus/<target>/broken-* and ends the run with 1. Memory is watched as well: growth beyond 256 MiB is
a failure.
"""

from __future__ import annotations

import argparse
import hashlib
import logging
import random
import resource
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType

from tests.media.rtsp.fuzzing import CORPUS, NUMBER, SPLIT, TARGETS

MAX_INPUT_BYTES = 200_000
SLOW_S = 2.0
MAX_GROWTH_KB = 256 * 1024
SOURCE = str(Path("media") / "rtsp")

TOKENS = [
    SPLIT,
    NUMBER,
    b"RTSP/1.0 200 OK\r\nCSeq: {CSEQ}\r\n",
    b'RTSP/1.0 401 Unauthorized\r\nCSeq: {CSEQ}\r\nWWW-Authenticate: Digest realm="a", nonce="b", stale=true\r\n\r\n',
    b"RTSP/1.0 302 Found\r\nCSeq: {CSEQ}\r\nLocation: rtsp://other/\r\n\r\n",
    b"Content-Length: ",
    b"Session: 1;timeout=1\r\n",
    b"Transport: RTP/AVP/TCP;interleaved=0-1\r\n",
    b"\r\n\r\n",
    b"a=control:",
    b"a=fmtp:96 sprop-parameter-sets=",
    b"$\0\0\x20\x80\x60",
    b"$\1\0\x08\x81\xcb\0\1",
    b"\0\0\1",
    b"\0\0\3",
    b"\x18\0\4",
    b"\x1c\x85",
    b"\x1c\x45",
    b"\x62\1\x93",
    b"\xff\xff\xff\xff",
]


def mutate(data: bytes, others: list[bytes], dice: random.Random) -> bytes:
    """A neighbour of the input: one to eight small changes."""
    out = bytearray(data)
    for _ in range(1 << dice.randrange(4)):
        at = dice.randrange(len(out) + 1)
        kind = dice.randrange(8)
        if kind == 0 and out:
            out[at % len(out)] ^= 1 << dice.randrange(8)
        elif kind == 1 and out:
            out[at % len(out)] = dice.choice((0, 1, 127, 128, 255, dice.randrange(256)))
        elif kind == 2:
            del out[at : at + dice.randrange(1, 30)]
        elif kind == 3:
            out[at:at] = dice.choice(TOKENS)
        elif kind == 4:
            out[at:at] = out[at : at + dice.randrange(1, 200)]
        elif kind == 5:
            other = dice.choice(others)
            begin = dice.randrange(len(other) + 1)
            out[at : at + dice.randrange(50)] = other[begin : begin + dice.randrange(1, 300)]
        elif kind == 6:
            out[at:at] = dice.randbytes(dice.randrange(1, 9))
        else:
            size = dice.choice((0, 1, 2, 4, 0x7F, 0xFF, 0x7FFF, 0xFFFF))
            out[at : at + 2] = size.to_bytes(2, "big")
    return bytes(out[:MAX_INPUT_BYTES])


class Coverage:
    """Which lines of the client were reached."""

    def __init__(self) -> None:
        self.seen: set[tuple[CodeType, int]] = set()
        self.fresh = 0

    def run(self, target: Callable[[bytes], None], data: bytes) -> int:
        """Run the target; returns how many lines were reached for the first time."""
        self.fresh = 0
        sys.settrace(self._enter)
        try:
            target(data)
        finally:
            sys.settrace(None)
        return self.fresh

    def _enter(self, frame: FrameType, event: str, _: object) -> object:
        return self._line if SOURCE in frame.f_code.co_filename else None

    def _line(self, frame: FrameType, event: str, _: object) -> object:
        place = (frame.f_code, frame.f_lineno)
        if place not in self.seen:
            self.seen.add(place)
            self.fresh += 1
        return self._line


def keep(name: str, data: bytes, prefix: str = "") -> Path:
    """Write an input to the corpus under its hash."""
    directory = CORPUS / name
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"{prefix}{hashlib.sha256(data).hexdigest()[:16]}"
    path.write_bytes(data)
    return path


class Fuzzer:
    """One target, its inputs and what they reach."""

    def __init__(self, name: str, dice: random.Random) -> None:
        self.name = name
        self.inputs = [path.read_bytes() for path in sorted((CORPUS / name).glob("*"))] or [b""]
        self.runs = 0
        self._target = TARGETS[name]
        self._dice = dice
        self._coverage = Coverage()
        for data in self.inputs:
            self._coverage.run(self._target, data)

    @property
    def lines(self) -> int:
        return len(self._coverage.seen)

    def step(self) -> bool:
        """Try one input; False when it broke the client."""
        traced = self._dice.random() < 0.5
        data = mutate(self._dice.choice(self.inputs), self.inputs, self._dice)
        began_s = time.monotonic()
        try:
            fresh = self._coverage.run(self._target, data) if traced else self._target(data)
        except Exception:  # noqa: BLE001 - whatever it raises is what we look for
            traceback.print_exc()
            print(f"{self.name}: broken by {keep(self.name, data, 'broken-')}", flush=True)
            return False
        self.runs += 1
        if time.monotonic() - began_s > SLOW_S:
            print(f"{self.name}: slow with {keep(self.name, data, 'broken-')}", flush=True)
            return False
        if fresh:
            self.inputs.append(data)
            keep(self.name, data)
        return True


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--target", choices=sorted(TARGETS), action="append")
    parser.add_argument("--seed", type=int, default=None)
    arguments = parser.parse_args()
    logging.disable(logging.CRITICAL)
    dice = random.Random(arguments.seed)
    fuzzers = [Fuzzer(name, dice) for name in arguments.target or sorted(TARGETS)]
    began_s = time.monotonic()
    began_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    reported_s = began_s
    while (now_s := time.monotonic()) - began_s < arguments.minutes * 60:
        for fuzzer in fuzzers:
            for _ in range(20):
                if not fuzzer.step():
                    return 1
        if now_s - reported_s > 60:
            reported_s = now_s
            state = ", ".join(f"{one.name} {one.runs} runs {len(one.inputs)} kept {one.lines} lines" for one in fuzzers)
            grown_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - began_kb
            print(f"{(now_s - began_s) / 60:.0f} min: {state}; {grown_kb // 1024} MiB grown", flush=True)
            if grown_kb > MAX_GROWTH_KB:
                print("memory grows without bound", flush=True)
                return 1
    print("; ".join(f"{one.name}: {one.runs} runs, {one.lines} lines reached" for one in fuzzers))
    return 0


if __name__ == "__main__":
    sys.exit(main())
