"""The table of docs/ref/access-table.md, cell by cell: media server, desk, pages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.contrib.auth import get_user
from django.test import Client, RequestFactory
from django.urls import resolve
from starlette.testclient import TestClient

from mingcha.base.clock import US_PER_S
from mingcha.base.errors import NotAllowed
from mingcha.base.keys import control_token, ticket_key
from mingcha.base.timerange import TimeRange
from mingcha.media.container.demux import demux
from mingcha.media.export.state import ExportState
from mingcha.media.sim import tiny_clip
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.states import MATRIX, Role
from mingcha.records.disclosure import actions as disclosure
from mingcha.records.inventory import actions as inventory
from mingcha.records.inventory.models import Camera, Site
from mingcha.wire.ticket import Ticket, mint, screen_of
from tests.attacks.table.door import Door, path_of
from tests.media.playback.archive import CAMERA, START_US, Archive
from tests.records.disclosure.conftest import SPAN, officer, received
from tests.support.office import AT, appointed, browser, draft, make_person
from tools import access_table, permissions
from tools.access_table import GRANTS, OFFICE_KEY, OPENS, TICKETS, USES, opens_under_grant

OTHER = "cam_0000000000000002"
GRANT, PERSON, ENDED = "grt_0000000000000001", "per_0000000000000001", "grt_000000000000000e"
FROM, TO = START_US, START_US + 4 * US_PER_S
FINISHED, ANOTHER, DELETED = "exp_0000000000000001", "exp_0000000000000002", "exp_0000000000000003"


def test_every_route_of_the_media_server_has_a_line() -> None:
    assert access_table.missing_lines(access_table.media_routes()) == []


def test_the_table_in_the_documents_is_up_to_date() -> None:
    assert access_table.TARGET.read_text(encoding="utf-8") == access_table.document(), (
        "run python tools/access_table.py"
    )


# The media server


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """A recorder with four seconds of footage of `CAMERA` and finished copies of it."""
    directory = tmp_path_factory.mktemp("door")
    archive = Archive(directory)
    archive.record(demux(tiny_clip(size=(160, 90), fps=10, gop=10, seconds=4)), segment_s=60)
    archive.close()
    for export in (FINISHED, ANOTHER, DELETED):
        _put_copy(directory, export)
    served = Door(directory)
    with TestClient(served, base_url="http://127.0.0.1") as client:
        served.client = client
        told = {"authorization": f"Bearer {control_token(directory)}"}
        assert client.post("/control/revocations", json={"grants": [ENDED]}, headers=told).status_code == 204
        yield served


def _put_copy(directory: Path, export: str) -> None:
    place = directory / "exports" / export
    place.mkdir(parents=True)
    for name in ("a.mp4", "manifest.json"):
        (place / name).write_bytes(b"{}")
    files = ({"name": "a.mp4", "bytes": 2, "sha256": "ab", "pictures": 1},)
    # Made a moment ago, as far as the life of copies is concerned.
    at_us = 4_000_000_000 * US_PER_S
    state = ExportState(export, CAMERA, "main", FROM, TO, GRANT, PERSON, at_us, "done", files=files, ended_at_us=at_us)
    state.save(place)


def shown(door: Door, name: str) -> tuple[str, dict[str, str]]:
    """The ticket of this name, and the headers that go with it."""
    at_us = door.now_us()
    ranged = {"from_us": FROM, "to_us": TO}
    base = Ticket(GRANT, PERSON, ("live", "status"), (CAMERA,), None, None, at_us, at_us + 60 * US_PER_S, "s")
    every = ("live", "status", "playback", "snapshot", "export", "fetch", "ptz")
    tickets = {
        "forged": base,
        "expired": replace(base, issued_us=at_us - 100, expires_us=at_us - 1),
        "ended": replace(base, grant=ENDED, modes=every, **ranged),
        "elsewhere": replace(base, modes=every, screen=screen_of("another browser"), **ranged),
        "other camera": replace(base, modes=every, cameras=(OTHER,), **ranged),
        "other range": replace(
            base, modes=("playback", "snapshot", "export", "fetch"), from_us=TO + US_PER_S, to_us=TO + 2 * US_PER_S
        ),
        "live": base,
        "playback": replace(base, modes=("playback",), **ranged),
        "snapshot": replace(base, modes=("snapshot",), from_us=FROM + US_PER_S, to_us=FROM + US_PER_S + 1),
        "export": replace(base, modes=("export",), **ranged),
        "fetch": replace(base, modes=("fetch",), export=FINISHED, **ranged),
        "other copy": replace(base, modes=("fetch",), export=ANOTHER, **ranged),
        "ptz": replace(base, modes=("ptz",)),
    }
    if name == "nothing":
        return "", {}
    if name == OFFICE_KEY:
        token = control_token(door.directory)
    else:
        key = Ed25519PrivateKey.generate() if name == "forged" else ticket_key(door.directory)
        token = mint(tickets[name], key)
    return token, {"authorization": f"Bearer {token}"}


@pytest.mark.parametrize(("method", "path"), sorted(OPENS), ids=lambda value: value)
def test_a_route_opens_for_its_tickets_and_for_no_others(door: Door, method: str, path: str) -> None:
    opened = set()
    for name in TICKETS:
        token, headers = shown(door, name)
        if method == "WEBSOCKET":
            is_open = door.socket(f"{path}?camera={CAMERA}", token)
        else:
            export = DELETED if method == "DELETE" else FINISHED
            address = path_of(path, CAMERA, FROM, TO, export, door.number)
            answer = door.client.request(method, address, headers=headers, content=_body(path))
            is_open = answer.status_code not in (401, 403, 404)
            assert is_open or b"ftyp" not in answer.content
            if name != OFFICE_KEY:
                assert answer.status_code < 500, answer.text
        if is_open:
            opened.add(name)
    assert opened == OPENS[method, path]


def _body(path: str) -> bytes | None:
    if path == "/exports":
        return json.dumps({"camera": CAMERA, "from": FROM, "to": TO}).encode()
    return b"{}" if path.startswith("/control/") else None


# The desk


@pytest.fixture
def at_desk(
    manager: Person, guard: Person, site: Site, camera: Camera, settings: Any, tmp_path: Path
) -> dict[str, Any]:
    """Beijing, one person of each role with a post where they can have one, and a second camera."""
    (tmp_path / "secrets").symlink_to(settings.DATA_DIR / "secrets")
    settings.DATA_DIR = tmp_path
    Site.objects.filter(pk=site.pk).update(region="110101", place="mall")
    site.refresh_from_db()
    people = {"manager": manager, "guard": guard}
    for role in Role:
        if role not in people:
            people[role] = make_person(f"the_{role}", f"某{role}", role)
            appointed(people[role], site)
    other = inventory.add_camera(site=site, draft=draft("西门"), actor=manager, at=AT)
    return {"people": people, "site": site, "camera": camera, "other": other, "manager": manager, "guard": guard}


def _request(desk: dict[str, Any], state: str) -> Any:
    """A request brought into this state."""
    changes: dict[str, Any] = {"live": {"span": None}, "export": {"mode": "copy"}}.get(state, {})
    made = received(desk["site"], desk["camera"], desk["guard"], **changes)
    disclosure.add_officer(request=made, draft=officer(), actor=desk["guard"], at=AT)
    if state == "refused":
        disclosure.refuse(request=made, reasons=["no_recording"], note="", actor=desk["manager"], at=AT)
    elif state != "none":
        begun = AT - timedelta(hours=2) if state == "expired" else AT
        disclosure.grant(request=made, duration=timedelta(hours=1), actor=desk["manager"], at=begun)
    if state == "ended":
        disclosure.end_grant(request=made, reason="已完成", actor=desk["manager"], at=AT)
    return made


@pytest.mark.parametrize("state", GRANTS)
def test_a_grant_opens_what_it_says_for_those_at_the_desk(at_desk: dict[str, Any], state: str) -> None:
    request = _request(at_desk, state)
    wanted = at_desk["other"] if state == "other camera" else at_desk["camera"]
    shift = 3600 * 24 * US_PER_S if state == "other range" else 0
    span = TimeRange(SPAN.start_us + shift, SPAN.end_us + shift)
    for role, person in at_desk["people"].items():
        client = browser(person)
        for use in USES:
            assert _opens(client, request, wanted, span, use) == opens_under_grant(role, use, state), (role, use)
    for use in USES:
        assert not _opens(browser(), request, wanted, span, use)


def _opens(client: Client, request: Any, camera: Camera, span: TimeRange, use: str) -> bool:
    """Whether a ticket came; every refusal says why and gives none."""
    ranged = {} if use == "live" else {"from_us": span.start_us, "to_us": span.end_us}
    body: dict[str, Any] = {"mode": use, "cameras": [camera.public_id], "camera": camera.public_id, **ranged}
    path = f"/api/requests/{request.public_id}/" + ("exports" if use == "export" else "viewings")
    answer = client.post(path, json.dumps(body), content_type="application/json")
    if answer.status_code == 201:
        return "ticket" in answer.json()
    assert answer.status_code in (400, 401, 403, 404, 409), answer.content
    assert "ticket" not in answer.json()
    return False


# Pages and JSON


@pytest.mark.parametrize("role", ["nobody", *Role])
def test_every_address_keeps_out_whoever_may_not(manager: Person, role: str) -> None:
    """The views themselves, as the addresses lead to them, without the pages around a refusal: there are thousands of
    cells. Those who may are let in by every other test of pages; test_permissions.py asks by HTTP."""
    client = browser() if role == "nobody" else browser(make_person(f"the_{role}", "某人", role))
    request = RequestFactory().get("/")
    request.session, request.user = client.session, get_user(client)  # type: ignore[attr-defined,assignment]
    request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]
    for endpoint in permissions.endpoints():
        if endpoint.permission is None or (role != "nobody" and endpoint.permission in MATRIX[role]):
            continue
        path = re.sub(r"<[^>]+>", "x", re.sub(r"<int:\w+>", "1", endpoint.path))
        request.path = request.path_info = path
        request.method, request.at = endpoint.method or "GET", AT  # type: ignore[attr-defined]
        assert _refusal(request, path) == ("permission.sign_in" if role == "nobody" else "permission.missing"), path


def _refusal(request: Any, path: str) -> str:
    """The code of what the view of this address refuses with; empty when it lets in."""
    found = resolve(path)
    try:
        answer = found.func(request, *found.args, **found.kwargs)
    except NotAllowed as error:
        return error.code
    if answer.status_code == 302 and "/sign-in/" in answer.headers["location"]:
        return "permission.sign_in"
    return str(json.loads(answer.content)["error"]["code"]) if answer.status_code in (401, 403) else ""
