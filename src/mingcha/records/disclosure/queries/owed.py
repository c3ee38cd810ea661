"""What grants in an emergency left owed, as typed lines for the home page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils import timezone

from mingcha.records.accounts.models import Person
from mingcha.records.accounts.states import Permission
from mingcha.records.disclosure.queries.facts import subject_name
from mingcha.records.disclosure.queries.lists import debts
from mingcha.records.wording import explain_code

MOST = 20


@dataclass(frozen=True, slots=True)
class Owed:
    """One debt. `due`: the day; `subject`: id of the request; `subject_name`: who owes it. `count` above 1: the line
    stands for so many alike."""

    code: str
    subject: str
    subject_name: str
    url: str
    due: date
    count: int = 1

    @property
    def text(self) -> str:
        """The sentence in the reader's language."""
        return explain_code(f"owed.{self.code}", {"name": self.subject_name, "count": self.count})


def owed(viewer: Person, on: date) -> list[Owed]:
    """Debts neither settled nor reported, for those who decide and those who read the register; `on` is the day one
    looks."""
    if not (viewer.may(Permission.DECIDE_ACCESS) or viewer.may(Permission.READ_REGISTER)):
        return []
    found = debts(viewer=viewer).filter(closed_at__isnull=True)
    lines = [
        Owed(
            f"debt_{debt.code}",
            debt.request.public_id,
            subject_name(debt.request),
            reverse("access-request", args=(debt.request.public_id,)),
            timezone.localdate(debt.due_at),
        )
        for debt in found[:MOST]
    ]
    rest = found.count() - len(lines)
    if rest > 0:
        lines.append(Owed("debts_more", "", "", reverse("access-debts"), on, rest))
    return lines
