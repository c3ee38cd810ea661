"""What the office is told of an entry because of its place in the ledger, whether it was fed or replayed."""

from __future__ import annotations

from mingcha.media.catalog.leaves import fact_of


def test_the_office_is_told_of_stretches_keys_and_new_ledgers() -> None:
    register = fact_of({"kind": "register", "first": 1, "last": 9, "root": "ab", "at_us": 5, "format": "x"}, 7)
    assert register is not None
    assert (register.kind, register.at_us) == ("ledger.anchored", 5)
    assert register.detail == {"first": 1, "last": 9, "root": "ab", "index": 7}
    for kind, told in (("key", "ledger.key_changed"), ("ledger", "ledger.continued")):
        fact = fact_of({"kind": kind, "old": "a", "new": "b", "reason": "c", "at_us": 5, "by_old": "d"}, 7)
        assert fact is not None
        assert (fact.kind, fact.detail) == (told, {"old": "a", "new": "b", "reason": "c", "index": 7})


def test_of_most_entries_nothing_is_told() -> None:
    assert fact_of({"kind": "segment"}, 7) is None
    assert fact_of({}, 7) is None
