"""Witnesses that are slow, false or absent: none keeps the ledger waiting, none is believed without a signature."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mingcha.base.errors import Unavailable
from mingcha.base.suites import SHA256_ED25519
from mingcha.ledger.asking import decode
from mingcha.ledger.checkpoints import open_signed
from mingcha.ledger.log import Keys, Log
from mingcha.ledger.notes import Signer, parse
from mingcha.media.anchor.cosigning import WitnessAddress, Witnesses
from mingcha.media.anchor.posting import post
from tests.media.anchor.witnesses import NOW_US, SIGNER, cosigner, honest, saying, served


class Asking:
    def __init__(self, *addresses: WitnessAddress) -> None:
        self.told: list[tuple[str, str]] = []
        self.witnesses = Witnesses(addresses, lambda name, state: self.told.append((name, state)))


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Log]:
    with Log.create(tmp_path / "ledger", SIGNER.verifier.name, Keys(SIGNER)) as made:
        made.append([b"one", b"two"])
        yield made


def ask(ledger: Log, address: WitnessAddress, kept: Path, patience_s: float = 15.0) -> tuple[int, list[str]]:
    asking = Asking(address)
    found = asking.witnesses.ask_all(ledger, kept, NOW_US, patience_s)
    asking.witnesses.close()
    return found, [state for _, state in asking.told]


def test_several_witnesses_sign_under_one_checkpoint(ledger: Log, tmp_path: Path) -> None:
    one, other = cosigner("one"), cosigner("other")
    with (
        served(honest(tmp_path / "one", one)) as first,
        served(honest(tmp_path / "other", other)) as second,
        served(saying(500)) as broken,
    ):
        asking = Asking(
            WitnessAddress(first, one.verifier),
            WitnessAddress(broken, cosigner("broken").verifier),
            WitnessAddress(second, other.verifier),
        )
        assert asking.witnesses.ask_all(ledger, tmp_path / "cosigned", NOW_US) == 2
        asking.witnesses.close()
    keys = [one.verifier, other.verifier]
    for data in ((tmp_path / "cosigned").read_bytes(), ledger.note.encode()):
        signed = open_signed(data, ledger.origin, [SIGNER.verifier], keys)
        assert [found.verifier for found in signed.witnesses] == keys
    assert sorted(asking.told) == [("broken", "away"), ("one", "ok"), ("other", "ok")]


def test_a_witness_is_led_to_the_key_of_today(ledger: Log, tmp_path: Path) -> None:
    own = cosigner()
    with served(honest(tmp_path / "witness", own)) as url:
        asking = Asking(WitnessAddress(url, own.verifier))
        assert asking.witnesses.ask_all(ledger, tmp_path / "cosigned", NOW_US) == 1
        ledger.change_key(Signer(ledger.origin, SHA256_ED25519.generate()), NOW_US)
        ledger.append([b"by the new key"])
        ledger.change_key(Signer(ledger.origin, SHA256_ED25519.generate()), NOW_US)
        ledger.append([b"by the newest key"])
        assert asking.witnesses.ask_all(ledger, tmp_path / "cosigned", NOW_US) == 1
        asking.witnesses.close()
    assert [state for _, state in asking.told] == ["ok"]


@pytest.mark.parametrize(
    ("status", "said", "state"),
    [
        (200, b"", "false"),
        (200, b"\xff\xfe", "false"),
        (200, b"something else\n", "false"),
        (200, "— witness.example AAAAAAAA\n".encode(), "false"),
        (200, b"x" * 70_000, "away"),
        (404, b"", "away"),
        (403, b"", "away"),
        (301, b"", "away"),
        (429, b"", "away"),
        (503, b"", "away"),
        (409, b"", "refused"),
        (409, b"99\n", "refused"),
        (409, b"1\n", "refused"),
        (422, b"", "refused"),
    ],
)
def test_what_is_no_cosignature_is_not_kept(ledger: Log, tmp_path: Path, status: int, said: bytes, state: str) -> None:
    with served(saying(status, said)) as url:
        found = ask(ledger, WitnessAddress(url, cosigner().verifier), tmp_path / "cosigned")
    assert found == (0, [state])
    assert not (tmp_path / "cosigned").exists()
    assert len(ledger.note.signatures) == 1


def test_a_wrong_signature_and_a_replayed_one_are_refused(ledger: Log, tmp_path: Path) -> None:
    own = cosigner()

    def earlier(body: bytes) -> bytes:
        """Genuine, but under the checkpoint before."""
        del body
        return own.sign("mingcha/nod_0000000000000001\n1\nAAAA\n", NOW_US).line.encode()

    def stranger(body: bytes) -> bytes:
        forged = cosigner().sign(parse(decode(body).note).text, NOW_US)
        return type(forged)(forged.name, own.verifier.key_id, forged.signature).line.encode()

    for said in (earlier, stranger):
        with served(saying(200, said)) as url:
            found = ask(ledger, WitnessAddress(url, own.verifier), tmp_path / "cosigned")
        assert found == (0, ["false"])


def test_a_clock_that_differs_is_told(ledger: Log, tmp_path: Path) -> None:
    own = cosigner()
    with served(honest(tmp_path / "witness", own, NOW_US + 400_000_000)) as url:
        assert ask(ledger, WitnessAddress(url, own.verifier), tmp_path / "cosigned") == (1, ["clock"])


def test_a_slow_witness_keeps_nobody_waiting(ledger: Log, tmp_path: Path) -> None:
    own, slow = cosigner("quick"), cosigner("slow")
    go_on = threading.Event()
    inner = honest(tmp_path / "slow", slow)

    def slowly(path: str, body: bytes) -> tuple[int, bytes]:
        go_on.wait(20)
        return inner(path, body)

    with served(honest(tmp_path / "quick", own)) as quick_url, served(slowly) as slow_url:
        asking = Asking(WitnessAddress(quick_url, own.verifier), WitnessAddress(slow_url, slow.verifier))
        assert asking.witnesses.ask_all(ledger, tmp_path / "cosigned", NOW_US, 0.5) == 1
        assert dict(asking.told) == {"quick": "ok", "slow": "away"}
        ledger.append([b"meanwhile"])
        go_on.set()
        # What it signs late is under an older checkpoint; the present one is asked for in the round after.
        assert asking.witnesses.ask_all(ledger, tmp_path / "cosigned", NOW_US) == 1
        assert asking.witnesses.ask_all(ledger, tmp_path / "cosigned", NOW_US) == 1
        asking.witnesses.close()
    assert dict(asking.told) == {"quick": "ok", "slow": "ok"}


def test_an_answer_that_drips_is_cut_off() -> None:
    """Each byte in time, the whole never: the deadline is for all of it."""
    listener = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def drip() -> None:
        connection, _ = listener.accept()
        with connection:
            try:
                connection.sendall(b"HTTP/1.1 200 OK\r\n")
                while not stop.wait(0.02):
                    connection.sendall(b"x")
            except OSError:
                pass

    thread = threading.Thread(target=drip)
    thread.start()
    began = time.monotonic()
    try:
        with pytest.raises(Unavailable) as caught:
            post(f"http://127.0.0.1:{listener.getsockname()[1]}/add-checkpoint", b"", "", deadline_s=0.4)
    finally:
        stop.set()
        thread.join()
        listener.close()
    assert caught.value.code == "witness.away"
    assert time.monotonic() - began < 5


def test_a_missing_authority_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as caught:
        post("https://127.0.0.1:1/add-checkpoint", b"", str(tmp_path / "none.pem"))
    assert caught.value.code == "witness.ca_file"
