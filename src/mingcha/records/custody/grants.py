"""What a copy rests on: the grant to somebody from outside. Requests are an upper app's, which tells by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from mingcha.records.viewing.actions import Terms

TermsOf = Callable[[str, datetime], Terms | None]

_terms_of: list[TermsOf] = []


def tell_grants_by(teller: TermsOf) -> None:
    """Let an upper app say what a request still grants at an instant: None once its grant is over, was ended, or was
    never given. The last one given is asked."""
    _terms_of[:] = [teller]


def terms_of(basis: str, at: datetime) -> Terms | None:
    """What this request grants now; nothing where nobody can say."""
    return _terms_of[0](basis, at) if _terms_of else None
