"""The list of copies, the page of one, and its downloads."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from mingcha.base.clock import from_datetime
from mingcha.base.errors import Conflict, Invalid, NotAllowed
from mingcha.base.ids import is_id
from mingcha.records.accounts.gate import PersonRequest, permission
from mingcha.records.accounts.states import Permission
from mingcha.records.custody import actions, queries
from mingcha.records.custody.forms.items import (
    AttestForm,
    CheckForm,
    CopySearchForm,
    DestroyForm,
    HandOnForm,
    HandOverForm,
    KeepForm,
    ReasonForm,
    SealForm,
    TakeBackForm,
)
from mingcha.records.custody.models import Item, ItemStep
from mingcha.records.custody.queries import CopySearch
from mingcha.records.custody.views.checking import Answer, answer_for
from mingcha.records.custody.views.shown import context_of, paper_context
from mingcha.records.files.serving import attachment, picture
from mingcha.records.files.uploads import takes_files
from mingcha.records.viewing import actions as viewing
from mingcha.records.viewing.actions import Asker
from mingcha.records.viewing.gate import give_screen, screen_cookie
from mingcha.records.viewing.models import Viewing
from mingcha.records.wording import explain

PAGE = 50
MANIFEST_NAME = "manifest.json"
"""Lies beside the files of every copy (docs/ref/export-manifest.md)."""


@permission(Permission.SEE_COPIES)
@require_http_methods(["GET"])
def copies(request: PersonRequest) -> HttpResponse:
    """Whatever was copied or is being copied, newest first, and where each copy stands."""
    form = CopySearchForm(request.GET)
    wanted = form.search() if form.is_valid() else CopySearch()
    found = list(queries.found_copies(viewer=request.user, wanted=wanted)[: PAGE + 1])
    kept = {key: value for key, value in request.GET.items() if key != "before" and value}
    context = {
        "form": form,
        "filters": [form["text"], form["state"]],
        "rows": [(export, getattr(export, "item", None)) for export in found[:PAGE]],
        "further": urlencode({**kept, "before": found[PAGE - 1].pk}) if len(found) > PAGE else "",
        "first": urlencode(kept),
        "is_first_page": not request.GET.get("before"),
        "is_filtered": bool(kept),
        "may_order": request.user.may(Permission.ORDER_EXPORT) and request.user.may(Permission.PLAY_BACK),
    }
    return render(request, "custody/copies.html", context)


@permission(Permission.SEE_COPIES)
@require_http_methods(["GET"])
def item(request: PersonRequest, public_id: str) -> HttpResponse:
    return item_page(request, queries.item_for(viewer=request.user, public_id=public_id))


def item_page(request: PersonRequest, found: Item, *, status: int = 200, **given: Any) -> HttpResponse:
    """The page of a copy; `given`: forms that were filled in."""
    ask = {key: request.GET[key] for key in ("receiver_unit", "receiver_name") if key in request.GET}
    context = {
        **context_of(found, request.user, request.at),
        "seal_form": SealForm(initial={"purpose": found.purpose, **ask}, prefix="seal"),
        "unseal_form": ReasonForm(prefix="unseal"),
        "keep_form": KeepForm(prefix="keep"),
        "hand_over_form": HandOverForm(prefix="over"),
        "hand_on_form": HandOnForm(prefix="on"),
        "take_back_form": TakeBackForm(
            initial={"by_unit": found.receiver_unit, "by_name": found.receiver_name, "seal_intact": True}, prefix="back"
        ),
        "destroy_form": DestroyForm(prefix="destroy"),
        "attest_form": AttestForm(prefix="attest"),
        **given,
    }
    return render(request, "custody/item.html", context, status=status)


@permission(Permission.ORDER_EXPORT)
@require_POST
def download(request: PersonRequest, public_id: str) -> HttpResponse:
    """Register the download, then show links to the media server that carry a ticket for this copy alone."""
    found = queries.item_for(viewer=request.user, public_id=public_id)
    try:
        ticket = _ticket(request, found)[0]
    except (Conflict, NotAllowed) as error:
        return item_page(request, found, status=409, refused=explain(error))
    base = f"{request.media_origin}/exports/{found.export.export_id}/files/"
    listed = [file for file in found.export.files if isinstance(file, dict) and file.get("name")]
    links = [
        {"url": f"{base}{quote(str(file['name']), safe='')}?ticket={ticket}", **file}
        for file in [*listed, {"name": MANIFEST_NAME}]
    ]
    bundle = f"{request.media_origin}/exports/{found.export.export_id}/bundle.zip?ticket={ticket}"
    response = render(request, "custody/download.html", {"item": found, "links": links, "bundle": bundle})
    give_screen(request, response)
    return response


@permission(Permission.ORDER_EXPORT)
@require_POST
def download_json(request: PersonRequest, grant: str) -> HttpResponse:
    """The same for the page that ordered the copy, which it names by the grant of its order. 404 until the copy has
    come into custody, a second or two after it was made."""
    if not is_id(grant, "grt"):
        raise Invalid("request.invalid", "The request names no order.")
    found = queries.item_of_order(viewer=request.user, grant=grant)
    ticket, opened = _ticket(request, found)
    answer = {"ticket": ticket, "item": found.public_id, "expires_us": from_datetime(opened.expires_at)}
    response = JsonResponse(answer, status=201)
    give_screen(request, response)
    return response


@permission(Permission.SEE_COPIES)
@takes_files
@require_http_methods(["GET", "POST"])
def check(request: PersonRequest) -> HttpResponse:
    """Is this copy ours, and unchanged? By the manifest or a hash; nothing is kept."""
    form = CheckForm(request.POST or None, request.FILES or None)
    answer: Answer | None = None
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            answer = answer_for(request.user, form.cleaned_data)
        except Invalid as error:
            form.add_error("manifest" if error.code == "item.manifest_large" else "sha256", explain(error))
    if request.method == "POST" and answer is None:
        status = 400
    return render(request, "custody/check.html", {"form": form, "answer": answer}, status=status)


@permission(Permission.SEE_COPIES)
@require_http_methods(["GET"])
def receipt(request: PersonRequest, public_id: str) -> HttpResponse:
    """The receipt of a hand-over, to print."""
    return _paper(request, public_id, "custody/receipt.html", "has_receipt")


@permission(Permission.SEE_COPIES)
@require_http_methods(["GET"])
def certificate(request: PersonRequest, public_id: str) -> HttpResponse:
    """The certificate of destruction, to print."""
    return _paper(request, public_id, "custody/certificate.html", "has_certificate")


@permission(Permission.SEE_COPIES)
@require_http_methods(["GET"])
def step_signature(request: PersonRequest, public_id: str, step: int) -> HttpResponse:
    stored = _step(request, public_id, step).signature
    if stored is None:
        raise NotAllowed("item.unknown", "There is no such paper.")
    return picture(stored)


@permission(Permission.SEE_COPIES)
@require_http_methods(["GET"])
def step_evidence(request: PersonRequest, public_id: str, step: int) -> HttpResponseBase:
    """The signed paper or photograph of a destruction, to be saved."""
    stored = _step(request, public_id, step).evidence
    if stored is None:
        raise NotAllowed("item.unknown", "There is no such paper.")
    return attachment(stored)


def require_paper(context: dict[str, Any], name: str) -> None:
    """Raises Conflict (``item.no_paper``) where there is no such paper yet."""
    if not context[name]:
        raise Conflict("item.no_paper", "There is no such paper yet.")


def _paper(request: PersonRequest, public_id: str, template: str, name: str) -> HttpResponse:
    found = queries.item_for(viewer=request.user, public_id=public_id)
    context = paper_context(found, request.user, request.at)
    require_paper(context, name)
    return render(request, template, context)


def _step(request: PersonRequest, public_id: str, step: int) -> ItemStep:
    found = queries.item_for(viewer=request.user, public_id=public_id)
    row = queries.steps_of(found).filter(pk=step).first()
    if row is None:
        raise NotAllowed("item.unknown", "There is no such paper.")
    return row


def _ticket(request: PersonRequest, found: Item) -> tuple[str, Viewing]:
    ordered = found.export.viewing
    asker = Asker(request.user, request.session.session_key or "", ordered.reason, ordered.note)
    opened = actions.download(item=found, asker=asker, at=request.at)
    export = found.export.export_id
    return viewing.mint(opened, at=request.at, screen=screen_cookie(request), export=export), opened
