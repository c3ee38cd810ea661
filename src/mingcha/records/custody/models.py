"""Holds, and what the recorder has said of each."""

from __future__ import annotations

from datetime import datetime

from django.db import models

from mingcha.base.clock import from_datetime
from mingcha.base.ids import new_id
from mingcha.records.accounts.models import Person
from mingcha.records.custody.states import NUMBER_LIMIT, TEXT_LIMIT, Ground, HoldState
from mingcha.records.inventory.models import Camera


def new_hold_id() -> str:
    return new_id("hld")


class Hold(models.Model):
    """Footage that stays for a stated reason until two persons release it, or until the term the law gives it.

    Instants of footage are microseconds UTC. `until_us`: end of the latest term, null while it is open.
    """

    public_id = models.CharField(max_length=20, unique=True, default=new_hold_id, editable=False)
    ground = models.CharField(max_length=16, choices=Ground.choices)
    number = models.CharField(max_length=NUMBER_LIMIT, blank=True, help_text="Of the request or case.")
    text = models.CharField(max_length=TEXT_LIMIT)
    start_us = models.BigIntegerField()
    end_us = models.BigIntegerField()
    until_us = models.BigIntegerField(null=True, blank=True)
    citations = models.JSONField(default=list, blank=True, help_text="What the term rests on.")
    law_version = models.CharField(max_length=80, blank=True)
    placed_at = models.DateTimeField()
    placed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    in_force_at = models.DateTimeField(null=True, blank=True, help_text="Since the recorder confirmed all of it.")
    reviewed_at = models.DateTimeField(null=True, blank=True)
    release_asked_at = models.DateTimeField(null=True, blank=True)
    release_asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    release_reason = models.CharField(max_length=TEXT_LIMIT, blank=True)
    release_ordered_at = models.DateTimeField(null=True, blank=True)
    released_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    released_at = models.DateTimeField(null=True, blank=True, help_text="Since the recorder confirmed all of it.")

    class Meta:
        ordering = ("-id",)
        indexes = (models.Index(fields=("released_at", "-id"), name="hold_by_end"),)
        constraints = (
            models.CheckConstraint(condition=models.Q(end_us__gt=models.F("start_us")), name="hold_range_forward"),
            models.CheckConstraint(
                condition=models.Q(released_by__isnull=True) | ~models.Q(released_by=models.F("release_asked_by")),
                name="hold_released_by_another",
            ),
        )

    def __str__(self) -> str:
        return self.public_id

    def state_at(self, at: datetime) -> HoldState:
        """Where it stands. A term that passed ends it, whatever else was under way."""
        if self.released_at is not None:
            return HoldState.RELEASED
        if self.until_us is not None and self.until_us <= from_datetime(at):
            return HoldState.OVER
        if self.release_ordered_at is not None:
            return HoldState.RELEASING
        if self.in_force_at is None:
            return HoldState.ORDERED
        return HoldState.IN_FORCE if self.release_asked_at is None else HoldState.RELEASE_ASKED


class HoldRange(models.Model):
    """The part of a hold at one camera; `public_id` is the number by which the recorder knows it."""

    public_id = models.CharField(max_length=20, unique=True, default=new_hold_id, editable=False)
    hold = models.ForeignKey(Hold, on_delete=models.PROTECT, related_name="ranges")
    camera = models.ForeignKey(Camera, on_delete=models.PROTECT, related_name="+")
    until_us = models.BigIntegerField(null=True, blank=True, help_text="The term at this camera's site.")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    release_confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=("hold", "camera"), name="hold_once_a_camera"),)

    def __str__(self) -> str:
        return self.public_id
