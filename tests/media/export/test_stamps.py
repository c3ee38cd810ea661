"""Time stamps in a copy: told for what they prove, refused when they are another's, and openssl says the same."""

from __future__ import annotations

import base64
import json
import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from mingcha.base.suites import SHA256_ED25519, SM3_SM2
from mingcha.media.anchor.timestamps import Authority, read_roots
from tests.media.export.bundles import Bundle, verify
from tests.media.export.falsifying import edit
from tests.media.export.judges import Judgement, Page, Script
from tests.media.export.mutations import Range, monsters, random_attacks
from tests.support.tsa import HAS_OPENSSL, Tsa

pytestmark = [
    pytest.mark.external,
    pytest.mark.skipif(not HAS_OPENSSL or shutil.which("node") is None, reason="needs openssl and node"),
]


@pytest.fixture(scope="module")
def tsa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tsa]:
    made = Tsa(tmp_path_factory.mktemp("tsa"), "国家")
    yield made
    made.close()


@pytest.fixture(scope="module")
def judges(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Script, Page]]:
    path = tmp_path_factory.mktemp("judges")
    page = Page(path)
    yield Script(path), page
    page.close()


@pytest.fixture(scope="module")
def stamped(tsa: Tsa, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy whose footage was in the ledger when that was stamped."""
    made = Bundle(tmp_path_factory.mktemp("stamped"), tsa=tsa)
    made.close()
    return made.path


def judged(judges: tuple[Script, Page], path: Path) -> Judgement:
    """What both say."""
    one, other = (judge.judge(path) for judge in judges)
    assert one == other
    return one


def test_a_time_stamp_says_when_the_footage_was_in_the_ledger(
    stamped: Path, tsa: Tsa, judges: tuple[Script, Page]
) -> None:
    at, name, is_signed, covered = judged(judges, stamped).claims["stamp"]
    proven = len(json.loads((stamped / "proof.json").read_bytes())["segments"])
    assert (name, is_signed, covered) == ("国家 TSA", True, proven)
    said = verify(stamped, "--lang", "en").stdout
    assert 'according to a time stamp of "国家 TSA": all of these recordings were in the ledger then' in said
    assert "Not checked: whether that certificate really is that authority's" in said
    command = next(line for line in said.splitlines() if "openssl ts" in line).partition(": ")[2]
    words = command.strip().replace("ROOT.pem", str(tsa.roots)).split()
    checked = subprocess.run(words, cwd=stamped, capture_output=True, text=True, check=False)
    assert "Verification: OK" in checked.stdout + checked.stderr
    assert at > 1_700_000_000


@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1()], ids=lambda one: one.name)
def test_it_checks_an_ecdsa_signature_or_says_that_it_did_not(
    tmp_path: Path, judges: tuple[Script, Page], curve: ec.EllipticCurve
) -> None:
    tsa = Tsa(tmp_path / "tsa", key=ec.generate_private_key(curve))
    made = Bundle(tmp_path, suite=SHA256_ED25519, tsa=tsa, papers=False)
    made.close()
    tsa.close()
    assert judged(judges, made.path).claims["stamp"][2] is (curve.key_size < 521)
    said = "its signature (of a kind this program does not know)"
    assert (said in verify(made.path, "--lang", "en").stdout) is (curve.key_size == 521)


def test_a_stamp_older_than_the_footage_says_nothing_of_it(
    tmp_path: Path, tsa: Tsa, judges: tuple[Script, Page]
) -> None:
    made = Bundle(tmp_path, suite=SM3_SM2, tsa=tsa, stamped="start")
    made.close()
    assert judged(judges, made.path).claims["stamp"][3] == 0
    assert "none of these recordings was in the ledger then" in verify(made.path, "--lang", "en").stdout


def test_a_stamp_younger_than_the_checkpoint_counts_when_the_ledger_has_only_grown(
    tmp_path: Path, tsa: Tsa, judges: tuple[Script, Page]
) -> None:
    made = Bundle(tmp_path, suite=SM3_SM2, tsa=tsa, stamped="after")
    made.close()
    proof = json.loads((made.path / "proof.json").read_bytes())
    stamped, ours = (int(note.split("\n")[1]) for note in (proof["timestamps"][0]["checkpoint"], proof["checkpoint"]))
    assert stamped > ours
    assert judged(judges, made.path).claims["stamp"][3] == len(proof["segments"])
    edit(made.path, "proof.json", lambda told: told["timestamps"][0]["consistency"].pop())
    assert judged(judges, made.path).sentence == "stamp_other"


def test_a_stamp_of_another_ledger_is_refused(
    stamped: Path, tsa: Tsa, tmp_path: Path, judges: tuple[Script, Page]
) -> None:
    """A genuine one, over a checkpoint that says it is of this ledger, of as many entries."""
    copy = Path(shutil.copytree(stamped, tmp_path / "copy"))
    own = json.loads((copy / "proof.json").read_bytes())["timestamps"][0]
    lines = own["checkpoint"].split("\n")
    lines[2] = base64.b64encode(bytes(32)).decode()
    forged = "\n".join(lines)
    token = Authority(tsa.url, read_roots(tsa.roots)).stamp(int(lines[1]), forged.encode()).token
    edit(copy, "proof.json", lambda told: told["timestamps"][0].update(checkpoint=forged, token=token))
    assert judged(judges, copy).sentence == "stamp_other"


def test_no_changed_bit_of_a_stamp_passes(stamped: Path, tmp_path: Path, judges: tuple[Script, Page]) -> None:
    """But in what a signature does not cover: the answer's free status text, certificates nobody needs."""
    chance = random.Random(3)
    copy = Path(shutil.copytree(stamped, tmp_path / "copy"))
    for name in ("timestamp.tsr", "timestamp.txt"):
        (copy / name).unlink()
    sound = judged(judges, copy).claims["stamp"]
    token = base64.b64decode(json.loads((copy / "proof.json").read_bytes())["timestamps"][0]["token"])
    for _ in range(30):
        bit = chance.randrange(len(token) * 8)
        data = bytearray(token)
        data[bit // 8] ^= 1 << bit % 8
        flipped = base64.b64encode(data).decode()
        edit(copy, "proof.json", lambda told, text=flipped: told["timestamps"][0].update(token=text))  # type: ignore[misc]
        found = judged(judges, copy)
        assert found.verdict == "bad" or found.claims["stamp"] == sound or not found.claims["stamp"][2], bit


def test_another_stamp_beside_the_copy_is_named(stamped: Path, tmp_path: Path, judges: tuple[Script, Page]) -> None:
    copy = Path(shutil.copytree(stamped, tmp_path / "copy"))
    (copy / "timestamp.tsr").write_bytes(b"0")
    assert judged(judges, copy).sentence == "stamp_file"
    edit(copy, "proof.json", lambda told: told.update(timestamps=[]))
    assert judged(judges, copy).sentence == "stamp_file"


def test_no_random_attack_passes_and_both_verifiers_agree(stamped: Path, tmp_path: Path) -> None:
    """A few of them; `python -m tests.media.export.mutations` makes as many as one likes."""
    field = Range(stamped, tmp_path)
    attacks = random_attacks(stamped, [], random.Random(20261122))
    for _ in range(16):
        field.attack(next(attacks))
    for monster in monsters(stamped):
        if "100 MB" not in monster.name:
            field.attack(monster)
    field.close()
    assert field.passed == ["proof.json: white space"]
