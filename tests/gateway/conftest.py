"""The office's fixtures for every test below."""

from collections.abc import Iterator

import pytest

from tests.gateway.recorder import FakeRecorder, running
from tests.support.office import _office, camera, guard, key_dir, manager, outsider, site  # noqa: F401


@pytest.fixture
def recorder() -> Iterator[FakeRecorder]:
    with running() as made:
        yield made
