"""Asking the gateway to search the network for cameras."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from mingcha.base.errors import Invalid
from mingcha.base.keys import node_sealer
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.queries import require
from mingcha.records.accounts.states import Permission
from mingcha.records.inventory.jobs import CameraSearch
from mingcha.records.register.actions import act, enter

SEARCHES_KEPT = timedelta(hours=1)
TARGETS_LIMIT = 2000


@act("inventory.searched")
def ask_search(
    *, on_link: bool, targets: str, username: str, password: str, actor: Person, at: datetime
) -> CameraSearch:
    """Ask the gateway to look for cameras on its own links, at `targets`, or both. The credentials are tried on what is
    found and kept, sealed, until the search is forgotten. Raises Invalid (``search.nowhere``, ``text.long``)."""
    require(actor, Permission.MANAGE_CAMERAS)
    targets = targets.strip()
    if not on_link and not targets:
        raise Invalid("search.nowhere", "Say where to search.")
    if len(targets) > TARGETS_LIMIT:
        raise Invalid("text.long", "The text is too long.", limit=TARGETS_LIMIT)
    CameraSearch.objects.filter(asked_at__lt=at - SEARCHES_KEPT).delete()
    CameraSearch.objects.filter(person=actor).delete()
    search = CameraSearch(person=actor, on_link=on_link, targets=targets, username=username, asked_at=at)
    if username or password:
        search.credentials = node_sealer(settings.DATA_DIR).seal(f"{username}:{password}", search.public_id)
    search.save(force_insert=True)
    enter(actor=actor, at=at, subject_name=targets[:200], detail={"on_link": on_link, "targets": targets})
    return search


def open_search_credentials(search: CameraSearch) -> tuple[str, str]:
    """User name and password to try on what is found; empty when none were given."""
    if not search.credentials:
        return "", ""
    username, _, password = node_sealer(settings.DATA_DIR).open(search.credentials, search.public_id).partition(":")
    return username, password
