"""Holds, and what the recorder has said of each; copies in custody, and what became of them."""

from __future__ import annotations

from datetime import datetime

from django.db import models

from mingcha.base.clock import from_datetime
from mingcha.base.ids import new_id
from mingcha.records.accounts.models import Person
from mingcha.records.custody.states import (
    NAME_LIMIT,
    NUMBER_LIMIT,
    SEAL_LIMIT,
    TEXT_LIMIT,
    Ending,
    Ground,
    HoldState,
    ItemAct,
    ItemState,
    Medium,
)
from mingcha.records.files.models import StoredFile
from mingcha.records.inventory.models import Camera
from mingcha.records.viewing.models import Export, Viewing


def new_hold_id() -> str:
    return new_id("hld")


def new_item_id() -> str:
    return new_id("itm")


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


class KeptHold(models.Model):
    """What the recorder holds at one camera though these books do not know why: the office was restored from a backup
    that is older. The footage stays; somebody gives the hold a reason again (`adopted`), and then it can be released
    as any other. `public_id` is the recorder's number, `camera_code` the camera's, which may be unknown here too."""

    public_id = models.CharField(max_length=20, unique=True, editable=False)
    camera_code = models.CharField(max_length=20)
    start_us = models.BigIntegerField()
    end_us = models.BigIntegerField()
    until_us = models.BigIntegerField(null=True, blank=True)
    placed_at = models.DateTimeField(help_text="When the recorder was told of it.")
    found_at = models.DateTimeField(help_text="When this office heard of it.")
    adopted = models.ForeignKey(Hold, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.public_id


class Item(models.Model):
    """A finished copy in custody, from the moment the recorder told of it until it is handed over for good or
    destroyed. `basis`: public id of the request it was granted for, empty for inside use."""

    public_id = models.CharField(max_length=20, unique=True, default=new_item_id, editable=False)
    export = models.OneToOneField(Export, on_delete=models.PROTECT, related_name="item")
    basis = models.CharField(max_length=20, blank=True, db_index=True)
    state = models.CharField(max_length=12, choices=ItemState.choices, default=ItemState.WAITING)
    made_at = models.DateTimeField()
    manifest_sha256 = models.CharField(max_length=64, blank=True, db_index=True, help_text="Hex, as the recorder told.")
    size_bytes = models.PositiveBigIntegerField(default=0)
    summary = models.JSONField(
        default=dict, blank=True, help_text="Of the manifest: got, gaps, pre-roll, damage, proof."
    )
    purpose = models.CharField(max_length=TEXT_LIMIT, blank=True)
    unclaimed_until = models.DateTimeField(help_text="When it goes unless somebody has fetched it.")

    medium = models.CharField(max_length=8, choices=Medium.choices, blank=True)
    seal_number = models.CharField(max_length=SEAL_LIMIT, blank=True)
    receiver_unit = models.CharField(max_length=NAME_LIMIT, blank=True)
    receiver_name = models.CharField(max_length=NAME_LIMIT, blank=True)
    sealed_at = models.DateTimeField(null=True, blank=True)
    handed_over_at = models.DateTimeField(null=True, blank=True)
    return_due_on = models.DateField(null=True, blank=True)

    ending = models.CharField(max_length=12, choices=Ending.choices, blank=True)
    ending_note = models.CharField(max_length=TEXT_LIMIT, blank=True)
    delete_ordered_at = models.DateTimeField(null=True, blank=True, help_text="Since then the recorder is told to.")
    copy_deleted_at = models.DateTimeField(null=True, blank=True, help_text="When the recorder deleted it, as it told.")
    copy_deleted_why = models.CharField(max_length=40, blank=True, help_text="The recorder's own word.")
    copy_unknown_at = models.DateTimeField(null=True, blank=True, help_text="When it said that it has no such copy.")
    attested_at = models.DateTimeField(null=True, blank=True)
    destroyed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("state", "-id"), name="item_by_state"),
            models.Index(fields=("state", "unclaimed_until"), name="item_unclaimed"),
            models.Index(fields=("delete_ordered_at", "copy_deleted_at"), name="item_to_delete"),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(state=ItemState.DESTROYED, destroyed_at__isnull=False)
                | (~models.Q(state=ItemState.DESTROYED) & models.Q(destroyed_at__isnull=True)),
                name="item_destroyed_at",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=ItemState.DESTROYED)
                | models.Q(copy_deleted_at__isnull=False)
                | models.Q(copy_unknown_at__isnull=False, attested_at__isnull=False),
                name="item_destroyed_as_told",
            ),
            models.UniqueConstraint(
                fields=("seal_number",), condition=~models.Q(seal_number=""), name="item_seal_number_once"
            ),
        )

    def __str__(self) -> str:
        return self.public_id

    @property
    def has_left(self) -> bool:
        """Whether any of it is anywhere but on the recorder."""
        return self.downloads.exists()

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left of it as far as anybody has said: the recorder of its copy, a person of the rest."""
        recorder = self.copy_deleted_at is not None or (
            self.copy_unknown_at is not None and self.attested_at is not None
        )
        return recorder and (self.attested_at is not None or not self.has_left)


class ItemFile(models.Model):
    """One file of a copy, found again by its hash."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="files")
    name = models.CharField(max_length=255)
    size_bytes = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True, db_index=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.name


class ItemDownload(models.Model):
    """One download: its viewing says who and when, and `viewing.served` what was really sent."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="downloads")
    viewing = models.OneToOneField(Viewing, on_delete=models.PROTECT, related_name="download")

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.item_id} {self.viewing_id}"


class ItemStep(models.Model):
    """One step of a copy's chain; only ever added. Of whoever received it, the number on the paper shown is sealed by
    the node key and bound to this row."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="steps")
    act = models.CharField(max_length=12, choices=ItemAct.choices)
    at = models.DateTimeField()
    by = models.CharField(max_length=32, help_text="Id of the person, or 'console', 'system', 'recorder'.")
    by_name = models.CharField(max_length=NAME_LIMIT, blank=True)
    note = models.CharField(max_length=TEXT_LIMIT, blank=True)
    medium = models.CharField(max_length=8, choices=Medium.choices, blank=True)
    seal_number = models.CharField(max_length=SEAL_LIMIT, blank=True)
    unit = models.CharField(max_length=NAME_LIMIT, blank=True)
    name = models.CharField(max_length=NAME_LIMIT, blank=True)
    paper = models.CharField(max_length=24, blank=True, help_text="Code of the law's vocabulary, or other_paper.")
    number_sealed = models.TextField(blank=True)
    signature = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    signed_name = models.CharField(max_length=NAME_LIMIT, blank=True, help_text="Typed where nothing could be drawn.")
    seal_intact = models.BooleanField(null=True, blank=True, help_text="When it was taken back.")
    approved_by = models.CharField(max_length=NAME_LIMIT, blank=True, help_text="The second person, by name.")
    witnesses = models.JSONField(default=list, blank=True, help_text="Names.")
    evidence = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("id",)
        indexes = (models.Index(fields=("item", "id"), name="item_step_in_order"),)

    def __str__(self) -> str:
        return f"{self.item_id} {self.act}"
