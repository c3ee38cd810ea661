from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.media.catalog.film import Film


@pytest.fixture
def film(tmp_path: Path) -> Iterator[Film]:
    made = Film(tmp_path)
    yield made
    made.close()
