"""A finished copy comes into custody: at once, by the recorder's own word, so that none is ever outside."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from mingcha.records.custody.actions.chain import add_step, enter_item
from mingcha.records.custody.models import Item, ItemFile
from mingcha.records.custody.states import TEXT_LIMIT, ItemAct
from mingcha.records.register.actions import SYSTEM, act
from mingcha.records.viewing.models import Export
from mingcha.records.viewing.states import ExportState

_SUMMARY = ("got", "gaps", "preroll_us", "damaged_parts")
BATCH = 100


def make_item(export: Export, told: Mapping[str, Any], at: datetime) -> Item | None:
    """Take a finished copy into custody, inside the act that runs (one that may enter ``item.made``); None where that
    was done before. `told`: the recorder's fact, or what is known of it."""
    if not export.export_id or Item.objects.filter(export=export).exists():
        return None
    ordered = export.viewing
    files = [file for file in export.files if isinstance(file, dict) and file.get("name")]
    item = Item.objects.create(
        export=export,
        basis=ordered.basis or "",
        made_at=at,
        manifest_sha256=_hex(told.get("manifest_sha256")),
        size_bytes=sum(_whole(file.get("bytes")) for file in files),
        summary={**{key: told[key] for key in _SUMMARY if key in told}, "proven": bool(told.get("proof"))},
        purpose=ordered.note.removeprefix(ordered.basis or "").strip()[:TEXT_LIMIT],
        unclaimed_until=at + timedelta(hours=settings.ITEM_UNCLAIMED_HOURS),
    )
    ItemFile.objects.bulk_create(
        ItemFile(
            item=item,
            name=str(file["name"])[:255],
            size_bytes=_whole(file.get("bytes")),
            sha256=_hex(file.get("sha256")),
        )
        for file in files
    )
    add_step(item, ItemAct.MAKE, SYSTEM, at)
    detail = {"unclaimed_until": item.unclaimed_until.isoformat(), "use": item.purpose}
    enter_item(item, SYSTEM, at, detail, refs=[ordered.public_id, ordered.viewer.public_id], word="item.made")
    return item


def adopt_copies(*, at: datetime) -> int:
    """Take copies into custody that were finished before there was any; how many."""
    found = Export.objects.filter(state=ExportState.DONE, item__isnull=True).exclude(export_id="")
    waiting = list(found.select_related("viewing__viewer").order_by("id")[:BATCH])
    if waiting:
        _adopt(exports=waiting, at=at)
    return len(waiting)


@act("item.made")
def _adopt(*, exports: list[Export], at: datetime) -> None:
    for export in exports:
        make_item(export, {}, at)


def _whole(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else 0


def _hex(value: object) -> str:
    text = value.lower() if isinstance(value, str) else ""
    return text if len(text) == 64 and all(c in "0123456789abcdef" for c in text) else ""
