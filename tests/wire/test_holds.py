"""Holds as messages."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingcha.base.errors import Invalid
from mingcha.wire.holds import FORMAT, Hold, Known, Standing, dump, load, load_known, load_standing

HOLD = {"hold": "hld_0123456789abcdef", "camera": "cam_0123456789abcdef", "start_us": 1, "end_us": 2}

names = st.text(alphabet="0123456789abcdefghjkmnpqrstvwxyz", min_size=16, max_size=16)
instants = st.integers(min_value=0, max_value=1 << 60)
holds = st.builds(
    lambda hold, camera, start, length, until, released: Hold(
        "hld_" + hold, "cam_" + camera, start, start + length, until, released
    ),
    names,
    names,
    instants,
    st.integers(min_value=1, max_value=10**12),
    st.none() | instants,
    st.booleans(),
)


@given(st.lists(holds, max_size=4))
def test_holds_survive_the_wire(found: list[Hold]) -> None:
    assert load(dump(found)) == tuple(found)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"hold": "cam_0123456789abcdef"}, "holds.id"),
        ({"camera": "cam_../../etc"}, "holds.id"),
        ({"end_us": 1}, "holds.range"),
        ({"start_us": -1}, "holds.field"),
        ({"until_us": "soon"}, "holds.field"),
        ({"released": 1}, "holds.field"),
        ({"colour": "red"}, "holds.field"),
    ],
)
def test_a_damaged_hold_refuses_the_message(change: dict[str, Any], code: str) -> None:
    with pytest.raises(Invalid) as caught:
        load(json.dumps({"format": FORMAT, "holds": [HOLD, {**HOLD, **change}]}).encode())
    assert caught.value.code == code


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"format":"mingcha.holds/1"}'])
def test_what_is_no_message_is_refused(data: bytes) -> None:
    with pytest.raises(Invalid):
        load(data)


def test_another_format_is_refused() -> None:
    with pytest.raises(Invalid) as caught:
        load(b'{"format":"mingcha.holds/2","holds":[]}')
    assert caught.value.code == "holds.format"


def test_what_the_recorder_knows_of_holds_is_read_and_nonsense_left_out() -> None:
    hold = "hld_0123456789abcdef"
    raw: list[object] = [
        {"hold": hold, "placed_us": 5},
        {"hold": hold, "placed_us": 5, "released_us": 9},
        {"hold": hold, "placed_us": 5, "released_us": "soon"},
        {"hold": hold, "placed_us": None},
        {"hold": "cam_0123456789abcdef", "placed_us": 5},
        {},
        "text",
    ]
    assert load_known(raw) == (Known(hold, 5), Known(hold, 5, 9), Known(hold, 5))


def test_standing_holds_are_told_whole_or_not_at_all() -> None:
    told = {**HOLD, "until_us": None, "released": False, "placed_us": 7}
    assert load_standing([told]) == (Standing(*HOLD.values(), placed_us=7),)
    for broken in ({**told, "placed_us": "now"}, {**told, "camera": "east"}, {**told, "colour": "red"}, 5):
        with pytest.raises(Invalid):
            load_standing([told, broken])
