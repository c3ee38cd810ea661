"""Home: what needs this person today, at one look. Each role gets its own cards; each line says what to do and leads
there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.views.decorators.http import require_http_methods

from mingcha.records.accounts.gate import PersonRequest, permission
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.states import Permission, Role
from mingcha.records.inventory import queries as inventory
from mingcha.records.inventory.lawfulness import local_day
from mingcha.records.inventory.models import Camera, CameraStatus
from mingcha.records.register import queries as register
from mingcha.records.register.models import Entry
from mingcha.records.register.sentences import sentence
from mingcha.records.viewing import queries as viewing
from mingcha.records.wording import explain_reason
from mingcha.web.pages import disks, map_rows, owed, storage
from mingcha.web.pages.map_rows import MARKS, TROUBLES

SILENT_AFTER = timedelta(seconds=30)
DOWN_SHOWN = 6
OWED_SHOWN = 8
OWED_FOLDED = 50
"""Below the first ones, on demand; a longer list is read on the pages of its parts."""
RECENT_SHOWN = 6
RECENT_LOOKED_AT = 80
_NOT_PEOPLE = frozenset({"recorder", "system"})

_ALL = frozenset({"owed", "cameras", "storage", "watch", "recent"})
CARDS: dict[str, frozenset[str]] = {
    Role.MANAGER: _ALL,
    Role.GUARD: frozenset({"owed", "cameras", "watch"}),
    Role.MAINTAINER: frozenset({"owed", "cameras", "storage"}),
    Role.CLERK: frozenset({"owed", "recent"}),
    Role.AUDITOR: frozenset({"owed", "cameras", "storage", "gaps", "recent"}),
    Role.OFFICER: frozenset({"owed"}),
    Role.INSPECTOR: frozenset({"owed", "cameras", "storage", "gaps", "recent"}),
    Role.DATA_OFFICE: frozenset({"owed", "cameras"}),
}
"""What each role sees; what a card tells is narrowed further by permission."""


@dataclass(frozen=True, slots=True)
class Down:
    """A camera that does not record, and the sentence that says why."""

    camera: Camera
    mark: str
    label: str | Promise
    why: str


@dataclass(frozen=True, slots=True)
class CameraCount:
    """How many cameras there are, and how many of them record."""

    total: int
    live: int
    others: list[tuple[str, str | Promise, int]]

    @property
    def down(self) -> int:
        return sum(n for mark, _label, n in self.others if mark in TROUBLES)


@permission(Permission.OWN_ACCOUNT)
@require_http_methods(["GET"])
def home(request: PersonRequest) -> HttpResponse:
    person, cards = request.user, CARDS.get(request.user.role, frozenset())
    sites = list(inventory.sites(viewer=person))
    forecast = storage.forecast_for(person, request.at, sites) if "storage" in cards else None
    more = storage.duty(person, forecast) if forecast is not None else ()
    lines = owed.lines(person, local_day(request.at), sites, more)
    context: dict[str, Any] = {
        "today": request.at,
        "cards": cards,
        "lines": lines[:OWED_SHOWN],
        "more_lines": lines[OWED_SHOWN : OWED_SHOWN + OWED_FOLDED],
        "more_count": max(0, len(lines) - OWED_SHOWN),
        "unseen_count": max(0, len(lines) - OWED_SHOWN - OWED_FOLDED),
        "line_count": len(lines),
        "overdue": sum(line.is_overdue for line in lines),
        "may_watch": person.may(Permission.WATCH_LIVE),
        "may_play_back": person.may(Permission.PLAY_BACK),
        "may_see_storage": person.may(Permission.CHECK_ARCHIVE),
    }
    if "cameras" in cards and person.may(Permission.SEE_CAMERAS):
        context |= _cameras(person, request.at)
    if forecast is not None:
        context["forecast"] = forecast
    if "watch" in cards:
        context["watching"] = viewing.being_watched(at=request.at)
    if "gaps" in cards:
        context["gap_count"] = _gap_count(request.at)
    if "recent" in cards and person.may(Permission.READ_REGISTER):
        context["recent"] = [(entry, sentence(entry)) for entry in _recent()]
    return render(request, "web/home.html", context)


def _cameras(person: Person, at: datetime) -> dict[str, Any]:
    marked = map_rows.marked(person)
    numbers = dict(marked.order_by().values_list("mark").annotate(n=Count("pk")).values_list("mark", "n"))
    others = [(mark, label, numbers[mark]) for mark, label in MARKS.items() if mark != "live" and numbers.get(mark)]
    count = CameraCount(sum(numbers.values()), numbers.get("live", 0), others)
    return {
        "count": count,
        "down": [_down(camera) for camera in _longest_down(marked)[:DOWN_SHOWN]],
        "down_more": max(0, count.down - DOWN_SHOWN),
        "recorder_silent": count.total > 0 and _recorder_silent(at),
        "alarm": disks.alarm(),
        "may_manage": person.may(Permission.MANAGE_CAMERAS),
    }


def _longest_down(marked: QuerySet[Any]) -> QuerySet[Any]:
    return marked.filter(mark__in=TROUBLES).order_by("status__since", "id")


def _down(camera: Any) -> Down:
    mark = str(camera.mark)
    return Down(camera, mark, MARKS[mark], explain_reason(camera.status.reason))


def _recorder_silent(at: datetime) -> bool:
    """Whether the gateway has heard nothing from the recorder for a while."""
    heard = CameraStatus.objects.aggregate(last=Max("seen_at"))["last"]
    return heard is None or at - heard > SILENT_AFTER


def _recent() -> list[Entry]:
    """The newest acts of people; what recorder and system tell by themselves is in the register."""
    newest = Entry.objects.order_by("-id")[:RECENT_LOOKED_AT]
    return [entry for entry in newest if entry.actor not in _NOT_PEOPLE][:RECENT_SHOWN]


def _gap_count(at: datetime) -> register.Count:
    """Stretches without recording that ended within a day."""
    return register.count(register.Search(act="gap.closed", since=at - timedelta(days=1)))
