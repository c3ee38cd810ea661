"""What is covered between two looks."""

from __future__ import annotations

from mingcha.media.redact.boxes import Box, overlap, pairs
from mingcha.media.redact.tracks import HELD_LOOKS, Follower, between


def head(x: float, y: float = 0.5, size: float = 0.05) -> Box:
    return Box(x, y, x + size, y + size)


def test_a_head_that_moves_is_covered_along_its_way() -> None:
    follower = Follower()
    follower.look([head(0.2)])
    (move,) = follower.look([head(0.28)])
    half = between(move, 0.5)
    assert half.left <= 0.24
    assert half.right >= 0.29
    assert between(move, 0).left <= 0.2
    assert between(move, 1).right >= 0.33


def test_a_head_missed_for_some_looks_stays_covered_and_its_cover_grows() -> None:
    follower = Follower()
    follower.look([head(0.2)])
    widths = [moves[0][1].width for moves in (follower.look([]) for _ in range(HELD_LOOKS)) if moves]
    assert len(widths) == HELD_LOOKS
    assert widths == sorted(widths)
    assert follower.look([]) == []


def test_somebody_new_is_covered_from_the_look_before_on() -> None:
    follower = Follower()
    follower.look([])
    assert follower.look([head(0.6)]) == [(head(0.6), head(0.6))]


def test_two_heads_that_pass_each_other_are_both_covered_all_the_way() -> None:
    follower = Follower()
    follower.look([head(0.40), head(0.50)])
    moves = follower.look([head(0.44), head(0.46)])
    assert len(moves) == 2
    for share in (0.0, 0.5, 1.0):
        covers = [between(move, share) for move in moves]
        for true in (head(0.40 + 0.06 * share), head(0.50 - 0.06 * share)):
            assert any(cover.left <= true.left and cover.right >= true.right for cover in covers)


def test_far_boxes_are_not_taken_for_one_another_and_each_goes_once() -> None:
    assert pairs([head(0.1)], [head(0.8)]) == {}
    assert pairs([head(0.1), head(0.12)], [head(0.11)]) in ({0: 0}, {1: 0})


def test_boxes_never_leave_the_picture() -> None:
    grown = Box(0.0, 0.0, 0.1, 0.1).grown(1, 1, 1)
    assert grown.left == 0
    assert grown.top == 0
    assert Box(0.9, 0.9, 1, 1).grown(1, 1, 1).right == 1
    assert overlap(head(0.1), head(0.1)) == 1
