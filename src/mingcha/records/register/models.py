"""Tables of the register. Rows are only ever added: database triggers refuse UPDATE and DELETE (`triggers`)."""

from __future__ import annotations

import json
from typing import Any

from django.db import models

from mingcha.base.clock import from_datetime
from mingcha.records.register.canonical import canonical, digest
from mingcha.records.register.keys import NAME_LIMIT


class Entry(models.Model):
    """One act, as it was known when it happened. Names are copied in, since they may change afterwards."""

    at = models.DateTimeField(help_text="When it happened, UTC.")
    act = models.CharField(max_length=64, help_text="A word of the closed vocabulary (acts.py).")
    actor = models.CharField(max_length=32, help_text="Id of the person, or 'system', 'recorder', 'console'.")
    actor_name = models.CharField(max_length=200, blank=True)
    actor_role = models.CharField(max_length=32, blank=True)
    post = models.CharField(max_length=200, blank=True, help_text="Posts the person held at the time, by name.")
    unit = models.CharField(max_length=200, blank=True, help_text="Unit the person acted for, by name.")
    subject = models.CharField(max_length=32, blank=True, help_text="Id of the thing or person it was done to.")
    subject_name = models.CharField(max_length=1000, blank=True)
    about = models.TextField(default="[]", help_text="Canonical JSON list of all ids it is about.")
    detail = models.TextField(default="{}", help_text="Canonical JSON object.")
    ground = models.TextField(default="[]", help_text="Canonical JSON list of {instrument, article, item?}.")
    law_version = models.CharField(max_length=80, blank=True, help_text="Digest of the law data it was judged by.")
    source = models.CharField(
        max_length=32, null=True, blank=True, unique=True, help_text="Id of the recorder's fact it was made from."
    )

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.pk} {self.act}"

    @property
    def detail_fields(self) -> dict[str, Any]:
        """The detail as plain values."""
        fields: dict[str, Any] = json.loads(self.detail)
        return fields

    @property
    def refs(self) -> list[str]:
        """The ids it is about, in order."""
        refs: list[str] = json.loads(self.about)
        return refs

    @property
    def grounds(self) -> list[dict[str, Any]]:
        """The articles it rests on: {instrument, article, item?}."""
        grounds: list[dict[str, Any]] = json.loads(self.ground)
        return grounds

    def as_canonical(self) -> str:
        """The whole entry as one text; what is hashed, printed beside it and anchored in the ledger."""
        return canonical(
            {
                "v": 1,
                "id": self.pk,
                "at_us": from_datetime(self.at),
                "act": self.act,
                "actor": {"id": self.actor, "name": self.actor_name, "role": self.actor_role},
                "post": self.post,
                "unit": self.unit,
                "subject": {"id": self.subject, "name": self.subject_name},
                "refs": self.refs,
                "detail": self.detail_fields,
                "ground": self.grounds,
                "law": self.law_version,
                "source": self.source,
            }
        )

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of the canonical text."""
        return digest(self.as_canonical())


class Posting(models.Model):
    """An entry filed under one of its keys (`keys`). On SQLite the table is its own index (WITHOUT ROWID)."""

    pk = models.CompositePrimaryKey("key", "at_us", "entry")
    key = models.BigIntegerField()
    at_us = models.BigIntegerField(help_text="When it happened, microseconds UTC; orders the entries of a key.")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    act = models.IntegerField(help_text="`keys.act_code` of the word.")

    def __str__(self) -> str:
        return f"{self.key} {self.at_us} {self.entry_id}"


class EntryName(models.Model):
    """One name that occurs in some entry, folded; searched for a piece of it, then its key leads to the entries."""

    text = models.CharField(max_length=NAME_LIMIT, primary_key=True)

    def __str__(self) -> str:
        return self.text


class AnchorStretch(models.Model):
    """Entries `first_entry` to `last_entry` are in the ledger: its entry `log_index` holds `root`, the RFC 6962 tree
    hash (hex) over their canonical texts. The same stretch may be there more than once."""

    first_entry = models.BigIntegerField()
    last_entry = models.BigIntegerField(db_index=True)
    root = models.CharField(max_length=64)
    log_index = models.BigIntegerField(help_text="Number of the entry in the ledger.")
    leaves = models.BinaryField(
        default=b"", help_text="Number and leaf hash of each entry (8 + 32 bytes each), which give `root`."
    )
    at = models.DateTimeField(help_text="When the ledger took it, UTC.")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("first_entry", "last_entry", "log_index", "root"), name="anchor_once"),
        )

    def __str__(self) -> str:
        return f"{self.first_entry}-{self.last_entry} at {self.log_index}"
