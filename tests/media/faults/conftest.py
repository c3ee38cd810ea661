"""The recordings that the tests of this folder look at, each made once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from tests.media.faults.disks import Trial, play_all
from tests.media.faults.street import Street, record_street


@pytest.fixture(scope="session")
def street(tmp_path_factory: pytest.TempPathFactory) -> Street:
    return asyncio.run(record_street(tmp_path_factory.mktemp("street")))


@pytest.fixture(scope="session")
def trials(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Trial]:
    """By name; skips where it cannot be played on this machine."""
    played = asyncio.run(play_all(tmp_path_factory.mktemp("disks")))

    def trial(name: str) -> Trial:
        found = played[name]
        if isinstance(found, str):
            pytest.skip(found)
        if isinstance(found, BaseException):
            raise found
        return found

    return trial
