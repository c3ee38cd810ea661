"""What befalls the papers of a copy. No act of its own: the recorder's fact ``copy.papers`` is entered as such."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from mingcha.records.evidence.models import CopyPapers
from mingcha.records.viewing.models import Export

_SHA256 = re.compile(r"[0-9a-f]{64}")


def note_sent(*, export: Export, at: datetime, refused: str = "") -> None:
    """The papers are on their way; or the recorder has refused them for good, by this code."""
    CopyPapers.objects.update_or_create(export=export, defaults={"sent_at": at, "refused": refused[:64]})


def note_enclosed(detail: Mapping[str, object], at: datetime) -> None:
    """The recorder tells that the papers lie beside the copy. Of a copy that is not ours nothing is kept."""
    export = Export.objects.filter(export_id=str(detail.get("export", ""))).first()
    files = detail.get("files")
    if export is None or not isinstance(files, dict):
        return
    known = {str(name)[:100]: text for name, text in files.items() if isinstance(text, str) and _SHA256.fullmatch(text)}
    CopyPapers.objects.update_or_create(export=export, defaults={"files": known, "enclosed_at": at, "sent_at": at})
