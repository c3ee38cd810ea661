"""What needs somebody today: the lines that each part of the office owes, in one order. Each app decides by its own
permissions what the viewer hears of; filing, which no app holds yet, is asked of the law here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from mingcha import law
from mingcha.base.clock import to_datetime
from mingcha.law.model import Citation
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.states import Permission
from mingcha.records.condition import queries as condition
from mingcha.records.custody import queries as custody
from mingcha.records.disclosure import queries as disclosure
from mingcha.records.documents import queries as documents
from mingcha.records.documents.models import Document
from mingcha.records.inventory import queries as inventory
from mingcha.records.inventory.lawfulness import cited, local_day
from mingcha.records.inventory.models import Site
from mingcha.records.inventory.terms import terms_coming
from mingcha.records.personnel import queries as personnel
from mingcha.records.policies import queries as policies
from mingcha.records.signs import queries as signs
from mingcha.records.viewing import noticing as looks
from mingcha.records.wording.law import Ground, grounds

RECEIPT = "filing_receipt"
"""The law's word for the paper that shows a filing was made."""
WHY_SHOWN = 3
SOON_DAYS = 14
"""What falls due within two weeks is marked: a choice of ours, not the law's."""

AREAS: dict[str, tuple[str | Promise, str]] = {
    "law": (_("Filing"), "shield"),
    "places": (_("Places and cameras"), "site"),
    "people": (_("People"), "people"),
    "archive": (_("Archive"), "archive"),
    "signs": (_("Notices"), "sign"),
    "holds": (_("Holds"), "lock"),
    "condition": (_("Condition of the archive"), "pulse"),
    "copies": (_("Copies"), "download"),
    "access": (_("Requests"), "eye"),
    "storage": (_("Storage"), "disk"),
    "approvals": (_("Approvals"), "check"),
    "looks": (_("Looks at recordings"), "eye"),
}
"""Parts of the office that owe something: label and icon."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to do: the sentence that says what, where to do it, by when, and why. `area`: a key of `AREAS`;
    `count` above 1: the line stands for so many alike."""

    area: str
    text: str
    url: str
    due: date | None
    citations: tuple[Citation, ...]
    on: date
    count: int = 1

    @property
    def why(self) -> list[Ground]:
        """The articles it rests on, to be read; looked up only for lines that are shown."""
        return places(self.citations)

    @property
    def label(self) -> str:
        return str(AREAS[self.area][0])

    @property
    def icon(self) -> str:
        return AREAS[self.area][1]

    @property
    def days(self) -> int:
        """Days until it is due; negative when they have passed, 0 also for what has no day."""
        return (self.due - self.on).days if self.due else 0

    @property
    def is_overdue(self) -> bool:
        return self.due is not None and self.due < self.on

    @property
    def is_soon(self) -> bool:
        return self.due is not None and 0 <= self.days <= SOON_DAYS

    @property
    def days_late(self) -> int:
        return -self.days


def places(citations: Iterable[Citation]) -> list[Ground]:
    """The first few places in the texts, each once: two halves of a paragraph are one place to a reader."""
    once = {(ground.instrument, ground.place): ground for ground in reversed(grounds(citations))}
    return list(reversed(once.values()))[:WHY_SHOWN]


Source = Callable[[Person, date, Sequence[Site]], Iterable[Line]]


def lines(viewer: Person, on: date, sites: Sequence[Site], more: Iterable[Line] = ()) -> list[Line]:
    """Everything that waits for this person, `sites` being those they may see: what is overdue first, then what has no
    day and so waits since now, then by the day. Within a day the order of the parts stays. `more`: lines the page has
    reckoned out already; they come first within a day."""
    found = [*more, *(line for source in SOURCES for line in source(viewer, on, sites))]
    return sorted(found, key=lambda line: (0, line.due) if line.is_overdue else (1, line.due or on))


def _filings(viewer: Person, on: date, sites: Sequence[Site]) -> Iterator[Line]:
    """Sites whose filing is due or overdue, until a receipt is in the archive; one line for each site, with the
    earliest day and the articles that set a day."""
    if not (viewer.may(Permission.MANAGE_SITES) or viewer.may(Permission.READ_REGISTER)):
        return
    receipts = Document.objects.filter(kind=RECEIPT, withdrawn_at__isnull=True, site__isnull=False)
    filed = set(receipts.values_list("site_id", flat=True))
    for site in sites:
        if site.pk in filed or not site.is_told or site.in_use_on is None or site.closed_on is not None:
            continue
        answer = _filing(site, on)
        if answer["earliest"] is None:
            continue
        text = gettext("File the system of %(site)s with the public security organ.") % {"site": site.name}
        url = reverse("site", args=(site.public_id,))
        yield Line("law", text, url, date.fromisoformat(answer["earliest"]), cited(answer), on)


def _filing(site: Site, on: date) -> dict[str, Any]:
    facts = {
        "region": site.region,
        "on": on.isoformat(),
        "place": site.place,
        "in_use_on": site.in_use_on.isoformat() if site.in_use_on else None,
        "accepted_on": site.accepted_on.isoformat() if site.accepted_on else None,
        "drafts": site.drafts,
    }
    return law.decide("filing", facts)


def _inventory(viewer: Person, on: date, sites: Sequence[Site]) -> Iterator[Line]:
    for one in inventory.owed(viewer, on):
        yield Line("places", one.text, one.url, one.due, one.citations, on, one.count)


def _personnel(viewer: Person, on: date, sites: Sequence[Site]) -> Iterator[Line]:
    for one in personnel.owed(viewer, on):
        yield Line("people", one.text, one.url, one.due, one.citations, on, one.count)


def _documents(viewer: Person, on: date, sites: Sequence[Site]) -> Iterator[Line]:
    for one in documents.owed(viewer, on):
        said = {"site": one.name, "count": one.count}
        text = ngettext(
            "%(site)s: %(count)s paper that the law asks for is missing or has expired.",
            "%(site)s: %(count)s papers that the law asks for are missing or have expired.",
            one.count,
        )
        url = reverse("site-required-documents", args=(one.subject,))
        yield Line("archive", text % said, url, one.due_on, law.duty_grounds("keep_archive", _noon(on)), on, one.count)


def _signs(viewer: Person, on: date, sites: Sequence[Site]) -> Iterator[Line]:
    for one in signs.owed(viewer, on):
        text = SIGN_WORDS[one.code](one.count) % {"site": one.name, "count": one.count}
        address, why = SIGN_PAGES[one.code], law.duty_grounds("post_sign", _noon(on))
        yield Line("signs", text, f"{reverse(address)}?site={one.subject}", one.due_on, why, on, one.count)


def _holds(viewer: Person, on: date, sites: Sequence[Site]) -> Iterator[Line]:
    """A matter of minutes, so it goes by the clock and not by the day."""
    for one in custody.owed(viewer, to_datetime(settings.CLOCK.wall_us())):
        yield Line("holds", one.text, one.url, one.due, one.citations, on)


def _copies(viewer: Person, on: date, sites: Sequence[Site]) -> Iterator[Line]:
    for one in custody.copies_owed(viewer, to_datetime(settings.CLOCK.wall_us())):
        yield Line("copies", one.text, one.url, one.due, one.citations, on)


def _condition(viewer: Person, on: date, sites: Sequence[Site]) -> Iterator[Line]:
    for one in condition.owed(viewer, to_datetime(settings.CLOCK.wall_us())):
        yield Line("condition", one.text, one.url, None, one.citations, on, one.count)


def _disclosure(viewer: Person, on: date, sites: Sequence[Site]) -> Iterator[Line]:
    for one in disclosure.owed(viewer, on):
        why = law.duty_grounds("keep_access_register", _noon(on))
        yield Line("access", one.text, one.url, one.due, why, on, one.count)


def _approvals(viewer: Person, on: date, sites: Sequence[Site]) -> Iterator[Line]:
    """A wish ends within hours, so this too goes by the clock."""
    at = to_datetime(settings.CLOCK.wall_us())
    for one in policies.owed(viewer, at):
        yield Line("approvals", one.text, one.url, None, law.duty_grounds("control_access", at), on)


def _looks(viewer: Person, on: date, sites: Sequence[Site]) -> Iterator[Line]:
    for one in looks.owed(viewer, to_datetime(settings.CLOCK.wall_us())):
        yield Line("looks", one.text, one.url, one.due, law.duty_grounds("keep_access_register", _noon(on)), on)


def _noon(on: date) -> datetime:
    return datetime.combine(on, time(12), tzinfo=law.current().data.offset)


def _terms(viewer: Person, on: date, sites: Sequence[Site]) -> Iterator[Line]:
    """Terms that two persons agreed to shorten, until their day: whoever minds can still speak up."""
    if not viewer.may(Permission.READ_REGISTER):
        return
    at = to_datetime(settings.CLOCK.wall_us())
    for site, coming in terms_coming(sites, at):
        text = gettext("%(site)s: what is recorded from then on is kept for %(days)s days only.")
        why = law.duty_grounds("keep_footage", at, site.region)
        day = local_day(coming.from_at)
        yield Line("storage", text % {"site": site.name, "days": coming.days}, reverse("policies"), day, why, on)


def _unannounced(count: int) -> str:
    return ngettext(
        "%(site)s: %(count)s camera has no notice. Put one up and say so.",
        "%(site)s: %(count)s cameras have no notice. Put one up and say so.",
        count,
    )


def _check_due(count: int) -> str:
    return ngettext(
        "%(site)s: %(count)s notice has to be looked at.", "%(site)s: %(count)s notices have to be looked at.", count
    )


def _to_replace(count: int) -> str:
    return ngettext(
        "%(site)s: %(count)s notice is gone or damaged. Put it up again.",
        "%(site)s: %(count)s notices are gone or damaged. Put them up again.",
        count,
    )


SIGN_WORDS: dict[str, Callable[[int], str]] = {
    "sign.unannounced": _unannounced,
    "sign.check_due": _check_due,
    "sign.to_replace": _to_replace,
}
SIGN_PAGES = {"sign.unannounced": "missing-signs", "sign.check_due": "signs", "sign.to_replace": "signs"}
SOURCES: tuple[Source, ...] = (
    _condition,
    _filings,
    _inventory,
    _personnel,
    _documents,
    _signs,
    _holds,
    _copies,
    _disclosure,
    _approvals,
    _terms,
    _looks,
)
