"""Facts as messages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingcha.base.errors import Invalid
from mingcha.wire.facts import KINDS, Fact, dump, load

GOLDEN = (Path(__file__).parent / "golden/fact-1.json").read_text(encoding="utf-8").strip()

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
facts = st.builds(
    Fact,
    fact=st.just("fct_0123456789abcdef"),
    kind=st.sampled_from(sorted(KINDS)),
    at_us=st.integers(min_value=0),
    camera=st.sampled_from(["", "cam_0123456789abcdef"]),
    detail=st.dictionaries(st.text(max_size=8), plain, max_size=3),
    sequence=st.integers(min_value=0),
)


def test_the_first_format_still_reads_and_writes_the_same() -> None:
    fact = load(GOLDEN)
    assert (fact.kind, fact.sequence, fact.detail["reason"]) == ("gap.closed", 42, "camera.silent")
    assert dump(fact) == GOLDEN


@given(facts)
def test_a_fact_survives_the_wire(fact: Fact) -> None:
    assert load(dump(fact)) == fact


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(Invalid) as caught:
        Fact("fct_0123456789abcdef", "camera.identified", 0)
    assert caught.value.code == "fact.kind"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "fact.field"),
        ("[]", "fact.field"),
        ("3", "fact.field"),
        ("{}", "fact.field"),
        (json.dumps({**json.loads(GOLDEN), "colour": "red"}), "fact.field"),
        (json.dumps({"format": "mingcha.fact/1"}), "fact.field"),
        (json.dumps({**json.loads(GOLDEN), "format": "mingcha.fact/2"}), "fact.format"),
        (json.dumps({**json.loads(GOLDEN), "kind": "nonsense"}), "fact.kind"),
    ],
)
def test_a_wrong_fact_is_refused_with_its_reason(text: str, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        load(text)
    assert caught.value.code == code


def test_every_kind_says_what_it_means() -> None:
    assert all(meaning and not meaning.endswith(".") for meaning in KINDS.values())
