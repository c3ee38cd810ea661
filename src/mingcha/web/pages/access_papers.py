"""The receipt of a grant, or the notice of a refusal, as PDF."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_http_methods

from mingcha.records.accounts.gate import PersonRequest, permission
from mingcha.records.accounts.states import Permission
from mingcha.records.disclosure import queries
from mingcha.records.disclosure.states import State
from mingcha.records.disclosure.views.pages import qr
from mingcha.records.disclosure.views.shown import context_of
from mingcha.web.pdf import pdf_response


@permission(Permission.READ_ACCESS)
@require_http_methods(["GET"])
def access_paper_pdf(request: PersonRequest, public_id: str) -> HttpResponse:
    found = queries.request_for(viewer=request.user, public_id=public_id)
    if found.state == State.OPEN:
        return redirect("access-request", public_id=found.public_id)
    context = {**context_of(found, request.user, request.at), "qr": qr(found)}
    name = gettext("Notice of refusal") if found.state == State.REFUSED else pgettext("a request", "Receipt")
    return pdf_response(request, "web/paper/access.html", context, f"{name}-{found.public_id}.pdf")
