"""Settings, set-up in an empty directory, migrations."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

SHOW = (
    "from mingcha.web import settings as s;"
    "print(s.SESSION_COOKIE_SECURE, s.SECURE_HSTS_SECONDS > 0, s.ALLOWED_HOSTS, s.DATA_DIR, len(s.SECRET_KEY) > 30)"
)


def python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MINGCHA_", "DJANGO_"))}
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env={**clean, **environment}
    )


@pytest.mark.slow
def test_set_up_in_an_empty_directory_twice(tmp_path: Path) -> None:
    data = tmp_path / "data"
    done = python("from mingcha.web.setup import prepare; prepare(); prepare()", MINGCHA_DATA_DIR=str(data))
    assert done.returncode == 0, done.stderr
    assert stat.S_IMODE((data / "secrets").stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in (data / "secrets").iterdir()} == {0o600}
    with sqlite3.connect(data / "office.db") as connection:
        (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
        triggers = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
    connection.close()
    assert mode == "wal"
    assert {"register_entry_no_update", "register_entry_no_delete", "register_posting_no_update"} <= triggers


def test_https_makes_cookies_secure(tmp_path: Path) -> None:
    environment = {"MINGCHA_DATA_DIR": str(tmp_path), "MINGCHA_ALLOWED_HOSTS": "desk.example, 10.0.0.5"}
    assert python(SHOW, **environment).stdout == f"False False ['desk.example', '10.0.0.5'] {tmp_path} True\n"
    assert python(SHOW, MINGCHA_HTTPS="True", **environment).stdout.startswith("True True")


@pytest.mark.parametrize(
    ("name", "value"), [("MINGCHA_HTPS", "True"), ("MINGCHA_HTTPS", "yes"), ("MINGCHA_MEDIA_PORT", "many")]
)
def test_a_wrong_setting_stops_the_start_with_its_name(name: str, value: str) -> None:
    done = python(SHOW, **{name: value})
    assert done.returncode != 0
    assert name in done.stderr


def test_the_tables_are_what_the_models_say() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_the_checks_find_nothing() -> None:
    call_command("check", fail_level="WARNING")
