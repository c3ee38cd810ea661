"""JSON of turning: taking cameras in hand, and whose hand they are in."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_http_methods, require_POST

from mingcha.base.clock import from_datetime
from mingcha.records.accounts.gate import PersonRequest, permission
from mingcha.records.accounts.states import Permission
from mingcha.records.disclosure import actions
from mingcha.records.disclosure.queries.leases import holder, leases_over
from mingcha.records.inventory import queries as inventory
from mingcha.records.viewing.actions import Asker
from mingcha.records.viewing.api import read_body, read_cameras, ticket_answer

MOST = 64


@permission(Permission.MOVE_CAMERAS)
@require_POST
def take_in_hand(request: PersonRequest) -> HttpResponse:
    """Register that the cameras are taken in hand, then answer the first ticket."""
    body = read_body(request)
    asker = Asker(
        viewer=request.user,
        session_key=request.session.session_key or "",
        reason=str(body.get("reason") or ""),
        note=str(body.get("note") or ""),
    )
    cameras = read_cameras(request, body.get("cameras"))
    viewing = actions.take_in_hand(cameras=cameras, asker=asker, at=request.at)
    return ticket_answer(viewing, request, status=201)


@permission(Permission.SEE_CAMERAS)
@require_http_methods(["GET"])
def taken_over(request: PersonRequest) -> HttpResponse:
    """Which of the cameras asked for are under a take-over, by whom, until when."""
    asked = request.GET.getlist("camera")[:MOST]
    seen = inventory.cameras(viewer=request.user).filter(public_id__in=asked).values_list("public_id", flat=True)
    found = leases_over(seen, request.at)
    return JsonResponse(
        {
            "cameras": {
                camera: {
                    "by": holder(lease),
                    "untilUs": from_datetime(lease.request.grant.until_at),
                    "request": lease.request.public_id if request.user.may(Permission.READ_ACCESS) else "",
                }
                for camera, lease in found.items()
            }
        }
    )
