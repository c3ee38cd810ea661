"""Degrees as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingcha.base.errors import Invalid
from mingcha.base.position_text import read_degrees, read_pair, write_degrees

PLACE = (30 + 35 / 60 + 12 / 3600, 114 + 17 / 60 + 13 / 3600)


@pytest.mark.parametrize(
    "text",
    [
        "30.5866666667, 114.2869444444",
        "30.5866666667,114.2869444444",
        "30.5866666667 114.2869444444",
        "30.5866666667\t114.2869444444",
        "30.5866666667；114.2869444444",
        "30.5866666667，114.2869444444",
        "３０.5866666667，１１４.2869444444",
        "(30.5866666667, 114.2869444444)",
        "lat: 30.5866666667, lng: 114.2869444444",
        "N30.5866666667 E114.2869444444",
        "30.5866666667N, 114.2869444444E",
        "30.5866666667° N, 114.2869444444° E",
        "E114.2869444444, N30.5866666667",
        "N30°35'12\" E114°17'13\"",
        "30°35'12\"N 114°17'13\"E",
        "30°35′12″N, 114°17′13″E",
        "北纬30度35分12秒 东经114度17分13秒",
        "北纬30度35分12秒，东经114度17分13秒",
        "东经114°17′13″，北纬30°35′12″",
        "30°35.2', 114°17.2166666667'",
        "30 35 12".replace(" ", "°", 1).replace(" ", "'") + '", 114°17\'13"',
    ],
)
def test_it_reads_pairs_as_they_are_pasted(text: str) -> None:
    assert read_pair(text) == pytest.approx(PLACE, abs=1e-6)


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [("30.5866666667", "114.2869444444"), ("N30°35'12\"", "E114°17'13\""), (" 30°35'12″ ", "114°17'13''")],
)
def test_it_reads_two_fields(latitude: str, longitude: str) -> None:
    assert read_degrees(latitude, longitude) == pytest.approx(PLACE, abs=1e-6)


def test_south_and_west_are_negative() -> None:
    assert read_pair("S33.5 W70.6") == (-33.5, -70.6)
    assert read_pair("-33.5, -70.6") == (-33.5, -70.6)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("114.2871, 30.5867", "position.swapped"),
        ("E114.28 E30.58", "position.swapped"),
        ("80.27, 41.17", "position.swapped"),
        ("91, 200", "position.latitude"),
        ("-91, 10", "position.latitude"),
        ("30, 181", "position.longitude"),
        ("", "position.unreadable"),
        ("武汉", "position.unreadable"),
        ("30.5867", "position.unreadable"),
        ("30.5867,", "position.unreadable"),
        ("30.5867, 114.2871, 12", "position.unreadable"),
        ("30°60'00\", 114°17'13\"", "position.unreadable"),
        ("30.5°10', 114°17'", "position.unreadable"),
        ("N30.5N, E114", "position.unreadable"),
        ("N-30.5, E114", "position.unreadable"),
        ("1e3, 114", "position.unreadable"),
        ("nan, nan", "position.unreadable"),
        ("1" * 500, "position.unreadable"),
        ("30.58671142871", "position.unreadable"),
    ],
)
def test_it_refuses_what_it_cannot_be_sure_of(text: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_pair(text)
    assert refused.value.code == code


def test_a_field_that_is_no_angle_is_refused() -> None:
    with pytest.raises(Invalid) as caught:
        read_degrees("30.5867", "by the gate")
    assert caught.value.code == "position.unreadable"


def test_two_fields_in_the_wrong_order_are_called_swapped() -> None:
    with pytest.raises(Invalid) as refused:
        read_degrees("114.2871", "30.5867")
    assert refused.value.code == "position.swapped"


@given(st.integers(-900_000_000, 900_000_000))
def test_written_degrees_are_read_back_to_the_last_place(value_e7: int) -> None:
    text = write_degrees(value_e7 / 10_000_000)
    lat, _lon = read_degrees(text, "0.0") if abs(value_e7) < 700_000_000 else (value_e7 / 1e7, 0)
    assert round(lat * 10_000_000) == value_e7
    assert "e" not in text


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        lat, lon = read_pair(text)
    except Invalid:
        return
    assert abs(lat) <= 90
    assert abs(lon) <= 180
