"""What is done with a copy: sealing, handing over, taking back, destroying."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from mingcha.base.errors import Conflict, Invalid, MingchaError, NotAllowed, Unavailable
from mingcha.records.accounts.gate import PersonRequest, permission, recent_identity
from mingcha.records.accounts.states import Permission
from mingcha.records.custody import actions, queries
from mingcha.records.custody.forms.items import (
    AttestForm,
    DestroyForm,
    HandOnForm,
    HandOverForm,
    KeepForm,
    ReasonForm,
    SealForm,
    TakeBackForm,
)
from mingcha.records.custody.models import Item
from mingcha.records.custody.views.copies import item_page
from mingcha.records.files.uploads import takes_files
from mingcha.records.wording import explain

FIELD_OF = {
    "item.seal_used": "seal_number",
    "item.return_due": "return_due_on",
    "item.seal_note": "note",
    "item.witnesses": "first_witness",
}
"""Where the code's last word is not the field's name."""


@permission(Permission.KEEP_COPIES)
@require_POST
def seal(request: PersonRequest, public_id: str) -> HttpResponse:
    def run(found: Item, form: SealForm) -> None:
        actions.seal_item(item=found, draft=form.draft(), actor=request.user, at=request.at)

    form = SealForm(request.POST, prefix="seal")
    return _carry_out(request, public_id, "seal_form", form, run, gettext("Sealed. It can be handed over now."))


@permission(Permission.KEEP_COPIES)
@require_POST
def unseal(request: PersonRequest, public_id: str) -> HttpResponse:
    def run(found: Item, form: ReasonForm) -> None:
        actions.unseal_item(item=found, **form.cleaned_data, actor=request.user, at=request.at)

    form = ReasonForm(request.POST, prefix="unseal")
    return _carry_out(request, public_id, "unseal_form", form, run, gettext("The seal was opened again."))


@permission(Permission.KEEP_COPIES)
@require_POST
def keep(request: PersonRequest, public_id: str) -> HttpResponse:
    def run(found: Item, form: KeepForm) -> None:
        reason = form.cleaned_data["reason"]
        actions.keep_longer(item=found, until=form.until_at(), reason=reason, actor=request.user, at=request.at)

    form = KeepForm(request.POST, prefix="keep")
    return _carry_out(request, public_id, "keep_form", form, run, gettext("The copy waits for longer."))


@permission(Permission.KEEP_COPIES)
@require_POST
def ask_approval(request: PersonRequest, public_id: str) -> HttpResponse:
    """Ask a second person, and lead to the page where they may answer on this very screen."""
    found = queries.item_for(viewer=request.user, public_id=public_id)
    try:
        wish = actions.ask_handover_approval(item=found, actor=request.user, at=request.at)
    except Conflict as error:
        messages.error(request, explain(error))
        return redirect("item", public_id=public_id)
    back = urlencode({"next": reverse("item", args=(public_id,))})
    return redirect(f"{reverse('approval', args=(wish.public_id,))}?{back}")


@permission(Permission.KEEP_COPIES)
@takes_files
@require_POST
def hand_over(request: PersonRequest, public_id: str) -> HttpResponse:
    def run(found: Item, form: HandOverForm) -> None:
        actions.hand_over(item=found, draft=form.draft(), actor=request.user, at=request.at)

    form = HandOverForm(request.POST, request.FILES, prefix="over")
    done = gettext("Handed over. Print the receipt. Nothing more of this copy can be downloaded.")
    return _carry_out(request, public_id, "hand_over_form", form, run, done)


@permission(Permission.KEEP_COPIES)
@require_POST
def hand_on(request: PersonRequest, public_id: str) -> HttpResponse:
    def run(found: Item, form: HandOnForm) -> None:
        actions.hand_on(item=found, **form.cleaned_data, actor=request.user, at=request.at)

    form = HandOnForm(request.POST, prefix="on")
    return _carry_out(request, public_id, "hand_on_form", form, run, gettext("Written down who has it now."))


@permission(Permission.KEEP_COPIES)
@takes_files
@require_POST
def take_back(request: PersonRequest, public_id: str) -> HttpResponse:
    def run(found: Item, form: TakeBackForm) -> None:
        given = {key: form.cleaned_data[key] for key in ("by_name", "by_unit", "seal_intact")}
        actions.take_back(item=found, **given, draft=form.receiver(), actor=request.user, at=request.at)

    form = TakeBackForm(request.POST, request.FILES, prefix="back")
    return _carry_out(request, public_id, "take_back_form", form, run, gettext("The copy is back."))


@permission(Permission.KEEP_COPIES)
@recent_identity
@require_POST
def destroy(request: PersonRequest, public_id: str) -> HttpResponse:
    def run(found: Item, form: DestroyForm) -> None:
        actions.order_destruction(item=found, **form.cleaned_data, actor=request.user, at=request.at)

    form = DestroyForm(request.POST, prefix="destroy")
    done = gettext("The destruction is ordered. The recorder is told, and says when its copy is gone.")
    return _carry_out(request, public_id, "destroy_form", form, run, done)


@permission(Permission.KEEP_COPIES)
@takes_files
@require_POST
def attest(request: PersonRequest, public_id: str) -> HttpResponse:
    def run(found: Item, form: AttestForm) -> None:
        actions.attest_destruction(item=found, draft=form.draft(), actor=request.user, at=request.at)

    form = AttestForm(request.POST, request.FILES, prefix="attest")
    return _carry_out(request, public_id, "attest_form", form, run, gettext("The destruction is attested."))


def _carry_out(
    request: PersonRequest, public_id: str, name: str, form: Any, run: Callable[[Item, Any], None], done: str
) -> HttpResponse:
    """Run the act; on an error the page comes back with what was typed."""
    found = queries.item_for(viewer=request.user, public_id=public_id)
    status = 400
    if form.is_valid():
        try:
            run(found, form)
        except (Invalid, Unavailable) as error:
            _put_error(form, error)
        except (Conflict, NotAllowed) as error:
            _put_error(form, error)
            status = 409
        else:
            messages.success(request, done)
            return redirect("item", public_id=public_id)
    found = queries.item_for(viewer=request.user, public_id=public_id)
    return item_page(request, found, status=status, refused=_above(form), **{name: form})


def _put_error(form: forms.Form, error: MingchaError) -> None:
    """At the field the code names; a file that is not taken at the file field; else above the form."""
    field = FIELD_OF.get(error.code, error.code.rpartition(".")[2])
    aliases = {"receiver": ("receiver_name", "name", "by_name"), "reason": ("reason", "note")}
    if error.code.startswith("file."):
        aliases = {field: ("signature", "evidence")}
    known = next((name for name in (field, *aliases.get(field, ())) if name in form.fields), None)
    form.add_error(known, explain(error))


def _above(form: forms.Form) -> str:
    """What stands above the page where the form itself may no longer be there."""
    return " ".join(str(error) for error in form.non_field_errors())
