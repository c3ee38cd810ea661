"""How long each camera's footage is kept: the law's answer for its site, lengthened by the house, as an order."""

from __future__ import annotations

from datetime import timedelta

from mingcha.records.inventory.terms import Term
from mingcha.wire.plan import RetentionOrder

A_DAY_S = int(timedelta(days=1).total_seconds())
OWN_RULE = "policy keep_days"
"""Stands among the provisions where the house keeps longer than the law asks."""


def order_of(term: Term | None) -> RetentionOrder | None:
    """A term as the recorder hears of it. Where a text orders deletion the floor is the ceiling; elsewhere footage
    past its floor goes only to make room. None while nobody has said where the site is and what it is: then nothing
    of it is deleted (Order 799 art. 17 gives a floor that must not be guessed)."""
    if term is None:
        return None
    seconds = term.kept_days * A_DAY_S
    ground = tuple(f"{cite.instrument} {cite.article} {cite.item}".strip() for cite in term.law.citations)
    return RetentionOrder(
        floor_s=seconds,
        ceiling_s=seconds if term.law.orders_deletion else None,
        make_room=not term.law.orders_deletion,
        ground=(*ground, f"{OWN_RULE} {term.asked_days}") if term.is_longer else ground,
        law_version=term.law.law_version,
    )
