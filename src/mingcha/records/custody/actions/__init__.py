"""Acts of custody: on holds, and on copies that leave the house."""

from mingcha.records.custody.actions.ending import (
    Attestation,
    attest_destruction,
    expire_items,
    note_copy_unknown,
    order_destruction,
)
from mingcha.records.custody.actions.facts import WORDS, note_fact
from mingcha.records.custody.actions.fetching import download
from mingcha.records.custody.actions.holds import (
    HoldDraft,
    Term,
    ask_release,
    learn_holds,
    place_hold,
    refuse_release,
    release_hold,
    review_hold,
    term_of,
)
from mingcha.records.custody.actions.kept import Reason, adopt_holds, find_holds
from mingcha.records.custody.actions.leaving import HandOverDraft, ReceiverDraft, hand_on, hand_over, take_back
from mingcha.records.custody.actions.making import adopt_copies
from mingcha.records.custody.actions.sealing import (
    SealDraft,
    ask_handover_approval,
    keep_longer,
    seal_item,
    unseal_item,
)

__all__ = [
    "WORDS",
    "Attestation",
    "HandOverDraft",
    "HoldDraft",
    "Reason",
    "ReceiverDraft",
    "SealDraft",
    "Term",
    "adopt_copies",
    "adopt_holds",
    "ask_handover_approval",
    "ask_release",
    "attest_destruction",
    "download",
    "expire_items",
    "find_holds",
    "hand_on",
    "hand_over",
    "keep_longer",
    "learn_holds",
    "note_copy_unknown",
    "note_fact",
    "order_destruction",
    "place_hold",
    "refuse_release",
    "release_hold",
    "review_hold",
    "seal_item",
    "take_back",
    "term_of",
    "unseal_item",
]
