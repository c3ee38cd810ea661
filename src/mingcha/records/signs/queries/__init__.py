"""Reads of notices: what one says, what hangs where, what is missing, what is owed."""

from mingcha.records.signs.queries.notices import Notice, Rights, notice_for, notice_of, rights_at
from mingcha.records.signs.queries.sheets import public_url, sheet_of
from mingcha.records.signs.queries.signs import (
    Owed,
    Search,
    checks_of,
    found_signs,
    owed,
    photo_for,
    published,
    sign_for,
    signs,
    unannounced,
)

__all__ = [
    "Notice",
    "Owed",
    "Rights",
    "Search",
    "checks_of",
    "found_signs",
    "notice_for",
    "notice_of",
    "owed",
    "photo_for",
    "public_url",
    "published",
    "rights_at",
    "sheet_of",
    "sign_for",
    "signs",
    "unannounced",
]
