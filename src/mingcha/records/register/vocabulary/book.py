"""Words of the register itself: what was taken out of it."""

from __future__ import annotations

from mingcha.records.register.vocabulary.act import Act

ACTS: tuple[Act, ...] = ()
