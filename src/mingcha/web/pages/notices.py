"""The notice of a site as PDF, ready for the printer."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_http_methods

from mingcha.records.accounts.gate import PersonRequest, permission
from mingcha.records.accounts.states import Permission
from mingcha.records.inventory.queries import site_for
from mingcha.records.signs.queries import sheet_of
from mingcha.web.pdf import as_download, pdf_of_html


@permission(Permission.SEE_CAMERAS)
@require_http_methods(["GET"])
def sheet_pdf(request: PersonRequest, site_id: str, sheet: str) -> HttpResponse:
    """`lang` in the address: both, zh or en."""
    site = site_for(viewer=request.user, public_id=site_id)
    languages = request.GET.get("lang", "both")
    drawing = sheet_of(site, sheet, languages, request.at)
    page = format_html(
        '<!doctype html><html lang="{}"><head><title>{}</title></head><body class="sheet sheet--{}">{}</body></html>',
        "en" if languages == "en" else "zh-Hans",
        site.name,
        sheet,
        mark_safe(drawing),  # noqa: S308  (drawn by us; every word in it is escaped)
    )
    return as_download(pdf_of_html(page, styles=("notice.css",)), f"{site.name[:60]}-{sheet}.pdf")
