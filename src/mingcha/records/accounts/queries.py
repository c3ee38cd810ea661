"""Reads of persons and of the sign-in throttle."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import QuerySet

from mingcha.base.errors import NotAllowed
from mingcha.records.accounts.models import Person, SignInFailure
from mingcha.records.accounts.states import Permission, Role
from mingcha.records.register.actions import Actor, FixedActor

WINDOW = timedelta(minutes=15)
PAIR_LIMIT = 5
ADDRESS_LIMIT = 50


def require(actor: Actor, permission: Permission) -> None:
    """Raise NotAllowed unless the actor may. The node's own actors (console, system) may; persons by their role."""
    if isinstance(actor, FixedActor):
        return
    if not isinstance(actor, Person) or not actor.may(permission):
        raise NotAllowed("permission.missing", f"Permission {permission.value} is missing.")


def people(*, viewer: Person) -> QuerySet[Person]:
    """All persons of the unit, for those who manage people; others see only themselves."""
    everyone = Person.objects.order_by("-is_active", "name", "id")
    return everyone if viewer.may(Permission.MANAGE_PEOPLE) else everyone.filter(pk=viewer.pk)


def person_for(*, viewer: Person, public_id: str) -> Person:
    """One person the viewer may see; raises NotAllowed so that ids cannot be tried out."""
    person = people(viewer=viewer).filter(public_id=public_id).first()
    if person is None:
        raise NotAllowed("person.unknown", "There is no such person.")
    return person


def is_last_manager(person: Person) -> bool:
    """Whether without this person nobody could manage people any more."""
    others = Person.objects.filter(role=Role.MANAGER, is_active=True).exclude(pk=person.pk)
    return person.role == Role.MANAGER and person.is_active and not others.exists()


def any_manager() -> bool:
    """Whether the office has been given its first manager."""
    return Person.objects.filter(role=Role.MANAGER, is_active=True).exists()


def locked_until(*, username: str, address: str, at: datetime) -> datetime | None:
    """When the next attempt for this name from this address is welcome again; None: now.

    Counted per name and address together, so that a stranger cannot lock a guard out of the desk, and per address with
    a wider limit, so that one machine cannot try many names.
    """
    recent = SignInFailure.objects.filter(address=address, at__gt=at - WINDOW).order_by("-at")
    for failures, limit in ((recent.filter(username=username), PAIR_LIMIT), (recent, ADDRESS_LIMIT)):
        times = list(failures.values_list("at", flat=True)[:limit])
        if len(times) == limit:
            return times[-1] + WINDOW
    return None
