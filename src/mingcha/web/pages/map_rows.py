"""What the map shows of cameras: one mark for each, from its life and from what the recorder last said."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Case, CharField, Count, F, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mingcha.records.accounts.models import Person
from mingcha.records.inventory import queries as inventory
from mingcha.records.inventory.models import Area, Site
from mingcha.records.inventory.states import CameraLife, CameraState

PAGE = 4000
"""Cameras in one answer; a page of them is drawn while the next is fetched."""

MARKS: dict[str, str | Promise] = {
    "live": _("Recording"),
    "unkept": _("Not recorded"),
    "stalled": _("Stalled"),
    "lost": _("Lost"),
    "silent": pgettext_lazy("camera", "No word yet"),
    "unlawful": _("Refused by law"),
    "draft": _("Not in use yet"),
}
"""What a camera can be on the map, calm to grave to unfinished; each has a shape of its own besides its colour."""
TROUBLES = ("unkept", "stalled", "lost")
"""Nothing is recorded of it, and somebody has to see why."""

_MARK = Case(
    When(state=CameraLife.REFUSED, then=Value("unlawful")),
    When(state__in=(CameraLife.DRAFT, CameraLife.WAITING), then=Value("draft")),
    When(status__state=CameraState.LIVE, then=Value("live")),
    When(status__state=CameraState.UNKEPT, then=Value("unkept")),
    When(status__state=CameraState.STALLED, then=Value("stalled")),
    When(status__state=CameraState.LOST, then=Value("lost")),
    default=Value("silent"),
    output_field=CharField(),
)


@dataclass(frozen=True, slots=True)
class SiteLine:
    """A site in the list beside the map. `counts`: cameras by mark, only marks that occur."""

    site: Site
    cameras: int
    counts: list[tuple[str, str | Promise, int]]
    plans: list[Area] = field(default_factory=list)


def marked(viewer: Person) -> QuerySet[Any]:
    """Cameras the person may see, each with its `mark`."""
    return inventory.cameras(viewer=viewer).annotate(mark=_MARK)


def overview_rows(viewer: Person, after: str) -> list[list[Any]]:
    """The next cameras that have a place: id, name, site, GB code, latitude, longitude (1e-7 degree), mark, whether the
    place is only the site's, bearing, field of view (1/100 degree), range (m). In the order of their ids."""
    found = marked(viewer).annotate(lat=Coalesce("lat_e7", "site__lat_e7"), lon=Coalesce("lon_e7", "site__lon_e7"))
    rows = found.filter(lat__isnull=False, lon__isnull=False, public_id__gt=after).order_by("public_id")
    fields = ("public_id", "name", "site__name", "gb_code", "lat", "lon", "mark", "lat_e7")
    aims = ("bearing_cdeg", "fov_cdeg", "range_m")
    return [[*row[:7], row[7] is None, *row[8:]] for row in rows.values_list(*fields, *aims)[:PAGE]]


def plan_rows(viewer: Person, area: Area) -> list[list[Any]]:
    """Cameras of an area: id, name, GB code, place on the plan (1/1000 of its width and height, or null), mark, bearing
    and field of view (1/100 degree), range (m)."""
    fields = ("public_id", "name", "gb_code", "plan_x_permille", "plan_y_permille", "mark")
    aims = ("bearing_cdeg", "fov_cdeg", "range_m")
    return [list(row) for row in marked(viewer).filter(area=area).order_by("name").values_list(*fields, *aims)]


def marks_by_camera(viewer: Person, area: Area | None = None) -> dict[str, list[str]]:
    """Ids of cameras by mark; those that record are left out, since they are nearly all."""
    found: dict[str, list[str]] = {mark: [] for mark in MARKS if mark != "live"}
    cameras = marked(viewer).filter(area=area) if area else marked(viewer)
    for public_id, mark in cameras.exclude(mark="live").order_by().values_list("public_id", "mark"):
        found[mark].append(public_id)
    return found


def site_lines(viewer: Person) -> list[SiteLine]:
    """All sites with their cameras by mark and their plans; three queries however many there are."""
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    grouped = marked(viewer).order_by().values_list("site_id", "mark").annotate(n=Count("pk"))
    for site_id, mark, n in grouped:
        counts[site_id][mark] = n
    plans: dict[int, list[Area]] = defaultdict(list)
    for area in plans_of(viewer):
        plans[area.site_id].append(area)
    lines = []
    for site in inventory.sites(viewer=viewer):
        of_site = counts.get(site.pk, {})
        shown = [(mark, label, of_site[mark]) for mark, label in MARKS.items() if of_site.get(mark)]
        lines.append(SiteLine(site, sum(of_site.values()), shown, plans.get(site.pk, [])))
    return lines


def plans_of(viewer: Person) -> QuerySet[Area]:
    """Areas with a plan, of sites the person may see."""
    sites = inventory.sites(viewer=viewer).order_by().values("pk")
    found = Area.objects.filter(removed_at__isnull=True, plan__isnull=False, site__in=sites)
    return found.select_related("site", "plan").order_by("site_id", F("floor"), "id")
