"""What waits for somebody, as one line: the shape in which every app tells the home page."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from mingcha.law.model import Citation
from mingcha.records.wording import explain_code


@dataclass(frozen=True, slots=True)
class Owed:
    """One thing that waits for somebody. `subject`: a public id. `due`: the day it has or had to be done by, None when
    at once or open. `count` above 1: the line stands for so many alike, and `subject_name` is the first or the place to
    find them. The sentence is that of `owed.<code>`."""

    code: str
    subject: str
    subject_name: str
    url: str
    due: date | None = None
    citations: tuple[Citation, ...] = ()
    count: int = 1
    params: dict[str, object] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The sentence in the reader's language."""
        said = {"name": self.subject_name, "count": self.count, "due": self.due or "—", **self.params}
        return explain_code(f"owed.{self.code}", said)
