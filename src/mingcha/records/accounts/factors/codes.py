"""Recovery codes: ten, shown once, each good for one sign-in when app and key are out of reach."""

from __future__ import annotations

from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

from mingcha.records.accounts.factors.rows import rows_of
from mingcha.records.accounts.models import Person


def renew(person: Person, at: datetime) -> list[str]:
    """Throw the old ones away and make ten; written in two halves for the eye."""
    rows_of(person).filter(type=Authenticator.Type.RECOVERY_CODES).delete()
    made = RecoveryCodes.activate(person)
    rows_of(person).filter(pk=made.instance.pk).update(created_at=at)
    return [f"{code[:5]}-{code[5:]}" for code in made.generate_codes()]


def use(person: Person, code: str, at: datetime) -> bool:
    """Whether it is an unused one, and burned now. Call inside an act's transaction."""
    row = rows_of(person).filter(type=Authenticator.Type.RECOVERY_CODES).first()
    if row is None or not RecoveryCodes(row).validate_code(code):
        return False
    rows_of(person).filter(pk=row.pk).update(last_used_at=at)
    return True


def left(person: Person) -> int | None:
    """How many are unused; None when there are none at all."""
    row = rows_of(person).filter(type=Authenticator.Type.RECOVERY_CODES).first()
    return None if row is None else len(RecoveryCodes(row).get_unused_codes())
