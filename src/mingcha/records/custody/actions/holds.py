"""Acts on holds. A hold only ever protects: it is released by two persons, or ends by the term the law gave it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mingcha import law
from mingcha.base.clock import from_datetime, to_datetime
from mingcha.base.errors import Conflict, Invalid, NotAllowed
from mingcha.base.timerange import TimeRange
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.queries import require
from mingcha.records.accounts.states import Permission
from mingcha.records.custody.models import Hold, HoldRange
from mingcha.records.custody.states import (
    CAMERAS_MOST,
    NUMBER_LIMIT,
    NUMBER_NEEDED,
    RANGE_MOST,
    STANDING,
    TEXT_LIMIT,
    Ground,
    HoldState,
)
from mingcha.records.inventory.lawfulness import cited
from mingcha.records.inventory.models import Camera, Site
from mingcha.records.inventory.names import read_text
from mingcha.records.register.actions import RECORDER, act, enter
from mingcha.wire.facts import Fact
from mingcha.wire.holds import Known


@dataclass(frozen=True, slots=True)
class HoldDraft:
    """What is to stay, and for what."""

    ground: str
    number: str
    text: str
    cameras: Sequence[Camera]
    span: TimeRange


@dataclass(frozen=True, slots=True)
class Term:
    """How long the law wants important information of one site kept. `until_us`: wall instant."""

    until_us: int
    citations: tuple[law.Citation, ...]
    law_version: str


@act("hold.ordered")
def place_hold(*, draft: HoldDraft, actor: Person, at: datetime) -> Hold:
    """Order a hold; it is in force once the recorder has said so. Important information gets the term of the law, any
    other hold is open. Raises Invalid (``hold.*``)."""
    require(actor, Permission.HOLD)
    ground, number, text = read_reason(draft.ground, draft.number, draft.text)
    _require_drawn(draft)
    terms = _terms(draft, at) if ground == Ground.IMPORTANT else {}
    hold = Hold.objects.create(
        ground=ground,
        number=number,
        text=text,
        start_us=draft.span.start_us,
        end_us=draft.span.end_us,
        until_us=max((term.until_us for term in terms.values()), default=None),
        citations=[cite.as_dict() for cite in _all_citations(terms)],
        law_version=next((term.law_version for term in terms.values()), ""),
        placed_at=at,
        placed_by=actor,
    )
    HoldRange.objects.bulk_create(
        HoldRange(hold=hold, camera=camera, until_us=terms[camera.site_id].until_us if terms else None)
        for camera in draft.cameras
    )
    detail = {
        "ground": ground,
        "number": number,
        "note": text,
        "from_us": hold.start_us,
        "to_us": hold.end_us,
        "until_us": hold.until_us,
        "cameras": [camera.public_id for camera in draft.cameras],
    }
    enter_hold(hold, actor, at, detail)
    return hold


@act("hold.reviewed")
def review_hold(*, hold: Hold, note: str, actor: Person, at: datetime) -> None:
    """Note that somebody looked whether it is still needed, and that it is."""
    require(actor, Permission.HOLD)
    _require_standing(hold, at)
    hold.reviewed_at = at
    hold.save(update_fields=("reviewed_at",))
    enter_hold(hold, actor, at, {"note": _needed(note, "hold.review_note")})


@act("hold.release_asked")
def ask_release(*, hold: Hold, reason: str, actor: Person, at: datetime) -> None:
    """Ask that a hold in force be released; another person has to do it."""
    require(actor, Permission.HOLD)
    why = _needed(reason, "hold.release_reason")
    _require_state(hold, at, HoldState.IN_FORCE)
    changed = Hold.objects.filter(pk=hold.pk, release_asked_at__isnull=True, in_force_at__isnull=False)
    if changed.update(release_asked_at=at, release_asked_by=actor, release_reason=why) != 1:
        raise Conflict("hold.state", "The hold is in another state by now.")
    hold.refresh_from_db()
    enter_hold(hold, actor, at, {"why": why})


@act("hold.release_refused")
def refuse_release(*, hold: Hold, reason: str, actor: Person, at: datetime) -> None:
    """Turn the wish down, or take one's own back: the hold stays as it was."""
    require(actor, Permission.HOLD)
    why = _needed(reason, "hold.release_reason")
    asked = _asked(hold, at)
    if actor.pk != asked.pk:
        require(actor, Permission.RELEASE)
    waiting = Hold.objects.filter(pk=hold.pk, release_asked_at__isnull=False, release_ordered_at__isnull=True)
    if waiting.update(release_asked_at=None, release_asked_by=None, release_reason="") != 1:
        raise Conflict("hold.state", "The hold is in another state by now.")
    hold.refresh_from_db()
    enter_hold(hold, actor, at, {"why": why, "asked_by": asked.name}, [asked.public_id])


@act("hold.release_ordered")
def release_hold(*, hold: Hold, actor: Person, at: datetime) -> None:
    """Release what another person asked to be released. The footage then follows its rule again.

    Raises NotAllowed (``hold.same_person``), Conflict (``hold.state``).
    """
    require(actor, Permission.RELEASE)
    asked = _asked(hold, at)
    if asked.pk == actor.pk:
        raise NotAllowed("hold.same_person", "Who asked for the release may not release.")
    waiting = Hold.objects.filter(pk=hold.pk, release_asked_by=asked, release_ordered_at__isnull=True)
    if waiting.update(release_ordered_at=at, released_by=actor) != 1:
        raise Conflict("hold.state", "The hold is in another state by now.")
    hold.refresh_from_db()
    enter_hold(hold, actor, at, {"why": hold.release_reason, "asked_by": asked.name}, [asked.public_id])


def note_hold_fact(fact: Fact) -> list[str]:
    """Carry over what the recorder says of a hold, inside the act that enters the fact; ids the entry is about besides.
    One that this office does not know (placed before a backup was restored) is only entered."""
    told = HoldRange.objects.select_related("hold").filter(public_id=str(fact.detail.get("hold", ""))).first()
    if told is None:
        return []
    at = to_datetime(fact.at_us)
    if fact.kind == "hold.placed":
        _confirm(told, at)
    elif told.hold.release_ordered_at is not None:
        _confirm_release(told, at)
    return [told.hold.public_id]


@act("hold.placed", "hold.released")
def learn_holds(*, known: Sequence[Known], at: datetime) -> None:
    """Carry over what the recorder answered of holds whose facts this office lacks, since it was restored from a backup
    that is older. A release in it was ordered by two persons then, though this office forgot who they were."""
    ranges = HoldRange.objects.select_related("hold", "camera")
    for one in known:
        told = ranges.get(public_id=one.hold)
        words = ["hold.placed"] if told.confirmed_at is None else []
        _confirm(told, to_datetime(one.placed_us))
        if one.released_us is not None:
            words.append("hold.released")
            _confirm_release(told, to_datetime(one.released_us))
        for word in words:
            detail = {"hold": one.hold, "start_us": told.hold.start_us, "end_us": told.hold.end_us, "learnt": True}
            enter(
                actor=RECORDER,
                at=at,
                subject=told.camera.public_id,
                subject_name=told.camera.name,
                refs=[told.hold.public_id],
                detail=detail,
                word=word,
            )


def _confirm(told: HoldRange, at: datetime) -> None:
    HoldRange.objects.filter(pk=told.pk, confirmed_at__isnull=True).update(confirmed_at=at)
    if not told.hold.ranges.filter(confirmed_at__isnull=True).exists():
        Hold.objects.filter(pk=told.hold_id, in_force_at__isnull=True).update(in_force_at=at)


def _confirm_release(told: HoldRange, at: datetime) -> None:
    HoldRange.objects.filter(pk=told.pk, release_confirmed_at__isnull=True).update(release_confirmed_at=at)
    if not told.hold.ranges.filter(release_confirmed_at__isnull=True).exists():
        Hold.objects.filter(pk=told.hold_id, released_at__isnull=True).update(released_at=at)


def term_of(site: Site, recorded_us: int, at: datetime) -> Term:
    """What `law.retention` says of important information recorded there. Raises Invalid (``hold.site_untold``,
    ``hold.no_term``)."""
    if not site.is_told:
        raise Invalid("hold.site_untold", "Region and kind of place of the site are not told.", site=site.name)
    facts = {
        "region": site.region,
        "place": site.place,
        "drafts": site.drafts,
        "key_antiterror": site.key_antiterror,
        "important": True,
        "recorded_at": to_datetime(recorded_us).isoformat(),
        "now": at.isoformat(),
    }
    answer: dict[str, Any] = law.decide("retention", facts)
    if answer["keep_until"] is None:
        raise Invalid("hold.no_term", "The law gives no term for this place.", site=site.name)
    until = from_datetime(datetime.fromisoformat(answer["keep_until"]))
    return Term(until, cited(answer), str(answer["law_version"]))


def _terms(draft: HoldDraft, at: datetime) -> dict[int, Term]:
    """By site; the term counts from the end of the range."""
    sites = {camera.site_id: camera.site for camera in draft.cameras}
    found = {pk: term_of(site, draft.span.end_us, at) for pk, site in sites.items()}
    if all(term.until_us <= from_datetime(at) for term in found.values()):
        raise Invalid("hold.term_over", "The term is over already.")
    return found


def _all_citations(terms: dict[int, Term]) -> list[law.Citation]:
    return list(dict.fromkeys(cite for term in terms.values() for cite in term.citations))


def read_reason(given_ground: str, given_number: str, given_text: str) -> tuple[Ground, str, str]:
    """What footage is held for. Raises Invalid (``hold.ground``, ``hold.number``, ``hold.text``)."""
    if given_ground not in Ground.values:
        raise Invalid("hold.ground", "There is no such ground.")
    ground = Ground(given_ground)
    number, text = read_text(given_number, NUMBER_LIMIT), _needed(given_text, "hold.text")
    if ground in NUMBER_NEEDED and not number:
        raise Invalid("hold.number", "A request and a case have a number.")
    return ground, number, text


def _require_drawn(draft: HoldDraft) -> None:
    ids = {camera.pk for camera in draft.cameras}
    if not ids or len(ids) != len(draft.cameras) or len(ids) > CAMERAS_MOST:
        raise Invalid("hold.cameras", "No cameras were chosen, or too many.", limit=CAMERAS_MOST)
    if draft.span.start_us < 0 or draft.span.duration_us > RANGE_MOST.total_seconds() * 1_000_000:
        raise Invalid("hold.range", "The range is too long.", days=RANGE_MOST.days)


def _needed(text: str, code: str) -> str:
    said = read_text(text, TEXT_LIMIT)
    if not said:
        raise Invalid(code, "A few words are missing.")
    return said


def _asked(hold: Hold, at: datetime) -> Person:
    _require_state(hold, at, HoldState.RELEASE_ASKED)
    assert hold.release_asked_by is not None
    return hold.release_asked_by


def _require_state(hold: Hold, at: datetime, wanted: HoldState) -> None:
    if hold.state_at(at) != wanted:
        raise Conflict("hold.state", "The hold is in another state.")


def _require_standing(hold: Hold, at: datetime) -> None:
    if hold.state_at(at) not in STANDING:
        raise Conflict("hold.ended", "The hold has ended.")


def enter_hold(hold: Hold, actor: Person, at: datetime, detail: dict[str, object], refs: Sequence[str] = ()) -> None:
    """Enter what was done about a hold, with its cameras."""
    ranges = hold.ranges.select_related("camera").order_by("id")
    cameras = [told.camera for told in ranges]
    enter(
        actor=actor,
        at=at,
        subject=hold.public_id,
        subject_name="、".join(camera.name for camera in cameras),
        refs=[*(camera.public_id for camera in cameras), *refs],
        detail=detail,
        grounds=hold.citations,
        law_version=hold.law_version,
    )
