"""The shape of a word of the register."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Act:
    """`word`: what stands in the entry; `title`: for lists and filters; `sentence`: with named places."""

    word: str
    title: str | Promise
    sentence: str | Promise

    @property
    def subject_area(self) -> str:
        """The part before the dot: what kind of thing the act is about."""
        return self.word.partition(".")[0]
