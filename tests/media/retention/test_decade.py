"""Nothing goes early, nothing stays late, nothing is unaccounted, whatever happens to the archive."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.media.retention.decade import STEPS_A_DAY, Decade

DAYS = 75


@pytest.mark.parametrize("seed", [3, 5])
def test_months_of_faults_delete_nothing_early_and_leave_nothing_unaccounted(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`python3 dev.py bench retention years` runs ten years."""
    # Power cuts are not tested here, and ten thousand fsyncs are minutes.
    for name in ("fsync", "fdatasync"):
        monkeypatch.setattr(os, name, lambda fd: None)
    decade = Decade(tmp_path, seed)
    try:
        for _ in range(DAYS * STEPS_A_DAY):
            decade.step()
        decade.lose_database()
        decade.step()
        decade.lose_database_and_files()
        decade.step()
        assert decade.early == []
        assert decade.late == 0
        assert {what: count for what, count in decade.account().items() if count} == {}
        assert len(decade.gone) > 60
        assert {"set_clock", "place_hold", "change_rule", "restart", "fill_disk"} <= set(decade.happened)
    finally:
        decade.close()
