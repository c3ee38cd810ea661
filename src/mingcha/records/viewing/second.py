"""When the house's policies want a second person for a look, and what that person is told.

The law is asked elsewhere, always: these are stricter rules of the house, each off until somebody switches it on.
Live pictures are what guards are there for and are never held up; what rests on a grant to somebody from outside is
decided on there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from mingcha.base.clock import US_PER_S, from_datetime
from mingcha.base.timerange import TimeRange
from mingcha.records.accounts.models import Person
from mingcha.records.inventory.models import Camera
from mingcha.records.policies.queries import value_of
from mingcha.records.policies.states import PolicyKey
from mingcha.records.viewing.hours import is_night, within_own_shift
from mingcha.records.viewing.models import Viewing
from mingcha.records.viewing.states import Kind, SecondFor

RECORDINGS = frozenset({Kind.PLAYBACK, Kind.EXPORT, Kind.SNAPSHOT})
FRESH = timedelta(minutes=10)
"""What was recorded so lately is as good as live: a snapshot of the wall, a fall one wants to see again."""
AT_ONCE = timedelta(hours=1)
"""Looks opened within this time count together, so that many small ones are not fewer than a big one."""


def second_for(
    viewer: Person, kind: Kind, cameras: Sequence[Camera], span: TimeRange | None, at: datetime
) -> list[SecondFor]:
    """Why a second person has to consent; empty when none has to."""
    if kind not in RECORDINGS or span is None or span.start_us >= from_datetime(at - FRESH):
        return []
    if kind is Kind.SNAPSHOT and _is_on_screen(viewer, cameras[0], span):
        return []
    sites = sorted({camera.site.public_id for camera in cameras})
    found = []
    if _any(PolicyKey.SECOND_OTHER_SHIFT, sites, at) and not within_own_shift(viewer, span, at):
        found.append(SecondFor.OTHER_SHIFT)
    if any(value_of(PolicyKey.SECOND_NIGHT, site=site, at=at) and is_night(at, site) for site in sites):
        found.append(SecondFor.NIGHT)
    if kind is not Kind.SNAPSHOT:
        found += _bulk(viewer, cameras, span, sites, at)
    return found


def facts_of(
    kind: Kind, cameras: Iterable[Camera], span: TimeRange | None, reason: str, note: str, why: Sequence[SecondFor]
) -> dict[str, object]:
    """What the second person is told, and all that the consent is good for."""
    return {
        "kind": str(kind),
        "cameras": sorted(camera.public_id for camera in cameras),
        "from_us": span.start_us if span else None,
        "to_us": span.end_us if span else None,
        "reason": reason,
        "note": note,
        "second_for": [str(code) for code in why],
    }


def _any(key: str, sites: Sequence[str], at: datetime) -> bool:
    return any(value_of(key, site=site, at=at) for site in sites)


def _least(key: str, sites: Sequence[str], at: datetime) -> int:
    """The strictest number that is switched on; 0: none is."""
    return min((value for site in sites if (value := value_of(key, site=site, at=at))), default=0)


def _bulk(
    viewer: Person, cameras: Sequence[Camera], span: TimeRange, sites: Sequence[str], at: datetime
) -> list[SecondFor]:
    most_cameras = _least(PolicyKey.BULK_CAMERAS, sites, at)
    most_hours = _least(PolicyKey.BULK_HOURS, sites, at)
    if not (most_cameras or most_hours):
        return []
    looks = _looked_at_lately(viewer, at)
    for camera in cameras:
        looks.setdefault(camera.pk, []).append(span)
    length_us = sum(_covered_us(spans, from_datetime(at)) for spans in looks.values())
    found = []
    if most_cameras and len(looks) >= most_cameras:
        found.append(SecondFor.BULK_CAMERAS)
    if most_hours and length_us >= most_hours * 3600 * US_PER_S:
        found.append(SecondFor.BULK_HOURS)
    return found


def _covered_us(spans: Iterable[TimeRange], now_us: int) -> int:
    """How much of the past these ranges cover together; what two of them share counts once."""
    covered, reached = 0, 0
    for span in sorted(spans):
        start, end = max(span.start_us, reached), min(span.end_us, now_us)
        covered += max(0, end - start)
        reached = max(reached, end)
    return covered


def _looked_at_lately(viewer: Person, at: datetime) -> dict[int, list[TimeRange]]:
    """Recordings this person opened by themselves within `AT_ONCE`: ranges by camera. What a second person or a grant
    stands behind was weighed there."""
    recent = Viewing.objects.filter(
        viewer=viewer,
        opened_at__gt=at - AT_ONCE,
        opened_at__lte=at,
        kind__in=(Kind.PLAYBACK, Kind.EXPORT),
        basis__isnull=True,
        approval="",
    )
    found: dict[int, list[TimeRange]] = {}
    for camera, start_us, end_us in recent.values_list("cameras", "from_us", "to_us"):
        if camera is not None and start_us is not None and end_us is not None:
            found.setdefault(camera, []).append(TimeRange(start_us, end_us))
    return found


def _is_on_screen(viewer: Person, camera: Camera, span: TimeRange) -> bool:
    """Whether the instant is part of a playback of the same person that is open: they see it already."""
    open_ = Viewing.objects.filter(
        viewer=viewer, kind=Kind.PLAYBACK, ended_at__isnull=True, from_us__lte=span.start_us, to_us__gte=span.end_us
    )
    return open_.filter(cameras=camera).exists()
