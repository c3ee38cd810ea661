"""Reads of signs; each takes the viewer and returns only what that person may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from mingcha.base.errors import NotAllowed
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.states import Permission
from mingcha.records.files.models import StoredFile
from mingcha.records.inventory.models import Camera, Site
from mingcha.records.signs.models import Sign, SignCheck, SiteNotice
from mingcha.records.signs.states import SignState

_ANNOUNCED = Sign.cameras.through._default_manager
"""The table of which sign announces which camera."""


@dataclass(frozen=True, slots=True)
class Search:
    """What to look for; empty fields do not narrow. `due_on`: only those to be looked at by that day."""

    site: str = ""
    state: str = ""
    due_on: date | None = None
    after_id: int | None = None


def signs(*, viewer: Person) -> QuerySet[Sign]:
    """Signs the person may see, with the number of their cameras as `camera_count`."""
    if not viewer.may(Permission.SEE_CAMERAS):
        return Sign.objects.none()
    counted = _ANNOUNCED.filter(sign=OuterRef("pk")).values("sign").annotate(number=Count("pk"))
    count = Coalesce(Subquery(counted.values("number")), 0)
    return Sign.objects.select_related("site", "area").annotate(camera_count=count).order_by("id")


def found_signs(*, viewer: Person, wanted: Search) -> QuerySet[Sign]:
    """Those that match, in the order they were planned, paged by id. Without a state, those taken down are left out."""
    found = signs(viewer=viewer)
    found = found.filter(state=wanted.state) if wanted.state else found.exclude(state=SignState.REMOVED)
    if wanted.site:
        found = found.filter(site__public_id=wanted.site)
    if wanted.due_on:
        found = found.filter(state=SignState.POSTED, next_check_on__lte=wanted.due_on)
    return found.filter(pk__gt=wanted.after_id) if wanted.after_id else found


def sign_for(*, viewer: Person, public_id: str) -> Sign:
    """One sign; raises NotAllowed (``sign.unknown``)."""
    sign = signs(viewer=viewer).filter(public_id=public_id).first()
    if sign is None:
        raise NotAllowed("sign.unknown", "There is no such notice.")
    return sign


def checks_of(sign: Sign) -> QuerySet[SignCheck]:
    """Each look at it, newest first."""
    return sign.checks.select_related("photo").order_by("-id")


def photo_for(*, viewer: Person, public_id: str, check: int | None = None) -> StoredFile:
    """The photograph of a sign, or that of one of its checks; raises NotAllowed (``sign.unknown``)."""
    sign = sign_for(viewer=viewer, public_id=public_id)
    photo = sign.photo
    if check is not None:
        looked = sign.checks.select_related("photo").filter(pk=check).first()
        photo = looked.photo if looked else None
    if photo is None:
        raise NotAllowed("sign.unknown", "There is no such photograph.")
    return photo


def unannounced(*, viewer: Person, site: str = "") -> QuerySet[Camera]:
    """Cameras that the law wants announced and that no posted sign announces: the list of missing signs."""
    if not viewer.may(Permission.SEE_CAMERAS):
        return Camera.objects.none()
    # One list of the announced, not a question for each camera: that would be thousands.
    announced = _ANNOUNCED.filter(sign__state=SignState.POSTED).values("camera_id")
    found = Camera.objects.filter(sign_required=True, retired_at__isnull=True).exclude(pk__in=announced)
    if site:
        found = found.filter(site__public_id=site)
    return found.select_related("site", "area").order_by("id")


def published(token: str) -> SiteNotice | None:
    """The notice of a public address. Anybody may ask; whoever does not know the token finds nothing."""
    known = SiteNotice.objects.select_related("site__unit").filter(token=token, is_published=True)
    return known.filter(site__closed_on__isnull=True).first()


@dataclass(frozen=True, slots=True)
class Owed:
    """A line for the home page: what is to be done, how many, where, and by when."""

    code: str
    subject: str
    name: str
    count: int
    due_on: date | None = None


def owed(viewer: Person, on: date | datetime) -> list[Owed]:
    """What the signs owe, site by site: cameras without a sign, signs to look at, signs to put up again."""
    if not viewer.may(Permission.CHECK_SIGNS):
        return []
    day = on.date() if isinstance(on, datetime) else on
    due = Sign.objects.filter(state=SignState.POSTED, next_check_on__lte=day)
    gone = Sign.objects.filter(state__in=(SignState.MISSING, SignState.DAMAGED))
    counted = (
        ("sign.unannounced", _by_site(unannounced(viewer=viewer).order_by())),
        ("sign.check_due", _by_site(due.order_by())),
        ("sign.to_replace", _by_site(gone.order_by())),
    )
    sites = {site.pk: site for site in Site.objects.filter(closed_on__isnull=True)}
    return [
        Owed(code, sites[pk].public_id, sites[pk].name, number, day if code == "sign.check_due" else None)
        for code, numbers in counted
        for pk, number in sorted(numbers.items())
        if pk in sites
    ]


def _by_site(found: QuerySet[Camera] | QuerySet[Sign]) -> dict[int, int]:
    rows = found.values("site_id").annotate(number=Count("pk")).values_list("site_id", "number")
    return dict(rows)
