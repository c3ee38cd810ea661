"""Posts, appointments and the personnel file.

History is only added to: a wrong line of a file is withdrawn with a reason and stays, an appointment ends and stays.
Numbers that name a person are sealed by the node key and bound to the person's id; a keyed hash finds equal ones.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from mingcha.base.ids import new_id
from mingcha.records.accounts.models import Person
from mingcha.records.files.models import StoredFile
from mingcha.records.inventory.models import Contractor, Site
from mingcha.records.personnel.states import (
    NAME_LIMIT,
    REASON_LIMIT,
    TEXT_LIMIT,
    IdKind,
    Item,
    PostKind,
    Result,
)

_LAST_DAY = "The last day it counts; null: no end."


def new_post_id() -> str:
    return new_id("pst")


def new_appointment_id() -> str:
    return new_id("apt")


class Post(models.Model):
    """A post at a site. `seats`: how many people it wants at once."""

    public_id = models.CharField(max_length=20, unique=True, default=new_post_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="posts")
    name = models.CharField(max_length=NAME_LIMIT)
    kind = models.CharField(max_length=16, choices=PostKind.choices)
    seats = models.PositiveSmallIntegerField(default=1)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("site_id", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("site", "name"), condition=Q(closed_at__isnull=True), name="post_name_once"
            ),
        )

    def __str__(self) -> str:
        return self.name


class Appointment(models.Model):
    """One person in one post, from a day to a day (both included; null: open). Ended early, it ends at that instant."""

    public_id = models.CharField(max_length=20, unique=True, default=new_appointment_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="appointments")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="appointments")
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True, help_text=_LAST_DAY)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=32, help_text="Id of the person, or 'console'.")
    made_by_name = models.CharField(max_length=200, blank=True)
    law_version = models.CharField(max_length=80, help_text="Digest of the law data its checklist was judged by.")
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=REASON_LIMIT, blank=True)

    class Meta:
        ordering = ("-from_on", "-id")
        indexes = (
            models.Index(fields=("post", "ended_at"), name="appointment_by_post"),
            models.Index(fields=("person", "ended_at"), name="appointment_by_person"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")), name="appointment_forward"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | ~Q(end_reason=""), name="appointment_end_has_reason"
            ),
        )

    def __str__(self) -> str:
        return self.public_id


class PersonnelFile(models.Model):
    """The cover of a person's file: who it is and whose employee. `site`: where the person works or is to work."""

    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="personnel_file", primary_key=True)
    full_name = models.CharField(max_length=100, help_text="As on the identity card.")
    id_kind = models.CharField(max_length=16, choices=IdKind.choices, default=IdKind.RESIDENT)
    id_sealed = models.TextField(blank=True)
    id_index = models.CharField(
        max_length=64, null=True, blank=True, unique=True, help_text="Keyed hash of the number."
    )
    phone_sealed = models.TextField(blank=True)
    phone_index = models.CharField(max_length=64, blank=True, db_index=True)
    employer = models.ForeignKey(
        Contractor, on_delete=models.PROTECT, null=True, blank=True, related_name="staff", help_text="Null: own unit."
    )
    site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("full_name",), name="file_by_name"),)

    def __str__(self) -> str:
        return self.full_name


class FileLine(models.Model):
    """What every line of a file has. A line is never changed; a wrong one is withdrawn and says why."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="%(class)ss")
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=32)
    recorded_by_name = models.CharField(max_length=200, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.CharField(max_length=REASON_LIMIT, blank=True)

    ITEM: Item

    class Meta:
        abstract = True


class EntryCheck(FileLine):
    """The check before somebody is taken on."""

    checked_on = models.DateField()
    result = models.CharField(max_length=8, choices=Result.choices)
    checked_by = models.CharField(max_length=NAME_LIMIT)
    remark = models.CharField(max_length=TEXT_LIMIT, blank=True)
    evidence = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    ITEM = Item.ENTRY_CHECK

    class Meta:
        ordering = ("-checked_on", "-id")

    def __str__(self) -> str:
        return f"{self.checked_on} {self.result}"


class Undertaking(FileLine):
    """Confidentiality education, and the undertaking signed after it."""

    educated_on = models.DateField()
    signed_on = models.DateField()
    expires_on = models.DateField(null=True, blank=True, help_text=_LAST_DAY)
    evidence = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    ITEM = Item.UNDERTAKING

    class Meta:
        ordering = ("-signed_on", "-id")
        constraints = (
            models.CheckConstraint(condition=Q(signed_on__gte=F("educated_on")), name="undertaking_after_education"),
        )

    def __str__(self) -> str:
        return str(self.signed_on)


class Training(FileLine):
    """One course a person took."""

    course = models.CharField(max_length=NAME_LIMIT)
    organiser = models.CharField(max_length=NAME_LIMIT)
    held_on = models.DateField()
    result = models.CharField(max_length=8, choices=Result.choices)
    expires_on = models.DateField(null=True, blank=True, help_text=_LAST_DAY)
    evidence = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    ITEM = Item.TRAINING

    class Meta:
        ordering = ("-held_on", "-id")
        indexes = (models.Index(fields=("expires_on",), name="training_by_expiry"),)

    def __str__(self) -> str:
        return f"{self.held_on} {self.course}"


class PoliceFiling(FileLine):
    """The filing of one person's particulars with the police of a site."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    filed_on = models.DateField()
    organ = models.CharField(max_length=NAME_LIMIT)
    receipt_number = models.CharField(max_length=100, blank=True)
    evidence = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    ITEM = Item.POLICE_FILING

    class Meta:
        ordering = ("-filed_on", "-id")

    def __str__(self) -> str:
        return f"{self.filed_on} {self.organ}"


LINES: dict[str, type[FileLine]] = {line.ITEM.value: line for line in (EntryCheck, Undertaking, Training, PoliceFiling)}
