"""Acts on requests from outside."""

from mingcha.records.disclosure.actions.deciding import end_grant, grant, refuse
from mingcha.records.disclosure.actions.desk import (
    Asking,
    OfficerDraft,
    PaperDraft,
    Self,
    Wanted,
    add_officer,
    add_paper,
    consent,
    receive_from_organ,
    receive_from_person,
)
from mingcha.records.disclosure.actions.looking import open_granted

__all__ = [
    "Asking",
    "OfficerDraft",
    "PaperDraft",
    "Self",
    "Wanted",
    "add_officer",
    "add_paper",
    "consent",
    "end_grant",
    "grant",
    "open_granted",
    "receive_from_organ",
    "receive_from_person",
    "refuse",
]
