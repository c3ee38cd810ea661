"""How often one address may ask."""

from __future__ import annotations

from mingcha.witness.rate import BURST, EACH_US, REMEMBERED, Rate


def test_a_burst_is_let_through_and_then_one_at_a_time() -> None:
    rate = Rate()
    assert [rate.allows("a", 0) for _ in range(BURST + 3)] == [True] * BURST + [False] * 3
    assert not rate.allows("a", EACH_US - 1)
    assert rate.allows("a", EACH_US)
    assert not rate.allows("a", EACH_US)
    assert [rate.allows("a", 1_000 * EACH_US) for _ in range(BURST + 1)] == [True] * BURST + [False]


def test_others_do_not_suffer_and_memory_is_bounded() -> None:
    rate = Rate()
    for _ in range(BURST + 1):
        rate.allows("a", 0)
    assert rate.allows("b", 0)
    for n in range(REMEMBERED * 2):
        rate.allows(str(n), 0)
    assert len(rate._full_at_us) == REMEMBERED
