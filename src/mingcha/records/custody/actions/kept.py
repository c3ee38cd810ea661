"""Holds that the recorder keeps and these books do not know: found, and given a reason again.

An office restored from a backup forgets what was ordered after it; the recorder does not. Nothing here can release
footage: what was adopted is released as any other hold, by two persons.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mingcha.base.clock import to_datetime
from mingcha.base.errors import Conflict, Invalid
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.queries import require
from mingcha.records.accounts.states import Permission
from mingcha.records.custody.actions.holds import enter_hold, read_reason
from mingcha.records.custody.models import Hold, HoldRange, KeptHold
from mingcha.records.custody.states import Ground
from mingcha.records.inventory.actions.cameras import know_again
from mingcha.records.inventory.models import Camera, Site
from mingcha.records.register.actions import RECORDER, act, enter
from mingcha.wire.holds import Standing


@dataclass(frozen=True, slots=True)
class Reason:
    """Why somebody wants it kept on. `site`: where cameras stood that these books do not know either."""

    ground: str
    number: str
    text: str
    site: Site | None = None


@act("hold.found")
def find_holds(*, found: Sequence[Standing], at: datetime) -> None:
    """Write down what the recorder keeps and this office does not know; each once."""
    names = dict(Camera.objects.filter(public_id__in={one.camera for one in found}).values_list("public_id", "name"))
    for one in found:
        KeptHold.objects.create(
            public_id=one.hold,
            camera_code=one.camera,
            start_us=one.start_us,
            end_us=one.end_us,
            until_us=one.until_us,
            placed_at=to_datetime(one.placed_us),
            found_at=at,
        )
        told = {"from_us": one.start_us, "to_us": one.end_us, "until_us": one.until_us, "placed_us": one.placed_us}
        name = names.get(one.camera, one.camera)
        enter(actor=RECORDER, at=at, subject=one.camera, subject_name=name, refs=[one.hold], detail=told)


@act("hold.adopted", "camera.known_again")
def adopt_holds(*, kept: Sequence[KeptHold], reason: Reason, actor: Person, at: datetime) -> Hold:
    """Take what the recorder keeps, of one range, into these books under a reason. Cameras that these books do not know
    are entered as retired at a site. Raises Invalid (``hold.*``), Conflict (``hold.adopted``)."""
    require(actor, Permission.HOLD)
    first = kept[0]
    is_for_term = first.until_us is not None
    ground, number, text = read_reason(Ground.IMPORTANT if is_for_term else reason.ground, reason.number, reason.text)
    if ground == Ground.IMPORTANT and not is_for_term:
        raise Invalid("hold.ground", "Important information has a term, and this has none.")
    cameras = _cameras(kept, reason.site, actor, at)
    hold = Hold.objects.create(
        ground=ground,
        number=number,
        text=text,
        start_us=first.start_us,
        end_us=first.end_us,
        until_us=first.until_us,
        placed_at=at,
        placed_by=actor,
        in_force_at=max(one.placed_at for one in kept),
    )
    waiting = KeptHold.objects.filter(pk__in=[one.pk for one in kept], adopted__isnull=True)
    if waiting.update(adopted=hold) != len(kept):
        raise Conflict("hold.adopted", "Somebody has taken it into the books by now.")
    HoldRange.objects.bulk_create(
        HoldRange(
            public_id=one.public_id,
            hold=hold,
            camera=cameras[one.camera_code],
            until_us=one.until_us,
            confirmed_at=one.placed_at,
        )
        for one in kept
    )
    detail = {"ground": ground, "number": number, "note": text, "from_us": hold.start_us, "to_us": hold.end_us}
    enter_hold(hold, actor, at, {**detail, "until_us": hold.until_us}, [one.public_id for one in kept])
    return hold


def _cameras(kept: Sequence[KeptHold], site: Site | None, actor: Person, at: datetime) -> dict[str, Camera]:
    codes = {one.camera_code for one in kept}
    known = {camera.public_id: camera for camera in Camera.objects.filter(public_id__in=codes)}
    for code in sorted(codes - set(known)):
        if site is None:
            raise Invalid("hold.site_needed", "These books do not know the camera; say where it stood.")
        known[code] = know_again(public_id=code, site=site, at=at)
        refs = [site.public_id]
        enter(actor=actor, at=at, subject=code, subject_name=code, refs=refs, word="camera.known_again")
    return known
