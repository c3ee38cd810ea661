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
from mingcha.records.custody.queries import lacking_holds, ranges_to_tell, released_here, unknown_holds
from mingcha.wire.holds import Hold, Known

log = logging.getLogger(__name__)

TELL_AGAIN_US = 30 * US_PER_S
COMPARE_EVERY_US = 3600 * US_PER_S
BATCH = 2000


class HoldsOut:
    """Tells the recorder of holds. After `forget` everything that stands is told once, since it may be another one."""

    def __init__(self, client: ControlClient) -> None:
        self._client = client
        self._sent: frozenset[Hold] = frozenset()
        self._sent_mono_us = -TELL_AGAIN_US
        self._tell_all = True
        self._compared_mono_us: int | None = None

    def tick(self, at: datetime, mono_us: int) -> int:
        """Send what is new or waits for too long; returns how many holds were sent. Raises Unavailable."""
        if self._compared_mono_us is None or mono_us - self._compared_mono_us >= COMPARE_EVERY_US:
            self._compare(at)
            self._compared_mono_us = mono_us
        orders = [order_of(told) for told in ranges_to_tell(at, everything=self._tell_all)]
        waiting = frozenset(orders)
        is_known = waiting <= self._sent and mono_us - self._sent_mono_us < TELL_AGAIN_US
        if not self._tell_all and (not waiting or is_known):
            return 0
        # Also when there is none: a recorder whose catalog was made again deletes nothing until it has heard.
        for start in range(0, max(1, len(orders)), BATCH):
            known = self._client.put_holds(orders[start : start + BATCH])
            self._reconcile(known, at)
        if waiting - self._sent:
            log.info("%d holds sent", len(waiting - self._sent))
        self._sent, self._sent_mono_us, self._tell_all = waiting, mono_us, False
        return len(orders)

    def _compare(self, at: datetime) -> None:
        """What the recorder keeps and these books do not know: they were restored from a backup that is older."""
        after = ""
        while page := self._client.standing_holds(after):
            unknown = unknown_holds(page, at)
            if unknown:
                custody.find_holds(found=unknown, at=at)
                log.warning("the recorder keeps %d holds that the office does not know", len(unknown))
            released = [order_of(told) for told in released_here(page)]
            if released:
                self._client.put_holds(released)
                log.warning("the recorder forgot %d releases", len(released))
            after = page[-1].hold

    def _reconcile(self, known: Sequence[Known], at: datetime) -> None:
        lacking = lacking_holds(known, at)
        if lacking:
            custody.learn_holds(known=lacking, at=at)
            log.warning("%d holds were learnt from the recorder's answer", len(lacking))

    def forget(self) -> None:
        """The recorder was away."""
        self._sent, self._tell_all, self._compared_mono_us = frozenset(), True, None


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
