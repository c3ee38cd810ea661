"""Every address declares who may; the generated table is up to date."""

from __future__ import annotations

import pytest
from django.test import Client

from mingcha.records.accounts.models import Person
from mingcha.records.accounts.states import MATRIX, Permission
from tests.support.office import browser
from tools import permissions

EVERYBODY = {
    "/sign-in/",
    "/sign-in/second/",
    "/sign-in/organisation/",
    "/sign-in/organisation/back/",
    "/language/",
    "/s/<str:token>/",
    "/static/<path:path>",
    "/favicon.ico",
}


def test_every_view_declares_its_permission() -> None:
    assert permissions.undeclared() == []


def test_the_table_in_the_documents_is_up_to_date() -> None:
    assert permissions.TARGET.read_text(encoding="utf-8") == permissions.document(), "run python tools/permissions.py"


def test_only_these_are_open_to_everybody() -> None:
    assert {e.path for e in permissions.endpoints() if e.permission is None} == EVERYBODY


def concrete(path: str) -> str:
    for part, value in (
        ("<str:public_id>", "x"),
        ("<str:grant>", "x"),
        ("<str:viewing_id>", "x"),
        ("<str:factor_id>", "x"),
        ("<str:session_id>", "x"),
        ("<str:token_id>", "x"),
        ("<str:person_id>", "x"),
        ("<str:item>/<int:line>", "training/1"),
        ("<path:path>", "x"),
        ("<str:instrument>/<int:number>", "cn-2025-799/1"),
        ("<int:number>", "1"),
        ("<int:debt>", "1"),
        ("<int:check>", "1"),
        ("<int:officer>/<str:which>", "1/photo"),
        ("<int:officer>", "1"),
        ("<int:paper>", "1"),
        ("<int:step>", "1"),
    ):
        path = path.replace(part, value)
    return path


def answers(client: Client, path: str) -> set[int]:
    return {client.get(path).status_code, client.post(path, "{}", content_type="application/json").status_code}


def test_what_cannot_be_undone_asks_once_more_who_sits_there() -> None:
    asking = {endpoint.name for endpoint in permissions.endpoints() if endpoint.asks_again}
    assert asking >= {
        "change-role",
        "one-time-login",
        "disable-person",
        "enable-person",
        "clear-second-factors",
        "add-app",
        "add-key",
        "renew-codes",
        "remove-factor",
        "add-token",
    }


# Operations of the JSON interface are asked one by one in test_api.py.
GATED = [e for e in permissions.endpoints() if isinstance(e.permission, Permission) and not e.method]


@pytest.mark.parametrize("endpoint", GATED, ids=[endpoint.path for endpoint in GATED])
def test_each_address_keeps_out_who_may_not(endpoint: permissions.Endpoint, guard: Person, outsider: Person) -> None:
    path = concrete(endpoint.path)
    closed = {401} if path.startswith("/api/") else {302}
    assert answers(browser(), path) == closed
    assert answers(browser(outsider), path) == closed
    if endpoint.permission not in MATRIX["guard"]:
        assert answers(browser(guard), path) == {403}


@pytest.mark.parametrize("endpoint", GATED, ids=[endpoint.path for endpoint in GATED])
def test_a_one_time_password_opens_nothing_but_the_own_password(
    endpoint: permissions.Endpoint, manager: Person
) -> None:
    Person.objects.filter(pk=manager.pk).update(must_set_password=True)
    client = browser(Person.objects.get(pk=manager.pk))
    response = client.get(concrete(endpoint.path))
    if endpoint.path in ("/password/", "/sign-out/"):
        assert response.status_code in (200, 405)
    elif endpoint.path.startswith("/api/"):
        assert response.json()["error"]["code"] == "permission.first_password"
    else:
        assert response.headers["Location"] == "/password/"
