"""Which grants are revoked, kept over a restart in ``<data>/revoked.json``."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterable
from pathlib import Path

from mingcha.base.atomic import write_file
from mingcha.base.clock import Clock
from mingcha.wire.ticket import Ticket

log = logging.getLogger(__name__)

FORMAT = "mingcha.revoked/1"


class Revocations:
    """Grant id -> wall instant of its revocation. Entries older than `keep_us` are dropped when the file is read.

    A file that cannot be read closes the gate to every ticket issued before now: pages then ask the office for fresh
    ones, which it gives for living grants only.
    """

    def __init__(self, path: Path | None, clock: Clock, *, keep_us: int) -> None:
        self._path = path
        self._clock = clock
        self._lock = asyncio.Lock()
        self._revoked_at_us: dict[str, int] = {}
        self._refuse_before_us = 0
        if path is not None and path.exists():
            self._load(path, keep_us)

    def add(self, grants: Iterable[str]) -> None:
        now_us = self._clock.wall_us()
        for grant in grants:
            self._revoked_at_us.setdefault(grant, now_us)

    def holds(self, grant: str) -> bool:
        return grant in self._revoked_at_us

    def refuses(self, ticket: Ticket) -> bool:
        return ticket.grant in self._revoked_at_us or ticket.issued_us < self._refuse_before_us

    async def save(self) -> None:
        """Write in a thread: an fsync may take long and the loop carries the cameras."""
        if self._path is None:
            return
        async with self._lock:
            text = json.dumps(
                {"format": FORMAT, "refuse_before_us": self._refuse_before_us, "revoked_at_us": self._revoked_at_us},
                sort_keys=True,
            )
            await asyncio.to_thread(write_file, self._path, text.encode(), mode=0o600)

    def _load(self, path: Path, keep_us: int) -> None:
        now_us = self._clock.wall_us()
        try:
            raw = json.loads(path.read_bytes())
            if raw["format"] != FORMAT:
                raise ValueError(raw["format"])
            self._revoked_at_us = {
                str(grant): int(at_us) for grant, at_us in raw["revoked_at_us"].items() if at_us > now_us - keep_us
            }
            self._refuse_before_us = int(raw["refuse_before_us"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            log.error("revocations cannot be read, older tickets are refused: %s", error)
            self._refuse_before_us = now_us
