"""Requests from outside, what was shown with them, what was decided, and what is still owed.

Rows are only added to. Numbers that name a person are sealed by the node key and bound to the row they stand in.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from mingcha.base.ids import new_id
from mingcha.records.accounts.models import Person
from mingcha.records.disclosure.states import (
    NAME_LIMIT,
    NUMBER_LIMIT,
    TEXT_LIMIT,
    CostKind,
    DebtEnd,
    LeaseEnd,
    Owing,
    State,
)
from mingcha.records.files.models import StoredFile
from mingcha.records.inventory.models import Camera, Site
from mingcha.records.screens.models import Screen


def new_request_id() -> str:
    return new_id("req")


def new_lease_id() -> str:
    return new_id("lse")


class Request(models.Model):
    """One request for cameras of one site over one range, or live when the range is null."""

    public_id = models.CharField(max_length=20, unique=True, default=new_request_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="access_requests")
    cameras: models.ManyToManyField[Camera, models.Model] = models.ManyToManyField(
        Camera, related_name="access_requests"
    )
    requester = models.CharField(max_length=20, help_text="Code of the law's vocabulary.")
    mode = models.CharField(max_length=12, help_text="Code of the law's vocabulary.")
    organ = models.CharField(max_length=NAME_LIMIT, blank=True, help_text="The state organ; empty for a person.")
    from_us = models.BigIntegerField(null=True, blank=True, help_text="Microseconds UTC; null for live pictures.")
    to_us = models.BigIntegerField(null=True, blank=True)
    purpose = models.CharField(max_length=TEXT_LIMIT)
    statutory_duty = models.CharField(max_length=TEXT_LIMIT, blank=True, help_text="The duty by law, in words.")
    case_number = models.CharField(max_length=NUMBER_LIMIT, blank=True)
    emergency = models.BooleanField(default=False)
    own_sector = models.BooleanField(default=True)
    consent_at = models.DateTimeField(null=True, blank=True, help_text="When the unit consented.")
    consent_by = models.CharField(max_length=32, blank=True)
    consent_by_name = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    received_at = models.DateTimeField()
    received_by = models.CharField(max_length=32, help_text="Id of the person, or 'console'.")
    received_by_name = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("state", "-id"), name="request_by_state"),
            models.Index(fields=("site", "-id"), name="request_by_site"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(from_us__isnull=True, to_us__isnull=True) | Q(to_us__gt=F("from_us")),
                name="request_range_forward",
            ),
        )

    def __str__(self) -> str:
        return self.public_id

    @property
    def is_live(self) -> bool:
        return self.from_us is None


class Applicant(models.Model):
    """The person who asks for themselves or for somebody close (Order 799 art. 21)."""

    request = models.OneToOneField(Request, on_delete=models.PROTECT, related_name="applicant", primary_key=True)
    name = models.CharField(max_length=NAME_LIMIT)
    id_sealed = models.TextField(blank=True)
    relationship = models.CharField(max_length=16, help_text="Code of the law's vocabulary.")
    protects = models.CharField(max_length=16, help_text="Code of the law's vocabulary.")
    urgent = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name


class Officer(models.Model):
    """Somebody who came for a state organ. `certificate` empty: none was shown."""

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="officers")
    name = models.CharField(max_length=NAME_LIMIT)
    organ = models.CharField(max_length=NAME_LIMIT)
    certificate = models.CharField(max_length=24, blank=True, help_text="Code of the law's vocabulary.")
    number_sealed = models.TextField(blank=True)
    photo = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    signature = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    signed_name = models.CharField(max_length=NAME_LIMIT, blank=True, help_text="Typed where nothing could be drawn.")
    added_at = models.DateTimeField()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.name


class Paper(models.Model):
    """A letter or an approval that was shown."""

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="papers")
    kind = models.CharField(max_length=24, help_text="Code of the law's vocabulary, or police_approval.")
    number = models.CharField(max_length=NUMBER_LIMIT, blank=True)
    issuer = models.CharField(max_length=NAME_LIMIT)
    dated_on = models.DateField(null=True, blank=True)
    scan = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


class Decision(models.Model):
    """What was decided, with the facts that the law was asked by and its answer. One for each request."""

    request = models.OneToOneField(Request, on_delete=models.PROTECT, related_name="decision", primary_key=True)
    granted = models.BooleanField()
    facts = models.JSONField()
    allowed = models.BooleanField(null=True, help_text="The law's answer; null where nothing was in force.")
    missing = models.JSONField(default=list, help_text="The law's codes of what was missing.")
    citations = models.JSONField(default=list)
    law_version = models.CharField(max_length=80)
    reasons = models.JSONField(default=list, blank=True, help_text="Codes of our own (Refusal).")
    note = models.CharField(max_length=TEXT_LIMIT, blank=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=32)
    by_name = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.request_id} {self.granted}"


class Grant(models.Model):
    """What a granted request opens now: at first exactly what was asked for, later what narrowing has left of it."""

    request = models.OneToOneField(Request, on_delete=models.PROTECT, related_name="grant", primary_key=True)
    cameras: models.ManyToManyField[Camera, models.Model] = models.ManyToManyField(Camera, related_name="+")
    from_us = models.BigIntegerField(null=True, blank=True, help_text="Microseconds UTC; null for live pictures.")
    to_us = models.BigIntegerField(null=True, blank=True)
    begun_at = models.DateTimeField()
    until_at = models.DateTimeField()
    watermark = models.CharField(max_length=500)
    approved_by_name = models.CharField(max_length=200, blank=True, help_text="The second person, where one is wanted.")
    screens: models.ManyToManyField[Screen, models.Model] = models.ManyToManyField(
        Screen, related_name="+", help_text="Where it may be looked at; none: in the session that opens it."
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=TEXT_LIMIT, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(from_us__isnull=True, to_us__isnull=True) | Q(to_us__gt=F("from_us")),
                name="grant_range_forward",
            ),
        )

    def __str__(self) -> str:
        return f"{self.request_id} until {self.until_at:%Y-%m-%dT%H:%M}"


class Narrowing(models.Model):
    """A grant made smaller: what it was before, and why. What it became is in the next row, or in the grant."""

    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="narrowings")
    before = models.JSONField(help_text="{cameras: [ids], from_us, to_us, until}")
    reason = models.CharField(max_length=TEXT_LIMIT)
    at = models.DateTimeField()
    by = models.CharField(max_length=32)
    by_name = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.grant_id} {self.at:%Y-%m-%dT%H:%M}"


class Lease(models.Model):
    """Control handed over under a granted take-over. Its clock is the newest of its terms, which the grant's `until_at`
    shows; it never outlives it."""

    public_id = models.CharField(max_length=20, unique=True, default=new_lease_id, editable=False)
    request = models.OneToOneField(Request, on_delete=models.PROTECT, related_name="lease", primary_key=True)
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    end = models.CharField(max_length=16, choices=LeaseEnd.choices, blank=True)
    end_note = models.CharField(max_length=TEXT_LIMIT, blank=True)
    ended_by = models.CharField(max_length=32, blank=True)
    ended_by_name = models.CharField(max_length=200, blank=True)
    returned_by = models.ForeignKey(Officer, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    signature = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    signed_name = models.CharField(max_length=NAME_LIMIT, blank=True, help_text="Typed where nothing could be drawn.")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, end="") | (Q(ended_at__isnull=False) & ~Q(end="")),
                name="lease_ended_how",
            ),
            models.CheckConstraint(
                condition=~Q(end=LeaseEnd.HANDED_BACK) | Q(returned_by__isnull=False), name="lease_handed_back_by"
            ),
        )

    def __str__(self) -> str:
        return self.public_id


class LeaseTerm(models.Model):
    """A decision that gave a lease its time: the first with the grant, each further one a new answer of the law."""

    lease = models.ForeignKey(Lease, on_delete=models.PROTECT, related_name="terms")
    until_at = models.DateTimeField()
    reason = models.CharField(max_length=TEXT_LIMIT, blank=True, help_text="Why it was lengthened.")
    facts = models.JSONField()
    citations = models.JSONField(default=list)
    law_version = models.CharField(max_length=80)
    at = models.DateTimeField()
    by = models.CharField(max_length=32)
    by_name = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.lease_id} until {self.until_at:%Y-%m-%dT%H:%M}"


class LeaseMove(models.Model):
    """One movement of a camera under a lease, as the recorder told. Speeds in percent of the fastest."""

    lease = models.ForeignKey(Lease, on_delete=models.PROTECT, related_name="moves")
    camera = models.ForeignKey(Camera, on_delete=models.PROTECT, related_name="+")
    viewer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", help_text="Who sat at the desk.")
    command = models.CharField(max_length=16)
    preset = models.CharField(max_length=NAME_LIMIT, blank=True)
    pan = models.SmallIntegerField(default=0)
    tilt = models.SmallIntegerField(default=0)
    zoom = models.SmallIntegerField(default=0)
    from_us = models.BigIntegerField(help_text="Microseconds UTC.")
    to_us = models.BigIntegerField()
    end = models.CharField(max_length=16)
    code = models.CharField(max_length=64, blank=True, help_text="What the camera answered to what failed.")
    fact = models.CharField(max_length=20, unique=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.lease_id} {self.command}"


class Cost(models.Model):
    """What a take-over cost the unit, to be claimed. `amount_fen`: hundredths of a yuan."""

    lease = models.ForeignKey(Lease, on_delete=models.PROTECT, related_name="costs")
    kind = models.CharField(max_length=16, choices=CostKind.choices)
    text = models.CharField(max_length=TEXT_LIMIT)
    amount_fen = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    by = models.CharField(max_length=32)
    by_name = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.lease_id} {self.amount_fen}"


class Debt(models.Model):
    """What a grant in an emergency left owed, and by when. One that was reported may still be settled; one that was
    written off may not."""

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="debts")
    code = models.CharField(max_length=16, choices=Owing.choices)
    due_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    closed_as = models.CharField(max_length=16, choices=DebtEnd.choices, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=32, blank=True)
    closed_by_name = models.CharField(max_length=200, blank=True)
    closed_to = models.CharField(max_length=NAME_LIMIT, blank=True, help_text="The organ it was reported to.")
    closed_reason = models.CharField(max_length=TEXT_LIMIT, blank=True)

    class Meta:
        ordering = ("due_at", "id")
        indexes = (models.Index(fields=("settled_at", "due_at"), name="debt_by_due"),)
        constraints = (
            models.UniqueConstraint(fields=("request", "code"), name="debt_once"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_as="") | (Q(closed_at__isnull=False) & ~Q(closed_as="")),
                name="debt_closed_how",
            ),
        )

    def __str__(self) -> str:
        return f"{self.request_id} {self.code}"
