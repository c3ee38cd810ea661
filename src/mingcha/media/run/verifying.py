"""Verification by itself, beside recording: a thread that reads at a bounded rate and after everybody else, waits while
the writer or the disks are busy, and goes on after a restart where it was. Its results are facts.

Its time on the processor is not lowered: a thread that holds the interpreter's lock and is not let run would hold up
the recorder itself. It needs little, and hashes without that lock; what it could take away is the disk.
"""

from __future__ import annotations

import ctypes
import logging
import os
import platform
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mingcha.base.clock import US_PER_S, Clock
from mingcha.base.datadir import DataDir
from mingcha.base.env import Env
from mingcha.base.errors import Invalid, MingchaError, Unavailable
from mingcha.media.catalog import CatalogReader, restore
from mingcha.media.catalog.records import SegmentRecord
from mingcha.media.container.scan import PartInfo
from mingcha.media.run.node import Node
from mingcha.media.run.reading import ReadStores
from mingcha.media.run.signed import SignedLedger, has_ledger, open_ledger
from mingcha.media.verify import rounds
from mingcha.media.verify.archive import Progress, slot_of, verify
from mingcha.media.verify.books import compare
from mingcha.media.verify.rounds import Round, Rounds
from mingcha.media.verify.segments import Finding, Ledger, Seen, look

log = logging.getLogger(__name__)

STATE = "verification.json"
SETTLE_S = 60.0
"""After a start the cameras come first."""
LOOK_EVERY_S = 60.0
BUSY_PAUSE_S = 5.0
BUSY_DISK = 25.0
"""Share of time in which something waited for a disk (per cent, ten seconds' mean), above which it waits."""
BUSY_LOAD = 4.0
"""The same where the kernel does not say: waiting processes for each processor, a minute's mean."""
BUSY_MOST_S = 60.0
"""Then it reads one recording all the same: a machine that is always busy is verified slowly, not never."""
SAVE_EVERY_US = 30 * US_PER_S
RANGES_TOLD = 50
BUSY_BYTES = 8 << 20
"""Waiting for the writer: some two seconds of a hundred cameras."""
_IOPRIO_SET = {"x86_64": 251, "aarch64": 30}
_IDLE_CLASS = 3 << 13
_PRESSURE = Path("/proc/pressure/io")


class Stopping(Exception):
    """The recorder is being stopped."""


@dataclass(frozen=True, slots=True)
class Pace:
    """`slots`: days in which everything is verified once, 0 for never; `bytes_per_s`: most that is read."""

    slots: int
    bytes_per_s: int


class Verifying:
    """`tell` puts a fact down (kind, camera, detail); `put_parts` gives the catalog a part index that it lacks;
    `is_busy`: whether the writer has its hands full. All are called from the thread."""

    def __init__(
        self,
        data: DataDir,
        clock: Clock,
        pace: Pace,
        *,
        tell: Callable[[str, str, dict[str, object]], None],
        put_parts: Callable[[int, tuple[PartInfo, ...]], None],
        is_busy: Callable[[], bool],
    ) -> None:
        self._data = data
        self._clock = clock
        self._pace = pace
        self._tell = tell
        self._put_parts = put_parts
        self._is_busy = is_busy
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="verifying", daemon=True)
        self._catalog = CatalogReader(data.catalog)
        self._stores = ReadStores(data)
        self._saved_us = 0

    def start(self) -> None:
        """Begin, unless it is switched off."""
        if self._pace.slots > 0:
            self._thread.start()

    def stop(self) -> None:
        """End within one segment; what was done is kept."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(10)
        self._catalog.close()

    def _run(self) -> None:
        read_after_others()
        wait_s = SETTLE_S
        while not self._stop.wait(wait_s):
            wait_s = LOOK_EVERY_S
            try:
                self.look()
            except Stopping:
                return
            except (MingchaError, OSError) as error:
                log.warning("verification waits: %s", error)
            except Exception:
                # Verification must never end recording, and this thread is its own supervisor.
                log.exception("verification failed; it is tried again")
                wait_s = 60 * LOOK_EVERY_S

    def look(self) -> Round | None:
        """Go on with the round under way, or begin one that is due; the round that was finished, if one was. Raises
        Unavailable, Corrupt, OSError: then it is tried again; Stopping."""
        path = self._data.root / STATE
        state = rounds.load(path, self._pace.slots, self._clock.wall_us())
        now = state.next_round(self._clock.wall_us())
        if now is None:
            return None
        if not now.through and not now.books_done:
            self._look_again(state)
        signed = open_ledger(self._data) if has_ledger(self._data) else None
        if signed is not None and not now.books_done:
            self._compare(state, now, signed)
            rounds.save(path, state)
        self._read(state, now, signed)
        state.finish(self._clock.wall_us())
        rounds.save(path, state)
        self._tell("archive.verified", "", self._result(state, now))
        return now

    # Reading

    def _read(self, state: Rounds, now: Round, signed: SignedLedger | None) -> None:
        path, base = self._data.root / STATE, (now.segments, now.bytes_read, now.unreachable)

        def on_seen(record: SegmentRecord, seen: Seen) -> None:
            if seen.parts:
                self._put_parts(record.number, seen.parts)
            self._report(state, now, seen.findings)
            self._keep_pace(seen.bytes_read)

        def on_page(progress: Progress) -> None:
            now.through = progress.through
            now.segments, now.bytes_read = base[0] + progress.segments, base[1] + progress.bytes_read
            now.unreachable = base[2] + progress.unreachable
            if self._stop.is_set() or self._clock.mono_us() - self._saved_us > SAVE_EVERY_US:
                rounds.save(path, state)
                self._saved_us = self._clock.mono_us()
            if self._stop.is_set():
                raise Stopping

        verify(
            self._catalog,
            self._stores.store_of,
            None if signed is None else Ledger(signed.reader, signed.root),
            after=now.through,
            is_chosen=lambda number: slot_of(number, self._pace.slots) == now.slot,
            threads=0,
            on_seen=on_seen,
            on_page=on_page,
        )

    def _keep_pace(self, size_bytes: int) -> None:
        """Wait as long as so much may take, and longer while others need the disk. Raises Stopping."""
        self._wait(size_bytes / self._pace.bytes_per_s)
        waited_s = 0.0
        while self._is_busy() or (is_machine_busy() and waited_s < BUSY_MOST_S):
            self._wait(BUSY_PAUSE_S)
            waited_s += BUSY_PAUSE_S

    def _wait(self, seconds: float) -> None:
        if self._stop.wait(seconds):
            raise Stopping

    def _compare(self, state: Rounds, now: Round, signed: SignedLedger) -> None:
        """Catalog against ledger, both ways: what was taken out of both disk and catalog is seen only here."""

        def on_step(what: str, done: int) -> None:
            self._wait(0.01)
            while self._is_busy():
                self._wait(BUSY_PAUSE_S)

        done = compare(self._catalog, signed.reader, lambda: open_ledger(self._data).reader, None, on_step=on_step)
        self._report(state, now, done.findings)
        now.books_done = True

    def _look_again(self, state: Rounds) -> None:
        """What was broken may have been put back from a copy; what is gone by now needs nobody any more."""
        for number, code in sorted(state.broken.items()):
            record = self._catalog.segment(number)
            if record is None:
                if code != "archive.vanished":
                    del state.broken[number]
                continue
            if not code.startswith("file."):
                continue
            try:
                seen = look(record, self._catalog.part_index(number), self._stores.store_of(record.store))
            except Unavailable:
                continue
            if not seen.findings:
                del state.broken[number]
                self._tell("footage.mended", record.camera, {"number": number, "role": record.role})
            self._keep_pace(seen.bytes_read)

    # Telling

    def _report(self, state: Rounds, now: Round, findings: list[Finding] | tuple[Finding, ...]) -> None:
        now.findings += len(findings)
        for finding in state.news(findings):
            log.error("recording %d of %s: %s %s", finding.number, finding.camera, finding.code, finding.detail)
            self._tell("footage.damaged", finding.camera, told_of(finding))
        if findings:
            rounds.save(self._data.root / STATE, state)

    def _result(self, state: Rounds, now: Round) -> dict[str, object]:
        at_us = self._clock.wall_us()
        return {
            "slot": now.slot,
            "slots": state.slots,
            "covered": state.covered(at_us),
            "segments": now.segments,
            "bytes": now.bytes_read,
            "unreachable": now.unreachable,
            "findings": now.findings,
            "broken": len(state.broken),
            "with_ledger": now.books_done,
            "began_us": now.began_us,
            "ended_us": at_us,
        }


def make_verifying(node: Node, env: Env) -> Verifying:
    """The verification of a node, at the pace of the settings. Raises Invalid."""
    slots, megabytes = env.integer("MINGCHA_VERIFY_DAYS"), env.integer("MINGCHA_VERIFY_MB_PER_S")
    if slots < 0 or megabytes < 1:
        raise Invalid("verify.pace", "MINGCHA_VERIFY_DAYS is 0 or more, MINGCHA_VERIFY_MB_PER_S is 1 or more.")
    writing = node.writing

    def put(number: int, parts: tuple[PartInfo, ...]) -> None:
        writing.thread.submit(lambda: writing.journal.change(lambda catalog: restore.put_parts(catalog, number, parts)))

    return Verifying(
        node.data,
        node.clock,
        Pace(slots, megabytes * 1_000_000),
        tell=lambda kind, camera, detail: node.tell(kind, camera, **detail),
        put_parts=put,
        is_busy=lambda: writing.thread.queued_bytes > BUSY_BYTES or writing.journal.is_behind,
    )


def told_of(finding: Finding) -> dict[str, object]:
    """A finding as the fact ``footage.damaged`` tells it."""
    return {
        "number": finding.number,
        "role": finding.role,
        "code": finding.code,
        "start_us": finding.start_us,
        "end_us": finding.end_us,
        "parts": list(finding.parts[:RANGES_TOLD]),
        "damaged_parts": len(finding.parts),
        "of_parts": finding.of_parts,
        "ranges": [list(one) for one in finding.ranges[:RANGES_TOLD]],
        "store": finding.store,
    }


def read_after_others() -> bool:
    """Let this thread's reads wait for everybody else's, where kernel and disk scheduler know how (ioprio_set(2), class
    idle); whether the kernel took it."""
    number = _IOPRIO_SET.get(platform.machine())
    if number is None:
        return False
    return bool(ctypes.CDLL(None, use_errno=True).syscall(number, 1, 0, _IDLE_CLASS) == 0)


def is_machine_busy() -> bool:
    """Whether others wait for the disks."""
    try:
        # some avg10=0.00 avg60=… (Documentation/accounting/psi.rst of the kernel)
        return float(_PRESSURE.read_text().split("avg10=", 1)[1].split()[0]) > BUSY_DISK
    except (OSError, IndexError, ValueError):
        return os.getloadavg()[0] / (os.cpu_count() or 1) > BUSY_LOAD
