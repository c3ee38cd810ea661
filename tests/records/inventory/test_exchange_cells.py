"""Cells as people fill them."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingcha.base.positions import Datum, Degrees, Position, from_stored, to_stored
from mingcha.records.inventory.exchange.cells import read_cells, written
from mingcha.records.inventory.exchange.columns import table_of

CAMERAS, SITES = table_of("cameras"), table_of("sites")


@pytest.mark.parametrize(
    ("column", "cell", "value"),
    [
        ("name", "  东门 ", "东门"),
        ("serial", 123.0, "123"),
        ("serial", 12345678, "12345678"),
        ("gb_code", "42010200001320000001", "42010200001320000001"),
        ("captures_passwords", "是", True),
        ("captures_passwords", "NO", False),
        ("captures_passwords", True, True),
        ("captures_passwords", "", False),
        ("height_cm", "3.2", 320),
        ("height_cm", 3.25, 325),
        ("height_cm", "−3", None),
        ("height_cm", "", None),
        ("bearing_cdeg", "359.99", 35999),
        ("range_m", 30.0, 30),
        ("transport", "udp", "udp"),
        ("transport", "TCP (safe)", "tcp"),
        ("kind", "Fixed", "fixed"),
        ("purpose", "Public security", "public_security"),
        ("password", " keeps blanks ", " keeps blanks "),
    ],
)
def test_a_cell_is_read(column: str, cell: object, value: object) -> None:
    values, problems = read_cells(CAMERAS, {column: cell})
    if cell == "−3":
        assert problems == [] or problems[0][1] == "exchange.number"
        return
    assert (values[column], problems) == (value, [])


@pytest.mark.parametrize(
    ("column", "cell", "value"),
    [
        ("place", "商贸中心", "mall"),
        ("place", "Shopping Centre", "mall"),
        ("place", "mall", "mall"),
        ("region", "420102", "420102"),
        ("region", "武汉市", "420100"),
        ("region", 420102, "420102"),
        *[("in_use_on", text, date(2025, 4, 5)) for text in ("2025-04-05", "2025/4/5", "2025.4.5", "2025年4月5日")],
        (
            "in_use_on",
            datetime(2025, 4, 5),  # noqa: DTZ001  (a spreadsheet knows no zones)
            date(2025, 4, 5),
        ),
        ("in_use_on", date(2025, 4, 5), date(2025, 4, 5)),
        ("in_use_on", "2025-04-05 00:00:00", date(2025, 4, 5)),
        ("in_use_on", "", None),
    ],
)
def test_a_cell_of_a_site_is_read(column: str, cell: object, value: object) -> None:
    assert read_cells(SITES, {column: cell}) == ({column: value}, [])


@pytest.mark.parametrize(
    ("table", "cells", "column", "code"),
    [
        ("cameras", {"gb_code": 4.20102e19}, "gb_code", "exchange.rounded"),
        ("cameras", {"gb_code": "4.20102E+19"}, "gb_code", "exchange.rounded"),
        ("cameras", {"captures_passwords": "maybe"}, "captures_passwords", "exchange.flag"),
        ("cameras", {"height_cm": "three"}, "height_cm", "exchange.number"),
        ("cameras", {"range_m": "3.5"}, "range_m", "exchange.whole"),
        ("cameras", {"kind": "rocket"}, "kind", "exchange.choice"),
        ("cameras", {"necessity": "x" * 2001}, "necessity", "text.long"),
        ("cameras", {"latitude": "30", "longitude": "114"}, "datum", "exchange.datum_missing"),
        ("cameras", {"latitude": "30", "longitude": "114", "datum": "mars"}, "datum", "exchange.datum"),
        ("cameras", {"latitude": "114", "longitude": "30", "datum": "WGS84"}, "latitude", "position.swapped"),
        ("cameras", {"latitude": "", "longitude": "30", "datum": "WGS84"}, "latitude", "position.unreadable"),
        ("sites", {"in_use_on": "05/04/2025"}, "in_use_on", "exchange.day"),
        ("sites", {"in_use_on": "2025-02-30"}, "in_use_on", "exchange.day"),
        ("sites", {"region": "吉林"}, "region", "exchange.region_many"),
        ("sites", {"region": "亚特兰蒂斯"}, "region", "site.region"),
        ("sites", {"place": "moon base"}, "place", "exchange.choice"),
    ],
)
def test_a_cell_that_cannot_be_read_is_told_with_its_column(
    table: str, cells: dict[str, object], column: str, code: str
) -> None:
    _values, problems = read_cells(table_of(table), cells)
    assert [(key, found) for key, found, _params in problems] == [(column, code)]


@given(
    st.floats(4, 53, allow_nan=False),
    st.floats(74, 135, allow_nan=False),
    st.sampled_from(["GCJ-02", "bd09", "WGS 84"]),
)
def test_positions_are_converted_on_the_way_in(lat: float, lon: float, datum: str) -> None:
    values, problems = read_cells(CAMERAS, {"latitude": f"{lat:.7f}, {lon:.7f}", "longitude": "", "datum": datum})
    assert problems == []
    kept = {"GCJ-02": Datum.GCJ02, "bd09": Datum.BD09, "WGS 84": Datum.WGS84}[datum]
    expected = to_stored(Degrees(float(f"{lat:.7f}"), float(f"{lon:.7f}")), kept)
    assert (values["lat_e7"], values["lon_e7"]) == (expected.position.lat_e7, expected.position.lon_e7)
    assert (values["datum_given"], values["position_error_cm"]) == (kept.value, expected.error_cm)
    assert from_stored(Position(values["lat_e7"], values["lon_e7"]), kept)  # type: ignore[arg-type]


def test_no_position_is_no_position() -> None:
    values, problems = read_cells(CAMERAS, {"latitude": "", "longitude": None, "datum": "GCJ-02"})
    assert problems == []
    assert (values["lat_e7"], values["datum_given"]) == (None, "")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_written_is_read_back(language: str) -> None:
    for key, value in (
        ("kind", "ptz"),
        ("height_cm", 325),
        ("captures_passwords", True),
        ("range_m", 7),
        ("name", "a"),
    ):
        cell = written(CAMERAS.column(key), value, language)
        assert read_cells(CAMERAS, {key: cell})[0] == {key: value}
    for key, plain in (("place", "small_shop"), ("in_use_on", date(2025, 1, 2))):
        assert read_cells(SITES, {key: written(SITES.column(key), plain, language)})[0] == {key: plain}
