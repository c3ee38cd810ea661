"""Time stamps of the ledger: asked for at an interval, checked, kept; whatever comes back, recording goes on."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mingcha.base.clock import US_PER_S, ManualClock
from mingcha.base.datadir import DataDir
from mingcha.base.env import Env
from mingcha.base.errors import Corrupt, Invalid
from mingcha.base.keys import ledger_key, make_keys
from mingcha.ledger.log import Log
from mingcha.ledger.notes import Signer
from mingcha.media.anchor import timestamps
from mingcha.media.anchor.feeder import open_ledger
from mingcha.media.anchor.timestamps import Authority, check, first_after, newest, read_roots
from mingcha.media.run.stamping import RETRY_US, Stamping, make_stamping
from tests.support.tsa import HAS_OPENSSL, Tsa

pytestmark = pytest.mark.skipif(not HAS_OPENSSL, reason="openssl is not installed")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tsa]:
    made = Tsa(tmp_path_factory.mktemp("tsa"))
    yield made
    made.close()


@pytest.fixture
def tsa(authority: Tsa) -> Tsa:
    authority.answer, authority.status = b"", 200
    return authority


class Stamped:
    """A ledger of three entries, and a stamping that asks the authority each day."""

    def __init__(self, root: Path, tsa: Tsa) -> None:
        make_keys(root)
        self.data = DataDir(root, root / "store")
        self.log: Log = open_ledger(self.data.ledger, lambda origin: Signer(origin, ledger_key(root)))
        self.log.append([b'{"n":1}', b'{"n":2}', b'{"n":3}'])
        self.roots = read_roots(tsa.roots)
        self.told: list[dict[str, object]] = []
        # The authority's clock is the machine's own, so ours begins there too.
        first = Authority(tsa.url, self.roots).stamp(1, b"x\n1\n\n\n")
        self.clock = ManualClock(first.stamped_us + US_PER_S)
        self.stamping = Stamping(self.data, self.clock, Authority(tsa.url, self.roots), 24, self.told.append)


@pytest.fixture
def stamped(tmp_path: Path, tsa: Tsa) -> Iterator[Stamped]:
    made = Stamped(tmp_path, tsa)
    yield made
    made.log.close()


def test_a_checkpoint_is_stamped_kept_and_told(stamped: Stamped) -> None:
    stamp = stamped.stamping.look()
    assert stamp is not None
    assert (stamp.size, stamp.checkpoint) == (3, stamped.log.note.encode().decode())
    assert newest(stamped.data.ledger) == stamp
    check(stamp, stamped.roots)
    assert stamped.told == [{"state": "ok", "size": 3, "stamped_us": stamp.stamped_us, "why": "127.0.0.1"}]


def test_openssl_confirms_it(stamped: Stamped, tsa: Tsa, tmp_path: Path) -> None:
    """The promise to whoever gets a copy: no tool of ours is needed."""
    stamp = stamped.stamping.look()
    assert stamp is not None
    (tmp_path / "checkpoint").write_text(stamp.checkpoint)
    (tmp_path / "token.tsr").write_bytes(base64.b64decode(stamp.token))
    said = subprocess.run(
        ["openssl", "ts", "-verify", "-data", tmp_path / "checkpoint", "-in", tmp_path / "token.tsr", "-CAfile",
         tsa.roots, "-untrusted", tsa.directory / "tsa.pem"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Verification: OK" in said.stdout


def test_it_is_asked_for_once_a_day_and_not_for_nothing(stamped: Stamped) -> None:
    assert stamped.stamping.look() is not None
    stamped.log.append([b'{"n":4}'])
    assert stamped.stamping.look() is None
    stamped.clock.advance(24 * 3600 * US_PER_S)
    assert stamped.stamping.look() is not None
    stamped.clock.advance(24 * 3600 * US_PER_S)
    assert stamped.stamping.look() is None
    found = first_after(stamped.data.ledger, 2)
    assert found is not None
    assert found.size == 3
    found = first_after(stamped.data.ledger, 3)
    assert found is not None
    assert found.size == 4
    assert first_after(stamped.data.ledger, 4) is None


def test_what_witnesses_add_does_not_change_what_is_stamped(stamped: Stamped) -> None:
    from mingcha.base.suites import SHA256_ED25519
    from mingcha.ledger.notes import Cosigner

    witness = Cosigner("witness", SHA256_ED25519.generate())
    stamped.log.add_cosignature(witness.sign(stamped.log.note.text, 1_790_000_000_000_000), witness.verifier)
    stamp = stamped.stamping.look()
    assert stamp is not None
    assert stamp.checkpoint == stamped.log.own_note.encode().decode()


def test_an_authority_that_is_away_is_told_once_and_asked_again_an_hour_later(stamped: Stamped, tsa: Tsa) -> None:
    tsa.status, before = 503, tsa.queries
    for _ in range(3):
        assert stamped.stamping.look() is None
    assert tsa.queries == before + 1
    assert [told["state"] for told in stamped.told] == ["away"]
    stamped.clock.advance(RETRY_US)
    assert stamped.stamping.look() is None
    assert len(stamped.told) == 1
    tsa.status = 200
    stamped.clock.advance(RETRY_US)
    assert stamped.stamping.look() is not None
    assert [told["state"] for told in stamped.told] == ["away", "ok"]


@pytest.mark.parametrize("answer", [b"no time stamp", b"\x30\x03\x02\x01\x02"])
def test_a_wrong_answer_is_refused_and_not_kept(stamped: Stamped, tsa: Tsa, answer: bytes) -> None:
    tsa.answer = answer
    assert stamped.stamping.look() is None
    assert [told["state"] for told in stamped.told] == ["refused"]
    assert newest(stamped.data.ledger) is None


def test_a_stamp_over_something_else_or_replayed_is_refused(stamped: Stamped, tsa: Tsa) -> None:
    stamp = stamped.stamping.look()
    assert stamp is not None
    tsa.answer = base64.b64decode(stamp.token)
    stamped.log.append([b'{"n":4}'])
    stamped.clock.advance(25 * 3600 * US_PER_S)
    assert stamped.stamping.look() is None
    assert stamped.told[-1]["state"] == "refused"
    with pytest.raises(Corrupt, match="another query"):
        Authority(tsa.url, stamped.roots).stamp(3, stamp.checkpoint.encode())


def test_a_stamp_of_an_authority_that_leads_to_no_root_of_ours_is_refused(stamped: Stamped, tmp_path: Path) -> None:
    other = Tsa(tmp_path / "other", "Other")
    try:
        with pytest.raises(Corrupt, match="does not hold"):
            Authority(other.url, stamped.roots).stamp(3, b"x")
    finally:
        other.close()


def test_a_kept_stamp_that_was_changed_is_found(stamped: Stamped) -> None:
    stamp = stamped.stamping.look()
    assert stamp is not None
    for changed in (
        replace(stamp, checkpoint=stamp.checkpoint.replace("3\n", "4\n", 1)),
        replace(stamp, stamped_us=stamp.stamped_us - 1),
        replace(stamp, token=stamp.token[:-8] + "AAAAAAA="),
    ):
        with pytest.raises(Corrupt):
            check(changed, stamped.roots)
    path = stamped.data.ledger / timestamps.NAME / "3.json"
    path.write_bytes(b"{}")
    with pytest.raises(Corrupt, match=r"3\.json"):
        newest(stamped.data.ledger)


def test_without_an_authority_nothing_is_asked_and_half_a_setting_is_refused(stamped: Stamped, tsa: Tsa) -> None:
    off = make_stamping(stamped.data, stamped.clock, Env({}), stamped.told.append)
    assert off.look() is None
    with pytest.raises(Invalid, match="MINGCHA_TSA_ROOTS"):
        make_stamping(stamped.data, stamped.clock, Env({"MINGCHA_TSA_URL": tsa.url}), stamped.told.append)
    with pytest.raises(Invalid, match="http"):
        Authority("ftp://tsa.example", stamped.roots)


def test_verify_checks_and_shows_it(stamped: Stamped, tsa: Tsa) -> None:
    from mingcha.media.catalog import Catalog

    Catalog(stamped.data.catalog, stamped.clock).close()
    (stamped.data.root / "store").mkdir()
    assert stamped.stamping.look() is not None

    def run() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "mingcha.cli.main", "verify", "--metadata"]
        given = {"MINGCHA_DATA_DIR": str(stamped.data.root), "MINGCHA_TSA_ROOTS": str(tsa.roots)}
        return subprocess.run(command, env=given, capture_output=True, text=True, check=False)

    said = run()
    assert "time stamp of 3 entries" in said.stdout
    assert said.returncode == 0, said.stdout
    path = stamped.data.ledger / timestamps.NAME / "3.json"
    told = json.loads(path.read_bytes())
    path.write_text(json.dumps({**told, "stamped_us": told["stamped_us"] - 86_400_000_000}))
    said = run()
    assert (said.returncode, "timestamp.refused" in said.stdout) == (1, True)
