"""The notice of a site with its public page, the signs that were put up, and each look at them."""

from __future__ import annotations

import secrets

from django.db import models

from mingcha.base.ids import new_id
from mingcha.records.files.models import StoredFile
from mingcha.records.inventory.models import Area, Camera, Site
from mingcha.records.signs.states import CHECK_EVERY_DAYS, NAME_LIMIT, TEXT_LIMIT, CheckResult, SignState

TOKEN_BYTES = 9


def new_sign_id() -> str:
    return new_id("sgn")


def new_token() -> str:
    """Part of the public address: 72 random bits, so that no list of sites can be made by trying."""
    return secrets.token_urlsafe(TOKEN_BYTES)


class SiteNotice(models.Model):
    """What the notices of a site say beyond the inventory, and the address of its public page. Without a row, or not
    published, there is no page. Empty texts stand for the usual ones."""

    site = models.OneToOneField(Site, on_delete=models.PROTECT, related_name="notice")
    token = models.CharField(max_length=20, unique=True, default=new_token)
    is_published = models.BooleanField(default=True)
    purpose_zh = models.CharField(max_length=TEXT_LIMIT, blank=True)
    purpose_en = models.CharField(max_length=TEXT_LIMIT, blank=True)
    contact = models.CharField(max_length=TEXT_LIMIT, blank=True, help_text="Instead of the unit's own.")
    check_every_days = models.PositiveIntegerField(default=CHECK_EVERY_DAYS)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.site_id}"


class Sign(models.Model):
    """One notice at a place, for the cameras it announces. `wording`: version of the text that was printed."""

    public_id = models.CharField(max_length=20, unique=True, default=new_sign_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="signs")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, blank=True, related_name="signs")
    name = models.CharField(max_length=NAME_LIMIT, help_text="Where it hangs, as people say it.")
    cameras: models.ManyToManyField[Camera, models.Model] = models.ManyToManyField(Camera, related_name="signs")
    state = models.CharField(max_length=16, choices=SignState.choices, default=SignState.PLANNED)
    wording = models.CharField(max_length=16, blank=True)
    planned_at = models.DateTimeField()
    posted_on = models.DateField(null=True, blank=True)
    photo = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    checked_at = models.DateTimeField(null=True, blank=True)
    next_check_on = models.DateField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("site_id", "id")
        indexes = (
            models.Index(fields=("state", "next_check_on"), name="sign_by_check"),
            models.Index(fields=("site", "state"), name="sign_by_site"),
        )

    def __str__(self) -> str:
        return self.name


class SignCheck(models.Model):
    """One look at a notice."""

    sign = models.ForeignKey(Sign, on_delete=models.PROTECT, related_name="checks")
    at = models.DateTimeField()
    by = models.CharField(max_length=32)
    by_name = models.CharField(max_length=200, blank=True)
    result = models.CharField(max_length=16, choices=CheckResult.choices)
    note = models.CharField(max_length=TEXT_LIMIT, blank=True)
    photo = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.sign_id} {self.result}"
