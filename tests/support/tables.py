"""The office's tables, empty: all migrations run once for a whole test run, and their result is copied."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from pytest_django.plugin import DjangoDbBlocker

PREPARE = "from mingcha.web.setup import prepare; prepare()"
NAME = "office.db"
IN_MEMORY = "file:office_of_a_test?mode=memory&cache=shared"


def run_directory(factory: pytest.TempPathFactory) -> Path:
    """A directory that all workers of this run share: theirs lie in it."""
    own = factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


def made_once(factory: pytest.TempPathFactory) -> Path:
    """Made by the first worker that asks, while the others wait."""
    directory = run_directory(factory) / "empty-office"
    directory.mkdir(exist_ok=True)
    with (directory / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (directory / NAME).exists():
            making = directory / "making"
            clean = {name: value for name, value in os.environ.items() if not name.startswith("MINGCHA_")}
            environ = {**clean, "MINGCHA_DATA_DIR": str(making)}
            subprocess.run([sys.executable, "-c", PREPARE], env=environ, check=True)
            with closing(sqlite3.connect(making / NAME)) as made:
                made.execute("VACUUM INTO ?", (str(directory / NAME),))
    return directory / NAME


@pytest.fixture(scope="session")
def empty_office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file as `mingcha up` has made it at a first start, before it puts anybody in: for products that are
    not there to show their first start. Nobody may write to it."""
    return made_once(tmp_path_factory)


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: DjangoDbBlocker, empty_office: Path
) -> Iterator[None]:
    """In place of pytest-django's, which would run all migrations in every worker."""
    from django.db import connection

    with django_db_blocker.unblock():
        connection.close()
        own, connection.settings_dict["NAME"] = connection.settings_dict["NAME"], IN_MEMORY
        connection.ensure_connection()
        with closing(sqlite3.connect(empty_office)) as made:
            made.backup(connection.connection)
    yield
    with django_db_blocker.unblock():
        connection.creation.destroy_test_db(str(own), verbosity=0)
