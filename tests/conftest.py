"""What every test stands on: no network beyond this machine, no settings from outside, a clock that obeys."""

from __future__ import annotations

import ipaddress
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from _pytest.nodeid import coerce_node_id
from hypothesis import HealthCheck, settings

from mingcha.base.clock import ManualClock
from tests.support.clock import manual_clock
from tests.support.tables import empty_office

__all__ = ["empty_office"]
SHARED = Path(__file__).resolve().parents[2] / "shared"
HERE_NAMES = {"", "localhost", "0.0.0.0", "::", "localhost.localdomain"}

# Machines that test are slow and busy: a deadline would measure them. MINGCHA-free name, since those are settings.
settings.register_profile("quick", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("long", deadline=None, max_examples=5_000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))

for _name in [name for name in os.environ if name.startswith("MINGCHA_")]:
    del os.environ[_name]
# The same tests over PostgreSQL: TEST_DATABASE_URL=postgresql://… (tests/web/test_postgresql.py runs some of them so).
if _url := os.environ.get("TEST_DATABASE_URL"):
    os.environ["MINGCHA_DATABASE_URL"] = _url
else:
    from tests.support.tables import django_db_setup  # noqa: F401


def is_local(host: object) -> bool:
    """Whether a host means this machine. ``*.invalid`` is let through: RFC 6761 says nobody answers for it."""
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host is None or host in HERE_NAMES:
        return True
    text = str(host).partition("%")[0]
    try:
        return ipaddress.ip_address(text).is_loopback
    except ValueError:
        return text.rstrip(".").endswith((".invalid", ".localhost"))


def refuse_network(event: str, arguments: tuple[Any, ...]) -> None:
    """Audit hook: a test that reaches for another machine fails with its name in the traceback."""
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    if not is_local(host):
        raise RuntimeError(f"a test tried to reach {host!r}; tests stay on this machine")


sys.addaudithook(refuse_network)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Last of all, when the folders below have marked theirs."""
    _skip_shared(items)
    if getattr(config.option, "loadgroup", False):
        _keep_groups_together(items)
        # No worker shall begin something long when the others are done. Among their like the order stays random.
        items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def _keep_groups_together(items: list[pytest.Item]) -> None:
    """Each group stays on one worker, so that what it stands on is made once: pytest-xdist 3.8 writes the group into
    `_nodeid`, which pytest 9.2 does not read any more, and asks before the folders have marked their tests."""
    for item in items:
        group = item.get_closest_marker("xdist_group")
        if group is not None and "@" not in item.nodeid.rpartition("]")[2]:
            item._id = coerce_node_id(f"{item.nodeid}@{group.args[0]}")


def _skip_shared(items: list[pytest.Item]) -> None:
    """Tests marked `shared` read ../shared, which exists on some machines only."""
    if SHARED.is_dir():
        return
    for item in items:
        if item.get_closest_marker("shared"):
            item.add_marker(pytest.mark.skip(reason="../shared is not on this machine"))


@pytest.fixture
def clock() -> ManualClock:
    """A clock that stands at 2026-11-21T04:00:00Z (noon in Shanghai) until told to move."""
    return manual_clock()


@pytest.fixture
def shared() -> Path:
    """The directory of clips and papers beside the repository; only for tests marked `shared`."""
    return SHARED


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory, empty_office: Path) -> Iterator[Any]:
    """The running product (`tests.support.stack.Stack`), one for all tests of the group `stack`."""
    from tests.support.stack import Stack

    stack = Stack(tmp_path_factory.mktemp("stack"), tables=empty_office)
    yield stack
    stack.close()


@pytest.fixture(autouse=True)
def _language_of_nobody() -> None:
    """Each test begins in the language of the settings: a request in English leaves its own behind in the thread."""
    if "django.utils.translation" in sys.modules:
        sys.modules["django.utils.translation"].deactivate()
