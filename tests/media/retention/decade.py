"""Years of a small archive with everything that happens to archives; a model says what must be there.

Real files, the real catalog, sweeps and restoring; the ledger is a list, which is what replaying sees of one.
"""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mingcha.base.clock import US_PER_S, ManualClock
from mingcha.media.catalog.holds import hear_holds, take_holds
from mingcha.media.catalog.keeping import order_rule
from mingcha.media.catalog.leaves import ledger_size, pending_leaves
from mingcha.media.catalog.lost import account_lost
from mingcha.media.catalog.records import SegmentRecord
from mingcha.media.catalog.recover import recover
from mingcha.media.catalog.restore import restore
from mingcha.media.container.identity import Identity, trailer_box
from mingcha.media.container.scan import PartInfo
from mingcha.media.container.seal import SegmentHashes
from mingcha.media.retention.sweep import Sweeper
from mingcha.wire.holds import Hold
from mingcha.wire.plan import RetentionOrder
from tests.media.catalog.film import FRAMES, PART_TICKS, START_US, Film, part
from tests.media.catalog.test_restore import Book
from tests.media.retention.accounting import unaccounted_us
from tests.media.retention.machine import FakeMachine

DAY_S, HOUR_S = 86_400, 3_600
SEGMENT_S = 6 * HOUR_S
STEPS_A_DAY = DAY_S // SEGMENT_S
CAMERAS = [f"cam_{n:016d}" for n in range(3)]
NOTICE_US = 14 * DAY_S * US_PER_S
ALL_TIME = 1 << 62


@dataclass(frozen=True, slots=True)
class Kept:
    """A recording that must be there. `floor_s`: as it was when it was recorded."""

    camera: str
    start_us: int
    end_us: int
    floor_s: int
    ceiling_s: int | None
    make_room: bool


class Died(Exception):
    """The recorder ended at this point."""


class Decade:
    """`early`: numbers that went too soon or although held. Call `step` again and again, then `account`."""

    def __init__(self, directory: Path, seed: int) -> None:
        self.random = random.Random(seed)
        self.machine = FakeMachine(START_US)
        self.truth_us = START_US
        self.film = Film(directory, ManualClock(START_US))
        self.book = Book()
        self.kept: dict[int, Kept] = {}
        self.rules: dict[str, RetentionOrder] = {}
        self.coming: list[tuple[int, str, RetentionOrder]] = []
        self.holds: dict[str, Hold] = {}
        self.early: list[int] = []
        self.late = 0
        self.gone: set[int] = set()
        self.lost: set[int] = set()
        self.recorded = 0
        self.full = False
        self.is_office_due = False
        self.happened: dict[str, int] = {}
        self.ids = itertools.count()
        self.sweeper = self.make_sweeper()
        for camera in CAMERAS:
            self.put_rule(camera, self.any_rule())

    def make_sweeper(self) -> Sweeper:
        return Sweeper(self.film.catalog, lambda: [self.film.store], self.machine)

    # Rules

    def any_rule(self) -> RetentionOrder:
        floor_s = self.random.choice([30, 30, 60, 90]) * DAY_S
        if self.random.random() < 0.25:
            return RetentionOrder(floor_s, None, True, ("imaginary-1 17",), "v1")
        ceiling_s = floor_s + self.random.choice([0, 0, 15]) * DAY_S
        return RetentionOrder(floor_s, ceiling_s, False, ("imaginary-1 17",), "v1")

    def put_rule(self, camera: str, rule: RetentionOrder) -> None:
        self.rules[camera] = rule
        order_rule(self.film.catalog, camera, "main", rule, self.truth_us)

    def change_rule(self) -> None:
        """A longer rule comes at once, a shorter one after its notice."""
        camera, rule = self.random.choice(CAMERAS), self.any_rule()
        if rule.floor_s >= self.rules[camera].floor_s:
            self.put_rule(camera, rule)
        else:
            self.coming.append((self.truth_us + NOTICE_US, camera, rule))

    def shorten_what_was_announced(self) -> None:
        for change in [change for change in self.coming if change[0] <= self.truth_us]:
            self.coming.remove(change)
            self.put_rule(*change[1:])

    # Recording

    def step(self) -> None:
        """Six hours: record, what may go wrong, feed the ledger, sweep, compare with the model."""
        self.machine.pass_time(SEGMENT_S)
        self.truth_us += SEGMENT_S * US_PER_S
        self.shorten_what_was_announced()
        for camera in CAMERAS:
            self.record(camera)
        self.disturb()
        self.feed()
        self.sweep()
        while self.is_office_due:
            self.hear_office()
            self.sweep()
        if self.machine.wall == self.truth_us and not self.sweeper.time.doubt_us:
            self.late += len(self.overdue())

    def record(self, camera: str) -> None:
        start_us, end_us = self.truth_us - SEGMENT_S * US_PER_S, self.truth_us
        catalog = self.film.catalog
        if self.full:
            catalog.open_gap(camera, "main", start_us, "store_full")
            return
        catalog.close_gap(camera, "main", start_us)
        record, parts = self.write(camera, start_us, end_us)
        dies = self.random.random() < 0.003
        if not dies:
            catalog.seal_segment(record, parts)
        self.recorded += 1
        rule = self.rules[camera]
        self.kept[record.number] = Kept(camera, start_us, end_us, rule.floor_s, rule.ceiling_s, rule.make_room)
        if dies:  # between the rename and the row
            self.count("died before a row")
            self.restart()

    def write(self, camera: str, start_us: int, end_us: int) -> tuple[SegmentRecord, list[PartInfo]]:
        """A file of one part that says it lasts from `start_us` to `end_us`, sealed."""
        segment, own, header = self.film.begin((start_us - START_US) / US_PER_S, camera)
        assert isinstance(own, Identity)
        hashes, data = SegmentHashes(header), part(1, own.number)
        hashes.add(data)
        info = PartInfo(segment.append(data), len(data), 0, PART_TICKS, FRAMES, True, True)
        trailer = hashes.trailer(own.number, end_us)
        size = segment.seal(trailer_box(trailer))
        record = SegmentRecord(
            *(own.number, own.store, camera, "main", own.run, own.start_us, end_us, own.media_offset, PART_TICKS),
            *(size, len(header), FRAMES, trailer.root),
        )
        return record, [info]

    # What goes wrong

    def disturb(self) -> None:
        chances: tuple[tuple[float, Callable[[], None]], ...] = (
            (0.02, self.set_clock),
            (0.04, self.mend_clock),
            (0.02, self.change_rule),
            (0.02, self.place_hold),
            (0.02, self.release_hold),
            (0.02, self.restart),
            (0.004, self.reboot),
            (0.01, self.fill_disk),
            (0.03, self.free_disk),
            (0.004, self.lose_files),
            (0.003, self.lose_database),
            (0.002, self.lose_database_and_files),
        )
        for chance, what in chances:
            if self.random.random() < chance:
                self.count(what.__name__)
                what()

    def count(self, what: str) -> None:
        self.happened[what] = self.happened.get(what, 0) + 1

    def set_clock(self) -> None:
        self.machine.set_wall(self.random.choice([-DAY_S, DAY_S, -HOUR_S, HOUR_S, 400 * DAY_S]))

    def mend_clock(self) -> None:
        """Somebody sets it right, and says so where the recorder doubts it."""
        self.machine.wall = self.truth_us
        self.sweeper.look_at_clock()
        if self.sweeper.time.doubt_us:
            self.sweeper.confirm_clock()

    def place_hold(self) -> None:
        name = f"hld_{next(self.ids):016d}"
        start_us = max(0, self.truth_us - self.random.randrange(100 * DAY_S) * US_PER_S)
        hold = Hold(name, self.random.choice(CAMERAS), start_us, start_us + 5 * DAY_S * US_PER_S)
        self.holds[name] = hold
        take_holds(self.film.catalog, [hold], self.truth_us)

    def release_hold(self) -> None:
        if not self.holds:
            return
        hold = self.holds.pop(self.random.choice(sorted(self.holds)))
        gone = Hold(hold.hold, hold.camera, hold.start_us, hold.end_us, None, released=True)
        take_holds(self.film.catalog, [gone], self.truth_us)

    def fill_disk(self) -> None:
        self.full = True
        self.sweeper.make_room(self.sweeper.look_at_clock(), 1_000_000)
        self.compare()

    def free_disk(self) -> None:
        self.full = False

    def restart(self) -> None:
        """As the recorder starts: level with the ledger first, then what a crash left."""
        self.is_office_due = True
        self.film.reopen()
        with self.film.catalog.reading() as connection:
            is_behind = ledger_size(connection) < self.book.size
        if is_behind:
            self.restored()
        recover(self.film.store, self.film.catalog)
        self.sweeper = self.make_sweeper()

    def reboot(self) -> None:
        self.machine.reboot(off_s=0)
        self.machine.wall = self.truth_us
        self.restart()

    def lose_files(self) -> None:
        """Some files are gone; somebody found it and gave them up."""
        rows = self.take_files()
        with self.film.catalog.transaction() as connection:
            account_lost(self.film.catalog, connection, rows, self.truth_us)

    def take_files(self) -> list[dict[str, Any]]:
        numbers = self.random.sample(sorted(self.kept), min(len(self.kept), self.random.randrange(1, 12)))
        rows = []
        for number in numbers:
            record = self.film.catalog.segment(number)
            assert record is not None
            self.film.store.path_of(number).unlink()
            rows.append(
                {"number": number, "camera": record.camera, "role": "main", "start_us": record.start_us,
                 "end_us": record.end_us, "bytes": record.file_bytes, "root": record.root.hex(), "rule": None}
            )  # fmt: skip
            self.kept.pop(number)
            self.lost.add(number)
        return rows

    def hear_office(self) -> None:
        """The office connects to a recorder that was away: the plan's rules and all holds are told again."""
        for camera, rule in self.rules.items():
            order_rule(self.film.catalog, camera, "main", rule, self.truth_us)
        take_holds(self.film.catalog, self.holds.values(), self.truth_us)
        hear_holds(self.film.catalog)
        self.is_office_due = False

    def lose_database(self) -> None:
        """With what the ledger was not told yet: holds and rules of the last seconds come again from the office, after
        the first sweep."""
        self.film.new_catalog()
        self.film._runs.clear()
        self.is_office_due = True
        self.restored()
        recover(self.film.store, self.film.catalog)
        self.sweeper = self.make_sweeper()

    def lose_database_and_files(self) -> None:
        self.feed()  # what was never told to anybody and is nowhere cannot be named
        self.take_files()
        self.lose_database()

    def restored(self) -> None:
        """Restoring, which may itself be ended at any entry or file and begun again."""
        while True:
            try:
                restore(self.film.catalog, [self.film.store], self.book, at_us=self.truth_us, progress=self.any_death())
                return
            except Died:
                self.count("died while restoring")

    def any_death(self) -> Callable[[str, int], None]:
        """Three of ten attempts end at one of the entries or files, wherever it is: a chance at each batch would let no
        attempt through once the ledger is long."""
        if self.random.random() >= 0.3:
            return lambda what, done: None
        phase = self.random.choice(["entries", "files"])
        point = self.random.randrange(1 + (self.book.size if phase == "entries" else max(self.kept, default=0)))

        def die(what: str, done: int) -> None:
            if what == phase and done >= point:
                raise Died

        return die

    def feed(self) -> None:
        if self.random.random() < 0.01:
            self.count("died before the catalog heard of the ledger")
            with self.film.catalog.reading() as connection:
                _, waiting = pending_leaves(connection, 1 << 30)
            self.book.all += [leaf.body.encode() for leaf in waiting]
            self.restart()
        else:
            self.book.feed(self.film)

    # Deleting

    def sweep(self) -> None:
        passing = self.sweeper.pass_over(self.sweeper.look_at_clock())
        for _ in passing:
            self.compare()
            if self.random.random() < 0.02:
                self.count("hold placed during deletion")
                self.place_hold()
            if self.random.random() < 0.01:
                self.count("died during deletion")
                self.restart()
                self.sweep()
                return

    def compare(self) -> None:
        """What went since the last look: may it?"""
        with self.film.catalog.reading() as connection:
            there = {number for (number,) in connection.execute("SELECT number FROM segment")}
        for number in [number for number in self.kept if number not in there]:
            one = self.kept.pop(number)
            age_s = (self.truth_us - one.end_us) / US_PER_S
            if age_s < max(one.floor_s, self.rules[one.camera].floor_s) or self.is_held(one):
                self.early.append(number)
            self.gone.add(number)

    def is_held(self, one: Kept) -> bool:
        return any(
            hold.camera == one.camera and hold.start_us < one.end_us and hold.end_us > one.start_us
            for hold in self.holds.values()
        )

    def overdue(self) -> list[int]:
        """What should be gone although the clock is right. Holds are those of the catalog: it protects by itself what a
        wrong clock stamped."""
        with self.film.catalog.reading() as connection:
            holds = connection.execute(
                "SELECT camera, start_us, end_us FROM hold WHERE released_us IS NULL AND coalesce(until_us, ?) > ?",
                (ALL_TIME, self.truth_us - HOUR_S * US_PER_S),
            ).fetchall()
        return [
            number
            for number, one in self.kept.items()
            if one.ceiling_s is not None
            and self.truth_us - one.end_us
            > (max(one.floor_s, one.ceiling_s, self.rules[one.camera].floor_s) + HOUR_S) * US_PER_S
            and not any(
                camera == one.camera and start_us < one.end_us and end_us > one.start_us
                for camera, start_us, end_us in holds
            )
        ]

    # The account

    def account(self) -> dict[str, int]:
        """Everything that was ever recorded is kept, deleted with a certificate, or told as lost; every instant of each
        camera is footage or a gap. How many are not."""
        self.film.catalog.confirm_facts(0)
        self.book.feed(self.film)
        told: dict[str, set[int]] = {"deletion": set(), "loss": set()}
        for entry in self.book.all:
            body = json.loads(entry)
            if body["kind"] in told:
                for first, last in body["numbers"]:
                    told[body["kind"]].update(range(first, last + 1))
        with self.film.catalog.reading() as connection:
            rows = {number for (number,) in connection.execute("SELECT number FROM segment")}
        files = set(self.film.store.numbers())
        return {
            "rows that are not kept": len(rows ^ set(self.kept)),
            "files that are not kept": len(files ^ set(self.kept)),
            "deleted without certificate": len(self.gone - told["deletion"] - told["loss"]),
            "lost and not told": len(self.lost - told["loss"]),
            "told as lost and never was": len(told["loss"] - self.lost - self.gone),
            "instants unaccounted": sum(
                unaccounted_us(self.film.catalog, camera, self.truth_us) > 0 for camera in CAMERAS
            ),
            "coverage faults": len(self.film.catalog.coverage_faults()),
        }

    def close(self) -> None:
        self.film.close()
