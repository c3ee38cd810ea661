"""What posts and files owe on a day, as typed lines for the home page and for the list of what runs out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from mingcha.law import Citation
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.states import Permission
from mingcha.records.inventory.models import Contractor
from mingcha.records.personnel.models import Appointment, PersonnelFile, Post
from mingcha.records.personnel.queries.holdings import CheckLine, Holdings, listed
from mingcha.records.personnel.queries.narrowing import filed, may_lack, may_run_out, sites_that_file
from mingcha.records.personnel.queries.places import MANY, InPost, in_posts
from mingcha.records.personnel.queries.watching import current
from mingcha.records.personnel.states import EXPIRY_DAYS, Item, PostKind
from mingcha.records.wording.owed import Owed

EACH = 20
"""Lines of one kind at most on the home page; a last one counts all that remain."""


def owed(viewer: Person, on: date) -> list[Owed]:
    """What waits for the viewer, the gravest first: for keepers of files and for who appoints, everything; for anybody
    else what runs out in their own file."""
    if not (viewer.may(Permission.MANAGE_PERSONNEL) or viewer.may(Permission.APPOINT)):
        return [line for place in in_posts(on, Q(person=viewer)) for line in _own(place, on)]
    until = on + timedelta(days=EXPIRY_DAYS[0])
    kinds = (suspended(on), not_filed(on), expiring(on, until), contractors(on, until), vacancies(on))
    return [line for kind in kinds for line in _capped(list(kind))]


def suspended(on: date) -> Iterator[Owed]:
    """People in posts that watch whose file lacks something, so that they see no pictures."""
    for place in in_posts(on, may_lack(on)):
        lacking = [line for line in place.checklist.lacking if place.watches]
        if lacking:
            yield _about(place, "post_suspended", _cited(lacking), missing=listed(line.item for line in lacking))


def not_filed(on: date) -> Iterator[Owed]:
    """People who are to work at a site whose police have not been told of them. Those who hold a monitoring post there
    already are among `suspended`."""
    there = Appointment.objects.filter(current(on), person=OuterRef("person"), post__site=OuterRef("site"))
    meant = PersonnelFile.objects.filter(
        ~Q(Exists(there)),
        ~Q(filed(on, person="person", site="site")),
        site__in=sites_that_file(on),
        person__is_active=True,
    )
    covers = list(meant.select_related("person", "site").order_by("site_id", "full_name"))
    holdings = Holdings([cover.pk for cover in covers] if len(covers) <= MANY else None, on)
    for cover in covers:
        assert cover.site is not None
        lines = holdings.checklist(cover.pk, PostKind.MONITORING, cover.site).lacking
        lacking = [line for line in lines if line.item == Item.POLICE_FILING]
        if lacking:
            url = f"{reverse('staff-list')}?site={cover.site.public_id}"
            said: dict[str, object] = {"site": cover.site.name}
            name = cover.full_name
            yield Owed("staff_not_filed", cover.person.public_id, name, url, None, _cited(lacking), params=said)


def expiring(on: date, until: date) -> Iterator[Owed]:
    """Items in order now that run out by `until`, the soonest first; appointments likewise."""
    found: dict[tuple[str, str, date], Owed] = {}
    for place in in_posts(on, may_run_out(on, until)):
        for line in place.checklist.lines:
            day = line.held.expires_on
            if line.is_met and day is not None and day <= until:
                key = (place.person, line.item.value, day)
                found.setdefault(key, _about(place, "item_expires", _cited([line]), due=day, item=line.item.label))
        if place.until_on is not None and place.until_on <= until:
            key = (place.appointment, "", place.until_on)
            found[key] = _about(place, "appointment_expires", due=place.until_on)
    yield from sorted(found.values(), key=lambda line: line.due or until)


def contractors(on: date, until: date) -> Iterator[Owed]:
    """Contractors with people in posts whose agreement or licence has run out or does so by `until`."""
    staffed = Appointment.objects.filter(current(on), person__personnel_file__employer__isnull=False)
    firms = Contractor.objects.filter(pk__in=staffed.values("person__personnel_file__employer"))
    for firm in firms.filter(Q(agreement_until__lte=until) | Q(licence_until__lte=until)):
        due = min(day for day in (firm.agreement_until, firm.licence_until) if day is not None)
        yield Owed(
            "contractor_staff", firm.public_id, firm.name, f"{reverse('personnel')}?employer={firm.public_id}", due
        )


def vacancies(on: date) -> Iterator[Owed]:
    """Posts that watch and have nobody."""
    held = Appointment.objects.filter(current(on)).values("post")
    for post in Post.objects.filter(closed_at__isnull=True).exclude(pk__in=held).select_related("site").order_by("id"):
        url = reverse("post", args=(post.public_id,))
        yield Owed("post_vacant", post.public_id, post.name, url, params={"site": post.site.name})


def _own(place: InPost, on: date) -> Iterator[Owed]:
    """What a person is told about their own file; there is no page behind it for them."""
    lacking = [line for line in place.checklist.lacking if place.watches]
    if lacking:
        params: dict[str, object] = {"missing": listed(line.item for line in lacking), "site": place.site.name}
        yield Owed("own_suspended", place.person, place.person_name, "", None, _cited(lacking), params=params)
    for line in place.checklist.lines:
        day = line.held.expires_on
        if line.is_met and day is not None and day <= on + timedelta(days=EXPIRY_DAYS[0]):
            yield Owed(
                "own_expires",
                place.person,
                place.person_name,
                "",
                day,
                _cited([line]),
                params={"item": line.item.label},
            )


def _about(
    place: InPost, code: str, citations: tuple[Citation, ...] = (), *, due: date | None = None, **params: object
) -> Owed:
    said: dict[str, object] = {"post": place.post_name, "site": place.site.name, **params}
    url = reverse("personnel-file", args=(place.person,))
    return Owed(code, place.person, place.person_name, url, due, citations, params=said)


def _capped(lines: list[Owed]) -> list[Owed]:
    """At most `EACH` of a kind; what is over stands in one line that leads to the list."""
    if len(lines) <= EACH:
        return lines
    rest = lines[EACH - 1 :]
    more = Owed(
        f"{rest[0].code}_more",
        "",
        rest[0].subject_name,
        reverse("personnel-due"),
        rest[0].due,
        rest[0].citations,
        len(rest),
    )
    return [*lines[: EACH - 1], more]


def _cited(lines: Iterable[CheckLine]) -> tuple[Citation, ...]:
    return tuple(Citation(*cite) for cite in dict.fromkeys(cite for line in lines for cite in line.citations))
