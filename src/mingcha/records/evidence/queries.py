"""Which copies wait for their papers, and the entries of the register that belong to a copy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import translation

from mingcha.base.errors import Corrupt
from mingcha.records.register.anchoring import anchor_of
from mingcha.records.register.models import AnchorStretch, Entry
from mingcha.records.register.queries import Search, every
from mingcha.records.register.sentences import sentence
from mingcha.records.viewing.models import Export
from mingcha.records.viewing.states import ExportState
from mingcha.wire.extract import QuotedEntry, QuotedStretch, audit_paths, dump

FINISHED = "export.finished"
OF_REQUEST = ("disclosure.", "approval.")
"""Areas of the register whose entries about the request come along: how it was received and decided."""
LONGEST = 300
SEND_AGAIN = timedelta(minutes=2)
GIVE_UP = timedelta(days=30)
"""Copies do not stay on the recorder for longer."""


def waiting(at: datetime) -> QuerySet[Export]:
    """Finished copies whose papers are not enclosed, the oldest first; one that was sent is left in peace a while."""
    done = Export.objects.filter(state=ExportState.DONE, finished_at__gte=at - GIVE_UP).exclude(export_id="")
    is_due = Q(papers__isnull=True) | Q(papers__sent_at__lt=at - SEND_AGAIN)
    found = done.filter(is_due, papers__enclosed_at__isnull=True).exclude(papers__refused__gt="")
    return found.select_related("viewing__viewer").order_by("finished_at")


def finished_entry(export: Export) -> Entry | None:
    """The entry that tells of the finished copy; it holds what the recorder said of it."""
    search = Search(ref=export.viewing.public_id, act=FINISHED)
    found = (entry for entry in every(search) if entry.detail_fields.get("export") == export.export_id)
    return next(found, None)


def entries_of(export: Export, finished: Entry) -> list[Entry]:
    """Request, decision, approvals, order, making: what the register held of this copy when it was finished, in the
    order of the book."""
    found = {entry.pk: entry for entry in _about(export.viewing.public_id, finished)}
    if export.viewing.basis:
        of_request = (entry for entry in _about(export.viewing.basis, finished) if entry.act.startswith(OF_REQUEST))
        found.update((entry.pk, entry) for entry in of_request)
    return [found[number] for number in sorted(found)][:LONGEST]


def stretches_of(entries: Sequence[Entry]) -> dict[int, AnchorStretch] | None:
    """Number of each entry to its stretch in the ledger; None while one of them is not there yet."""
    found = {entry.pk: anchor_of(entry) for entry in entries}
    anchored = {number: stretch for number, stretch in found.items() if stretch is not None}
    return anchored if len(anchored) == len(found) else None


def extract(export_id: str, entries: Sequence[Entry], stretches: dict[int, AnchorStretch]) -> bytes:
    """``register.json``. Raises Corrupt when the register is no longer what the ledger holds."""
    quoted: dict[int, QuotedEntry] = {}
    for stretch in {found.pk: found for found in stretches.values()}.values():
        quoted.update(_quoted(stretch, [entry for entry in entries if stretches[entry.pk].pk == stretch.pk]))
    return dump(export_id, [quoted[entry.pk] for entry in entries])


def _quoted(stretch: AnchorStretch, wanted: Sequence[Entry]) -> dict[int, QuotedEntry]:
    inside = Entry.objects.filter(pk__gte=stretch.first_entry, pk__lte=stretch.last_entry).order_by("pk")
    texts = {entry.pk: entry.as_canonical() for entry in inside.iterator(chunk_size=500)}
    places = {number: place for place, number in enumerate(texts)}
    positions = [places[entry.pk] for entry in wanted]
    paths, root = audit_paths(list(texts.values()), positions)
    if root != stretch.root:
        raise Corrupt("register.changed", "The register is not what the ledger holds. Compare both at once.")
    told = QuotedStretch(stretch.first_entry, stretch.last_entry, len(texts), stretch.log_index)
    return {
        entry.pk: QuotedEntry(entry.pk, texts[entry.pk], told, position, path, said(entry))
        for entry, position, path in zip(wanted, positions, paths, strict=True)
    }


def said(entry: Entry) -> dict[str, str]:
    """The entry as a sentence in both languages, by the key the verifiers use."""
    found = {}
    for key, language in (("zh", "zh-hans"), ("en", "en")):
        with translation.override(language):
            found[key] = sentence(entry)
    return found


def _about(ref: str, finished: Entry) -> Iterator[Entry]:
    for number, entry in enumerate(every(Search(ref=ref, up_to=finished.pk))):
        if number >= LONGEST * 10:
            return
        yield entry
