"""Copies and desks that several files of tests work on."""

from __future__ import annotations

from tests.media.export.bundles import bundle, copy, rotated
from tests.media.export.desk import no_process, stuck

__all__ = ["bundle", "copy", "no_process", "rotated", "stuck"]
