"""The real recorder against the source, frame by frame, over many segment boundaries."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.continuity import record_and_compare


@pytest.mark.slow
@pytest.mark.parametrize("codec", ["h264", "h265"])
async def test_no_frame_is_lost_or_doubled_over_segment_boundaries(tmp_path: Path, codec: str) -> None:
    result = await record_and_compare(tmp_path, cameras=4, seconds=18, segment_s=1, codec=codec)
    assert result.boundaries >= 4 * 6
    assert result.breaks == []
    assert result.frames >= 4 * 7 * 25
