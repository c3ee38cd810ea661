"""Where faces are on a picture. Nothing is known of whose: the model answers with boxes, and only boxes are asked for.

CenterFace (Xu, Yan et al. 2020, "CenterFace: Joint Face Detection and Alignment Using Face as Point"): a heat map of
middles, with log sizes and offsets, at a quarter of the input's scale.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from mingcha.media.container.repaint import Rgb
from mingcha.media.redact import weights
from mingcha.media.redact.boxes import Box, overlap

# 0.3 finds more of the small faces than 0.5 (docs/ref/performance.md); a false alarm costs a grey
# patch, a miss shows somebody.
THRESHOLD = 0.3
SAME_FACE = 0.3
STRIDE = 4
MULTIPLE = 32


def working_size(width: int, height: int, long_side: int) -> tuple[int, int]:
    """Width and height to look at: multiples of 32, the longer near `long_side`."""
    scale = long_side / max(width, height)
    return tuple(max(MULTIPLE, round(side * scale / MULTIPLE) * MULTIPLE) for side in (width, height))  # type: ignore[return-value]


def find(picture: Rgb) -> list[Box]:
    """Boxes of the faces on a picture whose sides are multiples of 32. Raises Unavailable without the model."""
    height, width, _ = picture.shape
    tensor = np.ascontiguousarray(picture.transpose(2, 0, 1)[None].astype(np.float32))
    heat, size, offset = _session().run([weights.HEAT, weights.SIZE, weights.OFFSET], {weights.INPUT: tensor})
    rows, columns = np.nonzero(heat[0, 0] > THRESHOLD)
    scores = heat[0, 0, rows, columns]
    tall = np.exp(size[0, 0, rows, columns]) * STRIDE / height
    wide = np.exp(size[0, 1, rows, columns]) * STRIDE / width
    middle_y = (rows + offset[0, 0, rows, columns] + 0.5) * STRIDE / height
    middle_x = (columns + offset[0, 1, rows, columns] + 0.5) * STRIDE / width
    found = np.stack([middle_x - wide / 2, middle_y - tall / 2, middle_x + wide / 2, middle_y + tall / 2], axis=1)
    best: list[Box] = []
    for index in np.argsort(-scores):
        box = Box(*(float(side) for side in np.clip(found[index], 0.0, 1.0)))
        if all(overlap(box, known) < SAME_FACE for known in best):
            best.append(box)
    return best


@cache
def _session() -> Any:
    """One for each process; loading takes about a tenth of a second."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(weights.model(), options, providers=["CPUExecutionProvider"])
