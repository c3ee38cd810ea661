"""Receiving a request at the desk. A state organ's is one page: what is asked, who came, what was shown; a guard fills
it by keyboard and sends it once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from mingcha.base.errors import Conflict, Invalid, MingchaError, Unavailable
from mingcha.records.accounts.gate import PersonRequest, permission
from mingcha.records.accounts.states import Permission
from mingcha.records.disclosure import actions, queries
from mingcha.records.disclosure.forms import OfficerRow, OrganForm, PaperRow, PersonForm, WantedForm
from mingcha.records.disclosure.states import ORGANS, VIEW
from mingcha.records.disclosure.views.pages import put_error
from mingcha.records.disclosure.views.shown import Shown, asked_lines
from mingcha.records.files.uploads import takes_files
from mingcha.records.inventory import queries as inventory
from mingcha.records.inventory.models import Camera, Site
from mingcha.records.wording.law import codes

OFFICER_ROWS, PAPER_ROWS = 2, 1
"""Two officers come, as a rule, with one letter; more are added on the page of the request."""
LAST = timedelta(hours=1)
"""What a request is about, unless somebody says otherwise: the hour before it."""


@permission(Permission.RECEIVE_ACCESS)
@require_http_methods(["GET"])
def begin(request: PersonRequest) -> HttpResponse:
    """Choose the site and who asks; with one site there is nothing to choose but who."""
    return render(request, "disclosure/begin.html", {"sites": inventory.sites(viewer=request.user)})


@dataclass(frozen=True, slots=True)
class OrganForms:
    """All forms of the page of a state organ's request."""

    main: OrganForm
    officers: list[OfficerRow]
    papers: list[PaperRow]

    def are_valid(self) -> bool:
        """All are asked, so that everything wrong is said at once."""
        return all([form.is_valid() for form in (self.main, *self.officers, *self.papers)])

    def put_error(self, error: MingchaError) -> None:
        """At the row it is about, else at the field of the request."""
        part = str(error.params.get("part", ""))
        rows: list[forms.Form] = [row for row in self.officers if row.has_changed()]
        papers: list[forms.Form] = [row for row in self.papers if row.is_shown()]
        named = {f"officer{number}": row for number, row in enumerate(rows)}
        named |= {f"paper{number}": row for number, row in enumerate(papers)}
        file = "photo" if part.startswith("officer") else "scan"
        put_error(named.get(part, self.main), error, file=file)


@permission(Permission.RECEIVE_ACCESS)
@takes_files
@require_http_methods(["GET", "POST"])
def receive_organ(request: PersonRequest, site_id: str) -> HttpResponse:
    site: Site = inventory.site_for(viewer=request.user, public_id=site_id)
    found = _forms(request, site)
    if request.method == "POST" and found.are_valid():
        asking = found.main.asking()
        try:
            made = actions.receive_whole(
                site=site,
                asking=asking,
                wanted=found.main.draft(),
                officers=[row.draft_of(asking.organ) for row in found.officers if row.has_changed()],
                papers=[row.draft_of(asking.organ) for row in found.papers if row.is_shown()],
                actor=request.user,
                at=request.at,
            )
        except (Invalid, Conflict, Unavailable) as error:
            found.put_error(error)
        else:
            messages.success(request, gettext("The request has been received. Below stands what is still missing."))
            return redirect("access-request", public_id=made.public_id)
    context = {
        **_context(request, site, found.main),
        "is_organ": True,
        "officer_rows": found.officers,
        "paper_rows": found.papers,
        "organs": queries.known_organs(viewer=request.user),
        "asked": _asked(site, found.main, request),
    }
    return render(request, "disclosure/receive.html", context, status=400 if request.method == "POST" else 200)


@permission(Permission.RECEIVE_ACCESS)
@require_http_methods(["GET", "POST"])
def receive_person(request: PersonRequest, site_id: str) -> HttpResponse:
    site: Site = inventory.site_for(viewer=request.user, public_id=site_id)
    form = PersonForm(request.POST or None, **_about(request, site))
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.receive_from_person(
                site=site, asking=form.asking(), wanted=form.draft(), actor=request.user, at=request.at
            )
        except (Invalid, Conflict) as error:
            put_error(form, error)
        else:
            messages.success(request, gettext("The request has been received. Below stands what is still missing."))
            return redirect("access-request", public_id=made.public_id)
    context = {**_context(request, site, form), "is_organ": False}
    return render(request, "disclosure/receive.html", context, status=400 if request.method == "POST" else 200)


def _asked(site: Site, form: OrganForm, request: PersonRequest) -> list[Shown]:
    """What the law asks of such a requester, so that it is asked for at once; nothing where it grants nothing."""
    requester, mode = (form[name].value() or first for name, first in (("requester", ORGANS[0]), ("mode", VIEW)))
    if requester not in ORGANS or mode not in codes("mode"):
        return []
    answer = queries.asked_of(site, requester, mode, request.at)
    return [line for line in asked_lines(mode, answer) if not line.is_met] if answer else []


def _forms(request: PersonRequest, site: Site) -> OrganForms:
    sent: tuple[Any, ...] = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    return OrganForms(
        OrganForm(sent[0], **_about(request, site)),
        [OfficerRow(*sent, prefix=f"officer{number}") for number in range(OFFICER_ROWS)],
        [PaperRow(*sent, prefix=f"paper{number}") for number in range(PAPER_ROWS)],
    )


def _about(request: PersonRequest, site: Site) -> dict[str, Any]:
    """What every form of a request is told: cameras chosen or looked for, and the hour before."""
    chosen = request.GET.getlist("camera")
    if not chosen:
        standing = list(
            Camera.objects.filter(site=site, retired_at__isnull=True).values_list("public_id", flat=True)[:2]
        )
        chosen = standing if len(standing) == 1 else []
    until = request.at.astimezone(timezone.get_current_timezone()).replace(second=0, microsecond=0)
    initial = {"cameras": chosen, "from_at": until - LAST, "until_at": until}
    sent = request.POST.getlist("cameras")
    return {"site": site, "chosen": [*chosen, *sent], "named": _named(request), "initial": initial}


def _context(request: PersonRequest, site: Site, form: WantedForm) -> dict[str, Any]:
    """The fields in order, without the cameras, which have a form of their own."""
    fields = [field for field in form if field.name != "cameras"]
    return {"form": form, "site": site, "fields": fields, "named": _named(request)}


def _named(request: PersonRequest) -> str:
    return request.GET.get("q", "").strip()
