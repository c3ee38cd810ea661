"""Moving, aiming elsewhere, giving another purpose, retiring: acts with the law in front of them.

Two questions are asked: may the camera stand where it is going to stand (`placement`), and what comes before a camera
leaves its place (`removal`). A camera that is not in use yet may be put anywhere the law lets it stand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime

from mingcha.base.errors import Conflict, Invalid, Unlawful
from mingcha.records.accounts.queries import require
from mingcha.records.accounts.states import Permission
from mingcha.records.files.actions import Upload, facts_of, put_file
from mingcha.records.files.models import StoredFile
from mingcha.records.files.states import PAPERS
from mingcha.records.inventory.actions.cameras import (
    Position,
    Siting,
    device,
    enter_refusal,
    put_position,
    put_siting,
    require_standing,
    where,
)
from mingcha.records.inventory.actions.judging import JUDGED, apply_judgement, require_lawful, verdict_detail
from mingcha.records.inventory.actions.plan import raise_plan_version
from mingcha.records.inventory.lawfulness import Removal, local_day, removal, triples
from mingcha.records.inventory.models import Alteration, Camera
from mingcha.records.inventory.names import read_text
from mingcha.records.inventory.states import NAME_LIMIT, TEXT_LIMIT, AlterationKind, CameraLife
from mingcha.records.register.actions import Actor, act, enter

_PLACE = frozenset({"lat_e7", "lon_e7", "plan_x_permille", "plan_y_permille"})
_WORDS = {
    AlterationKind.MOVED: "camera.moved",
    AlterationKind.REAIMED: "camera.reaimed",
    AlterationKind.PURPOSE: "camera.purpose_changed",
}


@dataclass(frozen=True, slots=True)
class Before:
    """What was done before a camera leaves its place. `replacement_plan`: name or number of the plan; `notified_on`:
    when the public security organ was told."""

    reason: str = ""
    replacement_plan: str = ""
    replacement_file: Upload | None = None
    notified_on: date | None = None


def alter_camera(
    *, camera: Camera, siting: Siting, position: Position, actor: Actor, at: datetime, before: Before | None = None
) -> AlterationKind | None:
    """Say where a camera stands, where it looks and what it is for. Returns the kind of alteration; None when nothing
    was known before and it was only described, or when nothing changed.

    Raises NotAllowed, Invalid (``camera.necessity``, ``camera.position`` …), Conflict (``camera.retired``), Unlawful:
    ``camera.prohibited`` (the refusal is in the register), ``camera.replacement_plan`` and ``camera.notice`` with
    `notice_by` when something has to come first.
    """
    require(actor, Permission.MANAGE_CAMERAS)
    try:
        return _alter(camera=camera, siting=siting, position=position, before=before or Before(), actor=actor, at=at)
    except Unlawful as refusal:
        tried = Camera.objects.select_related("site", "area").get(pk=camera.pk)
        put_siting(tried, siting)
        put_position(tried, position)
        _note_refused_change(camera=tried, refusal=refusal, actor=actor, at=at)
        raise


@act("camera.placed", *_WORDS.values())
def _alter(
    *, camera: Camera, siting: Siting, position: Position, before: Before, actor: Actor, at: datetime
) -> AlterationKind | None:
    require_standing(camera)
    old_position, was = position_of(camera), where(camera)
    old_siting = Siting(camera.area, camera.purpose, camera.necessity, camera.captures_passwords)
    put_siting(camera, siting)
    put_position(camera, position)
    kind = _kind_of(old_siting, old_position, camera) if camera.state == CameraLife.IN_USE else None
    found = require_lawful(camera, at)
    if found is not None and found.wants_necessity and not camera.necessity:
        raise Invalid("camera.necessity", "Say why public security needs this camera here.")
    asked = _require_before(camera, before, at) if kind == AlterationKind.MOVED else None
    apply_judgement(camera, found, at)
    camera.save(update_fields=(*_SITING_FIELDS, *(one.name for one in fields(Position)), *JUDGED))
    raise_plan_version()
    changed = {"before": was, "after": where(camera)}
    stored: Mapping[str, object] = {}
    if kind is not None:
        stored = _keep(camera, kind, before, asked, changed, actor, at)
    enter(
        actor=actor,
        at=at,
        subject=camera.public_id,
        subject_name=camera.name,
        refs=[camera.site.public_id],
        detail={**changed, **stored, **verdict_detail(camera)},
        grounds=[*camera.verdict_answer.get("citations", []), *(asked.citations if asked else ())],
        law_version=camera.verdict_law_version,
        word=_WORDS[kind] if kind else "camera.placed",
    )
    return kind


@act("camera.refused")
def _note_refused_change(*, camera: Camera, refusal: Unlawful, actor: Actor, at: datetime) -> None:
    enter_refusal(camera, refusal, attempt="camera.moved", actor=actor, at=at)


@act("camera.retired")
def remove_camera(*, camera: Camera, actor: Actor, at: datetime, before: Before | None = None) -> None:
    """Retire a camera: it is no longer recorded; its recordings keep their own rule, its name stays in the book.

    Raises Conflict (``camera.retired``) and Unlawful (``camera.replacement_plan``, ``camera.notice``) when the law asks
    for something first. A camera that never was in use goes without.
    """
    require(actor, Permission.MANAGE_CAMERAS)
    given = before or Before()
    was_in_use, was = camera.state == CameraLife.IN_USE, {**where(camera), **device(camera)}
    asked = _require_before(camera, given, at) if was_in_use else None
    found = Camera.objects.filter(pk=camera.pk, retired_at__isnull=True)
    if found.update(retired_at=at, state=CameraLife.RETIRED, credentials="") != 1:
        raise Conflict("camera.retired", "The camera has been retired already.")
    camera.retired_at, camera.state = at, CameraLife.RETIRED
    raise_plan_version()
    changed = {"before": was, "after": {}}
    stored = _keep(camera, AlterationKind.RETIRED, given, asked, changed, actor, at) if was_in_use else {}
    enter(
        actor=actor,
        at=at,
        subject=camera.public_id,
        subject_name=camera.name,
        refs=[camera.site.public_id],
        detail={**changed, **stored},
        grounds=asked.citations if asked else (),
        law_version=asked.law_version if asked else "",
    )


@act("camera.change_filed")
def note_change_filed(*, alteration: Alteration, filed_on: date, actor: Actor, at: datetime) -> None:
    """Note that the changed facts were filed with the public security organ. Raises Conflict
    (``alteration.filed``), Invalid (``date.future``)."""
    require(actor, Permission.MANAGE_CAMERAS)
    if filed_on > local_day(at):
        raise Invalid("date.future", "This day has not come yet.")
    owed = Alteration.objects.filter(pk=alteration.pk, filing_owed=True, filed_on__isnull=True)
    if owed.update(filed_on=filed_on) != 1:
        raise Conflict("alteration.filed", "Nothing is owed for this change, or it was filed already.")
    alteration.filed_on = filed_on
    camera = alteration.camera
    detail = {"alteration": alteration.public_id, "kind": str(alteration.kind), "filed_on": filed_on.isoformat()}
    enter(actor=actor, at=at, subject=camera.public_id, subject_name=camera.name, detail=detail)


def position_of(camera: Camera) -> Position:
    """The position kept of a camera."""
    return Position(**{one.name: getattr(camera, one.name) for one in fields(Position)})


_SITING_FIELDS = ("area", "purpose", "necessity", "captures_passwords")


def _kind_of(siting: Siting, old: Position, camera: Camera) -> AlterationKind | None:
    """What kind of alteration the camera went through, the gravest first. Saying for the first time where it stands is
    none."""
    new = position_of(camera)
    if siting.area is not None and siting.area.pk != camera.area_id:
        return AlterationKind.MOVED
    if any(getattr(old, name) not in (None, getattr(new, name)) for name in _PLACE):
        return AlterationKind.MOVED
    if (siting.purpose, siting.captures_passwords) != (camera.purpose, camera.captures_passwords):
        return AlterationKind.PURPOSE
    aims = ("height_cm", "bearing_cdeg", "fov_cdeg", "range_m")
    if any(getattr(old, name) not in (None, getattr(new, name)) for name in aims):
        return AlterationKind.REAIMED
    return None


def _require_before(camera: Camera, given: Before, at: datetime) -> Removal | None:
    """What the law asks for before the camera leaves its place today; raises Unlawful for what is missing."""
    asked = removal(camera.site, local_day(at))
    if asked is None:
        return None
    cited = {"citations": triples(asked.citations), "law_version": asked.law_version}
    if asked.replacement_plan and not (given.replacement_plan.strip() or given.replacement_file):
        raise Unlawful("camera.replacement_plan", "A plan for rebuilding or replacing has to exist first.", **cited)  # type: ignore[arg-type]
    if asked.notice_by is not None and (given.notified_on is None or given.notified_on > asked.notice_by):
        due = asked.notice_by.isoformat()
        message = f"The police had to be told by {due} for a removal today."
        raise Unlawful("camera.notice", message, notice_by=due, **cited)  # type: ignore[arg-type]
    return asked


def _keep(
    camera: Camera,
    kind: AlterationKind,
    given: Before,
    asked: Removal | None,
    changed: Mapping[str, object],
    actor: Actor,
    at: datetime,
) -> dict[str, object]:
    """Keep the alteration as a row; returns what the entry says of it."""
    stored: StoredFile | None = None
    if given.replacement_file is not None:
        stored = put_file(upload=given.replacement_file, kinds=PAPERS, actor=actor, at=at)
    kept = Alteration.objects.create(
        camera=camera,
        kind=kind,
        done_at=at,
        by=actor.public_id,
        by_name=actor.name[:NAME_LIMIT],
        reason=read_text(given.reason, TEXT_LIMIT),
        before=changed["before"],
        after=changed["after"],
        replacement_plan=read_text(given.replacement_plan, TEXT_LIMIT),
        replacement_file=stored,
        notified_on=given.notified_on,
        asked=dict(asked.answer) if asked else {},
        law_version=asked.law_version if asked else "",
        filing_owed=asked.change_filing if asked else False,
    )
    return {
        "alteration": kept.public_id,
        "reason": kept.reason,
        "replacement_plan": kept.replacement_plan,
        "replacement_file": facts_of(stored) if stored else None,
        "notified_on": given.notified_on.isoformat() if given.notified_on else None,
        "filing_owed": kept.filing_owed,
    }


__all__ = ["Before", "alter_camera", "note_change_filed", "position_of", "remove_camera"]
