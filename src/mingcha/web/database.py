"""Where the office keeps its rows: SQLite in the data directory, or PostgreSQL by address (ADR 8)."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from mingcha.base.errors import Invalid, Unavailable

SCHEMES = ("postgresql", "postgres")
# A host written as %2Frun%2Fpostgresql is a socket's directory, as libpq has it.
LOCK_WAIT_MS = 20_000


def database(url: str, data_dir: Path) -> dict[str, Any]:
    """Django's entry. Raises Invalid (``settings.database``) for an address that cannot be one, Unavailable
    (``settings.database_driver``) when the driver is not installed."""
    return _postgresql(url) if url else _sqlite(data_dir / "office.db")


def _sqlite(path: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            "timeout": LOCK_WAIT_MS // 1000,
            # A write lock from the first statement: two acts queue instead of failing half-way with "locked".
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
        },
    }


def _postgresql(url: str) -> dict[str, Any]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Invalid("settings.database", "MINGCHA_DATABASE_URL is not an address.") from error
    name = unquote(parts.path.lstrip("/"))
    if parts.scheme not in SCHEMES or not name:
        raise Invalid(
            "settings.database",
            "MINGCHA_DATABASE_URL must read postgresql://USER:PASSWORD@HOST:PORT/NAME, or be empty for SQLite.",
        )
    if importlib.util.find_spec("psycopg") is None:
        raise Unavailable(
            "settings.database_driver", "PostgreSQL is asked for, but psycopg is missing: install mingcha[postgresql]."
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(port or ""),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            **dict(parse_qsl(parts.query)),
            "options": f"-c lock_timeout={LOCK_WAIT_MS} -c synchronous_commit=on",
        },
    }


class OwnTables:
    """A router that makes no table for allauth's e-mail addresses: nobody signs in by e-mail here."""

    def allow_migrate(self, db: str, app_label: str, **hints: object) -> bool | None:
        return False if app_label == "account" else None
