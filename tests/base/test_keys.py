"""The node's key files."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from mingcha.base import keys
from mingcha.base.errors import Corrupt, Unavailable

NAMES = {"ticket.key", "ticket.pub", "control.token", "django.key", "node.key"}


def test_keys_are_made_for_their_owner_only(tmp_path: Path) -> None:
    keys.make_keys(tmp_path)
    directory = keys.secrets_dir(tmp_path)
    assert {path.name for path in directory.iterdir()} == NAMES
    assert directory.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in directory.iterdir()} == {0o600}


def test_a_second_run_changes_nothing(tmp_path: Path) -> None:
    keys.make_keys(tmp_path)
    before = {path.name: path.read_bytes() for path in keys.secrets_dir(tmp_path).iterdir()}
    keys.make_keys(tmp_path)
    assert {path.name: path.read_bytes() for path in keys.secrets_dir(tmp_path).iterdir()} == before


def test_a_lost_public_key_is_made_again_from_the_private_one(tmp_path: Path) -> None:
    keys.make_keys(tmp_path)
    public = keys.secrets_dir(tmp_path) / "ticket.pub"
    before = public.read_bytes()
    public.unlink()
    keys.make_keys(tmp_path)
    assert public.read_bytes() == before


def test_a_ticket_signed_by_the_one_key_passes_the_other(tmp_path: Path) -> None:
    keys.make_keys(tmp_path)
    signature = keys.ticket_key(tmp_path).sign(b"claims")
    keys.ticket_public_key(tmp_path).verify(signature, b"claims")


def test_the_tokens_are_long_and_differ(tmp_path: Path) -> None:
    keys.make_keys(tmp_path)
    tokens = {keys.control_token(tmp_path), keys.django_key(tmp_path)}
    assert len(tokens) == 2
    assert all(len(token) >= 40 for token in tokens)


def test_the_sealer_is_the_same_at_each_start(tmp_path: Path) -> None:
    sealed = keys.node_sealer(tmp_path).seal("a:b", "cam_1")
    assert keys.node_sealer(tmp_path).open(sealed, "cam_1") == "a:b"


@pytest.mark.parametrize("read", [keys.ticket_key, keys.ticket_public_key, keys.control_token, keys.django_key])
def test_an_absent_key_says_what_to_run(read: object, tmp_path: Path) -> None:
    assert callable(read)
    with pytest.raises(Unavailable, match="mingcha up") as caught:
        read(tmp_path)
    assert caught.value.code == "keys.missing"


def test_damaged_keys_and_keys_of_another_kind_are_refused(tmp_path: Path) -> None:
    keys.make_keys(tmp_path)
    directory = keys.secrets_dir(tmp_path)
    other = generate_private_key(SECP256R1())
    private = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = other.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for name, content in (("ticket.key", private), ("ticket.key", b"x"), ("ticket.pub", public), ("ticket.pub", b"x")):
        (directory / name).write_bytes(content)
        with pytest.raises(Corrupt) as caught:
            (keys.ticket_key if name.endswith("key") else keys.ticket_public_key)(tmp_path)
        assert caught.value.code == "keys.damaged"


def test_the_ledger_s_key_is_made_once_and_lies_only_sealed(tmp_path: Path) -> None:
    key = keys.ledger_key(tmp_path)
    assert keys.ledger_key(tmp_path).raw == key.raw
    path = keys.secrets_dir(tmp_path) / "ledger.key"
    assert path.stat().st_mode & 0o777 == 0o600
    assert base64.b64encode(key.raw) not in path.read_bytes()


def test_a_ledger_s_key_that_cannot_be_opened_is_not_replaced(tmp_path: Path) -> None:
    keys.ledger_key(tmp_path)
    path = keys.secrets_dir(tmp_path) / "ledger.key"
    sealed = path.read_bytes()
    for content in (keys.node_sealer(tmp_path).seal("c2hvcnQ=", "ledger.key").encode(), b"x", sealed[:-4]):
        path.write_bytes(content)
        with pytest.raises(Corrupt) as caught:
            keys.ledger_key(tmp_path)
        assert caught.value.code == "keys.damaged"
        assert path.read_bytes() == content


def test_the_key_of_indexes_is_the_node_s_own_and_not_the_sealing_key(tmp_path: Path) -> None:
    keys.make_keys(tmp_path / "a")
    keys.make_keys(tmp_path / "b")
    key = keys.index_key(tmp_path / "a")
    assert key == keys.index_key(tmp_path / "a")
    assert key != keys.index_key(tmp_path / "b")
    assert key != (keys.secrets_dir(tmp_path / "a") / "node.key").read_bytes()
