"""Policies in force, the changes that led there or wait, and approvals by a second person."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q

from mingcha.base.ids import new_id
from mingcha.records.accounts.models import Person
from mingcha.records.policies.states import TEXT_LIMIT, Answer, ApprovalKind, PolicyKey


def new_change_id() -> str:
    return new_id("pch")


def new_approval_id() -> str:
    return new_id("apv")


class Policy(models.Model):
    """One policy where it differs from its default. `scope`: public id of a site, empty for everywhere. A weakening
    that was agreed to stands in `next_value` and holds from `next_from` on, without anybody having to do anything."""

    key = models.CharField(max_length=32, choices=PolicyKey.choices)
    scope = models.CharField(max_length=20, blank=True)
    value = models.PositiveIntegerField()
    since = models.DateTimeField()
    next_value = models.PositiveIntegerField(null=True, blank=True)
    next_from = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("key", "scope")
        constraints = (
            models.UniqueConstraint(fields=("key", "scope"), name="policy_once"),
            models.CheckConstraint(
                condition=Q(next_value__isnull=True, next_from__isnull=True)
                | Q(next_value__isnull=False, next_from__isnull=False),
                name="policy_next_whole",
            ),
        )

    def __str__(self) -> str:
        return f"{self.key} {self.scope}"

    def value_at(self, at: datetime) -> int:
        """The value that holds at this instant."""
        if self.next_value is not None and self.next_from is not None and self.next_from <= at:
            return self.next_value
        return self.value


class Change(models.Model):
    """A change of a policy. One that makes it weaker waits for another person, and then for its day."""

    public_id = models.CharField(max_length=20, unique=True, default=new_change_id, editable=False)
    key = models.CharField(max_length=32, choices=PolicyKey.choices)
    scope = models.CharField(max_length=20, blank=True)
    scope_name = models.CharField(max_length=200, blank=True)
    old_value = models.PositiveIntegerField()
    new_value = models.PositiveIntegerField()
    reason = models.CharField(max_length=TEXT_LIMIT)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    is_weaker = models.BooleanField()
    agreed_at = models.DateTimeField(null=True, blank=True)
    agreed_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    effective_at = models.DateTimeField(null=True, blank=True, help_text="From when it holds; null: not agreed to.")
    withdrawn_at = models.DateTimeField(null=True, blank=True, help_text="Taken back, or overtaken by another.")
    withdrawn_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("-id",)
        indexes = (models.Index(fields=("key", "scope", "-id"), name="change_by_policy"),)
        constraints = (
            models.UniqueConstraint(
                fields=("key", "scope"),
                condition=Q(effective_at__isnull=True, withdrawn_at__isnull=True),
                name="change_waits_once",
            ),
            models.CheckConstraint(
                condition=Q(agreed_by__isnull=True) | ~Q(agreed_by=F("asked_by")), name="change_agreed_by_another"
            ),
            models.CheckConstraint(
                condition=Q(is_weaker=False) | Q(effective_at__isnull=True) | Q(agreed_by__isnull=False),
                name="change_weaker_agreed",
            ),
        )

    def __str__(self) -> str:
        return self.public_id

    @property
    def is_waiting(self) -> bool:
        """Whether another person has yet to agree."""
        return self.effective_at is None and self.withdrawn_at is None

    def is_coming(self, at: datetime) -> bool:
        """Whether it was agreed to and its day has not come."""
        return self.effective_at is not None and self.withdrawn_at is None and self.effective_at > at


class Approval(models.Model):
    """The consent of a second person to exactly one thing, usable once. `digest` pins what it was asked for, so that it
    fits nothing else."""

    public_id = models.CharField(max_length=20, unique=True, default=new_approval_id, editable=False)
    kind = models.CharField(max_length=16, choices=ApprovalKind.choices)
    subject = models.CharField(max_length=20, help_text="Public id of what it is about.")
    subject_name = models.CharField(max_length=1000, blank=True)
    facts = models.JSONField(default=dict, blank=True, help_text="What the second person is told.")
    digest = models.CharField(max_length=64, help_text="SHA-256 (hex) of the canonical facts.")
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    until_at = models.DateTimeField(help_text="Until then it may be answered, and once given, used.")
    answer = models.CharField(max_length=16, choices=Answer.choices, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    note = models.CharField(max_length=TEXT_LIMIT, blank=True, help_text="Why it was refused.")
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("kind", "subject", "-id"), name="approval_by_subject"),
            models.Index(fields=("answer", "until_at"), name="approval_waiting"),
            models.Index(fields=("asked_by", "-id"), name="approval_by_asker"),
        )
        constraints = (
            models.CheckConstraint(
                condition=~Q(answer=Answer.GIVEN) | (Q(answered_by__isnull=False) & ~Q(answered_by=F("asked_by"))),
                name="approval_by_another",
            ),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(answer=Answer.GIVEN), name="approval_used_if_given"
            ),
        )

    def __str__(self) -> str:
        return self.public_id
