"""The file of the sealing keys: in clear, wrapped under a passphrase, after changes; and its backup."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mingcha.base import keyring
from mingcha.base.errors import Conflict, Corrupt, Invalid, NotAllowed, Unavailable
from mingcha.base.keybackup import decode_backup, encode_backup, put_back
from mingcha.base.keyring import KeyRing, decode, read_or_make, unwrap, wrap
from mingcha.base.keys import make_keys, node_ring, node_sealer, secrets_dir

ONE, OTHER, INDEX = bytes(range(32)), bytes(range(1, 33)), bytes(32)
SECRET = "correct horse battery"
ABOUT = {"made_at": "2026-11-22T05:00:00Z", "ledger": "mingcha/nod_1", "suite": "sm3-sm2"}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring, "SCRYPT_N", 1 << 4)
    monkeypatch.delenv("MINGCHA_KEY_PASSPHRASE", raising=False)


def test_one_key_in_clear_is_the_file() -> None:
    assert KeyRing((ONE,)).encode("") == ONE
    assert decode(ONE, "") == KeyRing((ONE,))


@pytest.mark.parametrize("passphrase", ["", SECRET, "汉字口令也可以"])
def test_several_keys_and_wrapped_ones_come_back(passphrase: str) -> None:
    ring = KeyRing((OTHER, ONE), INDEX)
    data = ring.encode(passphrase)
    assert decode(data, passphrase) == KeyRing((OTHER, ONE), INDEX, bool(passphrase))
    assert (ONE in data) is False


def test_a_wrapped_file_needs_its_passphrase() -> None:
    data = KeyRing((ONE,)).encode(SECRET)
    with pytest.raises(Unavailable) as caught:
        decode(data, "")
    assert caught.value.code == "keys.locked"
    with pytest.raises(NotAllowed) as refused:
        decode(data, SECRET + ".")
    assert refused.value.code == "keys.passphrase"
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"short",
        b"x" * 33,
        b"[]",
        b"{}",
        b'{"format": "mingcha.node-key/2", "keys": []}',
        b'{"format": "mingcha.node-key/1", "keys": [], "index_key": ""}',
        b'{"format": "mingcha.node-key/1", "keys": ["AAAA"], "index_key": ""}',
        b'{"format": "mingcha.node-key/1", "keys": ["?"], "index_key": 1}',
    ],
)
def test_a_damaged_file_is_never_replaced(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "node.key").write_bytes(data)
    with pytest.raises(Corrupt) as caught:
        read_or_make(tmp_path / "node.key", "")
    assert caught.value.code == "seal.key"
    assert (tmp_path / "node.key").read_bytes() == data


SPOILT: list[Callable[[dict[str, Any]], object]] = [
    lambda told: told.pop("kdf"),
    lambda told: told.pop("nonce"),
    lambda told: told.update(sealed="?"),
    lambda told: told["kdf"].update(name="argon2"),
    lambda told: told["kdf"].update(n=1 << 30),
    lambda told: told["kdf"].update(n=0),
    lambda told: told["kdf"].update(n="x"),
    lambda told: told["kdf"].update(r=10_000),
    lambda told: told["kdf"].update(p=0),
]


@pytest.mark.parametrize("spoil", SPOILT)
def test_what_was_not_wrapped_by_us_is_refused(spoil: Callable[[dict[str, Any]], object]) -> None:
    wrapped = wrap(b"data", SECRET, "purpose")
    assert unwrap(wrapped, SECRET, "purpose") == b"data"
    spoil(wrapped)
    with pytest.raises(Corrupt) as caught:
        unwrap(wrapped, SECRET, "purpose")
    assert caught.value.code == "keys.wrapped"


def test_a_wrapped_text_serves_one_purpose() -> None:
    with pytest.raises(NotAllowed):
        unwrap(wrap(b"data", SECRET, "purpose"), SECRET, "another")


def files_of(data: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in secrets_dir(data).iterdir()}


def test_a_backup_brings_back_every_key(tmp_path: Path) -> None:
    make_keys(tmp_path / "node")
    sealed = node_sealer(tmp_path / "node").seal("admin:secret", "cam_1")
    data = encode_backup(tmp_path / "node", ABOUT, SECRET)
    assert json.loads(data)["about"] == ABOUT
    assert (secrets_dir(tmp_path / "node") / "node.key").read_bytes() not in data
    written = put_back(tmp_path / "new", decode_backup(data, SECRET))
    assert files_of(tmp_path / "new") == files_of(tmp_path / "node")
    assert written == sorted(files_of(tmp_path / "node"))
    assert node_sealer(tmp_path / "new").open(sealed, "cam_1") == "admin:secret"
    directory = secrets_dir(tmp_path / "new")
    assert directory.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in directory.iterdir()} == {0o600}


def test_a_backup_of_protected_keys_comes_back_under_the_passphrase_of_the_new_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINGCHA_KEY_PASSPHRASE", "the old place's")
    make_keys(tmp_path / "node")
    backup = decode_backup(encode_backup(tmp_path / "node", ABOUT, SECRET), SECRET)
    monkeypatch.setenv("MINGCHA_KEY_PASSPHRASE", "the new place's")
    put_back(tmp_path / "new", backup)
    ring = node_ring(tmp_path / "new")
    assert ring.is_wrapped
    monkeypatch.setenv("MINGCHA_KEY_PASSPHRASE", "the old place's")
    assert node_ring(tmp_path / "node").keys == ring.keys


def test_other_keys_are_overwritten_only_when_asked(tmp_path: Path) -> None:
    make_keys(tmp_path / "node")
    make_keys(tmp_path / "other")
    before = files_of(tmp_path / "other")
    backup = decode_backup(encode_backup(tmp_path / "node", ABOUT, SECRET), SECRET)
    with pytest.raises(Conflict) as caught:
        put_back(tmp_path / "other", backup)
    assert caught.value.code == "keys.there"
    assert files_of(tmp_path / "other") == before
    put_back(tmp_path / "node", backup)  # the same ones: nothing to ask
    (secrets_dir(tmp_path / "other") / "node.key").write_bytes(b"damaged")
    put_back(tmp_path / "other", backup, replace=True)
    assert files_of(tmp_path / "other") == files_of(tmp_path / "node")


def test_a_file_that_is_none_of_ours_is_not_put_anywhere(tmp_path: Path) -> None:
    make_keys(tmp_path)
    told = json.loads(encode_backup(tmp_path, ABOUT, SECRET))
    cases: list[dict[str, Any]] = [
        {"format": "other"},
        told | {"about": "x"},
        told | {"wrapped": wrap(b"[]", SECRET, "mingcha.keys/1" + json.dumps(ABOUT, sort_keys=True))},
        told | {"wrapped": wrap(b"{}", SECRET, "mingcha.keys/1" + json.dumps(ABOUT, sort_keys=True))},
        told
        | {
            "wrapped": wrap(
                b'{"node.key": "", "../evil": ""}', SECRET, "mingcha.keys/1" + json.dumps(ABOUT, sort_keys=True)
            )
        },
    ]
    for case in cases:
        with pytest.raises(Corrupt) as caught:
            decode_backup(json.dumps(case).encode(), SECRET)
        assert caught.value.code == "keys.backup"
    # Whose it is stands in clear, and cannot be changed.
    with pytest.raises(NotAllowed):
        decode_backup(json.dumps(told | {"about": ABOUT | {"ledger": "another"}}).encode(), SECRET)


def test_a_short_passphrase_is_refused(tmp_path: Path) -> None:
    make_keys(tmp_path)
    with pytest.raises(Invalid) as caught:
        encode_backup(tmp_path, ABOUT, "short")
    assert caught.value.code == "keys.short_passphrase"
