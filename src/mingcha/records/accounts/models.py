"""Persons and failed sign-ins."""

from __future__ import annotations

import re
import unicodedata
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from mingcha.base.ids import new_id
from mingcha.records.accounts.states import LANGUAGES, MATRIX, Permission, Role

USERNAME_SHAPE = re.compile(r"^[\w.-]{2,64}$")


def new_person_id() -> str:
    return new_id("per")


def fold_username(text: str) -> str:
    """One form per sign-in name, so that look-alikes in width or case are the same name."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


class PersonManager(BaseUserManager["Person"]):
    """What Django's sign-in asks of a user model; persons are made by acts only."""

    def get_by_natural_key(self, username: str | None) -> Person:
        return self.get(username=fold_username(username or ""))


class Person(AbstractBaseUser):
    """Somebody with an account. Never deleted, since the register refers to persons for ever."""

    public_id = models.CharField(max_length=20, unique=True, default=new_person_id, editable=False)
    username = models.CharField(max_length=64, unique=True, help_text="Sign-in name, folded.")
    name = models.CharField(max_length=100)
    role = models.CharField(max_length=32, choices=Role.choices)
    language = models.CharField(max_length=16, choices=LANGUAGES, default="zh-hans")
    is_active = models.BooleanField(default=True)
    must_set_password = models.BooleanField(default=True, help_text="No page opens before an own password is set.")
    one_time_until = models.DateTimeField(null=True, blank=True, help_text="End of an unused one-time password.")
    created_at = models.DateTimeField()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects = PersonManager()

    class Meta:
        ordering = ("name", "id")
        constraints = (
            models.CheckConstraint(condition=models.Q(role__in=list(Role.values)), name="person_role_known"),
        )

    def __str__(self) -> str:
        return self.name

    def may(self, permission: Permission) -> bool:
        """Whether this person's role permits it, today."""
        return self.is_active and not self.must_set_password and permission in MATRIX.get(self.role, frozenset())


class SignInFailure(models.Model):
    """One failed attempt; counted to slow down guessing, dropped after a day."""

    username = models.CharField(max_length=64)
    address = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes = (
            models.Index(fields=("username", "address", "at"), name="failure_by_pair"),
            models.Index(fields=("address", "at"), name="failure_by_address"),
        )

    def __str__(self) -> str:
        return f"{self.username} {self.at}"
