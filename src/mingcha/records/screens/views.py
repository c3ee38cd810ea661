"""The page of named screens."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from mingcha.base.errors import Conflict, Invalid
from mingcha.records.accounts.gate import PersonRequest, permission
from mingcha.records.accounts.states import Permission
from mingcha.records.inventory.queries import sites
from mingcha.records.screens import actions, queries
from mingcha.records.screens.forms import ScreenForm
from mingcha.records.screens.gate import give_place, screen_of
from mingcha.records.wording import explain


@permission(Permission.MANAGE_SITES)
@require_http_methods(["GET", "POST"])
def screens(request: PersonRequest) -> HttpResponse:
    """The list, and the form that names the browser it is sent from."""
    form = ScreenForm(request.POST or None, sites=sites(viewer=request.user))
    if request.method == "POST" and form.is_valid():
        try:
            made, secret = actions.name_screen(**form.cleaned_data, actor=request.user, at=request.at)
        except (Invalid, Conflict) as error:
            form.add_error("name", explain(error))
        else:
            messages.success(request, gettext("This browser is now the screen “%(name)s”.") % {"name": made.name})
            response = redirect("screens")
            give_place(response, secret)
            return response
    context = {
        "form": form,
        "screens": queries.screens(viewer=request.user),
        "here": screen_of(request),
        "has_sites": form.fields["site"].queryset.exists(),  # type: ignore[attr-defined]
    }
    return render(request, "screens/screens.html", context, status=400 if form.errors else 200)


@permission(Permission.MANAGE_SITES)
@require_POST
def retire(request: PersonRequest, public_id: str) -> HttpResponse:
    """Take a screen's name away."""
    found = queries.screen_for(viewer=request.user, public_id=public_id)
    try:
        actions.retire_screen(screen=found, actor=request.user, at=request.at)
    except Conflict as error:
        messages.error(request, explain(error))
    else:
        messages.success(request, gettext("The screen “%(name)s” is out of use.") % {"name": found.name})
    return redirect("screens")
