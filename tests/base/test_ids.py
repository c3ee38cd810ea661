"""Public ids."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingcha.base.ids import KINDS, is_id, new_id


@pytest.mark.parametrize("prefix", sorted(KINDS))
def test_a_new_id_is_of_its_kind(prefix: str) -> None:
    made = new_id(prefix)
    assert is_id(made, prefix)
    assert len(made) == 20


def test_ids_differ() -> None:
    assert len({new_id("cam") for _ in range(500)}) == 500


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(KeyError):
        new_id("xyz")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "cam_",
        "cam_0123456789abcde",
        "cam_0123456789abcdefg",
        "per_0123456789abcdef",
        "cam_0123456789ABCDEF",
        "cam_../../etc/passwd",
        "cam_0123456789abcdei",
        "cam_0123456789abcdel",
        "cam_0123456789abcdeo",
        "cam_0123456789abcdeu",
        "cam-0123456789abcdef",
    ],
)
def test_what_is_no_camera_id_is_not_taken_for_one(text: str) -> None:
    assert not is_id(text, "cam")


def test_a_line_feed_at_the_end_is_no_part_of_an_id() -> None:
    assert not is_id("cam_0123456789abcdef\n", "cam")


@given(st.text(max_size=30))
def test_whatever_passes_is_harmless_as_a_file_name(text: str) -> None:
    if is_id("cam_" + text, "cam"):
        assert text.isascii()
        assert text.isalnum()
