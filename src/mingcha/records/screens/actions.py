"""Acts on named screens."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import IntegrityError, transaction

from mingcha.base.errors import Conflict, Invalid
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.queries import require
from mingcha.records.accounts.states import Permission
from mingcha.records.inventory.models import Site
from mingcha.records.inventory.names import read_text
from mingcha.records.register.actions import act, enter
from mingcha.records.screens.models import Screen
from mingcha.records.screens.queries import digest_of
from mingcha.records.screens.states import NAME_LIMIT


@act("screen.named")
def name_screen(*, site: Site, name: str, actor: Person, at: datetime) -> tuple[Screen, str]:
    """Give a browser a name; answers the screen and the secret for its cookie, which nobody else learns. Raises Invalid
    (``screen.name``), Conflict (``screen.taken``)."""
    require(actor, Permission.MANAGE_SITES)
    said = read_text(name, NAME_LIMIT)
    if not said:
        raise Invalid("screen.name", "The screen needs a name.", field="name")
    secret = secrets.token_urlsafe(32)
    try:
        with transaction.atomic():
            made = Screen.objects.create(
                site=site, name=said, secret_digest=digest_of(secret), named_at=at, named_by_name=actor.name
            )
    except IntegrityError as error:
        raise Conflict("screen.taken", "Another screen of this site has this name.", field="name") from error
    _enter(made, actor, at)
    return made, secret


@act("screen.retired")
def retire_screen(*, screen: Screen, actor: Person, at: datetime) -> None:
    """Take the name away: nothing that was granted for this screen opens there any more. Raises Conflict
    (``screen.retired``)."""
    require(actor, Permission.MANAGE_SITES)
    if Screen.objects.filter(pk=screen.pk, retired_at__isnull=True).update(retired_at=at) != 1:
        raise Conflict("screen.retired", "This screen is out of use already.")
    screen.retired_at = at
    _enter(screen, actor, at)


def _enter(screen: Screen, actor: Person, at: datetime) -> None:
    refs = [screen.site.public_id]
    enter(actor=actor, at=at, subject=screen.public_id, subject_name=screen.name, refs=refs, detail={})
