"""Words of posts, appointments and the personnel file."""

from __future__ import annotations

from mingcha.records.register.vocabulary.act import Act

ACTS: tuple[Act, ...] = ()
