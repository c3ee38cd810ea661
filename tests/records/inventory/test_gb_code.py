"""The 20-digit device code."""

from __future__ import annotations

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from mingcha.base.errors import Conflict, Invalid
from mingcha.records.inventory.gb_code import next_free, parts, read_gb_code

GOOD = "42010600471320000123"


def test_it_takes_a_code_apart_and_together_again() -> None:
    code = read_gb_code(GOOD)
    assert (code.region, code.unit, code.industry, code.kind, code.network, code.serial) == (
        *("420106", "00", "47", "132", "0"),
        "000123",
    )
    assert str(code) == GOOD
    assert code.prefix == "42010600471320"


@pytest.mark.parametrize("text", ["420106 00 47 132 0 000123", "42010600-47-132-0-000123", f"  {GOOD}\n"])
def test_it_passes_over_spaces_and_hyphens(text: str) -> None:
    assert str(read_gb_code(text)) == GOOD


@pytest.mark.parametrize(
    ("text", "code", "params"),
    [
        ("", "gb_code.length", {"given": 0}),
        (GOOD[:-1], "gb_code.length", {"given": 19}),
        (GOOD + "1", "gb_code.length", {"given": 21}),
        ("4201060047l320000123", "gb_code.digit", {"place": 11, "found": "l"}),
        ("4201060047１320000123", "gb_code.digit", {"place": 11}),
        ("99010600471320000123", "gb_code.region", {"found": "99"}),
        ("42000600471320000123", "gb_code.city", {"found": "420006"}),
        ("42010600471180000123", "gb_code.not_camera", {"found": "118"}),
        ("42010600479990000123", "gb_code.type", {"found": "999"}),
        ("42010600471320000000", "gb_code.serial", {}),
    ],
)
def test_it_says_which_digit_is_wrong(text: str, code: str, params: dict[str, object]) -> None:
    with pytest.raises(Invalid) as refused:
        read_gb_code(text)
    assert refused.value.code == code
    assert params.items() <= dict(refused.value.params).items()


def test_a_provincial_centre_is_accepted() -> None:
    assert read_gb_code("34000000001320000001").region == "340000"


def test_the_parts_are_in_words_and_the_unknown_is_left_open() -> None:
    with override("en"):
        told = {str(part.label): str(part.meaning) for part in parts(read_gb_code("42010600091315000001"), "Wuhan")}
    assert told == {
        "Region": "Wuhan",
        "Basic unit": "not a basic unit",
        "Industry": "health and environment",
        "Type": "camera",
        "Network": "public security information network",
        "Serial number": "",
    }
    unknown = parts(read_gb_code("42010612471320000001"))
    assert unknown[1].meaning == ""
    assert unknown[4].meaning == ""


def test_the_next_code_follows_the_highest_of_the_usual_prefix() -> None:
    taken = ["42010600471320000007", "42010600471320000009", "42010600001310000001", "", "x"]
    assert next_free(taken, region="110101") == "42010600471320000010"
    assert next_free(taken, region="", prefix="42010600001310") == "42010600001310000002"


def test_the_first_code_comes_from_the_region() -> None:
    assert next_free([], region="420106") == "42010600001320000001"
    with pytest.raises(Invalid):
        next_free([], region="")


def test_a_gap_is_filled_when_the_end_is_reached_and_a_full_prefix_refused() -> None:
    prefix = "42010600471320"
    assert next_free([f"{prefix}999999", f"{prefix}000001"], region="") == f"{prefix}000002"
    with pytest.raises(Conflict):
        next_free((f"{prefix}{serial:06d}" for serial in range(1, 1_000_000)), region="")


@given(st.lists(st.integers(1, 999_999), max_size=20))
def test_the_next_code_is_never_taken_and_always_good(serials: list[int]) -> None:
    taken = {f"42010600471320{serial:06d}" for serial in serials}
    found = next_free(taken, region="420106")
    assert found not in taken
    assert str(read_gb_code(found)) == found
