"""The main navigation: what is watched stands in the bar, the office and its books in a menu each.

A place is shown to those who may open it. It is *here* when the page is its own, and *near* when the page belongs to it
(a camera's page belongs to the cameras), so that a person always sees where they are.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mingcha.records.accounts.models import Person
from mingcha.records.accounts.states import Permission


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the navigation. `also`: beginnings of addresses that belong to it besides its own."""

    name: str
    label: str | Promise
    icon: str
    needs: Permission
    also: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        return reverse(self.name)


@dataclass(frozen=True, slots=True)
class Here:
    """A place as this page shows it. `current`: the value of ``aria-current``, or empty."""

    place: Place
    url: str
    current: str


@dataclass(frozen=True, slots=True)
class Group:
    """Places of one kind, in one menu."""

    name: str
    label: str | Promise
    icon: str
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class GroupHere:
    """A group as this page shows it; `is_current` when the page is one of its places."""

    group: Group
    places: list[Here]

    @property
    def is_current(self) -> bool:
        return any(here.current for here in self.places)


_PLACES = ("/sites/", "/systems/", "/areas/", "/unit/", "/contractors/", "/device-models/")

WATCH = (
    Place("home", _("Home"), "pulse", Permission.OWN_ACCOUNT),
    Place("wall", _("Video wall"), "wall", Permission.WATCH_LIVE),
    Place("playback", _("Playback"), "playback", Permission.PLAY_BACK),
    Place("map", pgettext_lazy("navigation", "Map"), "map", Permission.SEE_CAMERAS),
)
GROUPS = (
    Group(
        "office",
        pgettext_lazy("navigation", "Office"),
        "site",
        (
            Place("places", _("Sites"), "building", Permission.SEE_CAMERAS, _PLACES),
            Place("cameras", _("Cameras"), "camera", Permission.SEE_CAMERAS, ("/alterations/",)),
            Place("people", _("People"), "people", Permission.READ_PEOPLE),
            Place(
                "posts",
                _("Posts and files"),
                "key",
                Permission.READ_PEOPLE,
                ("/personnel/", "/appointments/", "/staff-list/"),
            ),
            Place("documents", _("Archive"), "archive", Permission.READ_DOCUMENTS),
            Place("signs", _("Notices"), "sign", Permission.SEE_CAMERAS),
            Place("access-requests", _("Requests"), "eye", Permission.READ_ACCESS, ("/screens/",)),
            Place("approvals", _("Approvals"), "check", Permission.SEE_CAMERAS),
            Place("policies", _("Policies"), "settings", Permission.READ_REGISTER),
        ),
    ),
    Group(
        "books",
        pgettext_lazy("navigation", "Books"),
        "register",
        (
            Place("register", _("Register"), "register", Permission.READ_REGISTER),
            Place("looks", _("My looks"), "eye", Permission.SEE_CAMERAS),
            Place("copies", _("Copies"), "download", Permission.SEE_COPIES),
            Place("holds", _("Holds"), "lock", Permission.READ_REGISTER),
            Place("archive-condition", _("Condition of the archive"), "pulse", Permission.CHECK_ARCHIVE),
            Place("storage", _("Storage"), "disk", Permission.CHECK_ARCHIVE),
            Place("law", _("Law"), "shield", Permission.READ_LAW),
        ),
    ),
)


def watch_for(person: Person, path: str) -> list[Here]:
    """What stands in the bar itself."""
    return _shown(WATCH, person, path)


def groups_for(person: Person, path: str) -> list[GroupHere]:
    """The menus; one that would be empty is left out."""
    found = [GroupHere(group, _shown(group.places, person, path)) for group in GROUPS]
    return [group for group in found if group.places]


def _shown(places: tuple[Place, ...], person: Person, path: str) -> list[Here]:
    shown = []
    for place in places:
        if person.may(place.needs):
            url = place.url
            shown.append(Here(place, url, _current(place, url, path)))
    return shown


def _current(place: Place, url: str, path: str) -> str:
    if path == url:
        return "page"
    beginnings = place.also if url == "/" else (url, *place.also)
    return "true" if path.startswith(beginnings) else ""
