"""A falsified copy is never called genuine, and `verify.py` says what was done to it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.media.export.bundles import verify
from tests.media.export.falsifying import (
    FALSIFICATIONS,
    KEY_FALSIFICATIONS,
    change_manifest,
    exchange_certificates,
    flip_picture,
    parts,
    video,
)


@pytest.mark.parametrize(("falsify", "said"), FALSIFICATIONS)
def test_every_falsification_is_named(copy: Path, falsify: Callable[[Path], None], said: str) -> None:
    part, name = parts(copy)[3], video(copy).name
    falsify(copy)
    result = verify(copy, "--lang", "en")
    assert result.returncode == 1, result.stdout
    assert "RESULT: NOT GENUINE" in result.stdout
    assert said.format(name=name, offset=part["offset"]) in result.stdout
    assert "Traceback" not in result.stdout + result.stderr
    if falsify in (flip_picture, change_manifest, exchange_certificates):
        assert "结论：不真实。" in verify(copy, "--lang", "zh").stdout


@pytest.mark.parametrize(("falsify", "said"), KEY_FALSIFICATIONS)
def test_every_false_change_of_key_is_named(
    rotated: Path, tmp_path: Path, falsify: Callable[[Path], None], said: str
) -> None:
    copy = Path(shutil.copytree(rotated, tmp_path / "copy"))
    falsify(copy)
    result = verify(copy, "--lang", "en")
    assert result.returncode == 1, result.stdout
    assert said in result.stdout
    assert "Traceback" not in result.stdout + result.stderr
