"""The model finds faces, and only its boxes are used. Ground truth: ../shared/media/gt/faces_intel.json."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mingcha.base.errors import Unavailable
from mingcha.media.redact import faces, weights
from mingcha.media.redact.boxes import Box

MEDIA = Path(__file__).parents[4] / "shared/media"


def test_the_model_is_the_known_one_and_asks_for_no_facial_points() -> None:
    path = weights.model_path()
    assert path is not None, "set-up did not bring the model: run `python3 dev.py setup`"
    assert hashlib.sha256(path.read_bytes()).hexdigest() == weights.SHA256
    session = faces._session()
    assert [output.name for output in session.get_outputs()] == [weights.HEAT, weights.SIZE, weights.OFFSET]


def test_a_changed_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "centerface.onnx"
    path.write_bytes(b"another model")
    monkeypatch.setattr(weights, "model_path", lambda: path)
    with pytest.raises(Unavailable, match="not the known one"):
        weights.model()
    monkeypatch.setattr(weights, "model_path", lambda: None)
    with pytest.raises(Unavailable, match="not installed"):
        weights.model()


def test_an_empty_street_has_no_faces_and_any_size_works() -> None:
    flat = np.full((96, 160, 3), 120, np.uint8)
    assert faces.find(flat) == []
    assert faces.working_size(1920, 1080, 800) == (800, 448)
    assert faces.working_size(64, 48, 800) == (800, 608)


@pytest.mark.shared
@pytest.mark.skipif(not MEDIA.is_dir(), reason="wants ../shared/media")
def test_nearly_every_face_of_the_stills_is_covered() -> None:
    truth = json.loads((MEDIA / "gt/faces_intel.json").read_text(encoding="utf-8"))["boxes"]
    wanted = covered = 0
    for clip, frames in truth.items():
        stem = clip.removesuffix(".mp4").removeprefix("intel-")
        for frame, boxes in list(frames.items())[:4]:
            image = Image.open(MEDIA / f"stills_face/intel_frames/{stem}_{int(frame):04d}.jpg").convert("RGB")
            found = faces.find(np.asarray(image.resize(faces.working_size(*image.size, 800))))
            covers = [box.grown(0.3, 0.45, 0.25) for box in found]
            for left, top, right, bottom in boxes:
                face = Box(left / image.width, top / image.height, right / image.width, bottom / image.height)
                wanted += 1
                covered += any(_holds(cover, face) for cover in covers)
    assert wanted > 30
    assert covered / wanted >= 0.97


def _holds(cover: Box, face: Box) -> bool:
    """At least nine tenths of the face under the cover."""
    across = min(cover.right, face.right) - max(cover.left, face.left)
    down = min(cover.bottom, face.bottom) - max(cover.top, face.top)
    return across > 0 and down > 0 and across * down >= 0.9 * face.width * face.height
