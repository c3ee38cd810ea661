"""The certificate of a copy as PDF, in both languages, with long names."""

from __future__ import annotations

import pytest

from mingcha.records.evidence import queries
from mingcha.records.inventory.models import Camera
from mingcha.records.viewing.models import Export
from mingcha.web.pages.evidence_papers import certificate
from tests.records.evidence.test_papers import anchor, export

__all__ = ["export"]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_certificate_is_set_in_either_language(export: Export, language: str) -> None:
    Camera.objects.update(name="很长的名字" * 40)
    anchor()
    finished = queries.finished_entry(export)
    assert finished is not None
    entries = queries.entries_of(export, finished)
    stretches = queries.stretches_of(entries)
    assert stretches is not None
    made = certificate(export, finished, entries, stretches, language)
    assert made.startswith(b"%PDF-")
