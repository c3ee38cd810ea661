"""The node's key files."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from mingcha.base import keys
from mingcha.base.errors import Conflict, Corrupt, Invalid, Unavailable
from mingcha.base.suites import SHA256_ED25519, SM3_SM2

NAMES = {"ticket.key", "ticket.pub", "control.token", "django.key", "node.key", "ledger.key"}


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


def test_the_suite_is_chosen_at_set_up_and_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINGCHA_SUITE", "sm3-sm2")
    key = keys.ledger_key(tmp_path)
    assert key.suite is SM3_SM2
    monkeypatch.delenv("MINGCHA_SUITE")
    assert keys.ledger_key(tmp_path).raw == key.raw
    monkeypatch.setenv("MINGCHA_SUITE", "sha256-ed25519")
    with pytest.raises(Conflict) as caught:
        keys.make_keys(tmp_path)
    assert caught.value.code == "keys.suite"
    assert "mingcha keys new-ledger --suite sha256-ed25519" in str(caught.value)
    monkeypatch.setenv("MINGCHA_SUITE", "md5-rsa")
    with pytest.raises(Invalid):
        keys.make_keys(tmp_path)


def test_a_ledger_s_key_from_before_suites_is_ed25519(tmp_path: Path) -> None:
    raw = bytes(range(32))
    directory = keys.secrets_dir(tmp_path)
    directory.mkdir()
    sealed = keys.node_sealer(tmp_path).seal(base64.b64encode(raw).decode(), "ledger.key")
    (directory / "ledger.key").write_text(sealed)
    assert keys.ledger_key(tmp_path).public == SHA256_ED25519.load(raw).public


def test_secrets_from_before_they_were_sealed_are_read(tmp_path: Path) -> None:
    keys.make_keys(tmp_path)
    (keys.secrets_dir(tmp_path) / "control.token").write_text("in clear\n")
    assert keys.control_token(tmp_path) == "in clear"


def test_no_private_key_lies_in_clear_but_the_one_that_seals(tmp_path: Path) -> None:
    keys.make_keys(tmp_path)
    for path in keys.secrets_dir(tmp_path).iterdir():
        if path.name not in ("node.key", "ticket.pub"):
            assert path.read_text().startswith("sealed2:"), path.name


def test_a_passphrase_protects_the_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = tmp_path / "passphrase"
    secret.write_text("correct horse battery\n")
    with pytest.raises(Invalid) as refused:
        keys.protect(tmp_path, is_wrapped=True)
    assert refused.value.code == "keys.no_passphrase"
    keys.make_keys(tmp_path)
    in_clear = (keys.secrets_dir(tmp_path) / "node.key").read_bytes()
    sealed = keys.node_sealer(tmp_path).seal("a:b", "cam_1")
    monkeypatch.setenv("MINGCHA_KEY_PASSPHRASE_FILE", str(secret))
    keys.protect(tmp_path, is_wrapped=True)
    assert in_clear not in (keys.secrets_dir(tmp_path) / "node.key").read_bytes()
    assert keys.node_sealer(tmp_path).open(sealed, "cam_1") == "a:b"
    monkeypatch.delenv("MINGCHA_KEY_PASSPHRASE_FILE")
    with pytest.raises(Unavailable) as caught:
        keys.ticket_key(tmp_path)
    assert caught.value.code == "keys.locked"
    monkeypatch.setenv("MINGCHA_KEY_PASSPHRASE_FILE", str(tmp_path / "none"))
    with pytest.raises(Unavailable) as caught:
        keys.node_ring(tmp_path)
    assert caught.value.code == "keys.passphrase_file"
    monkeypatch.setenv("MINGCHA_KEY_PASSPHRASE_FILE", str(secret))
    keys.protect(tmp_path, is_wrapped=False)
    assert (keys.secrets_dir(tmp_path) / "node.key").read_bytes() == in_clear


def test_a_new_sealing_key_seals_and_the_old_ones_open_until_dropped(tmp_path: Path) -> None:
    keys.make_keys(tmp_path)
    old_reader = keys.node_sealer(tmp_path)
    index, before = keys.index_key(tmp_path), old_reader.seal("a:b", "cam_1")
    name = keys.add_sealing_key(tmp_path)
    sealer = keys.node_sealer(tmp_path)
    after = sealer.seal("c:d", "cam_1")
    assert after.startswith(f"sealed2:{name}:")
    assert (sealer.is_of_today(after), sealer.is_of_today(before), sealer.is_of_today("a:b")) == (True, False, False)
    assert sealer.open(before, "cam_1") == "a:b"
    # A process that runs on learns of the new key when it meets it.
    assert old_reader.open(after, "cam_1") == "c:d"
    keys.add_sealing_key(tmp_path)
    assert keys.index_key(tmp_path) == index
    assert keys.drop_sealing_keys(tmp_path) == 2
    with pytest.raises(Corrupt):
        keys.node_sealer(tmp_path).open(before, "cam_1")
    assert keys.index_key(tmp_path) == index


def test_a_lost_sealing_key_is_not_made_anew(tmp_path: Path) -> None:
    keys.make_keys(tmp_path)
    (keys.secrets_dir(tmp_path) / "node.key").unlink()
    with pytest.raises(Unavailable) as caught:
        keys.node_sealer(tmp_path)
    assert caught.value.code == "keys.node_lost"


def test_a_lost_ledger_s_key_does_not_keep_the_node_from_starting(tmp_path: Path) -> None:
    (tmp_path / "ledger").mkdir()
    (tmp_path / "ledger" / "log.json").write_text("{}")
    keys.make_keys(tmp_path)
    with pytest.raises(Unavailable) as caught:
        keys.ledger_key(tmp_path)
    assert caught.value.code == "keys.ledger_lost"


def test_what_is_only_for_running_processes_is_made_anew(tmp_path: Path) -> None:
    keys.make_keys(tmp_path)
    token, public = keys.control_token(tmp_path), keys.ticket_public_key(tmp_path)
    keys.remake(tmp_path, "control.token")
    assert keys.control_token(tmp_path) != token
    assert keys.ticket_public_key(tmp_path) == public
    keys.remake(tmp_path, "ticket.key")
    assert keys.ticket_public_key(tmp_path) != public
    assert keys.ticket_public_key(tmp_path) == keys.ticket_key(tmp_path).public_key()


def test_the_next_key_of_the_ledger_waits_and_is_taken(tmp_path: Path) -> None:
    first = keys.ledger_key(tmp_path)
    assert keys.next_ledger_key(tmp_path) is None
    keys.make_signing_key(tmp_path, keys.NEXT_KEY, SHA256_ED25519.generate(), "年度更换")
    waiting = keys.next_ledger_key(tmp_path)
    assert waiting is not None
    assert waiting[1] == "年度更换"
    keys.take_next_ledger_key(tmp_path)
    assert keys.ledger_key(tmp_path).raw == waiting[0].raw
    (retired,) = keys.retired_ledger_keys(tmp_path)
    assert keys.read_signing_key(tmp_path, retired.name).raw == first.raw
    # As a crash between the last two steps leaves it.
    keys.make_signing_key(tmp_path, keys.NEXT_KEY, SHA256_ED25519.generate())
    (keys.secrets_dir(tmp_path) / keys.LEDGER_KEY).write_bytes(
        (keys.secrets_dir(tmp_path) / keys.NEXT_KEY).read_bytes()
    )
    keys.take_next_ledger_key(tmp_path)
    assert keys.retired_ledger_keys(tmp_path) == [retired]


def test_a_token_sealed_by_another_node_is_damaged(tmp_path: Path) -> None:
    keys.make_keys(tmp_path)
    foreign = keys.node_sealer(tmp_path / "other").seal("token", "control.token")
    (keys.secrets_dir(tmp_path) / "control.token").write_text(foreign)
    with pytest.raises(Corrupt) as caught:
        keys.control_token(tmp_path)
    assert caught.value.code == "keys.damaged"


def test_of_two_processes_that_make_keys_at_once_one_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other one made its keys between our looking and our writing: services are started together."""
    real, looks = Path.exists, 0

    def exists(path: Path) -> bool:
        nonlocal looks
        found = real(path)
        if path.parent.name == "secrets" and not found:
            looks += 1
            with monkeypatch.context() as patch:
                patch.setattr(Path, "exists", real)
                keys.make_keys(tmp_path)
                kept.update({one.name: one.read_bytes() for one in keys.key_files(tmp_path)})
        return found

    kept: dict[str, bytes] = {}
    with monkeypatch.context() as patch:
        patch.setattr(Path, "exists", exists)
        keys.make_keys(tmp_path)
    assert looks
    assert {one.name: one.read_bytes() for one in keys.key_files(tmp_path)} == kept


def test_a_lost_private_key_of_tickets_takes_its_public_one_along(tmp_path: Path) -> None:
    keys.make_keys(tmp_path)
    (keys.secrets_dir(tmp_path) / "ticket.key").unlink()
    keys.make_keys(tmp_path)
    keys.ticket_public_key(tmp_path).verify(keys.ticket_key(tmp_path).sign(b"a"), b"a")


def test_one_at_a_time_changes_keys(tmp_path: Path) -> None:
    with keys.changing_keys(tmp_path), pytest.raises(Conflict), keys.changing_keys(tmp_path):
        pass
    with keys.changing_keys(tmp_path):
        assert keys.secrets_dir(tmp_path).is_dir()
