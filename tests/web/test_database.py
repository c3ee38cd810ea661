"""Which database the office uses, by its one setting."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from mingcha.base.errors import Invalid, Unavailable
from mingcha.web import database as module
from mingcha.web.database import database


def test_without_an_address_it_is_a_file_that_is_written_durably(tmp_path: Path) -> None:
    found = database("", tmp_path)
    assert found["NAME"] == tmp_path / "office.db"
    assert "synchronous=FULL" in found["OPTIONS"]["init_command"]


def test_an_address_names_host_port_person_and_database(tmp_path: Path) -> None:
    found = database("postgresql://office:p%40ss%2Fword@db.example:6432/mingcha?sslmode=verify-full", tmp_path)
    assert found["ENGINE"] == "django.db.backends.postgresql"
    assert (found["HOST"], found["PORT"], found["USER"]) == ("db.example", "6432", "office")
    assert (found["PASSWORD"], found["NAME"]) == ("p@ss/word", "mingcha")
    assert found["OPTIONS"]["sslmode"] == "verify-full"


def test_a_socket_is_named_by_its_directory(tmp_path: Path) -> None:
    assert database("postgresql://office@%2Frun%2Fpostgresql/mingcha", tmp_path)["HOST"] == "/run/postgresql"


@pytest.mark.parametrize(
    "text",
    ["mysql://x:secret/y", "postgresql://u:secret@", "postgresql://secret", "postgresql://h:secret/x", "secret.db"],
)
def test_what_is_no_such_address_is_told_without_the_password(tmp_path: Path, text: str) -> None:
    with pytest.raises(Invalid) as raised:
        database(text, tmp_path)
    assert "secret" not in str(raised.value)


def test_a_missing_driver_is_told_with_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(Unavailable, match=r"mingcha\[postgresql\]"):
        database("postgresql://office@localhost/mingcha", tmp_path)


@pytest.mark.django_db
def test_an_address_with_a_nul_leads_nowhere_whatever_the_database() -> None:
    assert Client().get("/s/%00/").status_code == 404
    assert Client().get("/sign-in/?next=%00").status_code == 200
