"""What stands on the certificate of a copy, in the language that is active."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import segno
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime

from mingcha.base.clock import US_PER_S, to_datetime
from mingcha.base.errors import Invalid
from mingcha.ledger.notes import Verifier
from mingcha.records.evidence.queries import FINISHED
from mingcha.records.register.models import AnchorStretch, Entry
from mingcha.records.register.sentences import actor_name, sentence
from mingcha.records.viewing.models import Export
from mingcha.records.viewing.states import Reason
from mingcha.records.wording import explain_reason
from mingcha.records.wording.law import Ground, grounds

GRANTED = "disclosure.granted"
ORDERED = "viewing.export_ordered"
GROUP = 8


def context_of(
    export: Export, finished: Entry, entries: Sequence[Entry], stretches: Mapping[int, AnchorStretch]
) -> dict[str, Any]:
    """The variables of ``web/paper/copy_evidence.html``."""
    said = finished.detail_fields
    vouched = said.get("vouched") or {}
    camera = export.viewing.cameras.select_related("site__unit").first()
    ordered, granted = _last(entries, ORDERED), _last(entries, GRANTED)
    first = AnchorStretch.objects.order_by("at").values_list("at", flat=True).first()
    return {
        "number": export.export_id,
        "camera": camera,
        "site": camera.site if camera else None,
        "unit": camera.site.unit if camera else None,
        "stream": said.get("stream", ""),
        "asked": _span(said.get("from"), said.get("to")),
        "got": tuple(_exact(at) for at in _span(*_ends(said.get("got")))),
        "hidden_s": int(said.get("preroll_us") or 0) / US_PER_S,
        "gaps": [(*_span(*_ends(gap)), explain_reason(str(gap.get("reason", "")))) for gap in said.get("gaps", [])],
        "damaged": int(said.get("damaged_parts") or 0),
        "made_at": localtime(finished.at),
        "files": [
            {**file, "size": f"{int(file.get('bytes') or 0):,}", "groups": groups(str(file.get("sha256", "")))}
            for file in said.get("files", [])
        ],
        "manifest_name": "manifest.json",
        "manifest": groups(str(said.get("manifest_sha256", ""))),
        "qr": _qr(export.export_id, str(said.get("manifest_sha256", ""))),
        "decision": _decision(granted) if granted else None,
        "order": _order(ordered) if ordered else None,
        "vouched": vouched,
        "root": groups(str(vouched.get("root", ""))),
        "fingerprint": _fingerprint(str(vouched.get("log_key", ""))),
        "stamp": _stamp(vouched.get("timestamp")),
        "witnesses": [(one.get("name", ""), _instant(one.get("at_us"))) for one in vouched.get("witnesses", [])],
        "key_since": localtime(first) if first else None,
        "entries": [_row(entry, stretches) for entry in entries],
    }


def groups(digest: str) -> str:
    """A hash in groups of eight, to be compared by eye."""
    return " ".join(digest[n : n + GROUP] for n in range(0, len(digest), GROUP))


def _fingerprint(key: str) -> str:
    """Of the ledger's first key, as the verifiers show it."""
    try:
        return Verifier.from_text(key).fingerprint
    except Invalid:
        return ""


def _stamp(told: object) -> tuple[str, datetime | None] | None:
    """Who stamped the ledger, and when; None where no time stamp is over all of the copy's footage."""
    if not isinstance(told, Mapping) or not told.get("is_over_all"):
        return None
    return str(told.get("authority", "")), _instant(told.get("at_us"))


def _decision(entry: Entry) -> dict[str, Any]:
    detail = entry.detail_fields
    return {
        "by": actor_name(entry),
        "unit": entry.unit,
        "at": localtime(entry.at),
        "request": entry.subject,
        "organ": detail.get("retriever_unit", ""),
        "case_number": detail.get("case_number", ""),
        "purpose": detail.get("use", ""),
        "grounds": _grounds(entry),
    }


def _order(entry: Entry) -> dict[str, Any]:
    detail = entry.detail_fields
    reason = str(detail.get("reason", ""))
    return {
        "by": actor_name(entry),
        "post": "、".join(dict.fromkeys(entry.post.split("、"))),
        "at": localtime(entry.at),
        "reason": Reason(reason).label if reason in Reason.values else reason,
        "note": detail.get("note", ""),
        "grounds": _grounds(entry),
    }


def _grounds(entry: Entry) -> list[Ground]:
    cited = [(one["instrument"], int(one["article"]), str(one.get("item", ""))) for one in entry.grounds]
    return grounds(list(dict.fromkeys(cited)))


def _row(entry: Entry, stretches: Mapping[int, AnchorStretch]) -> dict[str, Any]:
    return {
        "number": entry.pk,
        "at": localtime(entry.at),
        "said": sentence(entry),
        "by": actor_name(entry),
        "digest": groups(entry.digest),
        "place": stretches[entry.pk].log_index,
    }


def _last(entries: Sequence[Entry], word: str) -> Entry | None:
    return next((entry for entry in reversed(entries) if entry.act == word), None)


def _ends(value: object) -> tuple[object, object]:
    return (value.get("from"), value.get("to")) if isinstance(value, Mapping) else (None, None)


def _span(from_us: object, to_us: object) -> tuple[datetime | None, datetime | None]:
    return _instant(from_us), _instant(to_us)


def _instant(at_us: object) -> datetime | None:
    return localtime(to_datetime(at_us)) if type(at_us) is int else None


def _exact(at: datetime | None) -> str:
    """To the millisecond, as the verifiers say it."""
    return f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03d} {at:%z}" if at else "—"


def _qr(export_id: str, digest: str) -> SafeString:
    """The copy's number and the hash of its manifest, drawn by us."""
    text = json.dumps({"mingcha": FINISHED, "copy": export_id, "manifest_sha256": digest}, separators=(",", ":"))
    drawn = segno.make(text, error="m", micro=False)
    return mark_safe(drawn.svg_inline(scale=3, border=0, svgclass="qr", lineclass=None))  # noqa: S308
