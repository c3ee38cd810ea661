"""The permission matrix: what each role may do, from the data that decides it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from mingcha.records.accounts.gate import permission
from mingcha.records.accounts.states import MATRIX, Permission, Role, role_wants_second_factor


@permission(Permission.OWN_ACCOUNT, before_second_factor=True)
@require_http_methods(["GET"])
def permissions(request: HttpRequest) -> HttpResponse:
    """Roles across, permissions down; printable. Everybody may see it: it says what may be asked of whom."""
    context = {
        "roles": [role.label for role in Role],
        "matrix": [(item.label, [(role.label, item in MATRIX[role]) for role in Role]) for item in Permission],
        "second": [(role.label, role_wants_second_factor(role)) for role in Role],
    }
    return render(request, "web/permissions.html", context)
