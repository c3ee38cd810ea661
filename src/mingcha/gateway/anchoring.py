"""The register on its way into the ledger: stretch after stretch, each once the one before is known to be there."""

from __future__ import annotations

import logging

from mingcha.base.clock import US_PER_S
from mingcha.base.errors import MingchaError
from mingcha.gateway.client import ControlClient
from mingcha.records.register.anchoring import Stretch, anchored_through, next_stretch

log = logging.getLogger(__name__)

ANCHOR_EVERY_US = 30 * US_PER_S
SEND_AGAIN_US = 300 * US_PER_S
"""How long the recorder may take to confirm a stretch before it is sent anew."""


class AnchoringOut:
    """Hands stretches to the recorder. A ledger that fails must not keep facts from coming in: it is tried again."""

    def __init__(self, client: ControlClient) -> None:
        self._client = client
        self._sent: Stretch | None = None
        self._sent_mono_us: int | None = None
        self._is_failing = False

    def tick(self, mono_us: int) -> Stretch | None:
        """Send the next stretch if it is time; returns what was sent."""
        if self._sent_mono_us is None:
            # What was sent before a restart may be confirmed in a moment; sending at once would put it there twice.
            self._sent_mono_us = mono_us
        if not self._is_due(mono_us - self._sent_mono_us):
            return None
        self._sent_mono_us = mono_us
        stretch = next_stretch()
        if stretch is None:
            return None
        try:
            self._client.put_anchor(stretch.first, stretch.last, stretch.root)
        except MingchaError as error:
            if not self._is_failing:
                log.warning("the register cannot be anchored: %s %s", error.code, error)
            self._is_failing = True
            return None
        self._sent, self._is_failing = stretch, False
        return stretch

    def _is_due(self, waited_us: int) -> bool:
        if self._sent is None:
            return waited_us >= ANCHOR_EVERY_US
        if anchored_through() < self._sent.last:
            return waited_us >= SEND_AGAIN_US
        # Of a long backlog the next stretch follows at once.
        return self._sent.is_full or waited_us >= ANCHOR_EVERY_US
