"""Rules frozen on segments, and deletion that keeps to them."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mingcha.base.clock import US_PER_S
from mingcha.base.timerange import TimeRange
from mingcha.ledger.merkle import leaf_hash, tree_root
from mingcha.media.catalog.holds import standing_holds, take_holds
from mingcha.media.catalog.keeping import delete_due, deleted, order_rule
from mingcha.media.catalog.records import SegmentRecord
from mingcha.media.catalog.removal import collect_garbage
from mingcha.wire.holds import Hold
from mingcha.wire.plan import RetentionOrder
from tests.media.catalog.film import CAMERA, OTHER, START_US, Film

MINUTE_S = 60
DAY_S = 86_400


def rule(floor_s: int = 100, ceiling_s: int | None = 200, *, make_room: bool = False) -> RetentionOrder:
    return RetentionOrder(floor_s, ceiling_s, make_room, ("imaginary-1 17",), "v1")


def at(seconds: float) -> int:
    return START_US + round(seconds * US_PER_S)


def due(film: Film, seconds: float, camera: str = CAMERA, **more: Any) -> list[int]:
    """Delete what is due so many seconds after the start of the film; the numbers."""
    found = delete_due(film.catalog, camera, "main", now_us=at(seconds), limit=100, **more)
    return [number for deletion in found for number in deletion.numbers]


def leaves(film: Film, kind: str) -> list[dict[str, Any]]:
    with film.catalog.reading() as reader:
        bodies = [json.loads(body) for (body,) in reader.execute("SELECT body FROM leaf ORDER BY id")]
    return [body for body in bodies if body["kind"] == kind]


def order(film: Film, given: RetentionOrder, camera: str = CAMERA) -> bool:
    return order_rule(film.catalog, camera, "main", given, film.clock.wall_us())


def steps_of_a_look(film: Film) -> int:
    """What SQLite does, in its own steps, to see that nothing is due."""
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    with film.catalog.transaction() as connection:
        connection.set_progress_handler(count, 1)
        assert due(film, DAY_S) == []
        connection.set_progress_handler(None, 1)
    return steps


@pytest.mark.parametrize("kept_by", [rule(1, None), rule(2 * DAY_S, 2 * DAY_S)])
def test_looking_for_what_is_due_costs_the_same_however_much_is_kept(film: Film, kept_by: RetentionOrder) -> None:
    order(film, rule(1, 10), OTHER)
    order(film, kept_by)
    film.record(0, parts=1)
    few = steps_of_a_look(film)
    for second in range(1, 30):
        film.record(second, parts=1)
    assert steps_of_a_look(film) == few


def test_a_segment_goes_when_its_time_is_over_and_not_a_moment_before(film: Film) -> None:
    order(film, rule())
    first, second = film.record(0, parts=3), film.record(3, parts=3)
    assert due(film, 203 - 1e-6) == []
    assert due(film, 203) == [first.number]
    assert due(film, 206) == [second.number]
    assert film.catalog.coverage([CAMERA], TimeRange(1, 1 << 60)) == {CAMERA: []}
    assert deleted(film.catalog, CAMERA, "main", TimeRange(at(1), at(100))) == [TimeRange(at(1), at(6))]


def test_the_time_line_says_that_it_was_deleted(film: Film) -> None:
    order(film, rule())
    film.record(0)
    film.catalog.add_gap(CAMERA, "main", at(3), at(5), "camera_lost")
    film.record(5)
    due(film, 204)
    found = film.catalog.gaps([CAMERA], TimeRange(at(1), at(9)))[CAMERA]
    assert [(gap.start_us, gap.end_us, gap.reason) for gap in found] == [
        (at(0), at(3), "deleted"),
        (at(3), at(5), "camera_lost"),
    ]


def test_without_a_rule_nothing_is_ever_deleted(film: Film) -> None:
    film.record()
    assert due(film, 100 * 365 * DAY_S) == []


def test_footage_from_before_the_first_rule_takes_it(film: Film) -> None:
    record = film.record()
    assert order(film, rule())
    assert due(film, 203) == [record.number]


def test_ordering_the_same_rule_again_changes_nothing(film: Film) -> None:
    assert order(film, rule())
    assert not order(film, rule())


def test_a_shorter_rule_does_not_reach_what_is_recorded(film: Film) -> None:
    order(film, rule(100, 200))
    old = film.record(0)
    order(film, rule(10, 20))
    new = film.record(3)
    assert due(film, 150) == [new.number]
    assert due(film, 203) == [old.number]


def test_a_longer_floor_reaches_what_is_recorded(film: Film) -> None:
    order(film, rule(100, 200))
    record = film.record()
    order(film, rule(1000, 2000))
    assert due(film, 1002) == []
    assert due(film, 1003) == [record.number]


def test_a_rule_without_a_ceiling_deletes_nothing_but_may_make_room(film: Film) -> None:
    order(film, rule(100, None, make_room=True))
    record = film.record()
    assert due(film, 10_000) == []
    assert due(film, 102, for_room=True) == []
    assert due(film, 103, for_room=True) == [record.number]


def test_room_is_not_made_of_footage_whose_rule_forbids_it(film: Film) -> None:
    order(film, rule(100, 200))
    film.record()
    assert due(film, 150, for_room=True) == []


def test_the_rule_an_open_segment_began_under_is_its_own(film: Film) -> None:
    order(film, rule(100, 200))
    segment, _, _ = film.begin(0)
    order(film, rule(10, 20))
    with film.catalog.reading() as reader:
        (frozen,) = reader.execute(
            "SELECT r.ceiling_us FROM open_segment AS o JOIN rule AS r ON r.id = o.rule WHERE o.number = ?",
            (segment.number,),
        ).fetchone()
    assert frozen == 200 * US_PER_S
    segment.abandon()


def test_the_open_segment_is_never_deleted(film: Film) -> None:
    order(film, rule(0, 0))
    segment, _, _ = film.begin(0)
    assert due(film, 10**9) == []
    segment.abandon()


def test_a_removed_camera_keeps_its_rule(film: Film) -> None:
    order(film, rule())
    record = film.record()
    film.reopen()
    assert due(film, 203) == [record.number]


def test_the_certificate_says_what_by_which_rule_and_when(film: Film) -> None:
    order(film, rule())
    records = [film.record(0), film.record(3), film.record(9)]
    made = delete_due(film.catalog, CAMERA, "main", now_us=at(1000), limit=10)
    assert [deletion.numbers for deletion in made] == [(1, 2), (3,)]
    assert made[0].root == tree_root([leaf_hash(record.root) for record in records[:2]])
    assert made[0].file_bytes == records[0].file_bytes + records[1].file_bytes
    told = [fact for fact in film.catalog.facts_after(0) if fact.kind == "footage.deleted"]
    assert [fact.detail["numbers"] for fact in told] == [[[1, 2]], [[3, 3]]]
    entry = leaves(film, "deletion")[0]
    assert entry["rule"] == {"floor_us": 100 * US_PER_S, "ceiling_us": 200 * US_PER_S, "ground": ["imaginary-1 17"]}
    assert (entry["cause"], entry["at_us"], entry["certificate"]) == ("ceiling", at(1000), made[0].certificate)


def test_the_files_go_after_the_rows(film: Film) -> None:
    order(film, rule())
    record = film.record()
    due(film, 203)
    assert [item.number for item in film.catalog.garbage()] == [record.number]
    assert collect_garbage(film.catalog, film.store) == [record.number]
    assert list(film.store.numbers()) == []


def test_a_limit_takes_the_oldest_first(film: Film) -> None:
    order(film, rule())
    records = [film.record(3 * n) for n in range(3)]
    found = delete_due(film.catalog, CAMERA, "main", now_us=at(1000), limit=2)
    assert [number for deletion in found for number in deletion.numbers] == [records[0].number, records[1].number]


def test_a_segment_leaf_says_how_long_it_is_kept(film: Film) -> None:
    film.record(0)
    order(film, rule())
    record = film.record(3)
    first, second = leaves(film, "segment")
    assert first["rule"] is None
    assert second["root"] == record.root.hex()
    assert second["rule"]["floor_us"] == 100 * US_PER_S


def hold(start_s: float, end_s: float, **more: Any) -> Hold:
    fields: dict[str, Any] = {"hold": "hld_0123456789abcdef", "camera": CAMERA, **more}
    return Hold(start_us=at(start_s), end_us=at(end_s), **fields)


def test_a_hold_keeps_every_segment_it_touches(film: Film) -> None:
    order(film, rule())
    records = [film.record(3 * n) for n in range(4)]
    assert take_holds(film.catalog, [hold(4, 7)], at(20)) == 1
    assert due(film, 1000) == [records[0].number, records[3].number]


def test_a_hold_on_one_camera_does_not_keep_another(film: Film) -> None:
    order(film, rule(), OTHER)
    record = film.record(camera=OTHER)
    take_holds(film.catalog, [hold(0, 9)], at(20))
    assert due(film, 1000, OTHER) == [record.number]


def test_a_message_without_a_hold_does_not_release_it(film: Film) -> None:
    order(film, rule())
    film.record()
    take_holds(film.catalog, [hold(0, 9)], at(20))
    assert take_holds(film.catalog, [], at(21)) == 0
    assert due(film, 1000) == []


def test_two_holds_on_one_segment_both_have_to_go(film: Film) -> None:
    order(film, rule())
    record = film.record()
    other = hold(0, 1, hold="hld_fedcba9876543210")
    take_holds(film.catalog, [hold(0, 9), other], at(20))
    take_holds(film.catalog, [dataclasses.replace(other, released=True)], at(30))
    assert due(film, 1000) == []
    take_holds(film.catalog, [hold(0, 9, released=True)], at(40))
    assert due(film, 1000) == [record.number]


def test_a_released_hold_does_not_come_back(film: Film) -> None:
    take_holds(film.catalog, [hold(0, 9)], at(20))
    take_holds(film.catalog, [hold(0, 9, released=True)], at(30))
    assert take_holds(film.catalog, [hold(0, 9)], at(40)) == 0


def test_a_hold_for_a_term_ends_by_itself_and_is_only_lengthened(film: Film) -> None:
    order(film, rule())
    record = film.record()
    take_holds(film.catalog, [hold(0, 9, until_us=at(500))], at(20))
    assert take_holds(film.catalog, [hold(0, 9, until_us=at(400))], at(21)) == 0
    assert take_holds(film.catalog, [hold(0, 9, until_us=at(600))], at(22)) == 1
    assert due(film, 599) == []
    assert due(film, 600) == [record.number]


def test_holds_are_told_and_entered(film: Film) -> None:
    take_holds(film.catalog, [hold(0, 9)], at(20))
    take_holds(film.catalog, [hold(0, 9, released=True)], at(30))
    assert [fact.kind for fact in film.catalog.facts_after(0)] == ["hold.placed", "hold.released"]
    assert [entry["released"] for entry in leaves(film, "hold")] == [False, True]


def test_a_hold_first_heard_of_when_it_is_released_is_told_as_both(film: Film) -> None:
    """A recorder that lost its catalog gets the release of a hold it never knew."""
    assert take_holds(film.catalog, [hold(0, 9, released=True)], at(20)) == 1
    assert [fact.kind for fact in film.catalog.facts_after(0)] == ["hold.placed", "hold.released"]


def bare(film: Film, start_s: int, length_s: int) -> SegmentRecord:
    """A segment in the catalog only."""
    number = film.catalog.open_segment(film.store.store_id, CAMERA, "main", film.run(), at(start_s), 0)
    record = SegmentRecord(
        number,
        film.store.store_id,
        CAMERA,
        "main",
        film.run(),
        at(start_s),
        at(start_s + length_s),
        0,
        1,
        2,
        1,
        1,
        b"r" * 32,
    )
    film.catalog.seal_segment(record, [])
    return record


steps = st.one_of(
    st.tuples(st.just("record"), st.integers(1, 90)),
    st.tuples(st.just("wait"), st.integers(1, 400)),
    st.tuples(st.just("rule"), st.tuples(st.integers(0, 300), st.integers(0, 300))),
    st.tuples(st.just("hold"), st.tuples(st.integers(0, 900), st.integers(1, 200))),
    st.tuples(st.just("release"), st.integers(0, 3)),
    st.tuples(st.just("sweep"), st.booleans()),
)


@settings(max_examples=60)
@given(plan=st.lists(steps, max_size=30))
def test_whatever_happens_nothing_goes_early_and_nothing_due_stays(
    tmp_path_factory: pytest.TempPathFactory, plan: list[tuple[str, Any]]
) -> None:
    film = Film(tmp_path_factory.mktemp("film"))
    now, end = 0, 0
    rules: list[tuple[int, int]] = []
    kept: dict[int, tuple[int, int, tuple[int, int]]] = {}
    holds: dict[str, tuple[int, int]] = {}
    try:
        for step, value in plan:
            if step == "record" and rules:
                start = max(end, now)
                record = bare(film, start, value)
                kept[record.number] = (start, start + value, rules[-1])
                end = now = start + value
            elif step == "wait":
                now += value
            elif step == "rule":
                rules.append((value[0], value[0] + value[1]))
                order(film, rule(*rules[-1]))
            elif step == "hold":
                name = f"hld_{len(holds):016d}"
                holds[name] = (value[0], value[0] + value[1])
                take_holds(film.catalog, [hold(*holds[name], hold=name)], at(now))
            elif step == "release" and value < len(holds):
                name = f"hld_{value:016d}"
                take_holds(film.catalog, [hold(0, 1, hold=name, released=True)], at(now))
                holds[name] = (0, 0)
            elif step == "sweep":
                gone = set(due(film, now))
                expected = {
                    number
                    for number, (start, stop, (floor, ceiling)) in kept.items()
                    if now >= stop + max(floor, ceiling, rules[-1][0])
                    and not any(begin < stop and finish > start for begin, finish in holds.values())
                }
                assert gone == expected
                for number in gone:
                    del kept[number]
        assert {record.number for record in film.catalog.segments(CAMERA, "main", TimeRange(1, 1 << 60))} == set(kept)
        assert film.catalog.coverage_faults() == []
    finally:
        film.close()


def test_standing_holds_are_told_in_pages_and_released_ones_are_not(film: Film) -> None:
    told = [Hold(f"hld_{number:016d}", CAMERA, at(0), at(60)) for number in range(3)]
    take_holds(film.catalog, told, at(1))
    take_holds(film.catalog, [dataclasses.replace(told[1], released=True)], at(2))
    (first,) = standing_holds(film.catalog, "", 1)
    assert (first.hold, first.camera, first.end_us, first.placed_us) == (told[0].hold, CAMERA, at(60), at(1))
    assert [one.hold for one in standing_holds(film.catalog, first.hold, 9)] == [told[2].hold]
