"""How fast the law decides: a mixed batch through the text interface, and the duties of many sites.

    python benchmarks/law.py [--decisions 200000] [--sites 100000]

Wanted (issue 3): 50,000 decisions a second in a batch on one core; the duties of 100,000 sites in under 10 s.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import mingcha.law as law

REGIONS = ("110101", "310104", "420106", "420111", "420500", "440103", "440304", "330106")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--decisions", type=int, default=200_000)
    parser.add_argument("--sites", type=int, default=100_000)
    options = parser.parse_args()
    started = time.perf_counter()
    law.current()
    print(f"load the data           {(time.perf_counter() - started) * 1000:10.0f} ms")
    draw = random.Random(799)
    makers = _makers(draw)
    for question, make in makers.items():
        _report(f"batch {question}", [_line(question, make()) for _ in range(options.decisions // 8)])
    names = tuple(makers)
    mixed = (names[number % len(names)] for number in range(options.decisions))
    _report("batch, all questions", [_line(name, makers[name]()) for name in mixed])
    _sites(draw, options.sites)


def _report(title: str, lines: list[str]) -> None:
    started = time.process_time()
    count = sum(1 for _ in law.decide_batch(lines))
    spent = time.process_time() - started
    print(f"{title:<23} {count / spent:10,.0f} decisions/s of one core")


def _sites(draw: random.Random, count: int) -> None:
    makers = _makers(draw)
    facts = [makers["duties"]() for _ in range(count)]
    started = time.process_time()
    duties = sum(len(law.decide("duties", one)["duties"]) for one in facts)  # type: ignore[arg-type]
    spent = time.process_time() - started
    print(f"duties of {count:,} sites  {spent:10.2f} s ({duties:,} duties)")


def _line(question: str, facts: dict[str, object]) -> str:
    return json.dumps({"id": "x", "question": question, "facts": facts})


def _makers(draw: random.Random) -> dict[str, Callable[[], dict[str, object]]]:
    words = law.current().data.vocabulary
    one: Callable[[str], str] = lambda group: draw.choice(tuple(words[group]))  # noqa: E731
    some: Callable[[str], list[str]] = lambda group: [code for code in words[group] if draw.random() < 0.5]  # noqa: E731
    flag: Callable[[], bool] = lambda: draw.random() < 0.5  # noqa: E731

    def day() -> str:
        return (date(2023, 1, 1) + timedelta(days=draw.randrange(1_400))).isoformat()

    def usual() -> dict[str, object]:
        return {"region": draw.choice(REGIONS), "on": day(), "drafts": flag()}

    def flags(*names: str) -> Iterator[tuple[str, object]]:
        return ((name, flag()) for name in names)

    def retention() -> dict[str, object]:
        at = f"T{draw.randrange(24):02}:{draw.randrange(60):02}:{draw.randrange(60):02}+08:00"
        found: dict[str, object] = {"region": draw.choice(REGIONS), "place": one("place")}
        found |= {"recorded_at": day() + at, "now": day() + at}
        return found | dict(flags("key_antiterror", "important", "purpose_fulfilled", "drafts"))

    def access() -> dict[str, object]:
        found = usual() | {"requester": one("requester"), "mode": one("mode"), "staff": draw.randrange(3)}
        found |= {"shown": some("document"), "relationship": one("relationship"), "protects": one("protects")}
        return found | dict(
            flags("registered", "statutory_duty", "emergency", "own_sector", "unit_consent", "urgent", "authorised")
        )

    return {
        "placement": lambda: usual() | {"place": one("place"), "area": one("area"), "installer": one("installer")},
        "filing": lambda: usual() | {"place": one("place"), "in_use_on": day(), "accepted_on": day()},
        "retention": retention,
        "log_retention": usual,
        "access": access,
        "publication": lambda: usual() | {"shows": some("shows"), "masked": some("shows"), "irreversible": flag()},
        "removal": lambda: usual() | {"place": one("place"), "planned_on": day()},
        "sanction": lambda: usual() | {"breach": one("breach"), "actor": one("actor"), "serious": flag()},
        "duties": lambda: usual() | {"place": one("place"), **dict(flags("outsourced", "key_antiterror"))},
    }


if __name__ == "__main__":
    main()
