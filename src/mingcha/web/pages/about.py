"""About: what this is, the version, and the keyboard shortcuts of the control room."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from mingcha.records.accounts.gate import permission
from mingcha.records.accounts.states import Permission

SHORTCUTS = (
    (
        _("Video wall"),
        (
            ("← ↑ → ↓", _("Choose a picture")),
            ("Enter", _("Enlarge the chosen picture, and back")),
            ("1 4 9 6", _("1, 4, 9 or 16 pictures")),
            ("PgUp PgDn", _("Page through the cameras")),
            ("C", _("Choose a camera")),
            ("Del", _("Take off the wall")),
            ("S", _("Snapshot")),
            ("P", _("Play back from here")),
            ("F", _("Full screen")),
            ("?", _("Show all shortcuts")),
        ),
    ),
    (
        _("Playback"),
        (
            ("Space", _("Play or pause")),
            ("J K L", _("Backward, stand, forward; again for faster")),
            (", .", _("One picture back or on")),
            ("< >", _("Slower or faster")),
            ("← →", _("5 seconds back or on; a minute with Shift")),
            ("+ −", _("Zoom the time line")),
            ("[ ]", _("Mark start and end")),
            ("X", _("Copy the marked range")),
            ("S", _("Snapshot")),
            ("F", _("Full screen")),
            ("?", _("Show all shortcuts")),
        ),
    ),
)


@permission(Permission.OWN_ACCOUNT)
@require_http_methods(["GET"])
def about(request: HttpRequest) -> HttpResponse:
    return render(request, "web/about.html", {"shortcuts": SHORTCUTS})
