"""Instants on pages."""

from __future__ import annotations

import pytest

from mingcha.web.templatetags.frontend import instant


def test_it_writes_local_time() -> None:
    assert instant(1_763_690_400_000_000) == "2025-11-21 10:00:00"


@pytest.mark.parametrize("us", [-62_135_625_600_000_000, 10**18, 10**30])
def test_an_instant_that_no_calendar_holds_stays_readable(us: int) -> None:
    assert instant(us) == f"{us} µs"
