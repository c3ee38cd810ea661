"""Personal API tokens: made, shown once, revoked."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from mingcha.base.clock import from_datetime
from mingcha.base.errors import Conflict, Invalid, NotAllowed
from mingcha.records.accounts.models import ApiToken, Person
from mingcha.records.accounts.queries import TOKEN_PREFIX, token_digest
from mingcha.records.register.actions import act, enter

TOKEN_LIFE_DAYS = (30, 90, 365)
TOKEN_LIMIT = 20
TOKEN_NAME_LIMIT = 80
_RANDOM_BYTES = 32


@act("person.token_made")
def make_token(*, person: Person, name: str, days: int, at: datetime) -> tuple[ApiToken, str]:
    """Make a token that reads as its person and return it with its text, which is shown once. Raises Invalid
    (``token.name``, ``token.days``) or Conflict (``token.too_many``)."""
    name = name.strip()
    if not name or len(name) > TOKEN_NAME_LIMIT or not name.isprintable():
        raise Invalid("token.name", f"Name the token in 1 to {TOKEN_NAME_LIMIT} characters.", limit=TOKEN_NAME_LIMIT)
    if days not in TOKEN_LIFE_DAYS:
        raise Invalid("token.days", "Choose how long the token works.")
    if not person.is_active or person.must_set_password:
        raise NotAllowed("person.disabled", "The account is not open.")
    working = ApiToken.objects.filter(person=person, revoked_at__isnull=True, expires_at__gt=at)
    if working.count() >= TOKEN_LIMIT:
        raise Conflict("token.too_many", f"At most {TOKEN_LIMIT} tokens.", limit=TOKEN_LIMIT)
    text = TOKEN_PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)
    token = ApiToken.objects.create(
        person=person,
        name=name,
        digest=token_digest(text),
        hint=text[-4:],
        created_at=at,
        expires_at=at + timedelta(days=days),
    )
    expires_us = from_datetime(token.expires_at)
    _enter(person, at, {"token": token.public_id, "token_name": name, "expires_us": expires_us})
    return token, text


@act("person.token_revoked")
def revoke_token(*, person: Person, public_id: str, at: datetime) -> None:
    """Take one of one's own tokens back, at once. Raises NotAllowed (``token.unknown``) or Conflict
    (``token.revoked``)."""
    token = ApiToken.objects.filter(person=person, public_id=public_id).first()
    if token is None:
        raise NotAllowed("token.unknown", "There is no such token.")
    if ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=at) != 1:
        raise Conflict("token.revoked", "The token was revoked already.")
    _enter(person, at, {"token": token.public_id, "token_name": token.name})


def _enter(person: Person, at: datetime, detail: dict[str, object]) -> None:
    refs = [str(detail["token"])]
    enter(actor=person, at=at, subject=person.public_id, subject_name=person.name, refs=refs, detail=detail)
