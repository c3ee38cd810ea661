"""What a person reads when something fails: one translated sentence per error code, saying what to do.

Error codes are raised everywhere with plain English for logs; screens and JSON answers go through `explain`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext

from mingcha.base.errors import MingchaError
from mingcha.records.wording import (
    accounts,
    book,
    condition,
    custody,
    disclosure,
    documents,
    exchange,
    general,
    inventory,
    maps,
    personnel,
    policies,
    screens,
    signs,
    viewing,
)
from mingcha.records.wording.recorder import CAMERA_FAULTS, GAP_REASONS, STORAGE_FAULTS

MESSAGES: dict[str, str | Promise] = {
    **CAMERA_FAULTS,
    **STORAGE_FAULTS,
    **general.MESSAGES,
    **accounts.MESSAGES,
    **personnel.MESSAGES,
    **policies.MESSAGES,
    **inventory.MESSAGES,
    **exchange.MESSAGES,
    **documents.MESSAGES,
    **screens.MESSAGES,
    **signs.MESSAGES,
    **viewing.MESSAGES,
    **custody.MESSAGES,
    **disclosure.MESSAGES,
    **book.MESSAGES,
    **condition.MESSAGES,
    **maps.MESSAGES,
}


def explain_code(code: str, params: Mapping[str, object] | None = None, fallback: str = "") -> str:
    """The sentence for a code in the reader's language; an unknown code gives `fallback` or a general sentence."""
    sentence = MESSAGES.get(code)
    if sentence is None:
        return fallback or gettext("Something went wrong.")
    return str(sentence) % defaultdict(lambda: "—", params or {})


def explain(error: MingchaError) -> str:
    """The sentence a person reads about this error."""
    return explain_code(error.code, error.params)


def explain_reason(code: str) -> str:
    """The sentence for the recorder's reason, be it a gap (``camera_lost``) or a state (``camera.refused``); an unknown
    one is shown as it is."""
    sentence = MESSAGES.get(code) or GAP_REASONS.get(code.replace(".", "_"))
    return str(sentence) if sentence is not None else code
