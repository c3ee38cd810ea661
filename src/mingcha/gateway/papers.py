"""Papers of finished copies on their way to the recorder: the extract of the register, and the certificates.

A copy is finished, proven and can be fetched without them; they follow as soon as the ledger holds the entries they
quote. So the recorder never waits for the office, nor the office's loops for the making of a PDF.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from mingcha.base.clock import Clock, to_datetime
from mingcha.base.errors import Corrupt, Invalid, MingchaError
from mingcha.gateway.client import ControlClient
from mingcha.records.evidence import actions, queries
from mingcha.records.register.models import AnchorStretch, Entry
from mingcha.records.viewing.models import Export
from mingcha.wire.extract import NAME

log = logging.getLogger(__name__)

LOOK_EVERY_S = 2.0
AT_ONCE = 5
LANGUAGES = {"certificate-zh.pdf": "zh-hans", "certificate-en.pdf": "en"}

Certificate = Callable[[Export, Entry, Sequence[Entry], Mapping[int, AnchorStretch], str], bytes]
"""Makes a PDF in a language; raises Unavailable where none can be made here."""


class PapersOut:
    """Sends papers, again and again until the recorder has enclosed them or refuses them for good."""

    def __init__(self, client: ControlClient, clock: Clock, certificate: Certificate | None) -> None:
        self._client = client
        self._clock = clock
        self._certificate = certificate

    def tick(self) -> int:
        """Send what can be sent; for how many copies. Raises Unavailable when the recorder is away."""
        at = to_datetime(self._clock.wall_us())
        return sum(self._send(export, at) for export in queries.waiting(at)[:AT_ONCE])

    def _send(self, export: Export, at: datetime) -> bool:
        finished = queries.finished_entry(export)
        if finished is None:
            return False
        entries = queries.entries_of(export, finished)
        stretches = queries.stretches_of(entries)
        if stretches is None:
            return False  # the ledger does not hold all of them yet
        try:
            files = {NAME: queries.extract(export.export_id, entries, stretches)}
        except Corrupt as error:
            log.critical("copy %s goes without papers: %s", export.export_id, error)
            actions.note_sent(export=export, at=at, refused=error.code)
            return False
        files |= self._certificates(export, finished, entries, stretches)
        try:
            self._client.put_papers(export.export_id, files, sorted({one.log_index for one in stretches.values()}))
        except Invalid as error:
            log.warning("the recorder takes no papers for copy %s: %s", export.export_id, error.code)
            actions.note_sent(export=export, at=at, refused=error.code)
            return False
        actions.note_sent(export=export, at=at)
        return True

    def _certificates(
        self, export: Export, finished: Entry, entries: Sequence[Entry], stretches: Mapping[int, AnchorStretch]
    ) -> dict[str, bytes]:
        if self._certificate is None:
            return {}
        try:
            return {
                name: self._certificate(export, finished, entries, stretches, language)
                for name, language in LANGUAGES.items()
            }
        except MingchaError as error:
            log.error("copy %s goes without a certificate: %s", export.export_id, error)
            return {}
