"""What goes into the wheel besides the package."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tools.house.pack import PACKED, PackHook


def hook(root: Path) -> PackHook:
    arguments: Any = (str(root), {}, None, None, "", "wheel")
    return PackHook(*arguments)


def test_a_wheel_takes_the_built_browser_code_and_the_texts_along(tmp_path: Path) -> None:
    for source in PACKED:
        (tmp_path / source).mkdir(parents=True)
    data: dict[str, Any] = {"force_include": {}}
    hook(tmp_path).initialize("standard", data)
    assert data["force_include"] == {str(tmp_path / source): target for source, target in PACKED.items()}


def test_an_unbuilt_front_end_is_no_wheel_and_says_how_to_build_one(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"dev\.py build"):
        hook(tmp_path).initialize("standard", {"force_include": {}})


def test_an_editable_install_needs_no_front_end(tmp_path: Path) -> None:
    data: dict[str, Any] = {"force_include": {}}
    hook(tmp_path).initialize("editable", data)
    assert data == {"force_include": {}}
