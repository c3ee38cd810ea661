"""Pages of the inventory file: uploading, the preview row by row, confirming; templates; writing a site out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mingcha.base.errors import Conflict, Invalid, MingchaError
from mingcha.records.accounts.gate import PersonRequest, permission
from mingcha.records.accounts.states import Permission
from mingcha.records.files.uploads import takes_files
from mingcha.records.inventory import queries
from mingcha.records.inventory.actions.imports import apply_import, check_import, export_site
from mingcha.records.inventory.actions.row_results import CHANGED, NEW, REFUSED, UNCHANGED
from mingcha.records.inventory.exchange.cells import written, written_degrees
from mingcha.records.inventory.exchange.columns import table_of
from mingcha.records.inventory.exchange.reading import MAX_BYTES, MAX_ROWS
from mingcha.records.inventory.exchange.writing import (
    CSV_TYPE,
    XLSX_TYPE,
    csv_file,
    csv_template,
    xlsx_file,
    xlsx_template,
)
from mingcha.records.inventory.forms.exchange import ImportForm
from mingcha.records.inventory.jobs import ParkedImport
from mingcha.records.inventory.queries.exchange import parked_import_for
from mingcha.records.wording import explain, explain_code
from mingcha.records.wording.law import Ground, grounds, label, language

PAGE = 100
STATUSES = (REFUSED, CHANGED, NEW, UNCHANGED)
_ANGLES = ("lat_e7", "lon_e7")
_SAID = {"camera.prohibited": "exchange.prohibited"}
"""What a preview says otherwise than an act: nothing has been tried yet."""


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """A row of the preview in words. `problems`: heading of the column (or empty) and what to do; `changes`: heading,
    before, after."""

    number: int
    table: str
    label: str
    status: str
    problems: list[tuple[str, str]]
    hints: list[tuple[str, str]]
    changes: list[tuple[str, str, str]]
    verdict: str
    grounds: list[Ground]


@permission(Permission.MANAGE_CAMERAS)
@require_http_methods(["GET", "POST"])
@takes_files
def import_site(request: PersonRequest) -> HttpResponse:
    """Upload a file; what it would do is shown next."""
    sites = queries.sites(viewer=request.user).filter(closed_on__isnull=True)
    chosen = sites.filter(public_id=request.GET.get("site", "")).first()
    is_post = request.method == "POST"
    given = (request.POST, request.FILES) if is_post else (None, None)
    form = ImportForm(*given, sites=sites, initial={"site": chosen})
    if is_post and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            if upload.size > MAX_BYTES:
                raise Invalid("exchange.too_big", "The file is too big.", limit_mib=MAX_BYTES >> 20)
            parked = check_import(
                name=upload.name,
                data=upload.read(),
                site=form.cleaned_data["site"],
                actor=request.user,
                at=request.at,
            )
        except (Invalid, Conflict) as error:
            form.add_error("file", explain(error))
        else:
            return redirect("import-preview", public_id=parked.public_id)
    context = {"form": form, "site": chosen, "max_rows": MAX_ROWS, "max_mib": MAX_BYTES >> 20}
    return render(request, "inventory/import.html", context)


@permission(Permission.MANAGE_CAMERAS)
@require_http_methods(["GET", "POST"])
def import_preview(request: PersonRequest, public_id: str) -> HttpResponse:
    """What the file would do, row by row; POST takes it in, `only_good` without the refused rows."""
    parked = parked_import_for(viewer=request.user, public_id=public_id)
    if parked is None:
        messages.warning(request, explain_code("exchange.gone"))
        return redirect("import-site")
    failed: MingchaError | None = None
    if request.method == "POST":
        only_good = "only_good" in request.POST
        try:
            counts = apply_import(parked=parked, only_good=only_good, actor=request.user, at=request.at)
        except (Invalid, Conflict) as error:
            failed = error
            parked = parked_import_for(viewer=request.user, public_id=public_id)
            if parked is None:
                messages.warning(request, explain(error))
                return redirect("import-site")
        else:
            text = gettext("Taken in: %(new)s new, %(changed)s changed, %(unchanged)s as before, %(refused)s left out.")
            messages.success(request, text % counts)
            return redirect("cameras")
    return render(
        request, "inventory/import_preview.html", _preview(request, parked, failed), status=409 if failed else 200
    )


@permission(Permission.MANAGE_CAMERAS)
@require_GET
def import_template(request: PersonRequest, form: str) -> HttpResponse:
    """An empty file with every column explained."""
    if form == "csv":
        return _download(csv_template(language()), CSV_TYPE, gettext("inventory-template") + ".csv")
    return _download(xlsx_template(language(), request.at), XLSX_TYPE, gettext("inventory-template") + ".xlsx")


@permission(Permission.MANAGE_CAMERAS)
@require_POST
def export_inventory(request: PersonRequest, public_id: str) -> HttpResponse:
    """A site as a file. An act, since the list of all cameras leaves the house."""
    site = queries.site_for(viewer=request.user, public_id=public_id)
    form = "csv" if request.POST.get("form") == "csv" else "xlsx"
    rows = export_site(site=site, form=form, actor=request.user, at=request.at)
    if form == "csv":
        return _download(csv_file(rows, language()), CSV_TYPE, f"{site.name}.csv")
    return _download(xlsx_file(rows, language(), request.at), XLSX_TYPE, f"{site.name}.xlsx")


def _preview(request: PersonRequest, parked: ParkedImport, failed: MingchaError | None) -> dict[str, Any]:
    found: Mapping[str, Any] = parked.preview
    counts = found["counts"]
    wanted = request.GET.get("show", "")
    shown = wanted if wanted in STATUSES else next((status for status in STATUSES if counts[status]), UNCHANGED)
    page = Paginator([row for row in found["rows"] if row["status"] == shown], PAGE).get_page(request.GET.get("page"))
    return {
        "parked": parked,
        "failed": explain(failed) if failed else "",
        "tabs": [(status, _status(status), counts[status]) for status in STATUSES],
        "shown": shown,
        "page": page,
        "rows": [_row(row) for row in page],
        "query": f"show={shown}",
        "refused": counts[REFUSED],
        "to_do": counts[NEW] + counts[CHANGED],
        "ignored": found["ignored"],
        "ignored_columns": [(table_of(key).name(language()), heading) for key, heading in found["ignored_columns"]],
    }


def _row(row: Mapping[str, Any]) -> PreviewRow:
    table = table_of(row["table"])
    spoken = language()

    def heading(key: str) -> str:
        own = {"lat_e7": "latitude", "lon_e7": "longitude", "datum_given": "datum"}.get(key, key)
        return next((column.name(spoken) for column in table.columns if column.key == own), "")

    def shown(key: str, value: object) -> str:
        if key == "password":
            return gettext("given") if value else ""
        if key in _ANGLES and isinstance(value, int):
            return written_degrees(value)
        column = next((column for column in table.columns if column.key == key), None)
        return str(written(column, value, spoken)) if column is not None else str(value or "")

    changes = [(heading(key), shown(key, old), shown(key, new)) for key, old, new in row["changes"] if heading(key)]
    cited = [(cite["instrument"], cite["article"], cite.get("item", "")) for cite in row["citations"]]

    def told(found: list[Any]) -> list[tuple[str, str]]:
        return [(heading(column), explain_code(_SAID.get(code, code), params)) for column, code, params in found]

    return PreviewRow(
        number=row["number"],
        table=table.name(spoken),
        label=row["label"],
        status=row["status"],
        problems=told(row["problems"]),
        hints=told(row["hints"]),
        changes=changes,
        verdict=label("verdict", row["verdict"]) if row["verdict"] else "",
        grounds=grounds(cited),
    )


def _status(status: str) -> str:
    words = {
        NEW: gettext("New"),
        CHANGED: gettext("Changed"),
        UNCHANGED: gettext("As before"),
        REFUSED: gettext("Refused"),
    }
    return words[status]


def _download(data: bytes, media_type: str, name: str) -> HttpResponse:
    disposition = content_disposition_header(True, name) or "attachment"
    return HttpResponse(data, content_type=media_type, headers={"Content-Disposition": disposition})
