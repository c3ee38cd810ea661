"""The siting check as acts use it: asking the law about cameras, keeping its answer, and what follows from it.

Whoever changes a fact the law looks at calls `judge_again` in the same act. A camera that may no longer stand where it
is leaves the recording plan at once, with an entry of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from mingcha import law
from mingcha.base.errors import Unlawful
from mingcha.records.inventory.actions.plan import raise_plan_version
from mingcha.records.inventory.lawfulness import PROHIBITED, Judgement, judge, life_after, local_day, triples
from mingcha.records.inventory.models import Camera, Site
from mingcha.records.inventory.queries import standing_cameras
from mingcha.records.inventory.states import CameraLife
from mingcha.records.register.actions import SYSTEM, Actor, act, enter

RULINGS = ("camera.ruled_unlawful", "camera.ruled_waiting", "camera.ruled_lawful")
JUDGED = ("state", "verdict", "verdict_facts", "verdict_answer", "verdict_law_version", "verdict_at", "sign_required")
_RULING_OF = {
    CameraLife.REFUSED: "camera.ruled_unlawful",
    CameraLife.WAITING: "camera.ruled_waiting",
    CameraLife.IN_USE: "camera.ruled_lawful",
}


def judgement_of(camera: Camera, at: datetime) -> Judgement | None:
    """The law's answer on the camera as its fields say now; None when it cannot be asked."""
    return judge(
        camera.site,
        area=camera.area.kind if camera.area else "",
        purpose=camera.purpose,
        captures_passwords=camera.captures_passwords,
        on=local_day(at),
    )


def apply_judgement(camera: Camera, found: Judgement | None, at: datetime) -> None:
    """Put the law's answer and the state that follows from it onto the camera; the caller saves."""
    camera.state = life_after(found, necessity=camera.necessity, now=camera.state)
    if found is None:
        camera.verdict, camera.verdict_law_version, camera.verdict_at = "", "", None
        camera.verdict_facts, camera.verdict_answer, camera.sign_required = {}, {}, False
        return
    camera.verdict, camera.verdict_facts, camera.verdict_answer = found.verdict, dict(found.facts), found.answer
    camera.verdict_law_version, camera.verdict_at, camera.sign_required = found.law_version, at, found.wants_sign


def require_lawful(camera: Camera, at: datetime) -> Judgement | None:
    """Judge the camera as it would stand. Raises Unlawful (``camera.prohibited``) with the reasons and articles."""
    found = judgement_of(camera, at)
    if found is not None and found.verdict == PROHIBITED:
        raise Unlawful(
            "camera.prohibited",
            f"The law forbids this camera: {', '.join(found.reasons)}.",
            citations=triples(found.citations),
            reasons=found.reasons,
            facts=dict(found.facts),
            law_version=found.law_version,
        )
    return found


def judge_again(cameras: Iterable[Camera], *, actor: Actor, at: datetime) -> dict[str, int]:
    """Judge these cameras anew, inside the act that changed the facts. Returns how many stand in each state, and under
    ``changed`` how many stand elsewhere than before."""
    counts: dict[str, int] = {}
    answered, moved = [], []
    for camera in cameras:
        state_before, kept_before = camera.state, _kept(camera)
        apply_judgement(camera, judgement_of(camera, at), at)
        counts[camera.state] = counts.get(camera.state, 0) + 1
        if camera.state != state_before:
            moved.append((camera, state_before))
        if camera.state != state_before or _kept(camera) != kept_before:
            answered.append(camera)
    Camera.objects.bulk_update(answered, JUDGED, batch_size=200)
    for camera, state_before in moved:
        enter_ruling(camera, state_before, actor=actor, at=at)
    if moved:
        raise_plan_version()
    return {**counts, "changed": len(moved)}


def enter_ruling(camera: Camera, state_before: str, *, actor: Actor, at: datetime) -> None:
    """Enter that the law's answer put the camera elsewhere."""
    answer = camera.verdict_answer
    enter(
        actor=actor,
        at=at,
        subject=camera.public_id,
        subject_name=camera.name,
        refs=[camera.site.public_id],
        detail={**verdict_detail(camera), "state_before": state_before},
        grounds=answer.get("citations", []),
        law_version=camera.verdict_law_version,
        word=_RULING_OF[CameraLife(camera.state)],
    )


def verdict_detail(camera: Camera) -> dict[str, object]:
    """What an entry says of the law's answer."""
    reasons, conditions = camera.verdict_answer.get("reasons", []), camera.verdict_answer.get("conditions", [])
    return {
        "state": camera.state,
        "verdict": camera.verdict or "not_judged",
        "reasons": reasons,
        "conditions": conditions,
        "facts": camera.verdict_facts,
    }


def judge_site(site: Site, *, actor: Actor, at: datetime) -> dict[str, int]:
    """Judge all cameras of a site whose facts changed."""
    return judge_again(standing_cameras().filter(site=site), actor=actor, at=at)


def judge_outdated(*, at: datetime, actor: Actor = SYSTEM) -> int:
    """Judge every camera by today's law where that gives another answer than the one kept: after new law data, or when
    a text came into force. Returns how many stand elsewhere than before; makes no entry when nothing differs."""
    if not any(_differs(camera, at) for camera in standing_cameras()):
        return 0
    return _judge_all(actor=actor, at=at)


@act("camera.judged_anew", *RULINGS)
def _judge_all(*, actor: Actor, at: datetime) -> int:
    outdated = [camera for camera in standing_cameras() if _differs(camera, at)]
    counts = judge_again(outdated, actor=actor, at=at)
    enter(actor=actor, at=at, detail={"cameras": len(outdated), **counts}, law_version=law.version())
    return counts["changed"]


def _differs(camera: Camera, at: datetime) -> bool:
    found = judgement_of(camera, at)
    told = ("", {}, "") if found is None else (found.verdict, found.answer, found.law_version)
    return _kept(camera) != told


def _kept(camera: Camera) -> tuple[object, ...]:
    return camera.verdict, camera.verdict_answer, camera.verdict_law_version
