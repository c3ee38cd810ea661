"""What the recorder tells of holds and copies, carried over inside the act that enters its facts."""

from __future__ import annotations

from mingcha.base.clock import to_datetime
from mingcha.records.custody.actions.ending import note_copy_gone
from mingcha.records.custody.actions.holds import note_hold_fact
from mingcha.records.custody.actions.making import make_item
from mingcha.records.custody.models import Item
from mingcha.records.viewing.models import Export
from mingcha.records.viewing.states import ExportState
from mingcha.wire.facts import Fact

WORDS = ("item.made", "item.destroyed")
"""What the act that calls `note_fact` must be able to enter besides the facts themselves."""


def note_fact(fact: Fact) -> list[str]:
    """Carry one fact over; ids the entry of the fact is about besides. Facts on other things change nothing."""
    if fact.kind in ("hold.placed", "hold.released"):
        return note_hold_fact(fact)
    if fact.kind not in ("export.finished", "copy.deleted"):
        return []
    export_id, at = str(fact.detail.get("export", "")), to_datetime(fact.at_us)
    export = (
        Export.objects.select_related("viewing__viewer").filter(export_id=export_id, state=ExportState.DONE).first()
    )
    if not export_id or export is None:
        return []
    if fact.kind == "export.finished":
        made = make_item(export, fact.detail, at)
        return [made.public_id] if made else []
    item = Item.objects.filter(export=export).first() or make_item(export, fact.detail, at)
    if item is None:
        return []
    note_copy_gone(item, str(fact.detail.get("reason", "")), at)
    return [item.public_id]
