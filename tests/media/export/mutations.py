"""A copy attacked at random, and field by field: neither verifier may call it genuine, crash, or differ from the other.

python -m tests.media.export.mutations COPY [OTHER_COPY] [--count N] [--seed N]
"""

from __future__ import annotations

import argparse
import copy as copying
import json
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.media.export.judges import Judgement, Page, Script

SECONDS = 60.0
JSON = ("manifest.json", "proof.json", "papers.json", "register.json")
BOUND = ("manifest.json", "register.json", "certificate-zh.pdf", "certificate-en.pdf")
"""Files whose every byte is hashed: no change of them may pass."""


@dataclass(frozen=True)
class Attack:
    """`do` changes a copy in place."""

    name: str
    do: Callable[[Path], None]


def replace(path: Path, data: bytes) -> None:
    """As a new file: the old one may be linked from the sound copy."""
    path.unlink(missing_ok=True)
    path.write_bytes(data)


def files_of(copy: Path) -> list[str]:
    """Names of what is proven, the pictures among them twice as often hit."""
    names = sorted(path.name for path in copy.iterdir() if path.suffix in (".json", ".pdf", ".mp4"))
    return [*names, *(name for name in names if name.endswith(".mp4"))]


def bytes_attacked(copy: Path, chance: random.Random) -> Attack:
    """One random change of bytes of one file."""
    name = chance.choice(files_of(copy))
    data = (copy / name).read_bytes()
    at, size = chance.randrange(len(data)), chance.randrange(1, 200)
    ways = {
        "flip": lambda: data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :],
        "insert": lambda: data[:at] + chance.randbytes(size) + data[at:],
        "delete": lambda: data[:at] + data[at + size :],
        "cut": lambda: data[:at],
        "zero": lambda: data[:at] + bytes(min(size, len(data) - at)) + data[at + size :],
        "double": lambda: data[:at] + data[at : at + size] + data[at:],
    }
    way = chance.choice(sorted(ways))
    changed = ways[way]()
    return Attack(f"{way} {name} at {at}", lambda path: replace(path / name, changed))


def parts_swapped(copy: Path, chance: random.Random) -> Attack:
    """Two parts of a video change places; where they are as long as each other nothing else moves."""
    file = chance.choice(json.loads((copy / "manifest.json").read_bytes())["files"])
    parts = [part for segment in file["segments"] for part in segment["parts"]]
    if len(parts) < 2:
        return bytes_attacked(copy, chance)
    one, other = sorted(chance.sample(parts, 2), key=lambda part: part["offset"])
    data = (copy / file["name"]).read_bytes()
    first, second = (data[part["offset"] : part["offset"] + part["bytes"]] for part in (one, other))
    middle = data[one["offset"] + one["bytes"] : other["offset"]]
    changed = data[: one["offset"]] + second + middle + first + data[other["offset"] + other["bytes"] :]
    return Attack(
        f"swap parts at {one['offset']} and {other['offset']}", lambda path: replace(path / file["name"], changed)
    )


def file_dropped(copy: Path, chance: random.Random) -> Attack:
    name = chance.choice([*JSON, *files_of(copy)])
    return Attack(f"drop {name}", lambda path: (path / name).unlink(missing_ok=True))


def file_taken_from(other: Path, chance: random.Random) -> Attack:
    name = chance.choice(files_of(other))
    return Attack(f"take {name} of another copy", lambda path: replace(path / name, (other / name).read_bytes()))


NEW_VALUES: dict[str, Any] = {
    "null": None, "true": True, "false": False, "0": 0, "-1": -1, "1": 1, "1.5": 1.5, "2**53": 2**53, "10**30": 10**30,
    "-2**70": -(2**70), "empty": "", "text": "x", "zeros": "00" * 32, "surrogate": "\ud800", "escape": "\x1b[2J\n結論",
    "list": [], "deep": json.loads("[" * 60 + "]" * 60), "object": {}, "digits": "12",
}  # fmt: skip


def fields_of(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Paths to all values, the lists of many alike by their first, second and last."""
    if path:
        yield path
    if isinstance(value, dict):
        for key, item in value.items():
            yield from fields_of(item, (*path, key))
    elif isinstance(value, list):
        for n in sorted({0, 1, len(value) - 1} & set(range(len(value)))):
            yield from fields_of(value[n], (*path, n))


def field_attacked(document: Any, path: tuple[Any, ...], change: str) -> bytes:
    """The document with one value deleted, doubled, or replaced."""
    told = copying.deepcopy(document)
    holder = told
    for step in path[:-1]:
        holder = holder[step]
    step, old = path[-1], holder[path[-1]]
    if change == "delete":
        del holder[step]
    elif change == "add":
        holder.insert(step, old) if isinstance(holder, list) else holder.update({f"{step}_": old})
    elif change == "next":
        holder[step] = old + 1 if type(old) is int else [*old, *old[:1]] if isinstance(old, list) else f"{old}0"
    elif change == "twice":
        mark = "\x00twice"
        holder[step] = mark
        return json.dumps(told).replace(json.dumps(mark), f"{json.dumps(old)}").replace(
            f'"{step}": {json.dumps(old)}', f'"{step}": null, "{step}": {json.dumps(old)}', 1
        ).encode()  # fmt: skip
    else:
        holder[step] = NEW_VALUES[change]
    return json.dumps(told).encode()


CHANGES = ("delete", "add", "next", "twice", *NEW_VALUES)


def field_attacks(copy: Path, chance: random.Random | None = None) -> Iterator[Attack]:
    """Every field of every document with every change; with `chance`, at random without end."""
    documents = {name: json.loads((copy / name).read_bytes()) for name in JSON if (copy / name).exists()}
    paths = [(name, path) for name, document in documents.items() for path in fields_of(document)]

    def attack(name: str, path: tuple[Any, ...], change: str) -> Attack:
        data = field_attacked(documents[name], path, change)
        return Attack(f"{change} {name} {'.'.join(map(str, path))}", lambda at: replace(at / name, data))

    while chance is not None:
        yield attack(*chance.choice(paths), chance.choice(CHANGES))
    for name, path in paths:
        for change in CHANGES:
            yield attack(name, path, change)


def monsters(copy: Path) -> Iterator[Attack]:
    """What should make a reader stumble: depth, length, numbers, encodings."""
    proof = (copy / "proof.json").read_bytes()
    bodies = {
        "deep lists": b'{"format": ' + b"[" * 200_000 + b"]" * 200_000 + b"}",
        "deep in an unknown field": proof.rstrip()[:-1] + b', "x": ' + b"[" * 5_000 + b"]" * 5_000 + b"}",
        "deep in a known field": proof.replace(b'"checkpoint": ', b'"checkpoint": ' + b'{"a":' * 5_000, 1),
        "100 MB of text": proof.rstrip()[:-1] + b', "x": "' + b"x" * 100_000_000 + b'"}',
        "100 MB checkpoint": proof.replace(b'"checkpoint": "', b'"checkpoint": "' + b"x" * 100_000_000, 1),
        "long number": proof.replace(b'"index": ', b'"index": ' + b"9" * 1_000_000, 1),
        "NaN": proof.replace(b'"index": ', b'"index": NaN, "y": ', 1),
        "byte order mark": b"\xef\xbb\xbf" + proof,
        "UTF-16": proof.decode().encode("utf-16"),
        "not UTF-8": proof.replace(b'"format"', b'"for\xffmat"', 1),
        "empty": b"",
        "a number": b"12",
        "a list": b"[]",
        "a text": b'"format"',
        "white space": b" \n" + proof + b"\n ",
    }
    for name, data in bodies.items():
        yield Attack(f"proof.json: {name}", lambda path, data=data: replace(path / "proof.json", data))  # type: ignore[misc]


def linked(copy: Path, to: Path) -> Path:
    """A copy of a copy that costs nothing until it is changed."""
    shutil.copytree(copy, to, copy_function=os.link)
    return to


def is_weaker(found: dict[str, Any], sound: dict[str, Any]) -> bool:
    """Nothing is claimed that was not before. Another key is another claim, which the fingerprint tells."""
    if found["key"] != sound["key"]:
        return False
    same = all(found[name] == sound[name] for name in ("camera", "files", "size"))
    fewer = all(item in sound[name] for name in ("witnessed", "papers", "entries") for item in found[name])
    return same and fewer and found["stamp"] in (None, sound["stamp"]) and found["changes"] <= sound["changes"]


class Range:
    """Where copies are attacked: both verifiers judge each, in time."""

    def __init__(self, copy: Path, work: Path) -> None:
        self.copy, self.work = copy, work
        self.script, self.page = Script(work), Page(work)
        self.key = str(json.loads((copy / "proof.json").read_bytes())["log_key"])
        self.sound = self._judge(copy)
        assert self.sound.verdict == "good", self.sound
        self.passed: list[str] = []
        self.count = 0

    def close(self) -> None:
        self.page.close()

    def _judge(self, path: Path) -> Judgement:
        for key in ("", self.key):
            began = time.monotonic()
            one, other = self.script.judge(path, key), self.page.judge(path, key)
            assert time.monotonic() - began < SECONDS, "too slow"
            assert (one.verdict, one.claims) == (other.verdict, other.claims), (one, other)
            # Python reads no JSON of a thousand levels; a browser does, and finds that it is not of the shape.
            assert one.sentence == other.sentence or (one.sentence, other.sentence) == ("unreadable", "malformed")
            assert "fault" not in (one.sentence, other.sentence), "not foreseen"
        return one

    def attack(self, attack: Attack) -> Judgement:
        """What both say of it. AssertionError when they differ, stumble, or take it for more than it is."""
        path = linked(self.copy, self.work / "attacked")
        try:
            attack.do(path)
            same = all(
                (path / name.name).exists() and (path / name.name).read_bytes() == name.read_bytes()
                for name in self.copy.iterdir()
            )
            try:
                found = self._judge(path)
                taken = found.verdict not in ("bad", "none")
                assert not taken or is_weaker(found.claims, self.sound.claims), found
                changed = [
                    name
                    for name in BOUND
                    if (self.copy / name).exists()
                    and (path / name).exists()
                    and (path / name).read_bytes() != (self.copy / name).read_bytes()
                ]
                assert not (taken and changed), changed
            except AssertionError as error:
                raise AssertionError(f"{attack.name}: {error}") from error
            if taken and not same:
                self.passed.append(attack.name)
            self.count += 1
            return found
        finally:
            shutil.rmtree(path)


def random_attacks(copy: Path, others: list[Path], chance: random.Random) -> Iterator[Attack]:
    fields = field_attacks(copy, chance)
    while True:
        kinds: list[Callable[[], Attack]] = [
            lambda: bytes_attacked(copy, chance),
            lambda: bytes_attacked(copy, chance),
            lambda: next(fields),
            lambda: parts_swapped(copy, chance),
            lambda: file_dropped(copy, chance),
            *([lambda: file_taken_from(chance.choice(others), chance)] if others else []),
        ]
        yield chance.choice(kinds)()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("copies", nargs="+", type=Path)
    parser.add_argument("--count", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--fields", action="store_true", help="every field with every change, too")
    given = parser.parse_args()
    copy, *others = given.copies
    failed = 0
    with tempfile.TemporaryDirectory(dir=copy.parent) as work:
        field = Range(copy, Path(work))
        attacks = random_attacks(copy, others, random.Random(given.seed))
        some = [next(attacks) for _ in range(given.count)]
        for attack in (*monsters(copy), *(field_attacks(copy) if given.fields else ()), *some):
            try:
                field.attack(attack)
            except AssertionError as error:
                failed += 1
                print("FAILED", str(error)[:600])
        field.close()
    print(f"{field.count} attacks, {failed} failed, {len(field.passed)} changed nothing that is claimed:")
    for name in sorted(set(field.passed)):
        print("  ", name)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
