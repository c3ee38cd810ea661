"""Canonical JSON: one text per value."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingcha.base.errors import Invalid
from mingcha.records.register.canonical import canonical, plain

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(JSON)
def test_it_is_json_and_stable(value: object) -> None:
    text = canonical(value)  # type: ignore[arg-type]
    assert json.loads(text) == value
    assert canonical(json.loads(text)) == text


def test_the_order_of_keys_does_not_matter() -> None:
    assert canonical({"b": 1, "a": 2}) == canonical({"a": 2, "b": 1}) == '{"a":2,"b":1}'


@pytest.mark.parametrize("value", [1.5, {"a": 2.0}, {1: 2}, b"x", object(), [object()]])
def test_it_refuses_what_has_no_single_text(value: object) -> None:
    with pytest.raises(Invalid):
        canonical(value)  # type: ignore[arg-type]


def test_plain_turns_floats_into_text_and_sets_into_sorted_lists() -> None:
    assert plain({"fps": 12.5, "set": {"b", "a"}, "pair": (1, 2)}) == {"fps": "12.5", "set": ["a", "b"], "pair": [1, 2]}
