"""Which screens belong to a part of the product that the article table names, and back. Needs no law, so every page
may ask. A screen of a part need not answer each of its articles yet: docs/law/trace.md counts those that wait."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Screen:
    """A screen in the navigation. `parts`: the law's words for parts of the product (vocabulary `feature`); `also`:
    further pages of the same matter."""

    name: str
    label: str | Promise
    parts: tuple[str, ...]
    also: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        return reverse(self.name)


SCREENS = (
    Screen("home", _("Home"), ("maintenance",)),
    Screen("wall", _("Video wall"), ("viewing",)),
    Screen("playback", _("Playback"), ("viewing", "retention")),
    Screen(
        "cameras",
        _("Cameras"),
        ("inventory", "relocation"),
        ("camera", "add-camera", "edit-camera", "place-camera", "describe-camera", "retire-camera"),
    ),
    Screen(
        "places",
        _("Sites"),
        ("inventory",),
        ("unit", "site", "add-site", "edit-site", "record-consent", "system", "add-system", "add-area", "edit-area"),
    ),
    Screen("contractors", _("Contractors"), ("contractors",), ("contractor", "add-contractor")),
    Screen("device-models", _("Device models"), ("devices",), ("device-model", "add-device-model")),
    Screen(
        "documents",
        _("Archive"),
        ("projects",),
        ("document", "file-document", "required-documents", "site-required-documents", "handovers", "handover"),
    ),
    Screen("signs", _("Notices"), ("inventory",), ("sign", "plan-sign", "missing-signs", "notices", "notice")),
    Screen("copies", _("Copies"), ("custody",), ("item", "check-copy", "item-receipt", "item-certificate")),
    Screen(
        "access-requests",
        _("Requests to see recordings"),
        ("access",),
        ("access-request", "access-debts", "begin-access-request", "receive-organ", "receive-person"),
    ),
    Screen("register", _("Register"), ("register",)),
    Screen("people", _("People"), ("viewing",), ("person", "add-person")),
    Screen(
        "posts",
        _("Posts"),
        ("training",),
        (
            "post",
            "add-post",
            "edit-post",
            "choose-appointee",
            "appoint",
            "end-appointment",
            "personnel",
            "personnel-due",
            "personnel-file",
            "personnel-cover",
            "record-training",
            "record-filing",
            "staff-list",
        ),
    ),
    Screen("law-site", _("What binds a site"), ("placement", "retention", "filings")),
    Screen("law", _("Law"), ("law_reader",)),
)
_BY_NAME = {screen.name: screen for screen in SCREENS}
_BY_VIEW = {view: screen for screen in SCREENS for view in (screen.name, *screen.also)}


def screens_of(part: str) -> tuple[Screen, ...]:
    """The screens that show a part of the product; none for a part still to come."""
    return tuple(screen for screen in SCREENS if part in screen.parts)


def screen_named(name: str) -> Screen:
    """Raises KeyError."""
    return _BY_NAME[name]


def screen_of_view(view: str) -> Screen | None:
    """The screen a view belongs to; None where no article stands behind it."""
    return _BY_VIEW.get(view)
