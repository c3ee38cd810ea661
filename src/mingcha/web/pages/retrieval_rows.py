"""The statutory register of retrievals (查阅调取登记簿): its columns are those the law in force asks for, its rows the
entries whose words say that footage was seen, copied or handed out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext

from mingcha import law
from mingcha.law import Citation
from mingcha.records.inventory.models import Site
from mingcha.records.register.acts import ACTS
from mingcha.records.register.models import Entry
from mingcha.records.register.queries import entries_about
from mingcha.records.register.sentences import actor_name, title
from mingcha.records.viewing.states import Reason
from mingcha.records.wording.law import Ground, grounds, label
from mingcha.web.pages.book_line import Line
from mingcha.web.templatetags.frontend import instant

RETRIEVALS = tuple(word for word, act in ACTS.items() if act.is_retrieval)
SHOWN_ONLY = frozenset({"viewing.live_opened", "viewing.playback_opened"})
ENDINGS = ("viewing.closed", "viewing.revoked")
INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Asked:
    """What one provision asks for, and of whose retrievals only (`of`; empty: all)."""

    ground: Ground
    fields: tuple[str, ...]
    of: frozenset[str]


@dataclass(frozen=True, slots=True)
class Columns:
    """The form in force: fields in the order of the texts, and which text asks for which."""

    fields: tuple[str, ...]
    asked: tuple[Asked, ...]

    @property
    def labels(self) -> list[tuple[str, str]]:
        """Code and name of each column."""
        return [(field, label("record_field", field)) for field in self.fields]

    def owed(self, requester: str) -> frozenset[str]:
        """The fields that must be filled for this kind of requester."""
        return frozenset(
            field for asked in self.asked if not asked.of or requester in asked.of for field in asked.fields
        )


@dataclass(frozen=True, slots=True)
class Row:
    """One retrieval. `cells`: column label and text; empty where nothing was written down."""

    entry: Entry
    cells: list[tuple[str, str]]
    missing: int


def columns(at: datetime) -> Columns:
    """The columns that the texts in force at the unit's sites ask for together: one book serves all of them."""
    on = _local(at).date().isoformat()
    found: dict[Citation, Asked] = {}
    for region, room, drafts in _sites():
        facts = {"region": region, "on": on, "has_monitoring_room": room, "drafts": drafts}
        answer: dict[str, Any] = law.decide("retrieval_record", facts)
        for record in answer["records"]:
            cite = Citation(record["instrument"], record["article"], record.get("item", ""))
            for ground in grounds([cite]):
                found[cite] = Asked(ground, tuple(record["fields"]), frozenset(record["of"]))
    asked = tuple(found[cite] for cite in sorted(found, key=_rank))
    return Columns(tuple(dict.fromkeys(field for one in asked for field in one.fields)), asked)


def rows_of(entries: Sequence[Entry], shown: Columns) -> list[Row]:
    """The entries as rows; what a viewing's end tells is looked up for all of them at once."""
    ends = {end.subject: end for end in entries_about([entry.subject for entry in entries if entry.subject], ENDINGS)}
    return [_row(entry, ends.get(entry.subject), shown) for entry in entries]


def _row(entry: Entry, end: Entry | None, shown: Columns) -> Row:
    detail = entry.detail_fields
    texts = {field: _text(field, entry, detail, end) for field in shown.fields}
    owed = shown.owed(str(detail.get("requester", INTERNAL)))
    missing = sum(1 for field in owed if not texts[field])
    return Row(entry, [(name, texts[field]) for field, name in shown.labels], missing)


def _text(field: str, entry: Entry, detail: dict[str, Any], end: Entry | None) -> str:
    """What is known of one field: what was written down under its name, or what the entry shows by itself."""
    written = detail.get(field)
    if isinstance(written, str) and written and field != "reason":
        return written
    return _SHOWN[field](entry, detail, end)


def _reason(entry: Entry, detail: dict[str, Any], end: Entry | None) -> str:
    code = str(detail.get("reason", ""))
    reason = str(Reason(code).label) if code in Reason.values else code
    return " · ".join(part for part in (reason, str(detail.get("note", ""))) if part)


def _span(entry: Entry, detail: dict[str, Any], end: Entry | None) -> str:
    first, last = detail.get("from_us"), detail.get("to_us")
    return f"{instant(first)} – {instant(last)}" if isinstance(first, int) and isinstance(last, int) else ""


def _content(entry: Entry, detail: dict[str, Any], end: Entry | None) -> str:
    span = _span(entry, detail, end)
    return " · ".join(part for part in (entry.subject_name, span) if part)


def _name(entry: Entry, detail: dict[str, Any], end: Entry | None) -> str:
    operator = detail.get("operator")
    return str(operator) if operator else actor_name(entry)


def _whereabouts(entry: Entry, detail: dict[str, Any], end: Entry | None) -> str:
    return gettext("Shown on screen; nothing left the system") if entry.act in SHOWN_ONLY else ""


def _local(at: datetime) -> datetime:
    return at.astimezone(timezone.get_current_timezone())


def _duration(entry: Entry, detail: dict[str, Any], end: Entry | None) -> str:
    if end is None:
        return ""
    minutes, seconds = divmod(max(0, round((end.at - entry.at).total_seconds())), 60)
    return gettext("%(minutes)s min %(seconds)s s") % {"minutes": minutes, "seconds": seconds}


_SHOWN: dict[str, Callable[[Entry, dict[str, Any], Entry | None], str]] = {
    "reason": _reason,
    "content": _content,
    "retriever_unit": lambda entry, detail, end: entry.unit,
    "retriever_name": _name,
    "retrieved_at": lambda entry, detail, end: _local(entry.at).strftime("%Y-%m-%d %H:%M:%S"),
    "manner": lambda entry, detail, end: title(entry.act),
    "use": _reason,
    "whereabouts": _whereabouts,
    "recording": lambda entry, detail, end: _span(entry, detail, end),
    "duration": _duration,
    "identity": lambda entry, detail, end: Line.of(entry).role,
}


def _sites() -> list[tuple[str, bool, bool]]:
    """Region, monitoring room and drafts of the sites in use; with none told, where only national texts apply."""
    open_sites = Site.objects.filter(closed_on__isnull=True).exclude(region="")
    return sorted(set(open_sites.values_list("region", "has_monitoring_room", "drafts"))) or [
        (_anywhere(), False, False)
    ]


def _anywhere() -> str:
    local = [found.territory for found in law.current().data.instruments if found.territory]
    province = min(code for code in law.current().data.provinces if not any(t.startswith(code[:2]) for t in local))
    return province[:2] + "0000"


def _rank(cite: Citation) -> tuple[int, int]:
    order = [instrument.id for instrument in law.current().data.instruments]
    return order.index(cite.instrument), cite.article
