"""The page on which a hold that only the recorder knows is given a reason again."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from mingcha.base.errors import Conflict, Invalid
from mingcha.records.accounts.gate import PersonRequest, permission
from mingcha.records.accounts.states import Permission
from mingcha.records.custody import actions, queries
from mingcha.records.custody.forms.holds import ReasonForm
from mingcha.records.inventory import queries as inventory
from mingcha.records.wording import explain

FIELD_OF = {"hold.ground": "ground", "hold.number": "number", "hold.text": "text", "hold.site_needed": "site"}


@permission(Permission.HOLD)
@require_http_methods(["GET", "POST"])
def adopt(request: PersonRequest, public_id: str) -> HttpResponse:
    group = queries.kept_group_for(viewer=request.user, public_id=public_id, at=request.at)
    form = ReasonForm(request.POST or None, group=group, sites=inventory.sites(viewer=request.user))
    if request.method == "POST" and form.is_valid():
        try:
            hold = actions.adopt_holds(kept=group.parts, reason=form.reason(), actor=request.user, at=request.at)
        except (Invalid, Conflict) as error:
            field = FIELD_OF.get(error.code)
            form.add_error(field if field in form.fields else None, explain(error))
        else:
            messages.success(request, gettext("The hold is in the books again. Two persons can release it."))
            return redirect("hold", public_id=hold.public_id)
    return render(
        request, "custody/adopt_hold.html", {"form": form, "group": group}, status=400 if form.errors else 200
    )
