"""Set-up of the office in its data directory: keys and tables. Safe to run at each start."""

from __future__ import annotations

import os

import django
from django.conf import settings
from django.core.management import call_command

from mingcha.base.keys import make_keys


def start_django() -> None:
    """Make Django usable in this process, for commands and the gateway."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mingcha.web.settings")
    django.setup()


def prepare() -> None:
    """Make missing keys, bring tables up to date, drop sessions that ran out. Call before the web process starts."""
    start_django()
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    make_keys(settings.DATA_DIR)
    call_command("migrate", verbosity=0, interactive=False)
    call_command("clearsessions")
