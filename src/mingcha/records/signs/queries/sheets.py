"""The notice of a site as a drawn sheet, with the address of its public page."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.urls import reverse

from mingcha.base.errors import NotAllowed
from mingcha.records.inventory.models import Site
from mingcha.records.signs.models import SiteNotice
from mingcha.records.signs.queries.notices import notice_for, notice_of
from mingcha.records.signs.sheet import SHEETS, draw, words_for
from mingcha.records.signs.sheet.words import LANGUAGE_SETS


def public_url(notice: SiteNotice | None) -> str:
    """The address that stands in the QR code; empty without a public page, or when the installation does not know
    how the public reaches it (setting ``MINGCHA_PUBLIC_URL``)."""
    if notice is None or not notice.is_published or not settings.PUBLIC_URL:
        return ""
    return f"{settings.PUBLIC_URL}{reverse('public-site', args=(notice.token,))}"


def sheet_of(site: Site, sheet: str, languages: str, at: datetime) -> str:
    """The drawn notice as SVG. `sheet`: a4, a3 or sticker; `languages`: both, zh or en. Raises NotAllowed
    (``sheet.unknown``)."""
    if sheet not in SHEETS or languages not in LANGUAGE_SETS:
        raise NotAllowed("sheet.unknown", "There is no such sheet.")
    says = notice_for(site, at)
    words = [
        words_for(
            language,
            unit=says.unit,
            purpose=says.purpose[language],
            contact=says.contact,
            kept_days=says.kept_days,
            kept_by=says.kept_by[language],
            posted_by=says.posted_by[language],
        )
        for language in LANGUAGE_SETS[languages]
    ]
    return draw(SHEETS[sheet], words, public_url(notice_of(site)))
