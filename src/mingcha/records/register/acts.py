"""The closed vocabulary of the register: every word an entry may carry, with its title and its sentence.

Words are past tense and dotted (``camera.added``). Sentences have named places only: ``actor`` and ``subject`` are
the names as they were at the time, all others are keys of the entry's detail. A word is never renamed or taken away,
because old entries keep it.
"""

from __future__ import annotations

from mingcha.records.register.vocabulary import (
    book,
    condition,
    custody,
    disclosure,
    documents,
    exchange,
    inventory,
    personnel,
    persons,
    policies,
    recorder,
    screens,
    signs,
    viewing,
)
from mingcha.records.register.vocabulary.act import Act

_OFFICE = (
    persons,
    policies,
    personnel,
    inventory,
    exchange,
    documents,
    signs,
    screens,
    viewing,
    custody,
    disclosure,
    condition,
    book,
)

ACTS: dict[str, Act] = {act.word: act for area in (*_OFFICE, recorder) for act in area.ACTS}
