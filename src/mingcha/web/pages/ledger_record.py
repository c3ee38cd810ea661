"""The certificate of a deletion, made from the ledger's files whether the recorder runs or not: what somebody takes
away to check without us (docs/ref/export-proof.md)."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from mingcha.base.clock import from_datetime, to_datetime
from mingcha.base.datadir import DataDir
from mingcha.base.errors import Invalid, MingchaError, Unavailable
from mingcha.ledger.notes import Verifier
from mingcha.media.export.proof import Record
from mingcha.media.export.record import zipped
from mingcha.media.run.vouched import record_of
from mingcha.records.accounts.gate import PersonRequest, permission
from mingcha.records.accounts.states import Permission
from mingcha.records.evidence.certificate import groups
from mingcha.records.inventory.models import Camera
from mingcha.records.register.models import Entry
from mingcha.records.register.queries import entry_for
from mingcha.records.wording import explain
from mingcha.web.context import html_lang
from mingcha.web.pages import book_acts
from mingcha.web.pages.detail import STREAMS
from mingcha.web.pages.kept_words import CAUSES, rule_words
from mingcha.web.pdf import as_download, render_pdf

log = logging.getLogger(__name__)

TITLES: dict[str, str | Promise] = {
    "footage.deleted": _("Certificate of deletion"),
    "copy.deleted": _("Certificate of deletion"),
    "footage.lost": _("Certificate of loss"),
}
DECLARED: dict[str, str | Promise] = {
    "footage.deleted": _(
        "It is certified that the recordings named below were deleted by the rule they were kept under, and that this "
        "stands in this unit's ledger under the checkpoint below."
    ),
    "copy.deleted": _(
        "It is certified that the copy named below was deleted from the recorder, and that this stands in this unit's "
        "ledger under the checkpoint below."
    ),
    "footage.lost": _(
        "It is certified that the recordings named below are on no disk and were not deleted by their rule, and that "
        "this stands in this unit's ledger under the checkpoint below."
    ),
}
LANGUAGES = {"certificate-zh.pdf": "zh-hans", "certificate-en.pdf": "en"}
MOST_SPANS = 50


def record_id(entry: Entry) -> str:
    """By what the ledger knows what this entry tells of; empty for entries that no certificate is made of."""
    if entry.act == "footage.lost":
        return entry.source or ""
    field = {"footage.deleted": "certificate", "copy.deleted": "export"}.get(entry.act, "")
    return str(entry.detail_fields.get(field, ""))


@permission(Permission.EXPORT_REGISTER)
@require_http_methods(["POST"])
def take_record(request: PersonRequest, number: int) -> HttpResponse:
    """The certificate with its proof and its verifiers as a ZIP; an act."""
    entry = entry_for(number)
    wanted = record_id(entry)
    if not wanted:
        raise Invalid("register.no_record", "There is no certificate of this entry.")
    data = DataDir(settings.DATA_DIR, settings.DATA_DIR)
    try:
        record = record_of(data, wanted, from_datetime(entry.at))
    except MingchaError as error:
        messages.error(request, explain(error))
        return redirect("register-entry", number)
    packed = zipped(record, _papers(entry, record), from_datetime(request.at))
    book_acts.take_record(
        entry=entry, certificate=wanted, sha256=sha256(packed).hexdigest(), actor=request.user, at=request.at
    )
    return as_download(packed, f"{wanted}.zip", content_type="application/zip")


def _papers(entry: Entry, record: Record) -> dict[str, bytes]:
    """For reading; what is proven is the record, so that it goes without them where none can be made."""
    try:
        return {name: certificate(entry, record, language) for name, language in LANGUAGES.items()}
    except Unavailable as error:
        log.warning("a certificate goes without PDF: %s", error.code)
        return {}


def certificate(entry: Entry, record: Record, language: str) -> bytes:
    """As PDF in `language` (``zh-hans`` or ``en``). Raises Unavailable (``pdf.unavailable``)."""
    with translation.override(language):
        context = context_of(entry, record)
        return render_pdf("web/paper/ledger_record.html", context, styles=("paper.css", "evidence.css"))


def context_of(entry: Entry, record: Record) -> dict[str, Any]:
    """The variables of the paper. Names are the books'; all else is the ledger's entry."""
    told, vouched = record.told, record.vouched
    camera = Camera.objects.select_related("site__unit").filter(public_id=told["camera"]).first()
    stamp = vouched.get("timestamp")
    return {
        "html_lang": html_lang(),
        "title": TITLES[entry.act],
        "declared": DECLARED[entry.act],
        "number": told.get("certificate") or told.get("export") or told.get("fact"),
        "entry": entry,
        "camera": camera,
        "camera_id": told["camera"],
        "camera_name": entry.subject_name or (camera.name if camera else ""),
        "stream": STREAMS.get(told["role"], told["role"]),
        "site": camera.site if camera else None,
        "unit": camera.site.unit if camera else None,
        "from": _instant(told.get("start_us", told.get("from_us"))),
        "to": _instant(told.get("end_us", told.get("to_us"))),
        "amount": _amount(told),
        "numbers": _numbers(told.get("numbers", [])),
        "why": CAUSES.get(told.get("cause", told.get("reason")), told.get("reason", "")),
        "rule": rule_words(told["rule"]) if told.get("rule") else None,
        "law_version": told.get("law_version", ""),
        "at": _instant(told["at_us"]),
        "hash": groups(str(told.get("root", told.get("manifest_sha256", "")))),
        "is_copy": "root" not in told,
        "vouched": vouched,
        "root": groups(vouched["root"]),
        "fingerprint": Verifier.from_text(vouched["log_key"]).fingerprint,
        "witnesses": [(one["name"], _instant(one["at_us"])) for one in vouched["witnesses"]],
        "stamp": {**stamp, "at": _instant(stamp["at_us"])} if stamp else None,
    }


def _amount(told: Mapping[str, Any]) -> str:
    size = gettext("%(bytes)s bytes") % {"bytes": f"{told['bytes']:,}"}
    if "segments" not in told:
        return size
    count = ngettext("%(count)s recording", "%(count)s recordings", told["segments"]) % {"count": told["segments"]}
    return pgettext("between items of a list", ", ").join([count, size])


def _numbers(spans: list[list[int]]) -> str:
    said = [f"{first}–{last}" if last > first else str(first) for first, last in spans]
    return ", ".join(said[:MOST_SPANS]) + (" …" if len(said) > MOST_SPANS else "")


def _instant(at_us: object) -> datetime | None:
    return localtime(to_datetime(at_us)) if type(at_us) is int else None
