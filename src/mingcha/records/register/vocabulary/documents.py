"""Words of the archive."""

from __future__ import annotations

from mingcha.records.register.vocabulary.act import Act

ACTS: tuple[Act, ...] = ()
