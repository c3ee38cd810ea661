"""Words of requests, decisions and grants."""

from __future__ import annotations

from mingcha.records.register.vocabulary.act import Act

ACTS: tuple[Act, ...] = ()
