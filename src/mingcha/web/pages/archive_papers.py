"""Papers of the archive: the hand-over list as PDF, for both sides to sign."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from mingcha.records.accounts.gate import PersonRequest, permission
from mingcha.records.accounts.states import Permission
from mingcha.records.documents import queries
from mingcha.records.inventory.models import Unit
from mingcha.records.wording.law import label
from mingcha.web.pdf import pdf_response


@permission(Permission.READ_DOCUMENTS)
@require_http_methods(["GET"])
def handover_paper(request: PersonRequest, public_id: str) -> HttpResponse:
    handover = queries.handover_for(viewer=request.user, public_id=public_id)
    versions = [
        (version, label("document_type", version.document.kind)) for version in queries.handed_versions(handover)
    ]
    unit = Unit.objects.order_by("id").first()
    context = {"handover": handover, "versions": versions, "unit": unit.name if unit else ""}
    return pdf_response(request, "web/paper/handover.html", context, f"{handover.title[:80]}.pdf")
