"""Pages of the archive. Its papers (PDF) are made in `mingcha.web.pages.archive_papers`."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from mingcha.base.errors import Conflict, Invalid, MingchaError, Unavailable
from mingcha.records.accounts.gate import PersonRequest, permission
from mingcha.records.accounts.states import Permission
from mingcha.records.documents import actions, queries
from mingcha.records.documents.forms import DocumentForm, HandOverForm, SearchForm, VersionForm, WithdrawForm
from mingcha.records.documents.models import Document
from mingcha.records.documents.queries import Search
from mingcha.records.files.serving import attachment
from mingcha.records.files.serving import picture as picture_of
from mingcha.records.files.uploads import takes_files
from mingcha.records.inventory import queries as inventory
from mingcha.records.wording import explain
from mingcha.records.wording.law import codes, label

PAGE = 50
FIELD_OF = {
    "document.kind": "kind",
    "document.title": "title",
    "document.subject": "subject",
    "document.stage": "stage",
    "document.valid_until": "valid_until",
    "document.reason": "reason",
    "handover.title": "title",
    "handover.receiver": "receiver",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A document as lists show it."""

    document: Document
    kind: str
    about: str
    is_expired: bool


@permission(Permission.READ_DOCUMENTS)
@require_http_methods(["GET"])
def documents(request: PersonRequest) -> HttpResponse:
    """The archive, newest first, with filters and pages."""
    sites = inventory.sites(viewer=request.user)
    form = SearchForm(request.GET, sites=sites)
    wanted = form.search() if form.is_valid() else Search()
    on = timezone.localdate(request.at)
    found = list(queries.found_documents(viewer=request.user, wanted=wanted, on=on)[: PAGE + 1])
    kept = {key: value for key, value in request.GET.items() if key != "before" and value}
    context = {
        "form": form,
        "filters": [form[name] for name in ("q", "kind", "site", "state")],
        "rows": _rows(request, found[:PAGE]),
        "older": urlencode({**kept, "before": found[PAGE - 1].pk}) if len(found) > PAGE else "",
        "newest": urlencode(kept),
        "is_first_page": not request.GET.get("before"),
        "is_filtered": bool(kept),
        "about": queries.names_of([wanted.subject]).get(wanted.subject, "") if wanted.subject else "",
        "may_manage": request.user.may(Permission.MANAGE_DOCUMENTS),
    }
    return render(request, "documents/documents.html", context)


@permission(Permission.READ_DOCUMENTS)
@require_http_methods(["GET"])
def document(request: PersonRequest, public_id: str) -> HttpResponse:
    found = queries.document_for(viewer=request.user, public_id=public_id)
    return _document_page(request, found, VersionForm(), WithdrawForm())


@permission(Permission.MANAGE_DOCUMENTS)
@takes_files
@require_http_methods(["GET", "POST"])
def file_document(request: PersonRequest) -> HttpResponse:
    """File a document. A link from the checklist says in the address what it is to be."""
    initial = {name: request.GET.get(name, "") for name in ("subject", "kind", "stage")}
    subject = request.POST.get("subject", initial["subject"])
    form = DocumentForm(request.POST or None, request.FILES or None, initial=initial, subject=subject)
    if request.method == "POST" and form.is_valid():
        try:
            filed = actions.file_document(
                draft=form.draft(), upload=form.cleaned_data["file"], actor=request.user, at=request.at
            )
        except (Invalid, Conflict, Unavailable) as error:
            _put_error(form, error)
        else:
            messages.success(request, gettext("“%(title)s” has been filed.") % {"title": filed.title})
            return redirect("document", public_id=filed.public_id)
    return render(request, "documents/document_form.html", {"form": form})


@permission(Permission.MANAGE_DOCUMENTS)
@takes_files
@require_POST
def add_version(request: PersonRequest, public_id: str) -> HttpResponse:
    found = queries.document_for(viewer=request.user, public_id=public_id)
    form = VersionForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            actions.add_version(
                document=found,
                upload=form.cleaned_data["file"],
                reason=form.cleaned_data["reason"],
                actor=request.user,
                at=request.at,
            )
        except (Invalid, Conflict, Unavailable) as error:
            _put_error(form, error)
        else:
            messages.success(request, gettext("The new version has been filed. The earlier ones stay."))
            return redirect("document", public_id=found.public_id)
    return _document_page(request, found, form, WithdrawForm(), status=400)


@permission(Permission.MANAGE_DOCUMENTS)
@require_POST
def withdraw(request: PersonRequest, public_id: str) -> HttpResponse:
    found = queries.document_for(viewer=request.user, public_id=public_id)
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        return _document_page(request, found, VersionForm(), form, status=400)
    actions.withdraw_document(document=found, reason=form.cleaned_data["reason"], actor=request.user, at=request.at)
    messages.success(request, gettext("The document has been withdrawn. It stays in the archive."))
    return redirect("document", public_id=found.public_id)


@permission(Permission.READ_DOCUMENTS)
@require_http_methods(["GET"])
def download(request: PersonRequest, public_id: str, number: int) -> HttpResponseBase:
    return attachment(queries.file_for(viewer=request.user, public_id=public_id, number=number))


@permission(Permission.READ_DOCUMENTS)
@require_http_methods(["GET"])
def picture(request: PersonRequest, public_id: str, number: int) -> HttpResponse:
    return picture_of(queries.file_for(viewer=request.user, public_id=public_id, number=number))


@permission(Permission.READ_DOCUMENTS)
@require_http_methods(["GET"])
def required(request: PersonRequest) -> HttpResponse:
    """Each site with what the law asks for and how much of it is there."""
    on = timezone.localdate(request.at)
    sites = inventory.sites(viewer=request.user)
    lists = [queries.checklist(viewer=request.user, site=site, on=on) for site in sites]
    return render(request, "documents/required.html", {"lists": lists})


@permission(Permission.READ_DOCUMENTS)
@require_http_methods(["GET"])
def site_required(request: PersonRequest, public_id: str) -> HttpResponse:
    site = inventory.site_for(viewer=request.user, public_id=public_id)
    found = queries.checklist(viewer=request.user, site=site, on=timezone.localdate(request.at))
    context = {
        "site": site,
        "list": found,
        "parts": [(part, label("archive_per", part.per), _labelled(part)) for part in found.parts],
        "place": label("place", site.place) if site.place in codes("place") else "",
        "may_manage": request.user.may(Permission.MANAGE_DOCUMENTS),
    }
    return render(request, "documents/site_required.html", context)


@permission(Permission.READ_DOCUMENTS)
@require_http_methods(["GET"])
def handovers(request: PersonRequest) -> HttpResponse:
    context = {
        "handovers": queries.handovers(viewer=request.user)[:200],
        "may_manage": request.user.may(Permission.MANAGE_DOCUMENTS),
    }
    return render(request, "documents/handovers.html", context)


@permission(Permission.MANAGE_DOCUMENTS)
@require_http_methods(["GET", "POST"])
def add_handover(request: PersonRequest) -> HttpResponse:
    """`doc` (several) or `site` in the address say which documents; both only among those the person may see."""
    chosen = _chosen(request)
    form = HandOverForm(request.POST or None, initial={"handed_on": timezone.localdate(request.at)})
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.hand_over(**form.cleaned_data, documents=chosen, actor=request.user, at=request.at)
        except Invalid as error:
            _put_error(form, error)
        else:
            messages.success(request, gettext("The hand-over has been registered. Print the list and have it signed."))
            return redirect("handover", public_id=made.public_id)
    return render(request, "documents/handover_form.html", {"form": form, "rows": _rows(request, chosen)})


@permission(Permission.READ_DOCUMENTS)
@require_http_methods(["GET"])
def handover(request: PersonRequest, public_id: str) -> HttpResponse:
    found = queries.handover_for(viewer=request.user, public_id=public_id)
    versions = [(version, label("document_type", version.document.kind)) for version in queries.handed_versions(found)]
    return render(request, "documents/handover.html", {"handover": found, "versions": versions})


def _document_page(
    request: PersonRequest, found: Document, version_form: VersionForm, withdraw_form: WithdrawForm, status: int = 200
) -> HttpResponse:
    context = {
        "document": found,
        "row": _rows(request, [found])[0],
        "stage": label("archive_stage", found.stage) if found.stage else "",
        "versions": queries.versions_of(found),
        "version_form": version_form,
        "withdraw_form": withdraw_form,
        "may_manage": request.user.may(Permission.MANAGE_DOCUMENTS),
    }
    return render(request, "documents/document.html", context, status=status)


def _rows(request: PersonRequest, found: list[Document]) -> list[Row]:
    names = queries.names_of(document.subject for document in found)
    on = timezone.localdate(request.at)
    return [
        Row(
            document=document,
            kind=label("document_type", document.kind),
            about=names.get(document.subject, document.subject),
            is_expired=document.valid_until is not None and document.valid_until < on,
        )
        for document in found
    ]


def _labelled(part: queries.Part) -> list[tuple[str, queries.Line]]:
    return [(label("archive_stage", line.stage), line) for line in part.lines]


def _chosen(request: PersonRequest) -> list[Document]:
    current = queries.documents(viewer=request.user).filter(withdrawn_at__isnull=True)
    site, ids = request.GET.get("site", ""), request.GET.getlist("doc")
    if request.method == "POST":
        ids = request.POST.getlist("doc")
        site = ""
    wanted = current.filter(site__public_id=site) if site else current.filter(public_id__in=ids)
    return list(wanted.order_by("kind", "id")[: actions.HANDOVER_LIMIT + 1])


def _put_error(form: forms.Form, error: MingchaError) -> None:
    field = "file" if error.code.startswith("file.") else FIELD_OF.get(error.code)
    form.add_error(field if field in form.fields else None, explain(error))
