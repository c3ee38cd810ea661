"""Pages of holds."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from mingcha.base.clock import US_PER_S, to_datetime
from mingcha.base.errors import Conflict, Invalid, MingchaError, NotAllowed
from mingcha.law.model import Citation
from mingcha.records.accounts.gate import PersonRequest, permission, recent_identity
from mingcha.records.accounts.states import Permission
from mingcha.records.custody import actions, queries
from mingcha.records.custody.forms.holds import HoldForm, NoteForm, SearchForm
from mingcha.records.custody.models import Hold
from mingcha.records.custody.queries import Search
from mingcha.records.custody.states import STANDING, HoldState
from mingcha.records.inventory import queries as inventory
from mingcha.records.inventory.models import Site
from mingcha.records.wording import explain
from mingcha.records.wording.law import grounds

PAGE = 50
FIELD_OF = {
    "hold.cameras": "cameras",
    "hold.ground": "ground",
    "hold.site_untold": "ground",
    "hold.no_term": "ground",
    "hold.term_over": "ground",
    "hold.number": "number",
    "hold.text": "text",
    "hold.range": "end",
    "hold.release_reason": "note",
    "hold.review_note": "note",
}


@permission(Permission.READ_REGISTER)
@require_http_methods(["GET"])
def holds(request: PersonRequest) -> HttpResponse:
    """What is held, newest first; without a filter all that stands."""
    form = SearchForm(request.GET)
    wanted = form.search() if form.is_valid() else Search()
    found = list(queries.found_holds(viewer=request.user, wanted=wanted, at=request.at)[: PAGE + 1])
    kept = {key: value for key, value in request.GET.items() if key != "before" and value}
    context = {
        "form": form,
        "filters": [form["state"], form["ground"], form["text"]],
        "holds": [(hold, hold.state_at(request.at)) for hold in found[:PAGE]],
        "further": urlencode({**kept, "before": found[PAGE - 1].pk}) if len(found) > PAGE else "",
        "first": urlencode(kept),
        "is_first_page": not request.GET.get("before"),
        "is_filtered": bool(kept),
        "may_hold": request.user.may(Permission.HOLD),
        "kept": queries.kept_groups(viewer=request.user, at=request.at),
    }
    return render(request, "custody/holds.html", context)


@permission(Permission.READ_REGISTER)
@require_http_methods(["GET"])
def hold(request: PersonRequest, public_id: str) -> HttpResponse:
    return _hold_page(request, queries.hold_for(viewer=request.user, public_id=public_id))


@permission(Permission.HOLD)
@require_http_methods(["GET", "POST"])
def place_hold(request: PersonRequest) -> HttpResponse:
    """Order a hold. The address may say what of: ``?camera=cam_…&from=<microseconds>&to=<microseconds>``, or
    ``?site=sit_…``; without either the sites are offered."""
    chosen = request.POST.getlist("cameras") or request.GET.getlist("camera")
    site = _site(request, chosen)
    if site is None and request.method == "GET":
        return render(request, "custody/choose_site.html", {"sites": inventory.sites(viewer=request.user)})
    form = HoldForm(request.POST or None, site=site, chosen=chosen, initial=_initial(request, chosen))
    if request.method == "POST" and form.is_valid():
        try:
            placed = actions.place_hold(draft=form.draft(), actor=request.user, at=request.at)
        except Invalid as error:
            _put_error(form, error)
        else:
            messages.success(
                request, gettext("The hold is ordered. It is in force once the recorder has confirmed it.")
            )
            return redirect("hold", public_id=placed.public_id)
    return render(request, "custody/hold_form.html", {"form": form, "site": site})


@permission(Permission.HOLD)
@require_POST
def review_hold(request: PersonRequest, public_id: str) -> HttpResponse:
    return _with_note(request, public_id, "review", gettext("Noted: the hold is still needed."))


@permission(Permission.HOLD)
@recent_identity
@require_POST
def ask_release(request: PersonRequest, public_id: str) -> HttpResponse:
    return _with_note(request, public_id, "ask", gettext("The release is asked for. Another person has to release it."))


@permission(Permission.HOLD)
@require_POST
def refuse_release(request: PersonRequest, public_id: str) -> HttpResponse:
    return _with_note(request, public_id, "refuse", gettext("The hold stays as it was."))


@permission(Permission.RELEASE)
@recent_identity
@require_POST
def release_hold(request: PersonRequest, public_id: str) -> HttpResponse:
    found = queries.hold_for(viewer=request.user, public_id=public_id)
    try:
        actions.release_hold(hold=found, actor=request.user, at=request.at)
    except (Conflict, NotAllowed) as error:
        messages.error(request, explain(error))
    else:
        messages.success(request, gettext("The release is ordered. The recorder is told and confirms it."))
    return redirect("hold", public_id=found.public_id)


def _with_note(request: PersonRequest, public_id: str, what: str, done: str) -> HttpResponse:
    """Run one of the acts that want a few words; on an error the page comes back with what was typed."""
    found = queries.hold_for(viewer=request.user, public_id=public_id)
    form = NoteForm(request.POST, prefix=what)
    if form.is_valid():
        note = form.cleaned_data["note"]
        try:
            if what == "review":
                actions.review_hold(hold=found, note=note, actor=request.user, at=request.at)
            elif what == "ask":
                actions.ask_release(hold=found, reason=note, actor=request.user, at=request.at)
            else:
                actions.refuse_release(hold=found, reason=note, actor=request.user, at=request.at)
        except (Invalid, Conflict) as error:
            _put_error(form, error)
        else:
            messages.success(request, done)
            return redirect("hold", public_id=found.public_id)
    found = queries.hold_for(viewer=request.user, public_id=public_id)
    return _hold_page(request, found, forms_={what: form}, status=400)


def _hold_page(
    request: PersonRequest, found: Hold, *, forms_: dict[str, NoteForm] | None = None, status: int = 200
) -> HttpResponse:
    state, person, given = found.state_at(request.at), request.user, forms_ or {}
    cites = [Citation(cite["instrument"], cite["article"], cite.get("item", "")) for cite in found.citations]
    may_hold, is_own = person.may(Permission.HOLD), found.release_asked_by_id == person.pk
    is_asked = state == HoldState.RELEASE_ASKED
    context = {
        "hold": found,
        "state": state,
        "ranges": queries.ranges_of(found),
        "grounds": grounds(cites),
        "review_form": given.get("review", NoteForm(prefix="review")),
        "ask_form": given.get("ask", NoteForm(prefix="ask")),
        "refuse_form": given.get("refuse", NoteForm(prefix="refuse")),
        "may_review": may_hold and state in STANDING and state != HoldState.RELEASING,
        "may_ask": may_hold and state == HoldState.IN_FORCE,
        "may_refuse": is_asked and (is_own or person.may(Permission.RELEASE)),
        "may_release": is_asked and person.may(Permission.RELEASE) and not is_own,
        "is_own_wish": is_asked and is_own,
    }
    return render(request, "custody/hold.html", context, status=status)


def _site(request: PersonRequest, chosen: list[str]) -> Site | None:
    """The site whose cameras are offered: the one of the address, or that of the first chosen camera."""
    if request.GET.get("site"):
        return inventory.site_for(viewer=request.user, public_id=request.GET["site"])
    if not chosen:
        return None
    return inventory.camera_for(viewer=request.user, public_id=chosen[0]).site


def _initial(request: PersonRequest, chosen: list[str]) -> dict[str, Any]:
    """Whole seconds around the range of the address, so that nothing of it is cut off."""
    first, last = _us(request.GET.get("from", "")), _us(request.GET.get("to", ""))
    return {
        "cameras": chosen,
        "start": to_datetime(first - first % US_PER_S) if first is not None else None,
        "end": to_datetime(last + -last % US_PER_S) if last is not None else None,
    }


def _us(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 17 else None


def _put_error(form: forms.Form, error: MingchaError) -> None:
    field = FIELD_OF.get(error.code)
    form.add_error(field if field in form.fields else None, explain(error))
