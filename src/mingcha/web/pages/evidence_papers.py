"""The certificate of a copy as PDF, for the gateway to hand to the recorder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils import translation

from mingcha.records.evidence.certificate import context_of
from mingcha.records.register.models import AnchorStretch, Entry
from mingcha.records.viewing.models import Export
from mingcha.web.context import html_lang
from mingcha.web.pdf import render_pdf


def certificate(
    export: Export, finished: Entry, entries: Sequence[Entry], stretches: Mapping[int, AnchorStretch], language: str
) -> bytes:
    """In `language` (``zh-hans`` or ``en``). Raises Unavailable (``pdf.unavailable``)."""
    with translation.override(language):
        context = {**context_of(export, finished, entries, stretches), "html_lang": html_lang()}
        return render_pdf("web/paper/copy_evidence.html", context, styles=("paper.css", "evidence.css"))
