"""Documents, their versions, and lists that were handed over."""

from __future__ import annotations

from functools import partial

from django.db import models
from django.db.models import Q

from mingcha.base.ids import new_id
from mingcha.records.documents.states import REASON_LIMIT, TITLE_LIMIT
from mingcha.records.files.models import StoredFile
from mingcha.records.inventory.models import Site

_text = partial(models.CharField, max_length=TITLE_LIMIT, blank=True)


def new_document_id() -> str:
    return new_id("doc")


def new_handover_id() -> str:
    return new_id("hnd")


class Document(models.Model):
    """One paper of the archive. What it is about is an id of the inventory; `site` stands beside it for filtering.

    Withdrawn ones stay: an archive loses nothing. `kind` and `stage` are codes of the law's vocabulary.
    """

    public_id = models.CharField(max_length=20, unique=True, default=new_document_id, editable=False)
    kind = models.CharField(max_length=40)
    stage = models.CharField(max_length=40, blank=True)
    title = models.CharField(max_length=TITLE_LIMIT)
    subject = models.CharField(max_length=20, help_text="Public id of a unit, site, system, camera, contractor, model.")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True, blank=True, related_name="documents")
    number = models.CharField(max_length=100, blank=True, help_text="As printed on it.")
    issuer = _text()
    dated_on = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True, help_text="Last day it is good for.")
    tags = models.JSONField(default=list, blank=True)
    is_confidential = models.BooleanField(default=False)
    filed_at = models.DateTimeField()
    by = models.CharField(max_length=32)
    by_name = models.CharField(max_length=200, blank=True)
    words = models.TextField(blank=True, help_text="Folded text of the search, for databases without FTS5.")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_because = models.CharField(max_length=REASON_LIMIT, blank=True)

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("site", "-id"), name="document_by_site"),
            models.Index(fields=("kind", "-id"), name="document_by_kind"),
            models.Index(fields=("subject", "kind"), name="document_by_subject"),
            models.Index(fields=("valid_until",), condition=Q(withdrawn_at__isnull=True), name="document_by_expiry"),
        )

    def __str__(self) -> str:
        return self.title


class Version(models.Model):
    """One file of a document; never overwritten. The newest counts."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    filed_at = models.DateTimeField()
    by = models.CharField(max_length=32)
    by_name = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=REASON_LIMIT, blank=True)

    class Meta:
        ordering = ("document_id", "-number")
        constraints = (models.UniqueConstraint(fields=("document", "number"), name="version_once"),)

    def __str__(self) -> str:
        return f"{self.document_id} v{self.number}"


class HandOver(models.Model):
    """A list of documents handed to somebody, printed with hashes for both to sign."""

    public_id = models.CharField(max_length=20, unique=True, default=new_handover_id, editable=False)
    title = models.CharField(max_length=TITLE_LIMIT)
    receiver = models.CharField(max_length=TITLE_LIMIT, help_text="Name of the person.")
    receiver_unit = _text()
    handed_on = models.DateField()
    note = models.CharField(max_length=REASON_LIMIT, blank=True)
    made_at = models.DateTimeField()
    by = models.CharField(max_length=32)
    by_name = models.CharField(max_length=200, blank=True)
    versions: models.ManyToManyField[Version, models.Model] = models.ManyToManyField(Version, related_name="handovers")

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.title
