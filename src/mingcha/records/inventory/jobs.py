"""Work that a page asks for and that is done later: a search for cameras by the gateway, an import once confirmed.
Rows live for minutes; what happened stands in the register."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from mingcha.base.ids import new_id
from mingcha.records.accounts.models import Person


def new_search_id() -> str:
    return new_id("sch")


def new_import_id() -> str:
    return new_id("imp")


class SearchState(models.TextChoices):
    """How far a search for cameras is."""

    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Searching")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class CameraSearch(models.Model):
    """A search for cameras by ONVIF. `found`: a list of objects, one for each device or picture source."""

    public_id = models.CharField(max_length=20, unique=True, default=new_search_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    on_link = models.BooleanField(default=True, help_text="Ask everybody on this machine's own links.")
    targets = models.TextField(blank=True, help_text="Addresses to ask besides, as they were typed.")
    username = models.CharField(max_length=200, blank=True)
    credentials = models.TextField(blank=True, help_text="Sealed 'user:password', bound to this search.")
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=SearchState.choices, default=SearchState.WAITING)
    failure = models.JSONField(default=dict, blank=True, help_text="Code and values of what went wrong.")
    found = models.JSONField(default=list, blank=True)

    class Meta:
        indexes = (models.Index(fields=("state", "asked_at"), name="search_by_state"),)

    def __str__(self) -> str:
        return f"{self.public_id} {self.state}"


class ParkedImport(models.Model):
    """An uploaded inventory file that waits to be confirmed. `content`: its bytes in Base64, sealed, since it may hold
    passwords; `preview`: what taking it in would do."""

    public_id = models.CharField(max_length=20, unique=True, default=new_import_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    site = models.CharField(max_length=20, blank=True, help_text="Site of rows that name none.")
    sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveIntegerField()
    content = models.TextField()
    preview = models.JSONField(default=dict)
    parked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.public_id} {self.name}"
