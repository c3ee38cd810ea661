"""How many seconds pictures go on after the right to them has ended: reason × way of flowing, on the running product.

python dev.py bench enforcement [--rounds N]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.support.enforcement import Flows, Reasons, inside_flows, measure
from tests.support.stack import Stack
from tests.support.stack_office import SPARE

LIMIT_S = 2.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="of those reasons that can be repeated")
    rounds = parser.parse_args().rounds
    worst: dict[tuple[str, str], float] = defaultdict(float)
    with tempfile.TemporaryDirectory() as directory:
        stack = Stack(Path(directory))
        try:
            _measure_all(stack, rounds, worst)
        finally:
            stack.close()
    reasons, ways = sorted({key[0] for key in worst}), sorted({key[1] for key in worst})
    print("| reason | " + " | ".join(ways) + " |\n| --- |" + " --- |" * len(ways))
    for reason in reasons:
        cells = (f"{worst[reason, way]:.2f}" if (reason, way) in worst else "–" for way in ways)
        print(f"| {reason} | " + " | ".join(cells) + " |")
    return int(max(worst.values()) > LIMIT_S)


def _measure_all(stack: Stack, rounds: int, worst: dict[tuple[str, str], float]) -> None:
    span = stack.footage()
    reasons = Reasons(stack, stack.browser().sign_in("manager"))

    def note(reason: str, took: dict[str, float]) -> None:
        for way, seconds in took.items():
            worst[reason, way] = max(worst[reason, way], seconds)

    for _ in range(rounds):
        browser = stack.browser().sign_in("relief")
        note("signed out", measure(inside_flows(stack, browser, span), lambda: reasons.signed_out(browser)))  # noqa: B023
        browser = stack.browser().sign_in("relief")
        note("session ended", measure(inside_flows(stack, browser, span), lambda: reasons.sessions_ended("relief")))
        desk = stack.browser().sign_in("guard")
        request = stack.granted(desk, None)
        flows = Flows()
        flows.watch(desk, stack.open_granted(desk, request, "live").json()["ticket"], stack.camera)
        note("grant ended", measure(flows, lambda: reasons.grant_ended(request)))  # noqa: B023
        request = stack.granted(desk, None)
        flows = Flows()
        flows.watch(desk, stack.open_granted(desk, request, "live").json()["ticket"], stack.camera)
        note("grant ran out", measure(flows, lambda: float(stack.run("cut", request, "1.5"))))  # noqa: B023
    single = {
        "account closed": reasons.account_closed,
        "role taken": reasons.role_taken,
        "appointment ended": reasons.appointment_ended,
    }
    for username, (reason, end) in zip(SPARE, single.items(), strict=False):
        flows = inside_flows(stack, stack.browser().sign_in(username), span)
        note(reason, measure(flows, lambda: end(username)))  # noqa: B023


if __name__ == "__main__":
    sys.exit(main())
