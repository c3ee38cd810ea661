"""The end of a copy. On the recorder it is gone once the recorder has said so; outside, once a person attests it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from mingcha.base.errors import Conflict, Invalid
from mingcha.records.accounts.queries import require
from mingcha.records.accounts.states import Permission
from mingcha.records.custody.actions.chain import add_step, enter_item, move, needed, refused, require_act
from mingcha.records.custody.actions.fetching import end_downloads
from mingcha.records.custody.models import Item, ItemStep
from mingcha.records.custody.queries.items import site_of, witnesses_wanted
from mingcha.records.custody.states import BY_HAND, NAME_LIMIT, UNCLAIMED, WITNESSES_MOST, Ending, ItemAct, ItemState
from mingcha.records.files.actions import Upload, facts_of, put_file
from mingcha.records.files.states import PICTURES, Kind
from mingcha.records.inventory.names import read_text
from mingcha.records.register.actions import RECORDER, SYSTEM, Actor, act

log = logging.getLogger(__name__)

SCANS = PICTURES | {Kind.PDF}
AT_ONCE = 50


@act("item.destruction_ordered", "item.destroyed", of_acts=True)
def order_destruction(*, item: Item, ending: str, note: str, actor: Actor, at: datetime) -> Item:
    """Order that a copy be destroyed: whatever flows of it ends, the recorder is told until it has said that it deleted
    its copy. Raises Conflict (``item.state``), Invalid (``item.ending``, ``item.reason``)."""
    require(actor, Permission.KEEP_COPIES)
    require_act(item, ItemAct.DESTROY)
    if ending not in BY_HAND:
        raise Invalid("item.ending", "There is no such reason.")
    why = needed(note, "item.reason") if ending == Ending.OTHER else read_text(note, 500)
    move(item, ItemAct.DESTROY, ending=ending, ending_note=why, delete_ordered_at=at)
    end_downloads(item, at)
    add_step(item, ItemAct.DESTROY, actor, at, note=why)
    enter_item(item, actor, at, {"ending": ending, "note": why})
    _finish(item, actor, at)
    return item


def expire_items(*, at: datetime) -> int:
    """Order the destruction of copies nobody fetched in their time; how many."""
    due = list(Item.objects.filter(state__in=UNCLAIMED, unclaimed_until__lte=at).order_by("unclaimed_until")[:AT_ONCE])
    expired = 0
    for item in due:
        try:
            _expire(item=item, at=at)
            expired += 1
        except Conflict:
            continue  # handed over, or kept for longer, at the same moment
    return expired


@act("item.expired", "item.destroyed", of_acts=True)
def _expire(*, item: Item, at: datetime) -> None:
    item.refresh_from_db()
    if item.unclaimed_until > at:
        raise refused(item)
    move(item, ItemAct.EXPIRE, ending=Ending.UNCLAIMED, delete_ordered_at=at)
    end_downloads(item, at)
    add_step(item, ItemAct.EXPIRE, SYSTEM, at)
    enter_item(item, SYSTEM, at, {"unclaimed_until": item.unclaimed_until.isoformat()})
    _finish(item, SYSTEM, at)


@dataclass(frozen=True, slots=True)
class Attestation:
    """How what is outside was destroyed, and who saw it. `evidence`: a signed paper or a photograph."""

    how: str
    witnesses: Sequence[str] = field(default_factory=tuple)
    evidence: Upload | None = None


@act("item.attested", "item.destroyed")
def attest_destruction(*, item: Item, draft: Attestation, actor: Actor, at: datetime) -> ItemStep:
    """Attest that whatever left the recorder is destroyed: media, files on computers, copies with the receiver. Where
    the recorder no longer knows the copy, it says so of that as well. Raises Conflict (``item.state``,
    ``item.nothing_outside``), Invalid (``item.how``, ``item.witnesses``, ``file.*``)."""
    require(actor, Permission.KEEP_COPIES)
    require_act(item, ItemAct.ATTEST)
    if item.attested_at is not None or not (item.has_left or item.copy_unknown_at is not None):
        raise Conflict("item.nothing_outside", "There is nothing outside to attest.")
    names = _witnesses(item, draft.witnesses, actor, at)
    how = needed(draft.how, "item.how")
    move(item, ItemAct.ATTEST, attested_at=at)
    kept = put_file(upload=draft.evidence, kinds=SCANS, actor=actor, at=at) if draft.evidence else None
    step = add_step(item, ItemAct.ATTEST, actor, at, note=how, witnesses=names, evidence=kept)
    detail = {"how": how, "witnesses": names, "files": [facts_of(kept)] if kept else []}
    enter_item(item, actor, at, detail, files=[kept] if kept else [], word="item.attested")
    _finish(item, actor, at)
    return step


def note_copy_gone(item: Item, why: str, at: datetime) -> None:
    """The recorder has said that it deleted its copy; inside the act that enters the fact and may enter
    ``item.destroyed``. What never left the recorder has ended with that."""
    if item.copy_deleted_at is not None or item.state == ItemState.DESTROYED:
        return
    move(item, ItemAct.COPY_GONE, copy_deleted_at=at, copy_deleted_why=why[:40])
    add_step(item, ItemAct.COPY_GONE, RECORDER, at, note=why[:40])
    if item.state in UNCLAIMED and not item.has_left:
        move(item, ItemAct.EXPIRE, ending=Ending.RECORDER)
    _finish(item, SYSTEM, at)


def note_copy_unknown(item: Item, at: datetime) -> None:
    """The recorder was told to delete a copy and does not know it: that proves nothing, and a person has to attest."""
    if Item.objects.filter(pk=item.pk, copy_unknown_at__isnull=True, copy_deleted_at__isnull=True).update(
        copy_unknown_at=at
    ):
        log.warning("the recorder does not know copy %s, which it was to delete", item.export.export_id)


def _finish(item: Item, actor: Actor, at: datetime) -> None:
    """End it when nothing is left of it."""
    if item.state != ItemState.ENDING or not item.is_complete:
        return
    move(item, ItemAct.FINISH, destroyed_at=at)
    add_step(item, ItemAct.FINISH, actor, at)
    detail = {
        "ending": item.ending,
        "copy_deleted_at": item.copy_deleted_at.isoformat() if item.copy_deleted_at else "",
        "attested_at": item.attested_at.isoformat() if item.attested_at else "",
    }
    enter_item(item, actor, at, detail, word="item.destroyed")


def _witnesses(item: Item, names: Sequence[str], actor: Actor, at: datetime) -> list[str]:
    found = list(dict.fromkeys(read_text(name, NAME_LIMIT) for name in names if name.strip()))
    wanted = witnesses_wanted(site_of(item), at)
    if len(found) < wanted or len(found) > WITNESSES_MOST or actor.name in found:
        raise Invalid("item.witnesses", "Not enough witnesses, or one of them attests it.", count=wanted)
    return found
