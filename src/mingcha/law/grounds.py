"""The articles behind a standing duty on a day, for records that say on what ground they are kept."""

from __future__ import annotations

from datetime import date

from mingcha.law.dataset import Dataset
from mingcha.law.model import Citation, Duty


def duty_citations(data: Dataset, code: str, on: date, region: str = "") -> tuple[Citation, ...]:
    """Where the instruments in force state the duty `code`, the highest first. Without a region only national ones;
    drafts never. Empty when no text in force states it."""
    found: list[Citation] = []
    for instrument in data.instruments:
        in_force = instrument.in_force_from is not None and instrument.in_force_from <= on
        if not in_force or not region.startswith(instrument.territory):
            continue
        for parameter in data.parameters:
            if parameter.instrument == instrument.id and parameter.subject == "duties":
                days = [entries for day, entries in parameter.values if day is not None and day <= on]
                stated = days[-1] if days else ()
                found += [duty.cite for duty in stated if isinstance(duty, Duty) and duty.code == code]
    return tuple(dict.fromkeys(found))
