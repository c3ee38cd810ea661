"""`verify.html` of a copy in a browser without network: the genuine, and each falsification."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mingcha.ledger.notes import Verifier
from tests.media.export import falsifying as proofs
from tests.media.export.bundles import Bundle, bundle, rotated  # noqa: F401

pytestmark = pytest.mark.e2e


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    context = browser.new_context(locale="en-US", offline=True)
    yield context.new_page()
    context.close()


def check(page: Any, directory: Path, key: str = "") -> tuple[str, str]:
    """Open the page of the copy from the disk, give it the folder; class of the verdict and all that it says."""
    page.goto((directory / "verify.html").as_uri())
    page.set_input_files("#folder", str(directory))
    page.evaluate("document.querySelector('details').open = true")
    page.fill("#key", key)
    page.click("button[type=submit]")
    page.wait_for_selector("#verdict[class]:not([class=''])", timeout=60_000)
    return page.get_attribute("#verdict", "class"), page.inner_text("#result")


def test_a_genuine_copy_is_proven_in_both_languages(page: Any, bundle: Path) -> None:  # noqa: F811
    key = Verifier.from_text(json.loads((bundle / "proof.json").read_text())["log_key"])
    assert check(page, bundle)[0] == "open"
    assert "未发现改动" in said_in_the_other(page)
    assert key.fingerprint in page.inner_text("#facts")
    verdict, said = check(page, bundle, key.fingerprint)
    assert verdict == "good", said
    assert "no later than" in page.inner_text("#facts")
    assert "witness.example" in said
    assert "certificate-en.pdf, certificate-zh.pdf, register.json: unchanged" in said
    assert "Copy ordered" in page.inner_text("table")
    assert "结论：真实完整。" in said_in_the_other(page)


def said_in_the_other(page: Any) -> str:
    """The verdict in the language the page does not speak now; it speaks its own again afterwards."""
    page.click("#language")
    said = str(page.inner_text("#verdict"))
    page.click("#language")
    return said


def test_a_folder_with_two_copies_is_not_taken_for_one(page: Any, bundle: Path, tmp_path: Path) -> None:  # noqa: F811
    """The genuine in a folder below must not vouch for what lies above."""
    copy = Path(shutil.copytree(bundle, tmp_path / "copy"))
    proofs.flip_picture(copy)
    shutil.copytree(bundle, copy / "z")
    verdict, said = check(page, copy)
    assert (verdict, "More than one copy" in said) == ("none", True), said
    (copy / "z" / "manifest.json").unlink()
    assert check(page, copy)[0] == "bad"


@pytest.mark.parametrize(
    ("falsify", "said"),
    [
        (proofs.flip_picture, "The pictures were changed"),
        (proofs.flip_head, "its head was changed"),
        (proofs.swap_parts, "The pictures were changed"),
        (proofs.drop_part, "bytes are missing"),
        (proofs.add_bytes, "8 bytes were added"),
        (proofs.change_manifest, "manifest.json was changed"),
        (proofs.forge_root, "are not those in the ledger"),
        (proofs.foreign_segment, "of another camera or time"),
        (proofs.no_proof, "there is no proof of recording"),
        (proofs.forge_checkpoint, "not signed by the ledger's key"),
        (proofs.forge_witness, "signature of the witness witness.example is false"),
        (proofs.no_video, "is missing"),
        (proofs.forge_extract, "register.json was changed or exchanged"),
        (proofs.exchange_certificates, "certificate-en.pdf was changed or exchanged"),
        (proofs.no_papers_proof, "is not proven: papers.json is missing"),
        (proofs.forge_papers_checkpoint, "not signed by the ledger's key"),
        (proofs.no_stretch, "has no record in the ledger"),
        (proofs.strip_c2pa, "its head was changed"),
        (proofs.other_root, "provenance-root.pem was changed"),
    ],
)
def test_every_falsification_is_named(
    page: Any,
    bundle: Path,  # noqa: F811
    tmp_path: Path,
    falsify: Callable[[Path], None],
    said: str,
) -> None:
    copy = Path(shutil.copytree(bundle, tmp_path / "copy"))
    falsify(copy)
    verdict, told = check(page, copy)
    assert (verdict, said in told) == ("bad", True), told


def test_what_was_still_being_written_is_not_called_proven(page: Any, tmp_path: Path) -> None:
    made = Bundle(tmp_path, leave_open=True, to_s=18.0)
    made.close()
    verdict, said = check(page, made.path)
    assert verdict == "part", said


def test_whoever_knows_the_first_key_is_led_to_the_one_of_today(page: Any, rotated: Path) -> None:  # noqa: F811
    verdict, said = check(page, rotated)
    assert (verdict, "2, each signed by both the old and the new key" in said) == ("open", True), said


@pytest.mark.parametrize(("falsify", "said"), proofs.KEY_FALSIFICATIONS)
def test_every_false_change_of_key_is_named(
    page: Any,
    rotated: Path,  # noqa: F811
    tmp_path: Path,
    falsify: Callable[[Path], None],
    said: str,
) -> None:
    copy = Path(shutil.copytree(rotated, tmp_path / "copy"))
    falsify(copy)
    verdict, told = check(page, copy)
    assert (verdict, said in told) == ("bad", True), told
