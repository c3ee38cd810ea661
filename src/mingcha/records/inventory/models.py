"""Units, sites, cameras, the plan's version and connection tests."""

from __future__ import annotations

from django.db import models

from mingcha.base.ids import new_id
from mingcha.records.accounts.models import Person
from mingcha.records.inventory.states import NAME_LIMIT, CameraState, Engine, ProbeState, Transport


def new_unit_id() -> str:
    return new_id("unt")


def new_site_id() -> str:
    return new_id("sit")


def new_camera_id() -> str:
    return new_id("cam")


class Unit(models.Model):
    """The managing unit of a public place: who answers for its cameras."""

    public_id = models.CharField(max_length=20, unique=True, default=new_unit_id, editable=False)
    name = models.CharField(max_length=NAME_LIMIT)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Site(models.Model):
    """One public place of a unit."""

    public_id = models.CharField(max_length=20, unique=True, default=new_site_id, editable=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="sites")
    name = models.CharField(max_length=NAME_LIMIT)
    address = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=("unit", "name"), name="site_name_once"),)

    def __str__(self) -> str:
        return self.name


class Camera(models.Model):
    """One camera. `main_url` and `sub_url` never hold credentials; these are sealed in `credentials` by the node key,
    bound to the camera's id. Sound is recorded when, and only when, `audio_reason` is not empty."""

    public_id = models.CharField(max_length=20, unique=True, default=new_camera_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="cameras")
    name = models.CharField(max_length=NAME_LIMIT)
    main_url = models.CharField(max_length=1000)
    sub_url = models.CharField(max_length=1000, blank=True)
    credentials = models.TextField(blank=True, help_text="Sealed 'user:password', or empty.")
    transport = models.CharField(max_length=8, choices=Transport.choices, default=Transport.TCP)
    engine = models.CharField(max_length=8, choices=Engine.choices, default=Engine.NATIVE)
    audio_reason = models.CharField(max_length=300, blank=True)
    added_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("site_id", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("site", "name"), condition=models.Q(retired_at__isnull=True), name="camera_name_once"
            ),
            models.CheckConstraint(condition=~models.Q(main_url__contains="@"), name="camera_main_url_plain"),
            models.CheckConstraint(condition=~models.Q(sub_url__contains="@"), name="camera_sub_url_plain"),
        )

    def __str__(self) -> str:
        return self.name


class CameraStatus(models.Model):
    """What the recorder last said about a camera; overwritten, not history (the register holds that)."""

    camera = models.OneToOneField(Camera, on_delete=models.CASCADE, related_name="status", primary_key=True)
    state = models.CharField(max_length=16, choices=CameraState.choices, default=CameraState.WAITING)
    reason = models.CharField(max_length=64, blank=True)
    since = models.DateTimeField(null=True, blank=True)
    codec = models.CharField(max_length=32, blank=True)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    fps_milli = models.PositiveIntegerField(null=True, blank=True, help_text="Pictures in 1000 s.")
    bits_per_s = models.PositiveBigIntegerField(null=True, blank=True)
    seen_at = models.DateTimeField(help_text="When the gateway last heard from the recorder.")

    def __str__(self) -> str:
        return f"{self.camera_id} {self.state}"


class StoreStatus(models.Model):
    """What the recorder last said about its disk; one row."""

    state = models.CharField(max_length=32)
    free_bytes = models.PositiveBigIntegerField()
    total_bytes = models.PositiveBigIntegerField()
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.state


class PlanCounter(models.Model):
    """One row: the version of the recording plan, raised by every change of what is to be recorded."""

    version = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.version)


class Probe(models.Model):
    """A connection test. The page writes it, the gateway carries it out and writes the result."""

    public_id = models.CharField(max_length=40, unique=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    url = models.CharField(max_length=1000)
    credentials = models.TextField(blank=True, help_text="Sealed, bound to this probe's id.")
    transport = models.CharField(max_length=8, choices=Transport.choices, default=Transport.TCP)
    engine = models.CharField(max_length=8, choices=Engine.choices, default=Engine.NATIVE)
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=ProbeState.choices, default=ProbeState.WAITING)
    result = models.JSONField(default=dict, blank=True)

    class Meta:
        indexes = (models.Index(fields=("state", "asked_at"), name="probe_by_state"),)

    def __str__(self) -> str:
        return f"{self.public_id} {self.state}"
