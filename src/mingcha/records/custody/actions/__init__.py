"""Acts of custody: on holds, and on copies that leave the house."""

from mingcha.records.custody.actions.holds import (
    HoldDraft,
    Term,
    ask_release,
    note_fact,
    place_hold,
    refuse_release,
    release_hold,
    review_hold,
    term_of,
)

__all__ = [
    "HoldDraft",
    "Term",
    "ask_release",
    "note_fact",
    "place_hold",
    "refuse_release",
    "release_hold",
    "review_hold",
    "term_of",
]
