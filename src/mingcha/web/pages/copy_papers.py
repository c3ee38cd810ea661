"""The receipt of a hand-over and the certificate of destruction, as PDF."""

from __future__ import annotations

import base64

from django.http import HttpResponse
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_http_methods

from mingcha.records.accounts.gate import PersonRequest, permission
from mingcha.records.accounts.states import Permission
from mingcha.records.custody import queries
from mingcha.records.custody.views.copies import require_paper
from mingcha.records.custody.views.shown import paper_context
from mingcha.records.files.models import StoredFile
from mingcha.records.files.serving import picture
from mingcha.web.pdf import pdf_response

SIGNATURE_SIDE_PX = 600


@permission(Permission.SEE_COPIES)
@require_http_methods(["GET"])
def item_receipt_pdf(request: PersonRequest, public_id: str) -> HttpResponse:
    return _paper(request, public_id, "receipt", pgettext("a copy", "Receipt"))


@permission(Permission.SEE_COPIES)
@require_http_methods(["GET"])
def item_certificate_pdf(request: PersonRequest, public_id: str) -> HttpResponse:
    return _paper(request, public_id, "certificate", gettext("Certificate of destruction"))


def _paper(request: PersonRequest, public_id: str, kind: str, name: str) -> HttpResponse:
    found = queries.item_for(viewer=request.user, public_id=public_id)
    context = paper_context(found, request.user, request.at)
    require_paper(context, f"has_{kind}")
    handed = context["handed"]
    context["signature_data"] = _inline(handed["row"].signature) if handed and kind == "receipt" else ""
    return pdf_response(request, f"web/paper/copy_{kind}.html", context, f"{name}-{public_id}.pdf")


def _inline(stored: StoredFile | None) -> str:
    """A signature as an address that holds it: the PDF fetches nothing."""
    if stored is None:
        return ""
    drawn = picture(stored, max_side_px=SIGNATURE_SIDE_PX)
    return f"data:{drawn['Content-Type']};base64,{base64.b64encode(drawn.content).decode()}"
