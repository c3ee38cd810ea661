"""Do the disks hold what must be kept? What the recorder tells of disks and cameras, held against law and house.

Cameras whose rate is not measured yet count with what they send at the moment, and those that send nothing with the
mean of the others; sites of which the law cannot be asked count with the longest time of the others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.paginator import Paginator
from django.db.models import F, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods

from mingcha.law.model import Citation
from mingcha.records.accounts.gate import PersonRequest, permission
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.states import Permission
from mingcha.records.inventory import queries as inventory
from mingcha.records.inventory.holdings import DiskStatus
from mingcha.records.inventory.lawfulness import local_day
from mingcha.records.inventory.models import Camera, Site
from mingcha.records.inventory.states import CameraLife
from mingcha.records.inventory.terms import Term, terms_of
from mingcha.records.wording.law import Ground
from mingcha.web.pages import disks
from mingcha.web.pages.forecast import DAY_S, Load, Outlook, outlook
from mingcha.web.pages.owed import Line, places

GB = 10**9
BITS_A_BYTE = 8
TOLD_DAYS_AHEAD = 60
"""So early a shortage becomes a duty; before, the card says it."""
PAGE = 50
YEAR_DAYS, LONG_DAYS = 365, 730

_Row = tuple[int, str, int | None, datetime | None, int | None, int | None]


@dataclass(frozen=True, slots=True)
class Forecast:
    """`floor_days`: the longest that must be kept at any site, `law_days` the longest by law; None: not known.
    `cameras`: how many are to be recorded; `guessed`: how many of them count by the mean; `unasked`: sites of which the
    law could not be asked; `stopped`: every disk is full already."""

    room: int | None
    outlook: Outlook | None
    floor_days: int | None
    law_days: int | None
    cameras: int
    guessed: int
    unasked: int
    stopped: bool
    on: date
    citations: tuple[Citation, ...] = ()

    @property
    def is_short(self) -> bool:
        return self.outlook is not None and self.outlook.lack > 0

    @property
    def breaks_on(self) -> date | None:
        """The day from which recording has to stop; None where it need not, or where that is today."""
        days = self.outlook.breaks_in if self.outlook and not self.stopped else None
        return self.on + timedelta(days=days) if days else None

    @property
    def full_on(self) -> date | None:
        days = self.outlook.full_in if self.outlook else None
        return self.on + timedelta(days=days) if days else None

    @property
    def holds(self) -> str:
        """How long the disks hold, in words; empty where that is not known."""
        days = self.outlook.holds_days if self.outlook else None
        return "" if days is None else span(days)

    @property
    def sentence(self) -> str:
        """What is to be done, or that nothing is; empty where that is not known."""
        if self.outlook is None or self.outlook.holds_days is None or self.floor_days is None:
            return ""
        if not self.is_short:
            return gettext("The disks are large enough.")
        said = {
            "tb": self.outlook.lack_tb,
            "day": date_format(self.breaks_on, "DATE_FORMAT") if self.breaks_on else "",
            "days": self.law_days if self.outlook.by_law else self.floor_days,
            "holds": self.holds,
        }
        return _short(self.outlook.by_law, self.breaks_on is not None) % said

    @property
    def why(self) -> list[Ground]:
        """The articles that set the days."""
        return places(self.citations)


def span(days: int) -> str:
    """So many days in words: a number nobody can picture is told in years."""
    if not days:
        return gettext("less than a day")
    if days >= LONG_DAYS:
        return gettext("more than %(years)d years") % {"years": days // YEAR_DAYS}
    return ngettext("%(days)d day", "%(days)d days", days) % {"days": days}


def _short(by_law: bool, has_day: bool) -> str:
    if by_law and has_day:
        return gettext(
            "Add %(tb)s TB by %(day)s. Otherwise recording has to stop, since the law asks for %(days)s days and the "
            "disks hold %(holds)s."
        )
    if by_law:
        return gettext("Add %(tb)s TB now. The law asks for %(days)s days and the disks hold %(holds)s.")
    if has_day:
        return gettext(
            "Add %(tb)s TB by %(day)s, or keep for a shorter time. The house wants %(days)s days and the disks hold "
            "%(holds)s; what the law asks is safe."
        )
    return gettext(
        "Add %(tb)s TB now, or keep for a shorter time. The house wants %(days)s days and the disks hold %(holds)s; "
        "what the law asks is safe."
    )


def forecast_for(viewer: Person, at: datetime, sites: Iterable[Site], *, more: int = 0) -> Forecast:
    """The forecast for sites. `more`: cameras to come that count with the mean."""
    here = {site.pk: site for site in sites}
    terms = terms_of(here.values(), at)
    # What a camera that is gone still holds takes room until its time is over.
    rows = [row for row in _rows(inventory.cameras(viewer=viewer, with_retired=True)) if row[0] in here]
    loads, guessed = _loads(rows, terms, at, more)
    recording = {row[0] for row in rows if row[1] == CameraLife.IN_USE}
    counted = [term for pk, term in terms.items() if pk in recording]
    floors = [term.kept_days for term in counted]
    why = dict.fromkeys(cite for term in counted if term.law.floor_days for cite in term.law.citations)
    room, status = room_of(DiskStatus.objects.all()), inventory.store_status()
    return Forecast(
        room=room,
        outlook=None if room is None else outlook(loads, room),
        floor_days=max(floors, default=None),
        law_days=max((term.law.floor_days for term in counted), default=None),
        cameras=sum(row[1] == CameraLife.IN_USE for row in rows),
        guessed=guessed,
        stopped=status is not None and status.state == disks.FULL,
        unasked=len(recording - set(terms)),
        on=local_day(at),
        citations=tuple(why),
    )


def room_of(those: Iterable[DiskStatus]) -> int | None:
    """What recordings take or may take: of disks in use what lies there and what is free. While the recorder has
    told of the disks only together, all of them."""
    told = list(those)
    if not told:
        status = inventory.store_status()
        return (status.total_bytes or None) if status else None
    used = [disk for disk in told if disk.order == "in_use"]
    free = sum(max(0, disk.free_bytes - disks.RESERVED) for disk in used if disk.state in ("ok", "store.full"))
    return sum(disk.bytes for disk in used) + free


def _rows(cameras: QuerySet[Camera]) -> Iterator[_Row]:
    """Site, life, bytes held, the oldest, bytes a day as measured, bits a second just now."""
    yield from cameras.order_by().values_list(
        "site", "state", "holding__bytes", "holding__oldest_at", "holding__bytes_per_day", "status__bits_per_s"
    )


def _rate(row: _Row) -> int | None:
    _site, state, _held, _oldest, measured, bits_per_s = row
    if state != CameraLife.IN_USE:
        return 0
    return measured if measured is not None else bits_per_s * DAY_S // BITS_A_BYTE if bits_per_s else None


def _loads(rows: list[_Row], terms: dict[int, Term], at: datetime, more: int) -> tuple[list[Load], int]:
    """Cameras alike as one, and how many count with the mean."""
    rates = [_rate(row) for row in rows]
    sending = [rate for rate in rates if rate]
    mean = sum(sending) / len(sending) if sending else 0.0
    longest = max(terms.values(), key=lambda term: term.kept_days, default=None)
    sums: dict[tuple[int, int, int | None, int], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for row, rate in zip(rows, rates, strict=True):
        term = terms.get(row[0]) or longest
        age = max(0, (at - row[3]).days) if row[3] is not None else 0
        alike = sums[(*_days_of(term), age)]
        alike[0] += mean if rate is None else rate
        alike[1] += row[2] or 0
    if more:
        sums[(*_days_of(longest), 0)][0] += mean * more
    loads = [
        Load(rate, held, age, floor, by_law, ceiling) for (floor, by_law, ceiling, age), (rate, held) in sums.items()
    ]
    return loads, sum(rate is None for rate in rates) if sending else 0


def _days_of(term: Term | None) -> tuple[int, int, int | None]:
    if term is None:
        return 0, 0, None
    return term.kept_days, term.law.floor_days, term.kept_days if term.law.orders_deletion else None


def duty(viewer: Person, forecast: Forecast) -> Iterator[Line]:
    """The line of the home page, once the day is near enough that somebody has to order disks."""
    days = forecast.outlook.breaks_in if forecast.outlook and not forecast.stopped else None
    if viewer.may(Permission.CHECK_ARCHIVE) and forecast.is_short and (days is None or days <= TOLD_DAYS_AHEAD):
        due = forecast.breaks_on or forecast.on
        yield Line("storage", forecast.sentence, reverse("storage"), due, forecast.citations, forecast.on)


@dataclass(frozen=True, slots=True)
class CameraRow:
    """A camera as the page shows it. `needs`: bytes its floor takes, None where it is not known; `held_days`: how far
    back it reaches."""

    camera: Camera
    rate: int | None
    held: int
    held_days: int | None
    kept_days: int | None
    needs: int | None

    @property
    def reach(self) -> str:
        return "" if self.held_days is None else span(self.held_days)

    @property
    def budget_short(self) -> bool:
        """Whether its budget cannot hold what must be kept."""
        budget = self.camera.budget_gb
        return budget is not None and self.needs is not None and budget * GB < self.needs


@permission(Permission.CHECK_ARCHIVE)
@require_http_methods(["GET"])
def storage(request: PersonRequest) -> HttpResponse:
    """Disks, the forecast, and what each camera sends and holds, the largest first."""
    sites = list(inventory.sites(viewer=request.user))
    terms = terms_of(sites, request.at)
    cameras = (
        inventory.cameras(viewer=request.user, with_retired=True)
        .filter(holding__isnull=False)
        .select_related("site", "holding", "status")
        .order_by(F("holding__bytes_per_day").desc(nulls_last=True), "id")
    )
    page = Paginator(cameras, PAGE).get_page(request.GET.get("page"))
    found = forecast_for(request.user, request.at, sites)
    context = {
        "forecast": found,
        "disks": disks.rows(DiskStatus.objects.all()),
        "alarm": disks.alarm(),
        "commands": disks.COMMANDS,
        "page": page,
        "rows": [_camera_row(camera, terms.get(camera.site_id), request.at) for camera in page],
        "query": "",
    }
    return render(request, "web/storage.html", context)


def _camera_row(camera: Camera, term: Term | None, at: datetime) -> CameraRow:
    holding = camera.holding
    sent = getattr(getattr(camera, "status", None), "bits_per_s", None)
    rate = _rate((0, camera.state, None, None, holding.bytes_per_day, sent))
    kept = None if term is None else term.kept_days
    return CameraRow(
        camera=camera,
        rate=rate,
        held=holding.bytes,
        held_days=None if holding.oldest_at is None else max(0, (at - holding.oldest_at).days),
        kept_days=kept,
        needs=None if rate is None or kept is None else rate * kept,
    )
