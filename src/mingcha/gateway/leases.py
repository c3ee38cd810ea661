"""Take-overs whose time is over, and what the unit's own people still have in hand of cameras under one."""

from __future__ import annotations

from datetime import datetime

from mingcha.base.errors import Conflict
from mingcha.records.disclosure.actions import let_lapse
from mingcha.records.disclosure.queries.leases import lapsed_leases, running_leases
from mingcha.records.viewing.actions import end_viewing
from mingcha.records.viewing.queries import open_viewings
from mingcha.records.viewing.states import End, Kind


def tend_leases(at: datetime) -> int:
    """End what is over; returns how many leases and viewings that were. Control of one's own that was opened in the
    same moment as a take-over ends here, should the act of granting not have seen it."""
    ended = 0
    for lease in lapsed_leases(at):
        try:
            let_lapse(lease=lease, at=at)
            ended += 1
        except Conflict:
            continue  # somebody handed it back at the same moment
    taken = [camera for lease in running_leases(at) for camera in lease.request.grant.cameras.all()]
    if not taken:
        return ended
    own = open_viewings().filter(kind=Kind.CONTROL, basis__isnull=True, cameras__in=taken).distinct()
    for viewing in own:
        try:
            end_viewing(viewing=viewing, end=End.NOT_ENTITLED, at=at)
            ended += 1
        except Conflict:
            continue  # its own page closed it
    return ended
