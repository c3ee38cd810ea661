"""Tables of the register. Rows are only ever added: database triggers refuse UPDATE and DELETE (migration 0002)."""

from __future__ import annotations

import json
from typing import Any

from django.db import models


class Entry(models.Model):
    """One act, as it was known when it happened. Names are copied in, since they may change afterwards."""

    at = models.DateTimeField(help_text="When it happened, UTC.")
    act = models.CharField(max_length=64, help_text="A word of the closed vocabulary (acts.py).")
    actor = models.CharField(max_length=32, help_text="Id of the person, or 'system', 'recorder', 'console'.")
    actor_name = models.CharField(max_length=200, blank=True)
    actor_role = models.CharField(max_length=32, blank=True)
    subject = models.CharField(max_length=32, blank=True, help_text="Id of the thing or person it was done to.")
    subject_name = models.CharField(max_length=1000, blank=True)
    detail = models.TextField(default="{}", help_text="Canonical JSON object.")
    law_version = models.CharField(max_length=80, blank=True, help_text="Digest of the law data it was judged by.")
    source = models.CharField(
        max_length=32, null=True, blank=True, unique=True, help_text="Id of the recorder's fact it was made from."
    )

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("act", "-id"), name="entry_by_act"),
            models.Index(fields=("-at",), name="entry_by_at"),
        )

    def __str__(self) -> str:
        return f"{self.pk} {self.act}"

    @property
    def detail_fields(self) -> dict[str, Any]:
        """The detail as plain values."""
        fields: dict[str, Any] = json.loads(self.detail)
        return fields


class EntryRef(models.Model):
    """What an entry is about: one row for each person, camera or viewing in it, so that each has its own page of the
    book."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="refs")
    ref = models.CharField(max_length=32)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("ref", "entry"), name="entryref_once"),)

    def __str__(self) -> str:
        return f"{self.entry_id} {self.ref}"
