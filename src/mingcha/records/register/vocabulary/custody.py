"""Words of holds and items of custody."""

from __future__ import annotations

from mingcha.records.register.vocabulary.act import Act

ACTS: tuple[Act, ...] = ()
