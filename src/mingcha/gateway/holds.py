"""Holds on their way to the recorder: what it has not confirmed is told again and again, what it has is left alone.

Silence never releases anything: only a hold whose release two persons ordered is told as released, and only after the
recorder had confirmed the hold itself.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from mingcha.base.clock import US_PER_S
from mingcha.gateway.client import ControlClient
from mingcha.records.custody import actions as custody
from mingcha.records.custody.models import HoldRange
from mingcha.records.custody.queries import lacking_holds, ranges_to_tell
from mingcha.wire.holds import Hold, Known

log = logging.getLogger(__name__)

TELL_AGAIN_US = 30 * US_PER_S
BATCH = 2000


class HoldsOut:
    """Tells the recorder of holds. After `forget` everything that stands is told once, since it may be another one."""

    def __init__(self, client: ControlClient) -> None:
        self._client = client
        self._sent: frozenset[Hold] = frozenset()
        self._sent_mono_us = -TELL_AGAIN_US
        self._tell_all = True

    def tick(self, at: datetime, mono_us: int) -> int:
        """Send what is new or waits for too long; returns how many holds were sent. Raises Unavailable."""
        orders = [order_of(told) for told in ranges_to_tell(at, everything=self._tell_all)]
        waiting = frozenset(orders)
        is_known = waiting <= self._sent and mono_us - self._sent_mono_us < TELL_AGAIN_US
        if not self._tell_all and (not waiting or is_known):
            return 0
        for start in range(0, len(orders), BATCH):
            known = self._client.put_holds(orders[start : start + BATCH])
            self._reconcile(known, at)
        if waiting - self._sent:
            log.info("%d holds sent", len(waiting - self._sent))
        self._sent, self._sent_mono_us, self._tell_all = waiting, mono_us, False
        return len(orders)

    def _reconcile(self, known: Sequence[Known], at: datetime) -> None:
        lacking = lacking_holds(known, at)
        if lacking:
            custody.learn_holds(known=lacking, at=at)
            log.warning("%d holds were learnt from the recorder's answer", len(lacking))

    def forget(self) -> None:
        """The recorder was away."""
        self._sent, self._tell_all = frozenset(), True


def order_of(told: HoldRange) -> Hold:
    """The hold at one camera, as the recorder hears of it."""
    hold = told.hold
    return Hold(
        hold=told.public_id,
        camera=told.camera.public_id,
        start_us=hold.start_us,
        end_us=hold.end_us,
        until_us=told.until_us,
        released=hold.release_ordered_at is not None and told.confirmed_at is not None,
    )
