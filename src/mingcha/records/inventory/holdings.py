"""What the recorder last said of its disks and of what each camera holds; overwritten, not history."""

from __future__ import annotations

from django.db import models


class StoreStatus(models.Model):
    """All its disks as one; one row."""

    state = models.CharField(max_length=32)
    free_bytes = models.PositiveBigIntegerField()
    total_bytes = models.PositiveBigIntegerField()
    seen_at = models.DateTimeField()

    class Meta:
        app_label = "inventory"

    def __str__(self) -> str:
        return self.state


class DiskStatus(models.Model):
    """One disk. `tier`: fast or slow; `order`: in_use, draining or lost; `bytes`: of recordings that lie on it."""

    store = models.CharField(max_length=20, unique=True)
    path = models.CharField(max_length=1000)
    tier = models.CharField(max_length=8)
    order = models.CharField(max_length=16)
    state = models.CharField(max_length=32)
    free_bytes = models.PositiveBigIntegerField()
    total_bytes = models.PositiveBigIntegerField()
    segments = models.PositiveBigIntegerField()
    bytes = models.PositiveBigIntegerField()
    seen_at = models.DateTimeField()

    class Meta:
        app_label = "inventory"
        ordering = ("id",)

    def __str__(self) -> str:
        return self.store


class CameraHolding(models.Model):
    """What a camera holds, and what it sends a day, measured over the last days; null where too little was recorded to
    say. `measured_s`: how much recording the measure rests on."""

    camera = models.OneToOneField(
        "inventory.Camera", on_delete=models.CASCADE, related_name="holding", primary_key=True
    )
    bytes = models.PositiveBigIntegerField()
    oldest_at = models.DateTimeField(null=True, blank=True)
    bytes_per_day = models.PositiveBigIntegerField(null=True, blank=True)
    measured_s = models.PositiveIntegerField()
    seen_at = models.DateTimeField()

    class Meta:
        app_label = "inventory"

    def __str__(self) -> str:
        return f"{self.camera_id} {self.bytes}"
