"""The recordings that the tests of this folder look at, each made once."""

from __future__ import annotations

import asyncio

import pytest

from tests.media.faults.street import Street, record_street


@pytest.fixture(scope="session")
def street(tmp_path_factory: pytest.TempPathFactory) -> Street:
    return asyncio.run(record_street(tmp_path_factory.mktemp("street")))
