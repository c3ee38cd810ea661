"""How django-allauth's rows are sealed at rest."""

from __future__ import annotations

from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings

from mingcha.base.keys import node_sealer

CONTEXT = "second-factor"


class SealingAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Seals secrets under the node's key, so that a stolen database opens no second factor."""

    def encrypt(self, text: str) -> str:
        return node_sealer(settings.DATA_DIR).seal(text, CONTEXT)

    def decrypt(self, encrypted_text: str) -> str:
        """Raises Corrupt when the row was sealed by another node."""
        return node_sealer(settings.DATA_DIR).open(encrypted_text, CONTEXT)
