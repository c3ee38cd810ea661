"""People of a real street clip, most of them too small for a face: their heads are covered. Ground truth:
../shared/media/gt/persons_vtest.json (PETS 2009)."""

from __future__ import annotations

import json
from pathlib import Path

import av
import numpy as np
import pytest

from mingcha.media.container.repaint import repainted
from mingcha.media.redact.painter import Painter

MEDIA = Path(__file__).parents[4] / "shared/media"
AROUND = 6
TICKS = 9000


@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.skipif(not MEDIA.is_dir(), reason="wants ../shared/media")
def test_nearly_every_head_is_covered() -> None:
    truth = json.loads((MEDIA / "gt/persons_vtest.json").read_text(encoding="utf-8"))
    boxes = {int(frame): people for frame, people in truth["boxes"].items()}
    wanted = covered = 0
    for frame, people in boxes.items():
        plain, masked = around(frame)
        for left, top, right, bottom in people:
            head = (slice(int(top), int(top + (bottom - top) / 3)), slice(int(left), int(right)))
            wanted += 1
            # Under a cover nothing of the pattern is left.
            pattern = np.corrcoef(plain[head].ravel(), masked[head].ravel())[0, 1] if masked[head].std() else 0.0
            covered += abs(pattern) < 0.9
    assert wanted > 50
    assert covered / wanted >= 0.95


def around(frame: int) -> tuple[np.ndarray, np.ndarray]:
    """Luma of one picture as it is and masked, seen among its neighbours."""
    with av.open(str(MEDIA / "video/vtest.avi")) as opened:
        stream = opened.streams.video[0]
        near = []
        for index, picture in enumerate(opened.decode(stream)):
            if index > frame + AROUND:
                break
            if index >= frame - AROUND:
                picture.pts = index * TICKS
                near.append(picture)
    size = (stream.width, stream.height)
    shown = {f.pts: f.to_ndarray(format="gray") for f in repainted(near, size, Painter((), look_every=2 * TICKS))}
    plain = {f.pts: f.to_ndarray(format="gray") for f in near}
    pts = frame * TICKS
    return plain[pts].astype(float), shown[pts].astype(float)
