"""Copies that are to go, on their way to the recorder: each is told again and again until its fact has come back.

A recorder that does not know a copy has proven nothing: that is written down, and a person has to attest.
"""

from __future__ import annotations

import logging
from datetime import datetime

from mingcha.base.clock import US_PER_S
from mingcha.base.errors import Invalid
from mingcha.gateway.client import ControlClient
from mingcha.records.custody.actions import adopt_copies, expire_items, note_copy_unknown
from mingcha.records.custody.models import Item
from mingcha.records.custody.queries import copies_to_delete

log = logging.getLogger(__name__)

TELL_AGAIN_US = 30 * US_PER_S
LOOK_EVERY_US = 5 * US_PER_S
"""How often copies are looked at that nobody fetched in their time."""
BATCH = 20
UNKNOWN = "export.unknown"


class CopiesOut:
    """Lets copies expire, and tells the recorder which to delete."""

    def __init__(self, client: ControlClient) -> None:
        self._client = client
        self._told_mono_us: dict[int, int] = {}
        self._looked_mono_us = -LOOK_EVERY_US

    def tick(self, at: datetime, mono_us: int) -> int:
        """Tell of what is new or waits for too long; how many. Raises Unavailable."""
        if mono_us - self._looked_mono_us >= LOOK_EVERY_US:
            self._looked_mono_us = mono_us
            adopt_copies(at=at)
            expire_items(at=at)
        waiting = list(copies_to_delete(at=at)[:BATCH])
        self._told_mono_us = {item.pk: self._told_mono_us[item.pk] for item in waiting if item.pk in self._told_mono_us}
        due = [item for item in waiting if self._is_due(item, mono_us)]
        for item in due:
            self._tell(item, at)
            self._told_mono_us[item.pk] = mono_us
        return len(due)

    def forget(self) -> None:
        """The recorder was away."""
        self._told_mono_us = {}

    def _is_due(self, item: Item, mono_us: int) -> bool:
        told = self._told_mono_us.get(item.pk)
        return told is None or mono_us - told >= TELL_AGAIN_US

    def _tell(self, item: Item, at: datetime) -> None:
        try:
            self._client.delete_copy(item.export.export_id, item.ending)
        except Invalid as error:
            if error.code != UNKNOWN:
                raise
            note_copy_unknown(item, at)
