"""The bundle of a copy, checked by `verify.py` in a Python of its own."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from mingcha.base.errors import Unavailable
from mingcha.ledger.notes import Signer, Verifier
from mingcha.media.export.proof import Ledger, write_proof
from tests.media.export.bundles import SIGNED_US, Bundle, verify
from tests.media.export.falsifying import edit


def test_a_genuine_copy_is_proven(bundle: Path) -> None:
    result = verify(bundle, "--lang", "en")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "RESULT: genuine and complete" in result.stdout
    assert "Witnessed at (UTC): 2026-11-18" in result.stdout
    assert "connection to the camera" in result.stdout
    assert "taken from proof.json" in result.stdout


def test_papers_register_and_provenance_are_named(bundle: Path) -> None:
    said = verify(bundle, "--lang", "en").stdout
    assert "Papers enclosed and unchanged: certificate-en.pdf, certificate-zh.pdf, register.json" in said
    assert "Entries of the register enclosed and proven: 12, 15" in said
    assert "carry C2PA provenance" in said
    assert "connection to the camera ended" in said
    assert "与摄像机的连接中断" in verify(bundle, "--lang", "zh").stdout


def test_a_copy_without_papers_is_proven_and_says_so(tmp_path: Path) -> None:
    made = Bundle(tmp_path, papers=False)
    made.close()
    result = verify(made.path, "--lang", "en")
    assert (result.returncode, "No certificate and no register extract" in result.stdout) == (0, True)


def test_a_time_stamp_of_the_checkpoint_is_named(copy: Path) -> None:
    def change(told: dict[str, Any]) -> None:
        token = base64.b64encode(b"0..." + hashlib.sha256(told["checkpoint"].encode()).digest() + b"...").decode()
        told["timestamps"] = [
            {"authority": "tsa.example", "checkpoint": told["checkpoint"], "token": token, "stamped_us": SIGNED_US}
        ]

    edit(copy, "proof.json", change)
    assert "check its signature with openssl ts: tsa.example" in verify(copy, "--lang", "en").stdout


@pytest.mark.parametrize("taken", [("register.json", "certificate-zh.pdf", "certificate-en.pdf", "papers.json")])
def test_a_copy_put_together_from_two_is_told(bundle: Path, tmp_path: Path, taken: tuple[str, ...]) -> None:
    """Another copy of the very same pictures, of the same ledger's make: its papers do not fit this one."""
    other = Bundle(tmp_path / "other", export="exp_0000000000000002")
    other.close()
    for mixed, names, said in (
        ("papers", taken, "RESULT: NOT GENUINE"),
        ("proof", ("proof.json",), "RESULT: NOT GENUINE"),
        ("manifest", ("manifest.json",), "manifest.json was changed, or is another copy's"),
    ):
        copy = Path(shutil.copytree(bundle, tmp_path / mixed))
        for name in names:
            shutil.copy(other.path / name, copy / name)
        result = verify(copy, "--lang", "en")
        assert (result.returncode, said in result.stdout) == (1, True), result.stdout


def test_it_speaks_chinese(bundle: Path) -> None:
    result = verify(bundle, "--lang", "zh")
    assert "结论：真实完整。" in result.stdout
    assert "东门" in result.stdout


def test_a_key_from_elsewhere_is_taken_at_its_word(bundle: Path, tmp_path: Path) -> None:
    key = Verifier.from_text(json.loads((bundle / "proof.json").read_text())["log_key"])
    assert "the one you gave" in verify(bundle, "--lang", "en", "--key", key.text).stdout
    other = Signer(key.name, key.type.suite.generate()).verifier.text
    refused = verify(bundle, "--lang", "en", "--key", other)
    assert refused.returncode == 1
    assert "not signed by the ledger's key" in refused.stdout


def test_without_a_witness_it_says_what_that_means(tmp_path: Path) -> None:
    made = Bundle(tmp_path, witnessed=False)
    made.close()
    result = verify(made.path, "--lang", "en")
    assert (result.returncode, "No witness has signed" in result.stdout) == (0, True)


def test_what_was_still_being_written_is_not_called_proven(tmp_path: Path) -> None:
    made = Bundle(tmp_path, leave_open=True, to_s=18.0)
    made.close()
    result = verify(made.path, "--lang", "en")
    assert result.returncode == 2
    assert "not all of it is proven" in result.stdout


def test_a_copy_the_ledger_does_not_hold_yet_is_refused(tmp_path: Path) -> None:
    made = Bundle(tmp_path)
    given = Ledger(tmp_path / "ledger", made.key, ())
    with pytest.raises(Unavailable) as caught:
        write_proof(made.path, made.archive.footage, given, made.ledger.size)
    assert caught.value.code == "ledger.behind"
    made.close()


def test_whoever_knows_the_first_key_is_led_to_the_one_of_today(rotated: Path) -> None:
    proof = json.loads((rotated / "proof.json").read_text())
    second = json.loads(proof["key_changes"][0]["entry"])["new"]
    today = json.loads(proof["key_changes"][1]["entry"])["new"]
    for known, count in ((proof["log_key"], 2), (second, 1), (today, 0)):
        result = verify(rotated, "--lang", "en", "--key", known)
        assert result.returncode == 0, result.stdout
        assert f"to key: {count}: {today}" in result.stdout or not count
    stranger = Signer(today.partition("+")[0], Verifier.from_text(today).type.suite.generate()).verifier.text
    assert verify(rotated, "--lang", "en", "--key", stranger).returncode == 1
