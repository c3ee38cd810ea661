"""A witness in its own process, over HTTPS, and a node that asks it."""

from __future__ import annotations

import datetime
import ipaddress
import os
import shutil
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from mingcha.base.clock import SystemClock
from mingcha.base.errors import Corrupt, Invalid
from mingcha.base.suites import SHA256_ED25519
from mingcha.ledger.checkpoints import open_signed
from mingcha.ledger.log import Keys, Log
from mingcha.ledger.notes import Signer, Verifier
from mingcha.media.anchor.cosigning import WitnessAddress, Witnesses, read_addresses
from mingcha.witness.keys import cosigner_of
from tests.support.recorder import free_port


def now_us() -> int:
    """Of the moment: the witness compares it with its own clock, and a module is read long before its tests run."""
    return SystemClock().wall_us()


SIGNER = Signer("mingcha/nod_0000000000000001", SHA256_ED25519.generate())


def certificate(directory: Path) -> tuple[Path, Path]:
    """A self-signed certificate for 127.0.0.1 and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "witness")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    (directory / "cert.pem").write_bytes(made.public_bytes(Encoding.PEM))
    (directory / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return directory / "cert.pem", directory / "key.pem"


@contextmanager
def serving(directory: Path, *, log: str = SIGNER.verifier.text) -> Iterator[WitnessAddress]:
    """`mingcha witness serve` until the block ends; its state stays in the directory."""
    directory.mkdir(exist_ok=True)
    cert, key = certificate(directory)
    port = free_port()
    words = ["witness", "serve", "--dir", str(directory / "state"), "--name", "witness.example", "--log", log]
    words += ["--port", str(port), "--tls-cert", str(cert), "--tls-key", str(key)]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("MINGCHA_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "mingcha.cli.main", *words], stdout=subprocess.PIPE, text=True, env=environ
    )
    try:
        assert process.stdout is not None
        key_text = process.stdout.readline().removeprefix("witness key: ").strip()
        url = f"https://127.0.0.1:{port}"
        wait_until_up(url, cert)
        yield WitnessAddress(url, Verifier.from_text(key_text), str(cert))
    finally:
        process.terminate()
        process.communicate(timeout=20)


def wait_until_up(url: str, cert: Path) -> None:
    context = ssl.create_default_context(cafile=str(cert))
    for _ in range(200):
        try:
            with urllib.request.urlopen(f"{url}/key", context=context, timeout=2):
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("the witness did not come up")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Log]:
    made = Log.create(tmp_path / "ledger", SIGNER.verifier.name, Keys(SIGNER))
    yield made
    made.close()


class Told:
    """What the witnesses' states were told to be."""

    def __init__(self) -> None:
        self.states: list[tuple[str, str]] = []

    def __call__(self, name: str, state: str) -> None:
        self.states.append((name, state))


def asked(address: WitnessAddress, told: Callable[[str, str], None]) -> Witnesses:
    return Witnesses((address,), told)


@pytest.mark.slow
def test_a_witness_cosigns_what_continues_and_refuses_what_was_rewritten(ledger: Log, tmp_path: Path) -> None:
    told, kept = Told(), tmp_path / "cosigned"
    with serving(tmp_path / "witness") as address:
        witnesses = asked(address, told)
        assert witnesses.ask_all(ledger, kept, now_us()) == 0  # an empty log says nothing
        ledger.append([b"one", b"two"])
        assert witnesses.ask_all(ledger, kept, now_us()) == 1
        assert witnesses.ask_all(ledger, kept, now_us()) == 0
        ledger.append([b"three"])
        shutil.copytree(tmp_path / "ledger", tmp_path / "rewritten")
        ledger.append([b"four"])
        assert witnesses.ask_all(ledger, kept, now_us()) == 1
        signed = open_signed(kept.read_bytes(), ledger.origin, [SIGNER.verifier], [address.key])
        assert signed.checkpoint.size == 4
        assert [one.verifier for one in signed.witnesses] == [address.key]
        # A node that has forgotten how far the witness is learns it from the answer.
        ledger.append([b"five"])
        assert asked(address, told).ask_all(ledger, kept, now_us()) == 1
    with serving(tmp_path / "witness") as address:  # it remembers across a restart
        forged = Log.open(tmp_path / "rewritten", Keys(SIGNER))
        forged.append([b"other", b"history", b"now"])
        assert asked(address, told).ask_all(forged, tmp_path / "forged", now_us()) == 0
        forged.close()
    assert told.states == [("witness.example", "ok"), ("witness.example", "ok"), ("witness.example", "refused")]


@pytest.mark.slow
def test_a_witness_that_does_not_know_the_log_or_is_away_is_told(ledger: Log, tmp_path: Path) -> None:
    told = Told()
    ledger.append([b"one"])
    other = Signer("another/log", SHA256_ED25519.generate())
    with serving(tmp_path / "witness", log=other.verifier.text) as address:
        witnesses = asked(address, told)
        assert witnesses.ask_all(ledger, tmp_path / "cosigned", now_us()) == 0
        untrusted = asked(WitnessAddress(address.url, address.key), told)
        assert untrusted.ask_all(ledger, tmp_path / "cosigned", now_us()) == 0
    assert witnesses.ask_all(ledger, tmp_path / "cosigned", now_us()) == 0
    assert told.states == [("witness.example", "away")] * 2
    assert not (tmp_path / "cosigned").exists()


def test_a_witness_is_reached_by_https_only_or_on_this_machine() -> None:
    key = cosigner_key()
    WitnessAddress("http://127.0.0.1:1", key)
    with pytest.raises(Invalid):
        WitnessAddress("http://witness.example", key)
    with pytest.raises(Invalid):
        WitnessAddress("https://witness.example", SIGNER.verifier)


def cosigner_key() -> Verifier:
    from mingcha.ledger.notes import Cosigner

    return Cosigner("witness.example", SHA256_ED25519.generate()).verifier


def test_the_witness_key_is_sealed_and_keeps_its_name(tmp_path: Path) -> None:
    made = cosigner_of(tmp_path, "witness.example")
    assert cosigner_of(tmp_path, "").verifier == made.verifier
    with pytest.raises(Invalid):
        cosigner_of(tmp_path, "other")
    with pytest.raises(Invalid):
        cosigner_of(tmp_path / "new", "")
    (tmp_path / "witness.json").write_text("{}")
    with pytest.raises(Corrupt):
        cosigner_of(tmp_path, "")


def test_a_damaged_list_of_witnesses_is_named(tmp_path: Path) -> None:
    assert read_addresses(tmp_path / "none.json") == ()
    (tmp_path / "bad.json").write_text('[{"url": "https://x"}]')
    with pytest.raises(Invalid):
        read_addresses(tmp_path / "bad.json")


def run_cli(tmp_path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("MINGCHA_")}
    environ["MINGCHA_DATA_DIR"] = str(tmp_path)
    command = [sys.executable, "-m", "mingcha.cli.main", "witness", *words]
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=False)


def test_the_command_says_what_is_missing(tmp_path: Path) -> None:
    assert "start the recorder once" in run_cli(tmp_path, "show").stderr
    assert "--log KEY" in run_cli(tmp_path, "serve", "--dir", str(tmp_path)).stderr
    key = SIGNER.verifier.text
    refused = run_cli(tmp_path, "serve", "--dir", str(tmp_path), "--log", key, "--host", "0.0.0.0")
    assert (refused.returncode, "--tls-cert" in refused.stderr) == (2, True)
    assert run_cli(tmp_path, "add", "https://witness.example", cosigner_key().text).returncode == 0
    assert [one.url for one in read_addresses(tmp_path / "witnesses.json")] == ["https://witness.example"]
