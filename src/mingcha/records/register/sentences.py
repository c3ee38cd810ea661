"""Entries in the reader's language: title and sentence of each word."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mingcha.records.register.acts import ACTS
from mingcha.records.register.models import Entry

FIXED_ACTORS: dict[str, str | Promise] = {
    "system": _("The system"),
    "recorder": _("The recorder"),
    "console": _("The command line"),
}

LOCAL_WORDS = ("local.act", "local.upkeep")
# What was done on the node itself, by the name the command line gives it (`detail.act`).
LOCAL_ACTS: dict[str, str | Promise] = {
    "footage.played": _("%(operator)s played footage of %(subject)s on the node itself."),
    "footage.export_ordered": _("%(operator)s copied footage of %(subject)s on the node itself."),
    "footage.exported": _("The copy of %(subject)s that %(operator)s made on the node itself is in the ledger."),
    "keys.rotated_ledger": _("%(operator)s ordered a new key for the ledger."),
    "keys.rotated_sealing": _("%(operator)s had the stored passwords of cameras and the like sealed by a new key."),
    "keys.rotated_provenance": _("%(operator)s had the certificates that mark copies (C2PA) made anew."),
    "keys.rotated_tickets": _("%(operator)s had the key that signs tickets for pictures made anew."),
    "keys.rotated_control": _("%(operator)s had the secret between pages and recorder made anew."),
    "keys.rotated_sessions": _("%(operator)s had the key of sign-ins made anew; everybody signs in again."),
    "keys.retired": _("%(operator)s destroyed old private keys of the node."),
    "keys.backed_up": _("%(operator)s backed up all keys of the node to a file."),
    "keys.restored": _("%(operator)s brought the keys of the node back from the backup of %(made_at)s."),
    "keys.protected": _("%(operator)s put the keys of the node under a passphrase."),
    "keys.unprotected": _("%(operator)s took the passphrase off the keys of the node."),
    "node.backed_up": _("%(operator)s backed up databases, ledger and uploaded files of the node."),
    "ledger.record_taken": _("%(operator)s took the certificate %(certificate)s out on the node itself."),
    "ledger.begun": _("%(operator)s began a new ledger that continues the one before."),
    "witness.added": _("%(operator)s named %(witness)s a witness of the ledger."),
    "witness.removed": _("%(operator)s struck %(witness)s off the witnesses of the ledger."),
}


def actor_name(entry: Entry) -> str:
    """Who did it, as they were called then."""
    return str(FIXED_ACTORS.get(entry.actor, entry.actor_name or "—"))


def sentence(entry: Entry) -> str:
    """The entry as one sentence."""
    act = ACTS.get(entry.act)
    if act is None:
        return entry.act
    fields = entry.detail_fields
    said = LOCAL_ACTS.get(str(fields.get("act")), act.sentence) if entry.act in LOCAL_WORDS else act.sentence
    places: Mapping[str, object] = defaultdict(
        lambda: "—",
        {
            **fields,
            "actor": actor_name(entry),
            "subject": entry.subject_name or entry.subject or "—",
        },
    )
    return str(said) % places


def title(word: str) -> str:
    """The act's title; words that are no longer in the vocabulary are shown as they are."""
    return str(ACTS[word].title) if word in ACTS else word
