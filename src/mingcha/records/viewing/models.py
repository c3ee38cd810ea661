"""Viewings and ordered copies."""

from __future__ import annotations

from django.db import models

from mingcha.base.ids import new_id
from mingcha.records.accounts.models import Person
from mingcha.records.inventory.models import Camera
from mingcha.records.viewing.states import (
    NOTE_LIMIT,
    End,
    ExportState,
    Kind,
    Notice,
    Outcome,
    Reason,
    ServedKind,
)


def new_viewing_id() -> str:
    return new_id("vws")


def new_grant_id() -> str:
    return new_id("grt")


def new_acquaintance_id() -> str:
    return new_id("acq")


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

    approval = models.CharField(max_length=20, blank=True, default="", help_text="The second person's consent to it.")
    seen_us = models.BigIntegerField(default=0, help_text="Recordings really seen or copied, as the recorder told.")

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("ended_at", "expires_at"), name="viewing_open"),
            models.Index(fields=("viewer", "-opened_at"), name="viewing_by_viewer"),
            models.Index(fields=("opened_at",), name="viewing_by_time"),
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
    speed_permille = models.IntegerField(
        null=True, blank=True, help_text="As the recorder measured it: 1000 as it happened, negative backwards."
    )
    pictures = models.PositiveIntegerField(default=0, help_text="Single pictures; 0 where video was sent.")

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("camera", "from_us"), name="served_by_camera"),
            models.Index(fields=("viewer", "-id"), name="served_by_viewer"),
            models.Index(fields=("at", "kind"), name="served_by_time"),
        )

    def __str__(self) -> str:
        return f"{self.viewing_id} {self.kind} {self.from_us}"


class SeenDay(models.Model):
    """What one person saw or copied of recordings on one local day, added up as the recorder tells it, so that lists
    over months need not read every look. `night_…`: the part of it that was sent at night."""

    viewer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    day = models.DateField()
    seen_us = models.BigIntegerField(default=0)
    times = models.PositiveIntegerField(default=0)
    night_us = models.BigIntegerField(default=0)
    night_times = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("-day", "viewer")
        constraints = (models.UniqueConstraint(fields=("day", "viewer"), name="seen_day_once"),)

    def __str__(self) -> str:
        return f"{self.day} {self.viewer_id}"


class Finding(models.Model):
    """What somebody who looked for an incident found, or that they found nothing."""

    viewing = models.OneToOneField(Viewing, on_delete=models.PROTECT, related_name="finding")
    outcome = models.CharField(max_length=16, choices=Outcome.choices)
    text = models.CharField(max_length=NOTE_LIMIT, blank=True)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.viewing_id} {self.outcome}"


class Acquaintance(models.Model):
    """Somebody marked by hand that the viewer knows a person on the picture. Who that is, is not written down."""

    public_id = models.CharField(max_length=20, unique=True, default=new_acquaintance_id, editable=False)
    viewing = models.ForeignKey(Viewing, on_delete=models.PROTECT, related_name="acquaintances")
    note = models.CharField(max_length=NOTE_LIMIT)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("-id",)
        indexes = (models.Index(fields=("at",), name="acquaintance_by_time"),)

    def __str__(self) -> str:
        return self.public_id


class Dealt(models.Model):
    """A noticeable look that another person looked into. `length_us`: how much it was then; when it grows, it is
    noticeable again. `viewing` or `mark` where it is about a single one, else `viewer` and `day`."""

    what = models.CharField(max_length=16, choices=Notice.choices)
    viewer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    viewing = models.ForeignKey(Viewing, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    mark = models.ForeignKey(Acquaintance, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    length_us = models.BigIntegerField(default=0)
    note = models.CharField(max_length=NOTE_LIMIT)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("-id",)
        indexes = (models.Index(fields=("day", "what"), name="dealt_by_day"),)
        constraints = (models.CheckConstraint(condition=~models.Q(by=models.F("viewer")), name="dealt_by_another"),)

    def __str__(self) -> str:
        return f"{self.what} {self.day} {self.viewer_id}"
