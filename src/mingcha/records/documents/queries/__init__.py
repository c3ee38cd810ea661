"""Reads of the archive: lists, one document, what the law asks for, what is owed."""

from mingcha.records.documents.queries.archive import (
    Search,
    document_for,
    documents,
    file_for,
    found_documents,
    handed_versions,
    handover_for,
    handovers,
    versions_of,
    with_newest,
)
from mingcha.records.documents.queries.checklist import Checklist, Line, Owed, Part, checklist, owed
from mingcha.records.documents.queries.subjects import Subject, choices, names_of, subject_for

__all__ = [
    "Checklist",
    "Line",
    "Owed",
    "Part",
    "Search",
    "Subject",
    "checklist",
    "choices",
    "document_for",
    "documents",
    "file_for",
    "found_documents",
    "handed_versions",
    "handover_for",
    "handovers",
    "names_of",
    "owed",
    "subject_for",
    "versions_of",
    "with_newest",
]
