"""What the recorder tells of its recordings, and the one act of people: to deal with damage."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet

from mingcha.base.clock import to_datetime
from mingcha.base.errors import Conflict, Invalid
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.queries import require
from mingcha.records.accounts.states import Permission
from mingcha.records.condition.models import Damage, Round, Stamp, Witness
from mingcha.records.condition.states import NAME_LIMIT, NOTE_LIMIT, StampState, Trouble, WitnessState
from mingcha.records.inventory.models import Camera
from mingcha.records.inventory.names import read_text
from mingcha.records.register.actions import act, enter
from mingcha.wire.facts import Fact

KINDS = frozenset(
    {
        "archive.verified",
        "footage.damaged",
        "footage.mended",
        "footage.lost",
        "footage.deleted",
        "catalog.behind",
        "catalog.rebuilt",
        "timestamp.state",
        "witness.state",
        "local.upkeep",
    }
)


@act("damage.dealt_with")
def deal_with(*, damage: Damage, note: str, actor: Person, at: datetime) -> None:
    """Say what was done about damage; until then it stands on the home pages. Raises Invalid (``damage.note``),
    Conflict (``damage.dealt``)."""
    require(actor, Permission.CHECK_ARCHIVE)
    said = read_text(note, NOTE_LIMIT)
    if not said:
        raise Invalid("damage.note", "A few words are missing.")
    waiting = Damage.objects.filter(pk=damage.pk, dealt_at__isnull=True)
    if waiting.update(dealt_at=at, dealt_by=actor, note=said) != 1:
        raise Conflict("damage.dealt", "Somebody has dealt with it by now.")
    damage.refresh_from_db()
    enter(
        actor=actor,
        at=at,
        subject=damage.camera.public_id if damage.camera else "",
        subject_name=damage.camera.name if damage.camera else "",
        refs=[damage.public_id],
        detail={
            "trouble": damage.trouble,
            "number": damage.number,
            "from_us": damage.start_us,
            "to_us": damage.end_us,
            "parts": damage.parts,
            "note": said,
        },
    )


def note_fact(fact: Fact) -> Sequence[str]:
    """Carry over what the recorder says, inside the act that enters the fact; ids the entry is about besides."""
    at, detail = to_datetime(fact.at_us), fact.detail
    if fact.kind == "archive.verified":
        _note_round(fact)
    elif fact.kind == "footage.damaged":
        return [_note_damage(fact, str(detail.get("code", ""))).public_id]
    elif fact.kind == "footage.lost":
        return [_note_damage(fact, Trouble.LOST).public_id]
    elif fact.kind == "footage.mended":
        _open(number=detail.get("number"), trouble__startswith="file.").update(mended_at=at)
    elif fact.kind == "footage.deleted":
        for first, last in _spans(detail.get("numbers")):
            _open(number__range=(first, last), gone_at__isnull=True).update(gone_at=at)
    elif fact.kind == "catalog.behind":
        if not _open(trouble=Trouble.BEHIND).exists():
            Damage.objects.create(trouble=Trouble.BEHIND, number=0, told_at=at)
    elif fact.kind == "catalog.rebuilt":
        _open(trouble=Trouble.BEHIND, mended_at__isnull=True).update(mended_at=at)
    elif fact.kind == "timestamp.state":
        _note_stamp(fact)
    else:
        _note_witness(fact)
    return []


def _open(**conditions: object) -> QuerySet[Damage]:
    return Damage.objects.filter(dealt_at__isnull=True, **conditions)


def _note_round(fact: Fact) -> None:
    told = fact.detail
    fields = ("slots", "covered", "segments", "bytes", "unreachable", "findings")
    numbers = {name: int(told.get(name) or 0) for name in fields}
    Round.objects.get_or_create(
        slot=int(told.get("slot") or 0),
        began_at=to_datetime(int(told.get("began_us") or fact.at_us)),
        defaults={
            **numbers,
            "with_ledger": bool(told.get("with_ledger")),
            "ended_at": to_datetime(int(told.get("ended_us") or fact.at_us)),
        },
    )


def _note_damage(fact: Fact, trouble: str) -> Damage:
    """One row for one trouble of one recording, however often it is told; a new one if it had become whole again."""
    told = fact.detail
    spans = _spans(told.get("numbers"))
    number = spans[0][0] if spans else int(told.get("number") or 0)
    known = Damage.objects.filter(trouble=trouble, number=number, mended_at__isnull=True).first()
    if known is not None:
        return known
    return Damage.objects.create(
        trouble=trouble,
        number=number,
        segments=int(told.get("segments") or 1),
        camera=Camera.objects.filter(public_id=fact.camera).first(),
        role=str(told.get("role") or "")[:8],
        start_us=told.get("start_us"),
        end_us=told.get("end_us"),
        parts=list(told.get("parts") or []),
        ranges=list(told.get("ranges") or []),
        damaged_parts=int(told.get("damaged_parts") or 0),
        of_parts=int(told.get("of_parts") or 0),
        store=str(told.get("store") or "")[:20],
        told_at=to_datetime(fact.at_us),
    )


def _note_stamp(fact: Fact) -> None:
    told, state = fact.detail, str(fact.detail.get("state", ""))
    stamped_us = told.get("stamped_us")
    Stamp.objects.create(
        state=state if state in StampState.values else StampState.REFUSED,
        size=told.get("size"),
        stamped_at=to_datetime(stamped_us) if isinstance(stamped_us, int) else None,
        why=str(told.get("why") or "")[:200],
        at=to_datetime(fact.at_us),
    )


def _note_witness(fact: Fact) -> None:
    """A witness named, struck off, or heard of. The recorder says the same again after each of its starts; only what
    began or ended counts."""
    told, at = fact.detail, to_datetime(fact.at_us)
    name = str(told.get("witness", ""))
    if told.get("act") == "witness.removed":
        Witness.objects.filter(name=name).update(removed_at=at)
        return
    state = WitnessState.NAMED if told.get("act") == "witness.added" else str(told.get("state", ""))
    if not 0 < len(name) <= NAME_LIMIT or state not in WitnessState.values:
        return
    witness, is_new = Witness.objects.get_or_create(name=name, defaults={"state": state, "since": at})
    was_cosigning = witness.is_cosigning
    if witness.removed_at is not None and state != WitnessState.NAMED:
        return  # told before it was struck off, heard of after
    witness.state, witness.removed_at = state, None
    if not is_new and (was_cosigning != witness.is_cosigning or state == WitnessState.NAMED):
        witness.since = at
    witness.save()


def _spans(told: object) -> list[tuple[int, int]]:
    """Numbers as [first, last]; what cannot be read is left out."""
    if not isinstance(told, list):
        return []
    return [(one[0], one[1]) for one in told if isinstance(one, list) and len(one) == 2]
