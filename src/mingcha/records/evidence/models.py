"""What became of the papers of each copy."""

from __future__ import annotations

from django.db import models

from mingcha.records.viewing.models import Export


class CopyPapers(models.Model):
    """Papers that were sent to the recorder for one copy, and whether it has enclosed them."""

    export = models.OneToOneField(Export, on_delete=models.PROTECT, related_name="papers")
    sent_at = models.DateTimeField(help_text="When they were last sent to the recorder.")
    files = models.JSONField(default=dict, help_text="Name to SHA-256 (hex), as the recorder told.")
    enclosed_at = models.DateTimeField(null=True, blank=True, help_text="When the recorder had enclosed them.")
    refused = models.CharField(max_length=64, blank=True, help_text="Code of the recorder's refusal; it is final.")

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.export_id} {self.enclosed_at}"
