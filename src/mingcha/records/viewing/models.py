"""Viewings and ordered copies."""

from __future__ import annotations

from django.db import models

from mingcha.base.ids import new_id
from mingcha.records.accounts.models import Person
from mingcha.records.inventory.models import Camera
from mingcha.records.viewing.states import End, ExportState, Kind, Reason, ServedKind


def new_viewing_id() -> str:
    return new_id("vws")


def new_grant_id() -> str:
    return new_id("grt")


class Viewing(models.Model):
    """One person looking at some cameras for one reason. `grant` is what its tickets carry and what is revoked."""

    public_id = models.CharField(max_length=20, unique=True, default=new_viewing_id, editable=False)
    grant = models.CharField(max_length=20, unique=True, default=new_grant_id, editable=False)
    viewer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="viewings")
    session_key = models.CharField(max_length=40, help_text="The browser session it belongs to; ends with it.")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    cameras = models.ManyToManyField(Camera, related_name="viewings")
    from_us = models.BigIntegerField(null=True, blank=True, help_text="Microseconds UTC; null for live.")
    to_us = models.BigIntegerField(null=True, blank=True)
    reason = models.CharField(max_length=16, choices=Reason.choices)
    note = models.CharField(max_length=500, blank=True)
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField(help_text="End of the newest ticket.")
    ended_at = models.DateTimeField(null=True, blank=True)
    end = models.CharField(max_length=16, choices=End.choices, blank=True)
    basis = models.CharField(
        max_length=20, null=True, blank=True, db_index=True, help_text="The request that was granted; null: inside use."
    )
    until_at = models.DateTimeField(null=True, blank=True, help_text="When the grant ends by itself.")
    watermark = models.CharField(max_length=500, null=True, blank=True, help_text="Shown moving over the pictures.")
    masked = models.BooleanField(default=False, help_text="Other people on the pictures are painted over.")
    clear = models.JSONField(
        default=list, blank=True, help_text="[[camera, left, top, right, bottom]] left unmasked, in thousandths."
    )

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("ended_at", "expires_at"), name="viewing_open"),
            models.Index(fields=("viewer", "-opened_at"), name="viewing_by_viewer"),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(from_us__isnull=True, to_us__isnull=True) | models.Q(to_us__gt=models.F("from_us")),
                name="viewing_range_forward",
            ),
        )

    def __str__(self) -> str:
        return self.public_id


class Export(models.Model):
    """An ordered copy. `export_id` is the media plane's own number, known once it has begun."""

    viewing = models.OneToOneField(Viewing, on_delete=models.PROTECT, related_name="export")
    export_id = models.CharField(max_length=20, blank=True, db_index=True)
    state = models.CharField(max_length=8, choices=ExportState.choices, default=ExportState.ORDERED)
    error = models.CharField(max_length=64, blank=True)
    files = models.JSONField(default=list, blank=True, help_text="[{name, bytes, sha256}], as the recorder told.")
    finished_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.export_id or self.viewing.public_id


class Served(models.Model):
    """What was really sent to a viewer, as the recorder told: `camera` from `from_us` to `to_us` (microseconds UTC).
    `viewer` is that of the viewing, here again to be found by."""

    viewing = models.ForeignKey(Viewing, on_delete=models.PROTECT, related_name="served")
    viewer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    camera = models.ForeignKey(Camera, on_delete=models.PROTECT, related_name="+", db_index=False)
    from_us = models.BigIntegerField()
    to_us = models.BigIntegerField()
    kind = models.CharField(max_length=16, choices=ServedKind.choices)
    at = models.DateTimeField(help_text="When it was sent, UTC.")

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("camera", "from_us"), name="served_by_camera"),
            models.Index(fields=("viewer", "-id"), name="served_by_viewer"),
            models.Index(fields=("at", "kind"), name="served_by_time"),
        )

    def __str__(self) -> str:
        return f"{self.viewing_id} {self.kind} {self.from_us}"
