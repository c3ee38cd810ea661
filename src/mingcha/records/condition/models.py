"""What the recorder says of the state of its recordings."""

from __future__ import annotations

from django.db import models

from mingcha.base.ids import new_id
from mingcha.records.accounts.models import Person
from mingcha.records.condition.states import (
    COSIGNING,
    NAME_LIMIT,
    NOTE_LIMIT,
    DamageState,
    StampState,
    Trouble,
    WitnessState,
)
from mingcha.records.inventory.models import Camera


def new_damage_id() -> str:
    return new_id("dmg")


class Round(models.Model):
    """One round of verification that the recorder made by itself: a mixed sample, `slot` of `slots`."""

    slot = models.IntegerField()
    slots = models.IntegerField(help_text="Days in which everything is verified once.")
    covered = models.IntegerField(help_text="Slots verified within that time.")
    segments = models.BigIntegerField()
    bytes = models.BigIntegerField()
    unreachable = models.BigIntegerField(help_text="On disks that were away.")
    findings = models.IntegerField()
    with_ledger = models.BooleanField(help_text="Catalog and ledger were compared both ways.")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ("-ended_at",)
        constraints = (models.UniqueConstraint(fields=("slot", "began_at"), name="round_once"),)

    def __str__(self) -> str:
        return f"{self.slot + 1}/{self.slots} {self.ended_at:%Y-%m-%d}"


class Damage(models.Model):
    """Footage that is not as it was recorded. Instants of footage are microseconds UTC. `parts`: numbers of damaged
    parts, 0 being the header; `ranges`: their first and last bytes in the file; both may be cut short, and
    `damaged_parts` says how many there are."""

    public_id = models.CharField(max_length=20, unique=True, default=new_damage_id, editable=False)
    trouble = models.CharField(max_length=24, choices=Trouble.choices)
    number = models.BigIntegerField(help_text="Of the recording; of the first where there are several.")
    segments = models.BigIntegerField(default=1)
    camera = models.ForeignKey(Camera, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    role = models.CharField(max_length=8, blank=True)
    start_us = models.BigIntegerField(null=True)
    end_us = models.BigIntegerField(null=True)
    parts = models.JSONField(default=list, blank=True)
    ranges = models.JSONField(default=list, blank=True)
    damaged_parts = models.IntegerField(default=0)
    of_parts = models.IntegerField(default=0)
    store = models.CharField(max_length=20, blank=True)
    told_at = models.DateTimeField()
    mended_at = models.DateTimeField(null=True, blank=True)
    gone_at = models.DateTimeField(null=True, blank=True)
    dealt_at = models.DateTimeField(null=True, blank=True)
    dealt_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    note = models.CharField(max_length=NOTE_LIMIT, blank=True)

    class Meta:
        ordering = ("-id",)
        indexes = (models.Index(fields=("dealt_at", "-id"), name="damage_by_dealt"),)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(dealt_at__isnull=True) | ~models.Q(note=""), name="damage_dealt_with_words"
            ),
        )

    def __str__(self) -> str:
        return self.public_id

    @property
    def state(self) -> DamageState:
        """Where it stands. That a file is whole again, or its time is over, is for somebody to see all the same."""
        if self.dealt_at is not None:
            return DamageState.DEALT
        if self.mended_at is not None:
            return DamageState.MENDED
        return DamageState.OPEN if self.gone_at is None else DamageState.GONE


class Stamp(models.Model):
    """A change in what the time-stamping authority of the ledger does. `size`: entries of the ledger stamped."""

    state = models.CharField(max_length=8, choices=StampState.choices)
    size = models.BigIntegerField(null=True)
    stamped_at = models.DateTimeField(null=True, blank=True, help_text="By the authority's clock.")
    why = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.state} {self.at:%Y-%m-%d}"


class Witness(models.Model):
    """A witness of the ledger, as far as the recorder tells. `since`: when it began to cosign, or last did."""

    name = models.CharField(max_length=NAME_LIMIT, unique=True)
    state = models.CharField(max_length=8, choices=WitnessState.choices, default=WitnessState.NAMED)
    since = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    @property
    def is_cosigning(self) -> bool:
        return self.state in COSIGNING
