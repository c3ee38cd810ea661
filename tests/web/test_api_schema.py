"""The OpenAPI document: what is committed is what is offered, and what is offered keeps to it, whatever is sent."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from mingcha.records.accounts.models import Person
from mingcha.records.accounts.states import MATRIX
from mingcha.records.inventory.actions.systems import AreaDraft, SystemDraft, add_area, add_system
from mingcha.records.inventory.actions.units import ModelDraft, add_device_model
from mingcha.records.inventory.models import Camera
from mingcha.records.register.models import Entry
from mingcha.web.api.urls import document
from tests.support.office import AT, browser, make_person
from tools import permissions

SNAPSHOT = Path(__file__).resolve().parents[2] / "docs" / "ref" / "openapi.json"
DOCUMENT = document()
SCHEMA = schemathesis.openapi.from_dict(json.loads(json.dumps(DOCUMENT)))
SCHEMA.app = get_wsgi_application()
OPERATIONS = [found.ok() for found in SCHEMA.get_all_operations()]
NAMES = [f"{operation.method.upper()} {operation.path}" for operation in OPERATIONS]
NEEDED = {endpoint.name: endpoint.permission for endpoint in permissions.endpoints() if endpoint.method}
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
TOKEN = "a" * 32
EXAMPLES = 8


def test_the_document_is_the_one_that_was_agreed() -> None:
    """A change of the interface is seen in review: python tools/openapi.py writes the document anew."""
    is_same = json.loads(SNAPSHOT.read_text(encoding="utf-8")) == json.loads(json.dumps(DOCUMENT))
    assert is_same, "run python tools/openapi.py"


def test_the_document_asks_nobody_elsewhere() -> None:
    assert "http://" not in json.dumps(DOCUMENT)
    assert "https://" not in json.dumps(DOCUMENT)


def headers_of(person: Person) -> dict[str, str]:
    """Those of a browser in which this person is signed in."""
    cookies = {name: morsel.value for name, morsel in browser(person).cookies.items()} | {"mingcha_csrf": TOKEN}
    return {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()), "X-CSRFToken": TOKEN}


@pytest.fixture
def known(manager: Person, camera: Camera) -> dict[str, Any]:
    """Ids that exist, for half of what is sent."""
    site = camera.site
    return {
        "site_id": site.public_id,
        "system_id": add_system(site=site, draft=SystemDraft("系统"), actor=manager, at=AT).public_id,
        "area_id": add_area(site=site, draft=AreaDraft("大厅"), actor=manager, at=AT).public_id,
        "model_id": add_device_model(draft=ModelDraft("海", "A1"), actor=manager, at=AT).public_id,
        "camera_id": camera.public_id,
        "number": Entry.objects.latest("id").pk,
        "site": site.public_id,
    }


def with_known(case: Any, known: dict[str, Any]) -> None:
    """Put ids that exist in place of made-up ones."""
    for name in case.path_parameters or {}:
        case.path_parameters[name] = known[name]
    if isinstance(case.body, dict) and "site" in case.body:
        case.body["site"] = known["site"]


def sent(case: Any, headers: dict[str, str]) -> httpx.Response:
    """The answer of the office, by Django's own client: it stays inside the test's transaction."""
    asked = case.as_transport_kwargs(headers=headers)
    query = urlencode(asked.get("query_string") or {}, doseq=True)
    data = json.dumps(asked["json"]).encode() if "json" in asked else asked.get("data") or b""
    kept = {name: value for name, value in asked["headers"].items() if name.lower() not in _OWN}
    answer = Client(raise_request_exception=False).generic(
        asked["method"], f"{asked['path']}?{query}", data, content_type="application/json", headers=kept
    )
    request = httpx.Request(asked["method"], f"http://localhost{asked['path']}?{query}", content=data)
    found = httpx.Response(answer.status_code, headers=dict(answer.headers), content=answer.content, request=request)
    found.elapsed = timedelta()
    return found


# Made up by the generator, but said by the client itself; a made-up token is refused, whoever is signed in.
_OWN = frozenset({"authorization", "content-type", "content-length", "accept-encoding", "connection"})


def play(operation: Any, person: Person, known: dict[str, Any], examples: int, checks: list[Any]) -> list[int]:
    """Send made-up requests as this person; returns the statuses."""
    headers, statuses = headers_of(person), []

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate,),
    )
    @given(case=operation.as_strategy())
    def send(case: Any) -> None:
        if len(statuses) % 2:
            with_known(case, known)
        response = sent(case, headers)
        statuses.append(response.status_code)
        case.validate_response(response, checks=checks)

    send()
    return statuses


@pytest.mark.parametrize("operation", OPERATIONS, ids=NAMES)
def test_whatever_is_sent_is_answered_as_the_document_says(
    operation: Any, manager: Person, known: dict[str, Any]
) -> None:
    statuses = play(operation, manager, known, EXAMPLES, CHECKS)
    assert not {401, 403} & set(statuses) or operation.path.endswith("/retire")


@pytest.mark.parametrize("role", ["guard", "clerk", "auditor"])
def test_whatever_is_sent_nobody_gets_past_a_permission(role: str, known: dict[str, Any]) -> None:
    person = make_person(f"{role}2", "某人", role)
    for operation in OPERATIONS:
        if NEEDED[operation.definition.raw["operationId"]] not in MATRIX[role]:
            assert set(play(operation, person, known, 2, CHECKS)) == {403}, operation.path


def test_whatever_is_sent_a_closed_account_gets_nowhere(outsider: Person, known: dict[str, Any]) -> None:
    for operation in OPERATIONS:
        assert set(play(operation, outsider, known, 2, CHECKS)) == {401}, operation.path
