"""Ways around access, tried on the running product (THREAT_MODEL.md). One product for all of them, in one process."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.stack import Browser, Opened, Stack

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents and "stack" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("stack"))


@pytest.fixture
def guard(stack: Stack) -> Browser:
    return stack.who("guard")


@pytest.fixture
def manager(stack: Stack) -> Browser:
    return stack.who("manager")


@pytest.fixture(scope="session")
def span(stack: Stack) -> tuple[int, int]:
    """Six seconds that were recorded by `stack.camera`."""
    return stack.footage()


@pytest.fixture
def live(guard: Browser, stack: Stack) -> Opened:
    """A live viewing of the guard."""
    return guard.open("live", [stack.camera])


@pytest.fixture
def playback(guard: Browser, stack: Stack, span: tuple[int, int]) -> Opened:
    """The guard plays back the span."""
    return guard.open("playback", [stack.camera], *span)
