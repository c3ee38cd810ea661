"""Stored files. A row is one upload; rows with the same hash share one blob."""

from __future__ import annotations

from django.db import models

from mingcha.base.ids import new_id
from mingcha.records.files.states import NAME_LIMIT


def new_file_id() -> str:
    return new_id("fil")


class StoredFile(models.Model):
    """One uploaded file; never changed, never deleted. Who may fetch it is decided by the record that holds it."""

    public_id = models.CharField(max_length=20, unique=True, default=new_file_id, editable=False)
    sha256 = models.CharField(max_length=64, db_index=True, help_text="Of the bytes as uploaded, lower-case hex.")
    size_bytes = models.PositiveBigIntegerField()
    media_type = models.CharField(max_length=100, help_text="By content, not as the browser said.")
    name = models.CharField(max_length=NAME_LIMIT, help_text="As uploaded, cleaned.")
    stored_at = models.DateTimeField()
    by = models.CharField(max_length=32, help_text="Id of the person, or 'console', 'system'.")
    by_name = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.name

    @property
    def is_picture(self) -> bool:
        return self.media_type.startswith("image/")
