"""The gateway's process: two loops, one for orders and one for reports, until told to stop.

Each loop survives a recorder that is away and a database that is busy; anything else is a fault of ours and ends the
process, which the runner starts again.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import django
from django.conf import settings
from django.db import DatabaseError, connection

from mingcha.base.clock import US_PER_S, Clock, to_datetime
from mingcha.base.errors import MingchaError
from mingcha.base.keys import control_token
from mingcha.gateway import discovery, holdings, leases, orders, papers, reports
from mingcha.gateway.anchoring import AnchoringOut
from mingcha.gateway.client import ControlClient
from mingcha.gateway.copies import CopiesOut
from mingcha.gateway.holds import HoldsOut
from mingcha.records.inventory.models import Probe
from mingcha.records.inventory.queries import plan_version, waiting_probes
from mingcha.records.inventory.terms import own_days

log = logging.getLogger(__name__)

LOOK_EVERY_S = 0.1
"""How often the orders loop asks whether the office's database changed: a revocation must end streams within 2 s."""
SWEEP_EVERY_US = 1 * US_PER_S
"""How often it looks without a change, since tickets also run out by themselves."""
POSTS_QUICK_US = 100_000
POSTS_EVERY_US = 500_000
FACTS_EVERY_S = 1.0
STATUS_EVERY_US = 5 * US_PER_S
STOCK_EVERY_US = 60 * US_PER_S
"""What disks and cameras hold changes slowly; a forecast goes by days."""
PROBES_AT_ONCE = 4
AWAY_PAUSE_S = 1.0


class OrdersLoop:
    """Sends plan, revocations and holds when they changed, or when the recorder was away in between."""

    def __init__(self, client: ControlClient, clock: Clock, probes: Callable[[Probe], None]) -> None:
        self._client = client
        self._clock = clock
        self._start_probe = probes
        self._holds = HoldsOut(client)
        self._copies = CopiesOut(client)
        self._sent_plan: tuple[int, datetime, frozenset[tuple[str, int]]] | None = None
        self._sent_revocations: set[str] = set()
        self._begun_probes: set[int] = set()
        self._seen_version: object = None
        self._swept_mono_us = -SWEEP_EVERY_US
        self._posts_mono_us = 0
        self._posts_took_us = 0

    def tick(self) -> None:
        """One look at the database, and what follows from it. Raises Unavailable when the recorder is away."""
        version, mono_us = data_version(), self._clock.mono_us()
        if version is not None and version == self._seen_version and mono_us - self._swept_mono_us < SWEEP_EVERY_US:
            return
        self._swept_mono_us = mono_us
        at = to_datetime(self._clock.wall_us())
        for probe in waiting_probes().exclude(pk__in=self._begun_probes):
            self._begun_probes.add(probe.pk)
            self._start_probe(probe)
        self._revoke(at)  # what people ended themselves does not wait for the look at everybody else
        orders.end_unentitled(at, with_posts=self._looks_at_posts(mono_us))
        leases.tend_leases(at)
        self._revoke(at)
        self._posts_took_us = self._clock.mono_us() - mono_us
        self._holds.tick(at, mono_us)
        self._copies.tick(at, mono_us)
        terms = (orders.start_of_day(at), frozenset(own_days(at).items()))
        if (plan_version(), *terms) != self._sent_plan:
            self._sent_plan = (orders.push_plan(self._client, at), *terms)
            log.info("plan %s sent", self._sent_plan[0])
        self._seen_version = version

    def _revoke(self, at: datetime) -> None:
        ended = orders.grants_to_revoke(at)
        if ended - self._sent_revocations:
            self._client.revoke(sorted(ended - self._sent_revocations))
        self._sent_revocations = ended

    def _looks_at_posts(self, mono_us: int) -> bool:
        """At every change while that is quick; else twice a second, so that changes of other kinds stay quick."""
        due = self._posts_took_us < POSTS_QUICK_US or mono_us - self._posts_mono_us >= POSTS_EVERY_US
        if due:
            self._posts_mono_us = mono_us
        return due

    def forget(self) -> None:
        """After the recorder was away: tell everything again, since it may be another one."""
        self._sent_plan = None
        self._sent_revocations = set()
        self._holds.forget()
        self._copies.forget()
        self._seen_version = None


class ReportsLoop:
    """Takes facts and states in, and has what was entered put into the ledger."""

    def __init__(self, client: ControlClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._status_mono_us = -STATUS_EVERY_US
        self._stock_mono_us = -STOCK_EVERY_US
        self._anchoring = AnchoringOut(client)

    def tick(self) -> None:
        """Raises Unavailable when the recorder is away."""
        news = reports.pull_facts(self._client)
        mono_us = self._clock.mono_us()
        if news or mono_us - self._status_mono_us >= STATUS_EVERY_US:
            reports.pull_status(self._client, to_datetime(self._clock.wall_us()))
            self._status_mono_us = mono_us
        if mono_us - self._stock_mono_us >= STOCK_EVERY_US:
            holdings.pull_stock(self._client, to_datetime(self._clock.wall_us()))
            self._stock_mono_us = mono_us
        self._anchoring.tick(mono_us)


def data_version() -> object:
    """A number that changes when another connection changed the database; None where the engine has none."""
    if connection.vendor != "sqlite":
        return None
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA data_version")
        return cursor.fetchone()[0]


def make_client() -> ControlClient:
    """The client of this node's recorder, from the settings."""
    host = "127.0.0.1" if settings.MEDIA_HOST in ("0.0.0.0", "::") else settings.MEDIA_HOST  # noqa: S104
    return ControlClient(host, settings.MEDIA_PORT, lambda: control_token(settings.DATA_DIR))


def serve(
    stop: threading.Event, client: ControlClient, clock: Clock, certificate: papers.Certificate | None = None
) -> None:
    """Run all loops until `stop` is set or one of them fails. `certificate`: makes those of copies."""
    with ThreadPoolExecutor(PROBES_AT_ONCE, thread_name_prefix="probe") as pool:

        def begin_probe(probe: Probe) -> None:
            pool.submit(_probe_in_thread, client, probe)

        outgoing, incoming = OrdersLoop(client, clock, begin_probe), ReportsLoop(client, clock)
        thread = threading.Thread(
            target=_repeat, args=(stop, incoming.tick, lambda: None, FACTS_EVERY_S), name="reports", daemon=True
        )
        thread.start()
        searching = discovery.SearchLoop(discovery.Network(clock))
        threading.Thread(
            target=_repeat,
            args=(stop, searching.tick, lambda: None, discovery.LOOK_EVERY_S),
            name="searches",
            daemon=True,  # a search of many dead addresses does not hold up the end
        ).start()
        papers_out = papers.PapersOut(client, clock, certificate)
        threading.Thread(
            target=_repeat,
            args=(stop, papers_out.tick, lambda: None, papers.LOOK_EVERY_S),
            name="papers",
            daemon=True,  # a PDF being made does not hold up the end
        ).start()
        try:
            _repeat(stop, outgoing.tick, outgoing.forget, LOOK_EVERY_S)
        finally:
            stop.set()
            thread.join(timeout=10)


def main(certificate: papers.Certificate | None = None) -> int:
    """``mingcha gateway``: serve until SIGINT or SIGTERM. `certificate`: makes the certificates of copies."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mingcha.web.settings")
    django.setup()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    serve(stop, make_client(), settings.CLOCK, certificate)
    return 0


def _repeat(stop: threading.Event, tick: Callable[[], None], was_away: Callable[[], None], pause_s: float) -> None:
    """Call `tick` again and again. A recorder that is away is said once, not at every try."""
    away = False
    try:
        while not stop.is_set():
            try:
                tick()
                if away:
                    log.info("the recorder answers again")
                away = False
            except MingchaError as error:
                if not away:
                    log.warning("the recorder is away: %s %s", error.code, error)
                away = True
                was_away()
            except DatabaseError as error:
                log.warning("the office's database is busy: %s", error)
                connection.close()
            stop.wait(AWAY_PAUSE_S if away else pause_s)
    finally:
        connection.close()
        stop.set()


def _probe_in_thread(client: ControlClient, probe: Probe) -> None:
    try:
        orders.carry_out_probe(client, probe)
    except DatabaseError as error:
        log.warning("the result of a connection test could not be written: %s", error)
    finally:
        connection.close()
