"""Persons and failed sign-ins."""

from __future__ import annotations

import re
import unicodedata
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from mingcha.base.ids import new_id
from mingcha.records.accounts.states import LANGUAGES, MATRIX, Permission, Proof, Role, Scope

NAME_LIMIT = 200
USERNAME_SHAPE = re.compile(r"^[\w.-]{2,64}$")


def new_person_id() -> str:
    return new_id("per")


def new_session_id() -> str:
    return new_id("ses")


def new_token_id() -> str:
    return new_id("tok")


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
    name = models.CharField(max_length=NAME_LIMIT)
    role = models.CharField(max_length=32, choices=Role.choices)
    language = models.CharField(
        max_length=16, choices=LANGUAGES, blank=True, default="", help_text="Empty until the first sign-in."
    )
    is_active = models.BooleanField(default=True)
    must_set_password = models.BooleanField(default=True, help_text="No page opens before an own password is set.")
    one_time_until = models.DateTimeField(null=True, blank=True, help_text="End of an unused one-time password.")
    organisation_subject = models.CharField(
        max_length=400, blank=True, default="", help_text="Issuer and subject of the organisation's sign-in, once used."
    )
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
    proof = models.CharField(max_length=16, choices=Proof.choices, default=Proof.PASSWORD, help_text="What was wrong.")

    class Meta:
        indexes = (
            models.Index(fields=("username", "address", "at"), name="failure_by_pair"),
            models.Index(fields=("address", "at"), name="failure_by_address"),
        )

    def __str__(self) -> str:
        return f"{self.username} {self.at}"


class BrowserSession(models.Model):
    """One sign-in of a person in one browser, as they and their manager see it. The session itself is Django's row of
    the same key; without that row this one opens nothing."""

    public_id = models.CharField(max_length=20, unique=True, default=new_session_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="browser_sessions")
    session_key = models.CharField(max_length=40, unique=True)
    address = models.CharField(max_length=64, blank=True, help_text="Where it was last used from.")
    user_agent = models.CharField(max_length=300, blank=True)
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField(help_text="Last request, to the minute.")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-seen_at", "-id")
        indexes = (models.Index(fields=("person", "-seen_at"), name="session_by_person"),)

    def __str__(self) -> str:
        return self.public_id


class ApiToken(models.Model):
    """A personal key for programs that only read. Its text is shown once; here lies its SHA-256, which is enough for a
    random text of 256 bits."""

    public_id = models.CharField(max_length=20, unique=True, default=new_token_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80)
    scope = models.CharField(max_length=16, choices=Scope.choices, default=Scope.READ)
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the token, hexadecimal.")
    hint = models.CharField(max_length=8, help_text="Last characters, to tell tokens apart.")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True, help_text="Last use, to the minute.")
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at", "-id")

    def __str__(self) -> str:
        return self.public_id
