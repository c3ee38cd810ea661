"""What a rule gives back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from mingcha.law.model import Citation, Entry


class Decision(NamedTuple):
    """The answer without its citations and law version; the entries it rests on, and further provisions."""

    answer: dict[str, object]
    grounds: tuple[Entry, ...]
    further: tuple[Citation, ...] = ()


def decision(answer: dict[str, object], grounds: Iterable[Entry], *further: Citation) -> Decision:
    """A decision resting on these entries, and on further provisions that are no entries of their own."""
    return Decision(answer, tuple(grounds), further)
