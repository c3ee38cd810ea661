"""What every template gets: navigation, theme, the product's name."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language

from mingcha import __version__
from mingcha.base.clock import to_datetime
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.states import Permission
from mingcha.web.navigation import groups_for, watch_for
from mingcha.web.pages.law_screens import screen_of_view

LOCALES = {"zh-hans": "zh-Hans", "en": "en"}


def theme(request: HttpRequest, *, room: bool) -> str:
    """The theme chosen in this browser; the control room begins dark, the office light."""
    cookie, default = ("mingcha_theme_room", "dark") if room else ("mingcha_theme_office", "light")
    chosen = request.COOKIES.get(cookie, default)
    return chosen if chosen in ("dark", "light") else default


def html_lang() -> str:
    """The `lang` attribute of the page."""
    return LOCALES.get(get_language() or "", "zh-Hans")


def zone() -> str:
    """What the local times of the pages and papers are, as "UTC+08:00"."""
    now = to_datetime(settings.CLOCK.wall_us())
    return f"UTC{now.astimezone(timezone.get_current_timezone()).isoformat()[-6:]}"


def page(request: HttpRequest) -> dict[str, Any]:
    """Shared by all pages. Works on error pages too, where sign-in may not have been looked at yet."""
    user = getattr(request, "user", None)
    person = user if isinstance(user, Person) else None
    here = request.resolver_match.view_name if request.resolver_match else ""
    return {
        "html_lang": html_lang(),
        "person": person,
        "may_read_register": bool(person and person.may(Permission.READ_REGISTER)),
        "places": watch_for(person, request.path) if person else [],
        "place_groups": groups_for(person, request.path) if person else [],
        "here": here,
        "law_screen": screen_of_view(here) if person else None,
        "theme_office": theme(request, room=False),
        "theme_room": theme(request, room=True),
        "product_version": __version__,
        "zone": zone(),
    }
