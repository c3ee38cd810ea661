"""Secrets at rest."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingcha.base.errors import Corrupt
from mingcha.base.seal import Sealer

KEY = bytes(range(32))


@given(st.text(max_size=60), st.text(max_size=20))
def test_what_is_sealed_opens_in_its_place(text: str, context: str) -> None:
    sealer = Sealer(KEY)
    sealed = sealer.seal(text, context)
    assert sealer.open(sealed, context) == text
    assert sealed.isascii()


def test_the_same_text_is_sealed_differently_each_time() -> None:
    sealer = Sealer(KEY)
    assert sealer.seal("admin:12345", "cam_1") != sealer.seal("admin:12345", "cam_1")
    assert "12345" not in sealer.seal("admin:12345", "cam_1")


def test_a_sealed_text_moved_elsewhere_does_not_open() -> None:
    sealer = Sealer(KEY)
    with pytest.raises(Corrupt):
        sealer.open(sealer.seal("a:b", "cam_1"), "cam_2")


def test_another_key_does_not_open_it() -> None:
    with pytest.raises(Corrupt):
        Sealer(bytes(32)).open(Sealer(KEY).seal("a:b", "cam_1"), "cam_1")


@pytest.mark.parametrize(
    "sealed", ["", "a:b", "sealed1:", "sealed1:!!!", "sealed1:AAAA", "sealed1:A", "sealed1:é", "sealed2:AAAA"]
)
def test_what_was_never_sealed_does_not_open(sealed: str) -> None:
    with pytest.raises(Corrupt) as caught:
        Sealer(KEY).open(sealed, "cam_1")
    assert caught.value.code == "seal.broken"


def test_one_changed_character_does_not_open() -> None:
    sealer = Sealer(KEY)
    sealed = sealer.seal("a:b", "cam_1")
    changed = sealed[:-6] + ("A" if sealed[-6] != "A" else "B") + sealed[-5:]
    with pytest.raises(Corrupt):
        sealer.open(changed, "cam_1")


def test_a_key_file_is_made_once_and_kept_to_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "secrets" / "node.key"
    sealed = Sealer.from_file(path).seal("a:b", "cam_1")
    assert path.stat().st_mode & 0o777 == 0o600
    assert Sealer.from_file(path).open(sealed, "cam_1") == "a:b"


def test_a_damaged_key_file_is_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "node.key"
    path.write_bytes(b"short")
    with pytest.raises(Corrupt) as caught:
        Sealer.from_file(path)
    assert caught.value.code == "seal.key"
    assert path.read_bytes() == b"short"
