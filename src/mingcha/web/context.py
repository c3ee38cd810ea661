"""What every template gets: navigation, theme, the product's name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from mingcha import __version__
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.states import Permission
from mingcha.web.pages.law_screens import screen_of_view

LOCALES = {"zh-hans": "zh-Hans", "en": "en"}


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the main navigation."""

    name: str
    label: str | Promise
    icon: str
    needs: Permission

    @property
    def url(self) -> str:
        return reverse(self.name)


PLACES = (
    Place("home", _("Home"), "pulse", Permission.SEE_CAMERAS),
    Place("wall", _("Video wall"), "wall", Permission.WATCH_LIVE),
    Place("playback", _("Playback"), "playback", Permission.PLAY_BACK),
    Place("cameras", _("Cameras"), "camera", Permission.SEE_CAMERAS),
    Place("exports", _("Copies"), "download", Permission.ORDER_EXPORT),
    Place("register", _("Register"), "register", Permission.READ_REGISTER),
    Place("people", _("People"), "people", Permission.MANAGE_PEOPLE),
    Place("law", _("Law"), "shield", Permission.READ_LAW),
)


def theme(request: HttpRequest, *, room: bool) -> str:
    """The theme chosen in this browser; the control room begins dark, the office light."""
    cookie, default = ("mingcha_theme_room", "dark") if room else ("mingcha_theme_office", "light")
    chosen = request.COOKIES.get(cookie, default)
    return chosen if chosen in ("dark", "light") else default


def html_lang() -> str:
    """The `lang` attribute of the page."""
    return LOCALES.get(get_language() or "", "zh-Hans")


def page(request: HttpRequest) -> dict[str, Any]:
    """Shared by all pages. Works on error pages too, where sign-in may not have been looked at yet."""
    user = getattr(request, "user", None)
    person = user if isinstance(user, Person) else None
    here = request.resolver_match.view_name if request.resolver_match else ""
    return {
        "html_lang": html_lang(),
        "person": person,
        "may_read_register": bool(person and person.may(Permission.READ_REGISTER)),
        "places": [place for place in PLACES if person and person.may(place.needs)],
        "here": here,
        "law_screen": screen_of_view(here) if person else None,
        "theme_office": theme(request, room=False),
        "theme_room": theme(request, room=True),
        "product_version": __version__,
    }
