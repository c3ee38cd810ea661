"""Which second factors a person has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db.models import QuerySet

from mingcha.base.ids import new_id
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.states import Proof

KIND_OF = {
    Authenticator.Type.TOTP: Proof.APP,
    Authenticator.Type.WEBAUTHN: Proof.KEY,
    Authenticator.Type.RECOVERY_CODES: Proof.RECOVERY_CODE,
}
_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


@dataclass(frozen=True, slots=True)
class Factor:
    """A second factor as screens show it. `name`: what its person called a key; empty for an app."""

    public_id: str
    kind: Proof
    name: str
    added_at: datetime
    used_at: datetime | None


def new_factor_id() -> str:
    return new_id("fac")


def rows_of(person: Person) -> QuerySet[Authenticator]:
    """Everything of django-allauth's that belongs to the person, recovery codes included."""
    rows: QuerySet[Authenticator] = Authenticator.objects.filter(user_id=person.pk)
    return rows


def has_second_factor(person: Person) -> bool:
    """Whether signing in asks for more than the password. Recovery codes alone are none."""
    return rows_of(person).filter(type__in=_FACTORS).exists()


def factors_of(person: Person) -> Sequence[Factor]:
    """Apps and keys, oldest first; recovery codes are not among them."""
    rows = rows_of(person).filter(type__in=_FACTORS).order_by("id")
    return [
        Factor(
            public_id=row.data["public_id"],
            kind=KIND_OF[row.type],
            name=row.data.get("name", ""),
            added_at=row.created_at,
            used_at=row.last_used_at,
        )
        for row in rows
    ]


def row_of(person: Person, public_id: str) -> Authenticator | None:
    """The row of one factor, among the person's own only."""
    rows = rows_of(person).filter(type__in=_FACTORS)
    return next((row for row in rows if row.data["public_id"] == public_id), None)
