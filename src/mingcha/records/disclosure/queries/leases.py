"""Reads of take-overs: whose hand a camera is in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from mingcha.records.disclosure.models import Lease, Request
from mingcha.records.disclosure.queries.facts import seers
from mingcha.records.disclosure.states import State


def lease_of(request: Request) -> Lease | None:
    """The take-over of a request, running or over; None where there is none."""
    return Lease.objects.select_related("request__grant").filter(pk=request.pk).first()


def is_running(lease: Lease | None, at: datetime) -> bool:
    """Whether control is in other hands now. It ends by itself, whether or not anybody has noted so yet."""
    return (
        lease is not None
        and lease.ended_at is None
        and lease.request.state == State.GRANTED
        and lease.request.grant.until_at > at
    )


def running_leases(at: datetime) -> QuerySet[Lease]:
    """Take-overs that hold now."""
    return Lease.objects.filter(
        ended_at__isnull=True, request__state=State.GRANTED, request__grant__until_at__gt=at
    ).select_related("request__grant", "request__site")


def lapsed_leases(at: datetime) -> QuerySet[Lease]:
    """Take-overs whose time is over and that nobody has ended."""
    found = Lease.objects.filter(ended_at__isnull=True, request__grant__until_at__lte=at)
    return found.select_related("request__grant", "request__site")


def leases_over(cameras: Iterable[str], at: datetime) -> dict[str, Lease]:
    """The running take-over of each of these cameras (public ids) that is under one."""
    wanted = list(cameras)
    found = running_leases(at).filter(request__grant__cameras__public_id__in=wanted).distinct()
    return {
        camera: lease
        for lease in found
        for camera in lease.request.grant.cameras.filter(public_id__in=wanted).values_list("public_id", flat=True)
    }


def holder(lease: Lease) -> str:
    """Who has control, as the unit's people read it."""
    request = lease.request
    return " ".join(dict.fromkeys(text for text in (request.organ, seers(request)) if text))
