#!/usr/bin/env python3
"""Write docs/ref/access-table.md: who gets in where, for every address of pages, JSON and media server; `--check` only
compares.

python tools/access_table.py [--check]

Addresses come from the programs themselves. A route of the media server without a line in `OPENS` stops everything:
whoever adds one says here which tickets it takes, and tests/attacks/table/test_access_table.py tries all the others.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import django
from django.utils.translation import override

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # tools are also run by path
TARGET = ROOT / "docs" / "ref" / "access-table.md"

from tools import permissions  # noqa: E402

OFFICE_KEY = "control token"
TICKETS = {
    "nothing": "no ticket",
    "forged": "signed by another key",
    "expired": "its time is over",
    "ended": "its grant was ended or narrowed: revoked",
    "elsewhere": "given to another browser",
    "other camera": "for every use, of another camera",
    "other range": "playback, snapshot, export and fetch of another range",
    "other copy": "the download of another copy of the same range",
    "live": "live view of the camera",
    "playback": "playback of the range",
    "snapshot": "one instant of the range",
    "export": "the order of a copy of the range",
    "fetch": "the download of that copy",
    "ptz": "control of the camera",
    OFFICE_KEY: "the key that office and recorder share",
}
"""What is shown at the door. `live` also tells the state of its cameras."""

_PICTURES = frozenset({"playback"})
_DOWNLOAD = frozenset({"fetch"})
_OFFICE = frozenset({OFFICE_KEY})

OPENS: dict[tuple[str, str], frozenset[str]] = {
    ("WEBSOCKET", "/live"): frozenset({"live"}),
    ("WEBSOCKET", "/ptz"): frozenset({"ptz"}),
    ("GET", "/status"): frozenset({"live"}),
    ("GET", "/timeline"): frozenset({"live", "playback", "export"}),
    ("GET", "/hls/{camera}/index.m3u8"): _PICTURES,
    ("GET", "/hls/{camera}/info"): _PICTURES,
    ("GET", "/hls/{camera}/init/{number}.mp4"): _PICTURES,
    ("GET", "/hls/{camera}/piece/{number}/{first}-{last}.m4s"): _PICTURES,
    ("GET", "/preview"): _PICTURES,
    ("GET", "/snapshot"): frozenset({"snapshot"}),
    ("POST", "/exports"): frozenset({"export"}),
    ("GET", "/exports/{export}"): frozenset({"export", "fetch"}),
    ("DELETE", "/exports/{export}"): frozenset({"export"}),
    ("GET", "/exports/{export}/files/{name}"): _DOWNLOAD,
    ("GET", "/exports/{export}/bundle.zip"): _DOWNLOAD,
    ("PUT", "/control/plan"): _OFFICE,
    ("GET", "/control/holds"): _OFFICE,
    ("POST", "/control/holds"): _OFFICE,
    ("POST", "/control/anchors"): _OFFICE,
    ("POST", "/control/clock/confirm"): _OFFICE,
    ("GET", "/control/facts"): _OFFICE,
    ("POST", "/control/facts/confirm"): _OFFICE,
    ("POST", "/control/revocations"): _OFFICE,
    ("POST", "/control/probe"): _OFFICE,
    ("GET", "/control/status"): _OFFICE,
    ("GET", "/control/storage"): _OFFICE,
    ("POST", "/control/copies/{export}/delete"): _OFFICE,
    ("POST", "/control/copies/{export}/papers"): _OFFICE,
}
"""Which tickets open which route of the media server. The tests try every line with every kind of ticket."""

GRANTS = {
    "none": "received, not decided",
    "refused": "refused",
    "live": "granted: live pictures",
    "playback": "granted: a range, to be seen",
    "export": "granted: a range, to be copied",
    "expired": "its time is over",
    "ended": "ended before its time",
    "other camera": "granted, another camera is asked for",
    "other range": "granted, another range is asked for",
}
USES = ("live", "playback", "export", "control")


def opens_under_grant(role: str, use: str, state: str) -> bool:
    """Whether somebody of this role at the desk, with a post at the site, gets pictures for this use under a request in
    this state."""
    from mingcha.records.accounts.states import MATRIX, Permission

    needed = {
        "live": Permission.WATCH_LIVE,
        "playback": Permission.PLAY_BACK,
        "export": Permission.ORDER_EXPORT,
    }
    if use not in needed or not {Permission.RECEIVE_ACCESS, needed[use]} <= MATRIX[role]:
        return False
    # A grant to copy lets the range be looked at first.
    return state in {"live": ("live",), "playback": ("playback", "export"), "export": ("export",)}[use]


def media_routes() -> list[tuple[str, str]]:
    """(method, path) of every route of the media server, from the application that serves; HEAD goes with GET."""
    return asyncio.run(_media_routes())


async def _media_routes() -> list[tuple[str, str]]:
    from starlette.routing import Route, WebSocketRoute

    found: list[tuple[str, str]] = []
    with tempfile.TemporaryDirectory() as directory:
        async with serving(Path(directory)) as (_, application):
            for route in routes_of(application):
                if isinstance(route, WebSocketRoute):
                    found.append(("WEBSOCKET", route.path_format))
                elif isinstance(route, Route):
                    found += [(method, route.path_format) for method in sorted((route.methods or set()) - {"HEAD"})]
                else:
                    raise SystemExit(f"a route of a new kind: {route!r}; teach tools/access_table.py about it")
    return sorted(found, key=lambda one: (one[1], one[0]))


@asynccontextmanager
async def serving(directory: Path) -> AsyncIterator[tuple[Any, Any]]:
    """The recorder of this directory, recording nothing, and the application that it serves."""
    from mingcha.base.clock import SystemClock
    from mingcha.base.datadir import DataDir
    from mingcha.media.live.origins import Origins
    from mingcha.media.run.node import Node
    from mingcha.media.run.server import VideoServer

    node = Node(DataDir(directory, directory / "store"), SystemClock(), 60)
    await node.start()
    video = VideoServer(node, Origins(8800), 30)
    await video.start()
    try:
        yield node, video.application
    finally:
        await video.close()
        await node.stop()


def routes_of(application: Any) -> Sequence[Any]:
    """The routes under whatever middleware is around them."""
    while not hasattr(application, "routes"):
        application = application._app
    routes: Sequence[Any] = application.routes
    return routes


def missing_lines(routes: Sequence[tuple[str, str]]) -> list[str]:
    """What `OPENS` lacks, or has too much."""
    lacking = [f"{method} {path} has no line in OPENS of tools/access_table.py" for method, path in routes]
    lacking = [line for line, route in zip(lacking, routes, strict=True) if route not in OPENS]
    return lacking + [f"{method} {path} is in OPENS and nowhere else" for method, path in OPENS.keys() - set(routes)]


HEAD = """# Access table

Generated by `python tools/access_table.py` from the programs themselves. Every cell is tried by \
`tests/attacks/table/test_access_table.py`; \
a route without a line fails there.

"""


def document() -> str:
    with override("en"):
        return HEAD + "\n".join([*_media_lines(), "", *_grant_lines(), "", *_office_lines()]) + "\n"


def _media_lines() -> list[str]:
    routes = media_routes()
    if lacking := missing_lines(routes):
        raise SystemExit("\n".join(lacking))
    lines = ["## Media server: route × ticket", "", "| shown | means |", "| --- | --- |"]
    lines += [f"| {name} | {meaning} |" for name, meaning in TICKETS.items()]
    lines += ["", "A line opens for what it names and for nothing else of that list.", ""]
    lines += ["| route | opens for |", "| --- | --- |"]
    for method, path in routes:
        opens = ", ".join(name for name in TICKETS if name in OPENS[method, path])
        lines.append(f"| `{method} {path}` | {opens} |")
    return lines


def _grant_lines() -> list[str]:
    from mingcha.records.accounts.states import Role

    roles = list(Role)
    lines = ["## The desk: role × state of the grant", ""]
    lines += ["Somebody at the desk, signed in with this role and with a post at the site where the role can have one,"]
    lines += ["opens pictures for an officer under a request in this state. Nobody gets in without signing in.", ""]
    lines += ["| grant | means | use | " + " | ".join(str(role.label) for role in roles) + " |"]
    lines += ["| --- | --- | --- |" + " --- |" * len(roles)]
    for state, meaning in GRANTS.items():
        for use in USES:
            marks = ["yes" if opens_under_grant(role, use, state) else "–" for role in roles]
            lines.append(f"| {state} | {meaning} | {use} | " + " | ".join(marks) + " |")
    return lines


def _office_lines() -> list[str]:
    from mingcha.records.accounts.states import MATRIX, Role

    roles = list(Role)
    lines = ["## Pages and JSON: address × role", ""]
    lines += ["| address | nobody | " + " | ".join(str(role.label) for role in roles) + " |"]
    lines += ["| --- | --- |" + " --- |" * len(roles)]
    for endpoint in permissions.endpoints():
        needed = endpoint.permission
        marks = ["yes" if needed is None or needed in MATRIX[role] else "–" for role in roles]
        address = f"{endpoint.method} {endpoint.path}".strip()
        lines.append(f"| `{address}` | {'yes' if needed is None else '–'} | " + " | ".join(marks) + " |")
    return lines


def main(arguments: list[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mingcha.web.settings")
    django.setup()
    wanted = document()
    if arguments == ["--check"]:
        stale = not TARGET.exists() or TARGET.read_text(encoding="utf-8") != wanted
        print("docs/ref/access-table.md is stale: run python tools/access_table.py" if stale else "up to date")
        return int(stale)
    TARGET.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
