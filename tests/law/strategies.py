"""Facts of every question, drawn from the codes of the shipped law."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

import mingcha.law as law

REGIONS = ("110101", "420000", "420100", "420106", "420500", "440103", "440304", "440600", "650102")
WORDS = law.current().data.vocabulary
# The days the law changes, and the days around them, as often as any other day.
TURNS = (date(2007, 5, 1), date(2013, 9, 1), date(2023, 3, 1), date(2025, 4, 1))


def code(group: str) -> st.SearchStrategy[str]:
    return st.sampled_from(tuple(WORDS[group]))


def codes(group: str) -> st.SearchStrategy[list[str]]:
    return st.lists(code(group), unique=True)


days = st.one_of(
    st.dates(date(2005, 1, 1), date(2032, 12, 31)),
    st.sampled_from([turn.replace(day=1) for turn in TURNS]),
    st.sampled_from(["2007-04-30", "2013-08-31", "2023-02-28", "2025-03-31", "2028-02-29"]).map(date.fromisoformat),
)
day_texts = days.map(date.isoformat)
_START = datetime(2005, 1, 1, tzinfo=UTC)
instants = st.integers(0, 28 * 365 * 24 * 3_600).map(lambda late_s: (_START + timedelta(seconds=late_s)).isoformat())
where: dict[str, st.SearchStrategy[Any]] = {"region": st.sampled_from(REGIONS)}
usual = where | {"on": day_texts}
drafts = {"drafts": st.booleans()}


def flags(*names: str) -> dict[str, st.SearchStrategy[Any]]:
    return {name: st.booleans() for name in names}


FACTS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "placement": st.fixed_dictionaries(
        usual | {"place": code("place")},
        optional={"area": code("area"), "installer": code("installer")}
        | flags("for_public_security", "near_confidential_unit", "confidential_unit_consent", "captures_passwords")
        | drafts,
    ),
    "filing": st.fixed_dictionaries(
        usual | {"place": code("place"), "in_use_on": day_texts},
        optional={"accepted_on": day_texts, "personnel_changed_on": day_texts} | drafts,
    ),
    "retention": st.fixed_dictionaries(
        where | {"place": code("place"), "recorded_at": instants, "now": instants},
        optional=flags("key_antiterror", "important", "purpose_fulfilled") | drafts,
    ),
    "log_retention": st.fixed_dictionaries(usual, optional=drafts),
    "access": st.fixed_dictionaries(
        usual | {"requester": code("requester"), "mode": code("mode")},
        optional={"staff": st.integers(0, 4), "shown": codes("document")}
        | {"relationship": code("relationship"), "protects": code("protects")}
        | flags("registered", "statutory_duty", "emergency", "own_sector", "unit_consent", "police_approval")
        | flags("urgent", "authorised", "reason_recorded")
        | drafts,
    ),
    "publication": st.fixed_dictionaries(
        usual | {"shows": codes("shows"), "masked": codes("shows")},
        optional=flags("irreversible", "lawful_basis") | drafts,
    ),
    "removal": st.fixed_dictionaries(usual | {"place": code("place"), "planned_on": day_texts}, optional=drafts),
    "sanction": st.fixed_dictionaries(
        usual | {"breach": code("breach"), "actor": code("actor")},
        optional=flags("refused_correction", "serious") | drafts,
    ),
    "duties": st.fixed_dictionaries(
        usual | {"place": code("place")},
        optional=flags("has_monitoring_room", "key_antiterror", "outsourced") | drafts,
    ),
    "archive": st.fixed_dictionaries(usual | {"place": code("place")}, optional=flags("outsourced") | drafts),
    "retrieval_record": st.fixed_dictionaries(usual, optional=flags("has_monitoring_room") | drafts),
}
cases = st.sampled_from(tuple(FACTS)).flatmap(lambda name: FACTS[name].map(lambda facts: (name, facts)))
