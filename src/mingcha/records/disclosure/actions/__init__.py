"""Acts on requests from outside."""

from mingcha.records.disclosure.actions.consenting import (
    ask_second_person,
    wants_second_person,
)
from mingcha.records.disclosure.actions.controlling import take_in_hand
from mingcha.records.disclosure.actions.deciding import end_grant, grant, refuse, right_to_grant
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
    receive_whole,
)
from mingcha.records.disclosure.actions.leases import (
    HandBack,
    end_lease,
    extend_lease,
    hand_back,
    let_lapse,
    note_move,
    record_cost,
)
from mingcha.records.disclosure.actions.looking import open_granted, require_screen
from mingcha.records.disclosure.actions.narrowing import Width, narrow_grant, width_of
from mingcha.records.disclosure.actions.owing import report_debt, write_off_debt
from mingcha.records.disclosure.actions.revealing import reveal_number

__all__ = [
    "Asking",
    "HandBack",
    "OfficerDraft",
    "PaperDraft",
    "Self",
    "Wanted",
    "Width",
    "add_officer",
    "add_paper",
    "ask_second_person",
    "consent",
    "end_grant",
    "end_lease",
    "extend_lease",
    "grant",
    "hand_back",
    "let_lapse",
    "narrow_grant",
    "note_move",
    "open_granted",
    "receive_from_organ",
    "receive_from_person",
    "receive_whole",
    "record_cost",
    "refuse",
    "report_debt",
    "require_screen",
    "reveal_number",
    "right_to_grant",
    "take_in_hand",
    "wants_second_person",
    "width_of",
    "write_off_debt",
]
