"""The bundle of a copy, checked by `verify.py` in a Python of its own."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from mingcha.base.errors import Unavailable
from mingcha.ledger.notes import Cosigner, Signer, Verifier
from mingcha.media.export.proof import Ledger, write_proof
from tests.media.export.bundles import Bundle, verify
from tests.media.export.falsifying import edit


def test_a_genuine_copy_is_proven(bundle: Path) -> None:
    result = verify(bundle, "--lang", "en")
    assert result.returncode == 0, result.stdout + result.stderr
    key = Verifier.from_text(json.loads((bundle / "proof.json").read_text())["log_key"])
    assert "It is genuine if the key fingerprint is the true one" in result.stdout
    assert f"Key fingerprint: {key.fingerprint} (taken from the copy itself" in result.stdout
    assert "no later than 2026-11-18" in result.stdout
    assert "connection to the camera" in result.stdout


def test_papers_register_and_provenance_are_named(bundle: Path) -> None:
    said = verify(bundle, "--lang", "en").stdout
    assert "certificate-en.pdf, certificate-zh.pdf, register.json: unchanged" in said
    assert "  12 2" in said
    assert "Copy ordered" in said
    assert "Provenance (C2PA)" in said
    assert "connection to the camera ended" in said
    assert "与摄像机的连接中断" in verify(bundle, "--lang", "zh").stdout


def test_a_copy_without_papers_is_proven_and_says_so(tmp_path: Path) -> None:
    made = Bundle(tmp_path, papers=False)
    made.close()
    result = verify(made.path, "--lang", "en")
    assert (result.returncode, "No certificate and no register extract" in result.stdout) == (0, True)


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
    assert "结论：未发现改动；是否真实，还须核对密钥指纹。" in result.stdout
    assert "东门" in result.stdout


def test_a_key_from_elsewhere_is_taken_at_its_word(bundle: Path) -> None:
    """As it is written, or by the fingerprint that people read to each other."""
    key = Verifier.from_text(json.loads((bundle / "proof.json").read_text())["log_key"])
    for given in (key.text, key.fingerprint, key.fingerprint.replace(" ", "").lower()):
        said = verify(bundle, "--lang", "en", "--key", given)
        assert (said.returncode, "RESULT: genuine and complete." in said.stdout) == (0, True), said.stdout
        assert "(the one you gave)" in said.stdout
    other = Signer(key.name, key.type.suite.generate()).verifier
    for given in (other.text, other.fingerprint):
        refused = verify(bundle, "--lang", "en", "--key", given)
        assert refused.returncode == 1
        assert f"another key than the one you gave; its fingerprint is {key.fingerprint}" in refused.stdout


def test_a_witness_that_did_not_sign_is_missed(bundle: Path) -> None:
    key = Verifier.from_text(json.loads((bundle / "proof.json").read_text())["witness_keys"][0])
    assert verify(bundle, "--witness", key.fingerprint).returncode == 0
    other = Cosigner(key.name, key.type.suite.generate()).verifier
    missed = verify(bundle, "--lang", "en", "--witness", other.text)
    assert (missed.returncode, "has not signed the ledger of this copy" in missed.stdout) == (2, True)


def test_a_file_that_was_put_in_is_named(copy: Path) -> None:
    shutil.copy(next(copy.glob("*.mp4")), copy / "真相.mp4")
    (copy / "Thumbs.db").touch()
    result = verify(copy, "--lang", "en")
    assert (result.returncode, "nothing is proven about them: 真相.mp4\n" in result.stdout) == (2, True), result.stdout


def test_what_a_file_says_cannot_write_on_the_screen(copy: Path) -> None:
    """A forger's ledger of his own: terminal commands in a name stay text."""
    edit(copy, "proof.json", lambda told: told.update(log_key="\x1b[2J\nRESULT: genuine and complete.+00000000+AA=="))
    said = verify(copy, "--lang", "en").stdout
    assert "\x1b" not in said
    assert "\nRESULT: genuine" not in said


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
        now = f"Fingerprint of the key of today: {Verifier.from_text(today).fingerprint}"
        assert (f"Changes of key: {count}," in result.stdout and now in result.stdout) or not count
    stranger = Signer(today.partition("+")[0], Verifier.from_text(today).type.suite.generate()).verifier.text
    assert verify(rotated, "--lang", "en", "--key", stranger).returncode == 1
