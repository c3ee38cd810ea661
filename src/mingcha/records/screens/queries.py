"""Reads of named screens."""

from __future__ import annotations

import hashlib

from django.db.models import QuerySet

from mingcha.base.errors import NotAllowed
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.states import Permission
from mingcha.records.inventory.models import Site
from mingcha.records.screens.models import Screen


def digest_of(secret: str) -> str:
    """What is kept of a cookie, so that a copy of the database names no browser."""
    return hashlib.sha256(b"mingcha/place/" + secret.encode()).hexdigest()


def screens(*, viewer: Person, with_retired: bool = False) -> QuerySet[Screen]:
    """Named screens, for those who receive or decide requests, or keep the sites."""
    may = viewer.may(Permission.MANAGE_SITES) or viewer.may(Permission.READ_ACCESS)
    found = Screen.objects.select_related("site") if may else Screen.objects.none()
    return found if with_retired else found.filter(retired_at__isnull=True)


def screen_for(*, viewer: Person, public_id: str) -> Screen:
    """One of them; raises NotAllowed (``screen.unknown``)."""
    found = screens(viewer=viewer, with_retired=True).filter(public_id=public_id).first()
    if found is None:
        raise NotAllowed("screen.unknown", "There is no such screen.")
    return found


def screens_of(site: Site) -> QuerySet[Screen]:
    """Those of a site that are in use."""
    return Screen.objects.filter(site=site, retired_at__isnull=True)


def screen_here(secret: str) -> Screen | None:
    """The screen whose browser shows this cookie; None where it has no name, or has lost it."""
    return Screen.objects.filter(secret_digest=digest_of(secret), retired_at__isnull=True).first() if secret else None
