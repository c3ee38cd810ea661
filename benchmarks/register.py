"""The register with ten million entries: how big, how quickly searched, what one more entry costs.

python -m benchmarks.register [--entries 10000000] [--keep DIRECTORY] [--rounds 60]

The book is made by bulk SQL in a temporary directory: 2,000 cameras, 200 people, five years; a few cameras and people
have a large share of it, most have little. Times are those of `queries.find` and `queries.count`, entries read.
"""

from __future__ import annotations

import argparse
import os
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import numpy as np

CAMERAS, PEOPLE, SITES = 2000, 200, 50
START_US = 1_640_995_200_000_000
SPAN_US = 5 * 365 * 86_400_000_000
MACHINE = ("camera.state", "gap.closed", "run.started", "viewing.served")
VIEWING = ("viewing.live_opened", "viewing.playback_opened", "viewing.export_ordered", "viewing.closed")
RARE = "viewing.export_ordered"
CHUNK = 200_000
LAW = "5f" * 32
GROUND = '[{"article":16,"instrument":"cn-2025-799","item":"para2 (3)"}]'


def ident(prefix: str, number: int) -> str:
    return f"{prefix}_{number:016d}"


CAMERA_IDS = [ident("cam", n) for n in range(CAMERAS)]
PERSON_IDS = [ident("per", n) for n in range(PEOPLE)]
CAMERA_NAMES = [f"{n % 40 + 1}号楼{'东南西北'[n % 4]}门{n}" for n in range(CAMERAS)]
PERSON_NAMES = [f"{'王李张刘陈杨赵黄周吴'[n % 10]}{'伟芳娜敏静丽强磊军洋'[n // 10 % 10]}{n}" for n in range(PEOPLE)]


class Book:
    """The columns of a made-up book: for each entry its instant, word, camera and person (-1: none)."""

    def __init__(self, size: int) -> None:
        rng = np.random.default_rng(799)
        self.size = size
        self.words = (*MACHINE, *VIEWING)
        self.at = np.sort(rng.integers(START_US, START_US + SPAN_US, size))
        late = rng.random(size) < 0.01  # facts that came after the recorder had been away
        self.at[late] -= rng.integers(0, 86_400_000_000, int(late.sum()))
        weights = [0.3, 0.05, 0.25, 0.1, 0.12, 0.05, 0.0005, 0.1295]
        self.word = rng.choice(len(self.words), size, p=weights).astype(np.int64)
        self.camera = (CAMERAS * rng.random(size) ** 3).astype(np.int64)
        self.person = np.where(self.word >= len(MACHINE), (PEOPLE * rng.random(size) ** 3).astype(np.int64), -1)
        self.number = np.arange(1, size + 1, dtype=np.int64)

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Rows of register_entry."""
        epoch = datetime(1970, 1, 1, tzinfo=UTC)
        for begin in range(0, self.size, CHUNK):
            cut = slice(begin, begin + CHUNK)
            columns = (c[cut].tolist() for c in (self.number, self.at, self.word, self.camera, self.person))
            for number, at_us, word, camera, person in zip(*columns, strict=True):
                at = (epoch + timedelta(microseconds=at_us)).strftime("%Y-%m-%d %H:%M:%S.%f")
                cam = CAMERA_IDS[camera]
                if person < 0:
                    actor = ("recorder", "Recorder", "", "", cam, f'["{cam}"]', '{"role":"main","state":"live"}')
                else:
                    viewing, per = ident("vws", number), PERSON_IDS[person]
                    about = f'["{cam}","{per}","{viewing}"]'
                    detail = f'{{"cameras":["{cam}"],"from_us":null,"note":"","reason":"routine","to_us":null}}'
                    actor = (per, PERSON_NAMES[person], "guard", "监控值守", viewing, about, detail)
                who, name, role, post, subject, about, detail = actor
                yield (number, at, self.words[word], who, name, role, post, "滨江商业管理有限公司", subject,
                       CAMERA_NAMES[camera], about, detail, GROUND, LAW)  # fmt: skip

    def postings(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Columns of register_posting in the order of its primary key."""
        from mingcha.records.register import keys

        def table(make: Callable[..., int], *sides: list[str]) -> np.ndarray:
            if len(sides) == 1:
                return np.array([make(a) for a in sides[0]], dtype=np.int64)
            return np.array([[make(a, b) for b in sides[1]] for a in sides[0]], dtype=np.int64)

        words = list(self.words)
        with_person = self.person >= 0
        per, cam, word = self.person[with_person], self.camera[with_person], self.word[with_person]
        viewings = np.fromiter(
            (keys.of_ref(ident("vws", n)) for n in self.number[with_person].tolist()), np.int64, len(per)
        )
        everybody = np.ones(self.size, dtype=bool)
        found = [
            (everybody, np.full(self.size, keys.ALL)),
            (everybody, table(keys.of_act, words)[self.word]),
            (everybody, table(keys.of_ref, CAMERA_IDS)[self.camera]),
            (everybody, table(keys.of_ref_and_act, CAMERA_IDS, words)[self.camera, self.word]),
            (everybody, table(lambda n: keys.of_name(keys.fold(n)), CAMERA_NAMES)[self.camera]),
            (with_person, viewings),
            (with_person, table(keys.of_ref, PERSON_IDS)[per]),
            (with_person, table(keys.of_ref_and_act, PERSON_IDS, words)[per, word]),
            (with_person, table(lambda n: keys.of_name(keys.fold(n)), PERSON_NAMES)[per]),
            (with_person, table(keys.of_pair, PERSON_IDS, CAMERA_IDS)[per, cam]),
        ]
        code = table(keys.act_code, words)[self.word]
        key = np.concatenate([keys_ for _, keys_ in found])
        at = np.concatenate([self.at[mask] for mask, _ in found])
        number = np.concatenate([self.number[mask] for mask, _ in found])
        act = np.concatenate([code[mask] for mask, _ in found])
        order = np.lexsort((number, at, key))
        return key[order], at[order], number[order], act[order]


def build(path: Path, size: int) -> None:
    """Fill the tables that the migrations have made."""
    book = Book(size)
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode=OFF")
    db.execute("PRAGMA synchronous=OFF")
    db.execute("PRAGMA cache_size=-262144")
    began = time.perf_counter()
    db.execute("BEGIN")
    db.executemany(
        "INSERT INTO register_entry (id, at, act, actor, actor_name, actor_role, post, unit, subject, subject_name, "
        "about, detail, ground, law_version) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        book.rows(),
    )
    db.executemany(
        "INSERT OR IGNORE INTO register_entryname VALUES (?)", [(n.casefold(),) for n in CAMERA_NAMES + PERSON_NAMES]
    )
    # Further names that only a few entries have: documents, files, addresses tried.
    db.executemany("INSERT OR IGNORE INTO register_entryname VALUES (?)", [(f"文件 {n:06d}",) for n in range(50_000)])
    print(f"entries {time.perf_counter() - began:.0f} s", flush=True)
    columns = book.postings()
    print(f"{len(columns[0]):,} postings sorted {time.perf_counter() - began:.0f} s", flush=True)
    for begin in range(0, len(columns[0]), CHUNK):
        chunk = (column[begin : begin + CHUNK].tolist() for column in columns)
        db.executemany("INSERT INTO register_posting VALUES (?,?,?,?)", zip(*chunk, strict=True))
    db.execute("COMMIT")
    db.execute("PRAGMA journal_mode=WAL")
    db.close()
    print(f"built in {time.perf_counter() - began:.0f} s, {path.stat().st_size / 1e9:.2f} GB", flush=True)


def searches(random_: random.Random) -> dict[str, Callable[[], dict[str, Any]]]:
    """What a reader may ask, each time about somebody or something else."""

    def day(length: int) -> dict[str, Any]:
        since = datetime.fromtimestamp((START_US + random_.randrange(SPAN_US)) / 1e6, UTC)
        return {"since": since, "until": since + timedelta(days=length)}

    def person(hot: bool = False) -> dict[str, Any]:
        return {"ref": PERSON_IDS[0 if hot else random_.randrange(PEOPLE)]}

    def camera(hot: bool = False) -> dict[str, Any]:
        return {"also_ref": CAMERA_IDS[0 if hot else random_.randrange(CAMERAS)]}

    return {
        "everything": dict,
        "time (a week)": lambda: day(7),
        "person": person,
        "the busiest person": lambda: person(hot=True),
        "camera": camera,
        "the busiest camera": lambda: camera(hot=True),
        "person + time": lambda: {**person(), **day(30)},
        "person + act": lambda: {**person(), "act": "viewing.playback_opened"},
        "busiest person + rare act": lambda: {**person(hot=True), "act": RARE},
        "camera + act": lambda: {**camera(), "act": "gap.closed"},
        "camera + act + time": lambda: {**camera(), "act": "gap.closed", **day(365)},
        "act": lambda: {"act": random_.choice(VIEWING)},
        "act group": lambda: {"act": "viewing."},
        "act group + time": lambda: {"act": "viewing.", **day(7)},
        "person + camera": lambda: {**person(), **camera()},
        "busiest person + camera": lambda: {**person(hot=True), **camera()},
        "busiest pair + rare act": lambda: {**person(hot=True), **camera(hot=True), "act": RARE},
        "person + camera + time": lambda: {**person(hot=True), **camera(hot=True), **day(30)},
        "subject (a viewing)": lambda: {"ref": ident("vws", random_.randrange(1, 10**6))},
        "name": lambda: {"text": CAMERA_NAMES[random_.randrange(CAMERAS)]},
        "piece of a name (50 names)": lambda: {"text": f"{random_.randrange(1, 41)}号楼"},
        "name + time": lambda: {"text": "王伟", **day(30)},
        "name + rare act": lambda: {"text": PERSON_NAMES[0], "act": RARE},
        "name + camera": lambda: {"text": PERSON_NAMES[0], **camera(hot=True)},
        "a name nobody has": lambda: {"text": "不存在的名称"},
        "nothing there": lambda: {"ref": ident("per", 9999), **day(30)},
    }


def measure(rounds: int) -> None:
    from mingcha.records.register.queries import Search, count, find

    print("\n| search | page median | p95 | older page | p95 | count to 1000+ | p95 |\n| --- |" + " ---: |" * 6)
    for name, make in searches(random.Random(16)).items():
        times: tuple[list[float], list[float], list[float]] = ([], [], [])
        for _ in range(rounds):
            search = Search(**make())
            began = time.perf_counter()
            first = find(search, limit=50)
            paged = time.perf_counter()
            if first.older:
                find(search, limit=50, before=first.older)
            older = time.perf_counter()
            count(search)
            counted = time.perf_counter()
            for each, spent in zip(times, (paged - began, older - paged, counted - older), strict=True):
                each.append(spent * 1000)
        cells = [f"{median(each):.1f} | {quantiles(each, n=20)[-1]:.1f}" for each in times]
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


def plans() -> None:
    from django.db import connection

    from mingcha.records.register import queries

    print()
    for name, make in searches(random.Random(1)).items():
        question = queries._question(queries.Search(**make()))
        if question is None:
            continue
        sql, values = question._branches("ORDER BY p.at_us DESC, p.entry_id DESC LIMIT 51", None, None)
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", values)
            steps = {row[3] for row in cursor.fetchall() if "SCAN" in row[3] or "SEARCH" in row[3] or "TEMP" in row[3]}
        print(f"{name}: {'; '.join(sorted(step for step in steps if 'CO-ROUTINE' not in step))}")


def cost_of_writing(path: Path, entries: int = 2000) -> None:
    from mingcha.records.register.actions import FixedActor, act, enter

    guard = FixedActor(PERSON_IDS[3], PERSON_NAMES[3], "guard")

    @act("viewing.live_opened")
    def one(number: int) -> None:
        enter(
            actor=guard, at=datetime.now(UTC), subject=ident("vws", 10**9 + number), subject_name=CAMERA_NAMES[number],
            refs=[CAMERA_IDS[number]], detail={"reason": "routine"},
        )  # fmt: skip

    times = []
    for number in range(entries):
        began = time.perf_counter()
        one(number % CAMERAS)
        times.append((time.perf_counter() - began) * 1000)
    print(
        f"\none more entry, committed durably: median {median(times):.2f} ms, p95 {quantiles(times, n=20)[-1]:.2f} ms"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--keep", type=Path, help="build here, or measure what was built here before")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        directory = given.keep or Path(scratch)
        directory.mkdir(parents=True, exist_ok=True)
        os.environ["MINGCHA_DATA_DIR"] = str(directory)
        from mingcha.web.setup import prepare

        is_new = not (directory / "office.db").exists()
        prepare()
        from django.db import connection

        if is_new:
            connection.close()
            build(directory / "office.db", given.entries)
        measure(given.rounds)
        plans()
        cost_of_writing(directory / "office.db")
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM register_posting" if given.entries <= 10**6 else "SELECT 0")
        print(f"size {(directory / 'office.db').stat().st_size / 1e9:.2f} GB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
