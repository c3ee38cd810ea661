"""Checks tickets, remembers revoked grants, and tells running streams that theirs has ended.

Everything here runs on the event loop. A stream asks `Gate.watch` for a `Watch` and races `Watch.ended` against its
own work; `mingcha.media.gate.http` does this for HTTP answers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from starlette.requests import HTTPConnection

from mingcha.base.clock import US_PER_S, Clock
from mingcha.base.errors import NotAllowed
from mingcha.base.timerange import TimeRange
from mingcha.media.gate.revocations import Revocations
from mingcha.wire import ticket as tickets
from mingcha.wire.ticket import SCREEN_COOKIE, Mode, Ticket

EndReason = Literal["expired", "revoked"]

# A ticket lives minutes; a download of a day's footage may need hours. Longer ones are refused, because a revocation
# is only remembered for a bounded time and must outlive every ticket it speaks of.
MAX_TICKET_LIFE_US = 12 * 3600 * US_PER_S
MAX_CLOCK_SKEW_US = 120 * US_PER_S
CHECK_INTERVAL_S = 0.25


def token_of(connection: HTTPConnection) -> str:
    """The ticket of a request: ``Authorization: Bearer …``, else ``?ticket=``. Raises NotAllowed when there is none."""
    scheme, _, value = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and value:
        return value.strip()
    given = connection.query_params.get("ticket", "")
    if not given:
        raise NotAllowed("ticket.missing", "There is no ticket for this picture. Open it from its page.")
    return given


class Gate:
    """`public_key`: of the office that signs tickets. `revoked`: grant ids revoked from the start (tests).
    `path`: where revocations are kept over a restart; None keeps them in memory only."""

    def __init__(
        self, public_key: Ed25519PublicKey, clock: Clock, revoked: Iterable[str] = (), path: Path | None = None
    ) -> None:
        self._public_key = public_key
        self._clock = clock
        self._revocations = Revocations(path, clock, keep_us=2 * MAX_TICKET_LIFE_US)
        self._revocations.add(revoked)
        self._watches: set[Watch] = set()

    def genuine(self, source: HTTPConnection | str, asker: HTTPConnection | None = None) -> Ticket:
        """The ticket of a request: signed, not run out, not revoked, shown by the browser it was given to. What it
        covers is the caller's question. `source` may be the token itself, sent by `asker`. Raises NotAllowed."""
        token = source if isinstance(source, str) else token_of(source)
        asker = asker if isinstance(source, str) else source
        now_us = self._clock.wall_us()
        ticket = tickets.check(token, self._public_key, now_us=now_us)
        life_us = ticket.expires_us - ticket.issued_us
        if life_us > MAX_TICKET_LIFE_US or ticket.issued_us > now_us + MAX_CLOCK_SKEW_US:
            raise NotAllowed("ticket.invalid", "This link is not valid. Open the picture again from its page.")
        if not ticket.is_of_screen(asker.cookies.get(SCREEN_COOKIE, "") if asker is not None else ""):
            raise NotAllowed("ticket.other_screen", "This link was given to another browser. Open it from its page.")
        self.recheck(ticket)
        return ticket

    def admit(
        self,
        source: HTTPConnection | str,
        mode: Mode,
        camera: str,
        from_us: int | None = None,
        to_us: int | None = None,
        asker: HTTPConnection | None = None,
    ) -> Ticket:
        """The ticket of a request if it covers mode, camera and whole range; else NotAllowed. As `genuine`."""
        ticket = self.genuine(source, asker)
        if not ticket.permits(mode, camera, from_us, to_us):
            raise _outside(mode)
        return ticket

    def admit_clipped(
        self, source: HTTPConnection | str, mode: Mode, camera: str, asked: TimeRange
    ) -> tuple[Ticket, TimeRange]:
        """As `admit`, but a range that reaches beyond the ticket is cut to it; NotAllowed when nothing is left."""
        ticket = self.genuine(source)
        if ticket.from_us is None or ticket.to_us is None or ticket.from_us >= ticket.to_us:
            raise _outside(mode)
        allowed = asked.intersect(TimeRange(ticket.from_us, ticket.to_us))
        if allowed is None or not ticket.permits(mode, camera, allowed.start_us, allowed.end_us):
            raise _outside(mode)
        return ticket, allowed

    def recheck(self, ticket: Ticket) -> None:
        """Raise NotAllowed if the ticket's time is over or its grant is revoked."""
        if self._revocations.refuses(ticket):
            raise NotAllowed("ticket.revoked", "The permission for this viewing was withdrawn.")
        if self._clock.wall_us() >= ticket.expires_us:
            raise NotAllowed("ticket.expired", "The time for this viewing has run out. Open it again from its page.")

    def is_revoked(self, grant: str) -> bool:
        """For work that outlives the ticket it began with, such as the making of a copy."""
        return self._revocations.holds(grant)

    def watch(self, ticket: Ticket) -> Watch:
        """Watch over a running stream; close it (or use ``with``) when the stream is over."""
        watch = Watch(self, ticket, self._clock)
        self._watches.add(watch)
        if self._revocations.refuses(ticket):
            watch.end("revoked")  # between its admission and now
        return watch

    async def revoke(self, grants: Iterable[str]) -> None:
        """End every stream of these grants now, refuse their tickets from now on, and return when that is on disk."""
        grants = set(grants)
        self._revocations.add(grants)
        for watch in tuple(self._watches):
            if watch.ticket.grant in grants:
                watch.end("revoked")
        await self._revocations.save()

    def forget(self, watch: Watch) -> None:
        self._watches.discard(watch)


class Watch:
    """One running stream under one ticket. `reason` is None while it may flow."""

    def __init__(self, gate: Gate, ticket: Ticket, clock: Clock) -> None:
        self.ticket = ticket
        self.reason: EndReason | None = None
        self._gate = gate
        self._clock = clock
        self._over = asyncio.Event()
        self._deadline_mono_us = self._deadline()

    def renew(
        self, source: HTTPConnection | str, mode: Mode, camera: str, asker: HTTPConnection | None = None
    ) -> Ticket:
        """Go on under a newer ticket of the same grant. Raises NotAllowed and leaves the old one in force."""
        from_us, to_us = self.ticket.from_us, self.ticket.to_us
        fresh = self._gate.admit(source, mode, camera, from_us, to_us, asker)
        if fresh.grant != self.ticket.grant:
            raise NotAllowed("ticket.other_grant", "This ticket belongs to another viewing.")
        self.ticket = fresh
        self._deadline_mono_us = self._deadline()
        return fresh

    def end(self, reason: EndReason) -> None:
        if self.reason is None:
            self.reason = reason
            self._over.set()

    def is_over(self) -> bool:
        """Look at both clocks: setting the wall clock back does not lengthen a viewing."""
        now_past = self._clock.wall_us() >= self.ticket.expires_us
        if self.reason is None and (now_past or self._clock.mono_us() >= self._deadline_mono_us):
            self.end("expired")
        return self.reason is not None

    async def ended(self) -> EndReason:
        """Return when the stream must stop: at once on a revocation, within `CHECK_INTERVAL_S` on expiry."""
        while not self.is_over():
            try:
                await asyncio.wait_for(self._over.wait(), CHECK_INTERVAL_S)
            except TimeoutError:
                continue
        assert self.reason is not None
        return self.reason

    def close(self) -> None:
        self._gate.forget(self)

    def _deadline(self) -> int:
        return self._clock.mono_us() + self.ticket.expires_us - self._clock.wall_us()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _outside(mode: str) -> NotAllowed:
    return NotAllowed(
        "ticket.outside", "This ticket does not cover that camera, time or use. Open it from its page.", mode=mode
    )
