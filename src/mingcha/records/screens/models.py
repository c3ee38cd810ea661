"""Named screens."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from mingcha.base.ids import new_id
from mingcha.records.inventory.models import Site
from mingcha.records.screens.states import NAME_LIMIT


def new_screen_id() -> str:
    return new_id("scr")


class Screen(models.Model):
    """One browser at a desk. `secret_digest`: SHA-256 of what its cookie holds, hexadecimal."""

    public_id = models.CharField(max_length=20, unique=True, default=new_screen_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="screens")
    name = models.CharField(max_length=NAME_LIMIT)
    secret_digest = models.CharField(max_length=64, unique=True)
    named_at = models.DateTimeField()
    named_by_name = models.CharField(max_length=NAME_LIMIT)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("site", "name", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("site", "name"), condition=Q(retired_at__isnull=True), name="screen_name_once_a_site"
            ),
        )

    def __str__(self) -> str:
        return self.name
