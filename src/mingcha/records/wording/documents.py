"""Sentences about the archive and uploaded files, by error code."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MESSAGES: dict[str, str | Promise] = {
    "document.kind": _("Choose a type from the list."),
    "document.reason": _("Say why in a few words."),
    "document.same_file": _("This is the same file as the newest version."),
    "document.stage": _("Choose a stage from the list."),
    "document.subject": _("Choose what the document is about."),
    "document.title": _("Give the document a title."),
    "document.unknown": _("There is no such document, or it is not for you."),
    "document.valid_until": _("It would end before the day it is dated."),
    "document.withdrawn": _("This document has been withdrawn."),
    "file.damaged": _("This file is missing or damaged on the disk. Restore it from a backup."),
    "file.empty": _("The file is empty."),
    "file.encrypted": _("The file is protected by a password and could not be read in later years. Save it without."),
    "file.extension": _("The name does not fit the content. A file like this ends in .%(extension)s."),
    "file.kind": _("This kind of file is not taken. Use PDF, PNG, JPEG, WebP, DOCX, XLSX or plain text."),
    "file.kind_here": _("Here only files of these kinds are taken: %(kinds)s."),
    "file.limit": _("The room for files is used up. Ask whoever runs this installation to raise the limit."),
    "file.macros": _(
        "The file holds macros, programs or parts loaded from elsewhere. Save it without them, or as PDF."
    ),
    "file.missing": _("Choose a file."),
    "file.not_a_picture": _("Only pictures can be shown here. Download the file instead."),
    "file.no_room": _("The disk of the data directory is full. Make room and try again."),
    "file.office_broken": _("This Word or Excel file cannot be read. Save it anew, or as PDF."),
    "file.pdf_active": _("This PDF holds scripts, attachments or actions. Print it to a new PDF and file that one."),
    "file.pdf_broken": _("This PDF cannot be read. Save or scan it anew."),
    "file.picture_broken": _("This picture cannot be read."),
    "file.picture_large": _("This picture has more than %(limit)s million pixels. Make it smaller."),
    "file.too_large": _("The file is too large; at most %(limit_mib)s MB are taken."),
    "handover.empty": _("Choose at least one document."),
    "handover.long": _("One list holds at most %(limit)s documents. Make several."),
    "handover.receiver": _("Say who receives the documents."),
    "handover.title": _("Give the list a title."),
    "handover.unknown": _("There is no such list, or it is not for you."),
    "pdf.unavailable": _(
        "Paper cannot be made on this machine: the text library Pango is missing. Install libpango, then try again."
    ),
}
