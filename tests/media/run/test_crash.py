"""kill -9 on the real recorder. The long run is benchmarks/crash.py."""

from pathlib import Path

import pytest

from benchmarks.crash import HANDOVER_S, PART_S, crash


@pytest.mark.slow
@pytest.mark.external
async def test_kill_9_loses_at_most_a_part_and_leaves_a_clean_archive(tmp_path: Path) -> None:
    result = await crash(tmp_path, kills=3, cameras=2, seed=7)
    assert result.unreadable == []
    assert result.findings == ""
    assert max(result.lost_s) <= PART_S + HANDOVER_S + 0.7  # the last: a busy machine reads the clock late
