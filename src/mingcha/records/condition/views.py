"""Pages of the archive's condition."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from mingcha.base.errors import Conflict, Invalid
from mingcha.records.accounts.gate import PersonRequest, permission
from mingcha.records.accounts.states import Permission
from mingcha.records.condition import actions, queries
from mingcha.records.condition.forms import NoteForm
from mingcha.records.condition.models import Damage
from mingcha.records.condition.states import LATE_AFTER
from mingcha.records.wording import explain

PAGE = 50
ROUNDS_SHOWN = 14


@permission(Permission.CHECK_ARCHIVE)
@require_http_methods(["GET"])
def condition(request: PersonRequest) -> HttpResponse:
    """What was verified, what is broken, how far the ledger is stamped."""
    found = queries.damages(viewer=request.user)
    waiting = list(found.filter(queries.OPEN)[: PAGE + 1])
    done = list(found.exclude(queries.OPEN)[:PAGE])
    rounds = list(queries.rounds(viewer=request.user)[:ROUNDS_SHOWN])
    newest = rounds[0] if rounds else None
    context = {
        "waiting": [_line(one) for one in waiting[:PAGE]],
        "is_more": len(waiting) > PAGE,
        "done": [_line(one) for one in done],
        "rounds": rounds,
        "newest": newest,
        "share": round(100 * newest.covered / newest.slots) if newest and newest.slots else 0,
        "is_late": newest is not None and request.at - newest.ended_at > LATE_AFTER,
        "witnesses": (witnesses := queries.witnesses(viewer=request.user)),
        "unwitnessed_since": queries.unwitnessed_since(witnesses),
        "stamp": queries.last_stamp(viewer=request.user),
        "may_read_register": request.user.may(Permission.READ_REGISTER),
    }
    return render(request, "condition/condition.html", context)


@permission(Permission.CHECK_ARCHIVE)
@require_http_methods(["GET"])
def damage(request: PersonRequest, public_id: str) -> HttpResponse:
    return _damage_page(request, queries.damage_for(viewer=request.user, public_id=public_id), NoteForm())


@permission(Permission.CHECK_ARCHIVE)
@require_POST
def deal_with(request: PersonRequest, public_id: str) -> HttpResponse:
    found, form = queries.damage_for(viewer=request.user, public_id=public_id), NoteForm(request.POST)
    if form.is_valid():
        try:
            actions.deal_with(damage=found, note=form.cleaned_data["note"], actor=request.user, at=request.at)
        except (Invalid, Conflict) as error:
            form.add_error("note" if error.code == "damage.note" else None, explain(error))
        else:
            messages.success(request, gettext("Noted. It no longer stands on the home pages."))
            return redirect("archive-condition")
    return _damage_page(request, found, form, status=400)


def _line(one: Damage) -> tuple[Damage, str, str]:
    return one, queries.span(one), queries.blocks(one)


def _damage_page(request: PersonRequest, found: Damage, form: NoteForm, status: int = 200) -> HttpResponse:
    context = {
        "damage": found,
        "span": queries.span(found),
        "sentence": queries.sentence(found),
        "blocks": list(zip(found.parts, found.ranges, strict=False)),
        "more_blocks": max(0, found.damaged_parts - len(found.ranges)),
        "form": form,
        "may_read_register": request.user.may(Permission.READ_REGISTER),
    }
    return render(request, "condition/damage.html", context, status=status)
