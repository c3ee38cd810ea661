"""Text as the archive's search sees it: folded, and cut into pairs of characters.

Chinese has no spaces and most of its words have two characters, so pairs find what a person means where words or
triples would not. A run of letters or characters becomes its overlapping pairs and its last character alone:
``验收报告`` is ``验收 收报 报告 告``. A search for a run is the phrase of its pairs, for one character the beginning
of a pair.
"""

from __future__ import annotations

import re
import unicodedata

_RUN = re.compile(r"[^\W_]+")
MAX_RUNS = 8


def folded(text: str) -> str:
    """One form for width, case and composition."""
    return unicodedata.normalize("NFKC", text).casefold()


def indexed(text: str) -> str:
    """What is written into the index for a text."""
    return " ".join(token for run in _RUN.findall(folded(text)) for token in (*_pairs(run), run[-1]))


def query(text: str) -> str:
    """The same for what is looked for, as an FTS5 expression; empty when nothing can be looked for. All runs must be
    found, each anywhere."""
    runs = _RUN.findall(folded(text))[:MAX_RUNS]
    return " AND ".join(f'"{" ".join(_pairs(run))}"' if len(run) > 1 else f'"{run}"*' for run in runs)


def _pairs(run: str) -> list[str]:
    return [run[place : place + 2] for place in range(len(run) - 1)]
