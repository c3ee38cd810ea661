"""The two halves of a key's ceremony across two requests: the state waits in the session and is used once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest

from mingcha.base.clock import from_datetime
from mingcha.base.errors import NotAllowed
from mingcha.records.accounts.factors import keys
from mingcha.records.accounts.factors.keys import Answer
from mingcha.records.accounts.models import Person

ASKING = "key_asking"
ADDING = "key_adding"
LIFE = timedelta(minutes=5)


def key_options(request: HttpRequest, person: Person, purpose: str = ASKING) -> dict[str, Any] | None:
    """Options for the browser, whose state is kept; None where browsers offer no keys (an address of digits, http)."""
    host = request.get_host()
    if not keys.works_at(host, secure=request.is_secure()):
        return None
    begin = keys.begin_asking if purpose == ASKING else keys.begin_adding
    options, state = begin(person, host)
    at_us = from_datetime(request.at)  # type: ignore[attr-defined]
    request.session[purpose] = {"state": state, "at_us": at_us, "person": person.public_id}
    return options


def take_answer(request: HttpRequest, text: str, purpose: str, person: Person | None = None) -> Answer:
    """The browser's answer with the state it belongs to, which is gone from the session afterwards. Raises NotAllowed
    (``factor.key_late``)."""
    kept = request.session.pop(purpose, None)
    asked: Any = person or request.user
    at_us = from_datetime(request.at)  # type: ignore[attr-defined]
    if (
        not isinstance(kept, dict)
        or kept["person"] != asked.public_id
        or not 0 <= at_us - kept["at_us"] < LIFE // timedelta(microseconds=1)
    ):
        raise NotAllowed("factor.key_late", "The key was not used in time.")
    return Answer(text, kept["state"], request.get_host())
