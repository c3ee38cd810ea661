"""The recordings that the tests of this folder look at, each made once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from _pytest.nodeid import coerce_node_id

from tests.media.faults.disks import Trial, play_all
from tests.media.faults.street import Street, record_street


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep each group on one worker, so that its recording is made once: pytest-xdist 3.8 writes the group into
    `_nodeid`, which pytest 9.2 does not read any more."""
    if not getattr(config.option, "loadgroup", False):
        return
    for item in items:
        group = item.get_closest_marker("xdist_group")
        if group is not None and "@" not in item.nodeid.rpartition("]")[2]:
            item._id = coerce_node_id(f"{item.nodeid}@{group.args[0]}")


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
