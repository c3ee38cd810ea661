"""The page that finds cameras, and what of a found camera goes into the form that adds it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from mingcha.base.errors import Corrupt, Invalid
from mingcha.records.accounts.gate import PersonRequest, permission
from mingcha.records.accounts.states import Permission
from mingcha.records.inventory import queries
from mingcha.records.inventory.actions import CameraDraft
from mingcha.records.inventory.actions.searches import ask_search, open_search_credentials
from mingcha.records.inventory.forms.exchange import SearchForm
from mingcha.records.inventory.jobs import CameraSearch, SearchState
from mingcha.records.inventory.models import Camera
from mingcha.records.inventory.queries.exchange import last_search, search_for
from mingcha.records.inventory.waiting import CODEC_NAMES
from mingcha.records.wording import explain, explain_code

SILENT_AFTER = timedelta(seconds=15)
"""A search that still waits then: the gateway is not running."""
_CODECS = {"H264": "h264", "H265": "h265"}
_FIELD_OF = {"search.nowhere": "targets", "text.long": "targets"}


@dataclass(frozen=True, slots=True)
class FoundRow:
    """A found camera as the page shows it. `known`: the camera of the inventory with the same address."""

    name: str
    model: str
    address: str
    main: str
    sub: str
    why: str
    needs_password: bool
    is_silent: bool
    known: Camera | None
    add_url: str


@dataclass(frozen=True, slots=True)
class Found:
    """A found camera on its way into the form."""

    key: str
    search: CameraSearch
    row: dict[str, Any]

    @property
    def has_password(self) -> bool:
        """Whether the search was made with credentials."""
        return bool(self.search.credentials)

    def initial(self) -> dict[str, str]:
        """What the form begins with; never the password."""
        return {
            "name": str(self.row.get("name") or "")[:200],
            "main_url": str(self.row.get("main_url", "")),
            "sub_url": str(self.row.get("sub_url", "")),
            "control_url": str(self.row.get("control_url", "")),
            "username": self.search.username,
        }

    def complete(self, draft: CameraDraft) -> CameraDraft:
        """The draft with the password that the search was made with, when none was typed and the address is still
        that of the found camera: another host is not to be handed it."""
        if draft.password or _host(draft.main_url) != self.row.get("host"):
            return draft
        try:
            username, password = open_search_credentials(self.search)
        except Corrupt:
            return draft
        if draft.username not in (None, "", username):
            return draft
        return replace(draft, username=username, password=password)


def found_camera(request: PersonRequest, key: str) -> Found | None:
    """The found camera of ``SEARCH.NUMBER``, of this person's own search; None for anything else."""
    public_id, _, number = key.partition(".")
    search = search_for(viewer=request.user, public_id=public_id) if public_id else None
    if search is None or not re.fullmatch(r"[0-9]{1,6}", number) or int(number) >= len(search.found):
        return None
    return Found(key, search, search.found[int(number)])


@permission(Permission.MANAGE_CAMERAS)
@require_http_methods(["GET", "POST"])
def find_cameras(request: PersonRequest) -> HttpResponse:
    """Ask for a search, and see what the last one found. The gateway carries it out."""
    form = SearchForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            ask_search(**form.cleaned_data, actor=request.user, at=request.at)
        except Invalid as error:
            form.add_error(_FIELD_OF.get(error.code), explain(error))
        else:
            return redirect("find-cameras")
    search = last_search(viewer=request.user) if request.method == "GET" else None
    is_open = search is not None and search.state in (SearchState.WAITING, SearchState.RUNNING)
    is_silent = (
        search is not None and search.state == SearchState.WAITING and request.at - search.asked_at > SILENT_AFTER
    )
    if search is not None and not form.is_bound:
        form = SearchForm(initial={"on_link": search.on_link, "targets": search.targets, "username": search.username})
    failure = search.failure if search is not None else {}
    context = {
        "form": form,
        "search": search,
        "rows": _rows(request, search) if search is not None else [],
        "is_open": is_open and not is_silent,
        "is_silent": is_silent,
        "failure": explain_code(failure["code"], failure.get("params")) if failure else "",
    }
    return render(request, "inventory/find_cameras.html", context)


def _rows(request: PersonRequest, search: CameraSearch) -> list[FoundRow]:
    wanted = {row["main_url"] for row in search.found if row.get("main_url")}
    known = {camera.main_url: camera for camera in queries.cameras(viewer=request.user).filter(main_url__in=wanted)}
    return [_row(search, number, row, known) for number, row in enumerate(search.found)]


def _row(search: CameraSearch, number: int, row: dict[str, Any], known: dict[str, Camera]) -> FoundRow:
    code = str(row.get("code", ""))
    address = row["host"] if row["port"] in (80, 443) else f"{row['host']}:{row['port']}"
    has_stream = bool(row.get("main_url"))
    query = urlencode({"found": f"{search.public_id}.{number}"})
    return FoundRow(
        name=str(row.get("name", "")) + (f" · {row['channel']}" if row.get("channel") else ""),
        model=" ".join(part for part in (row.get("vendor", ""), row.get("model", "")) if part),
        address=address,
        main=_picture(row.get("main") or {}),
        sub=_picture(row.get("sub") or {}),
        why=explain_code(code) if code else "",
        needs_password=code == "onvif.unauthorised",
        is_silent=code in ("onvif.refused", "onvif.timeout", "onvif.unresolved"),
        known=known.get(row.get("main_url", "")),
        add_url=f"{reverse('add-camera')}?{query}" if has_stream else "",
    )


def _picture(told: dict[str, Any]) -> str:
    parts = []
    if told.get("width") and told.get("height"):
        parts.append(f"{told['width']}×{told['height']}")
    codec = str(told.get("codec", ""))
    if codec:
        parts.append(CODEC_NAMES.get(_CODECS.get(codec.upper(), ""), codec))
    return " · ".join(parts)


def _host(url: str) -> str:
    try:
        return urlsplit(url.rpartition("@")[2] if "@" in url else url).hostname or ""
    except ValueError:
        return ""
