"""`verify.html` of a copy in a browser without network: the genuine, and each falsification."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.media.export import falsifying as proofs
from tests.media.export.bundles import Bundle, bundle, rotated  # noqa: F401

pytestmark = pytest.mark.e2e


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    context = browser.new_context(locale="en-US", offline=True)
    yield context.new_page()
    context.close()


def check(page: Any, directory: Path) -> tuple[str, str]:
    """Open the page of the copy from the disk, give it all files; class of the verdict and all that it says."""
    page.goto((directory / "verify.html").as_uri())
    page.set_input_files(
        "#files", [str(path) for path in directory.iterdir() if path.suffix in (".json", ".mp4", ".pdf")]
    )
    page.click("button[type=submit]")
    page.wait_for_selector("#verdict.good, #verdict.bad, #verdict.part", timeout=60_000)
    return page.get_attribute("#verdict", "class"), page.inner_text("#result")


def test_a_genuine_copy_is_proven_in_both_languages(page: Any, bundle: Path) -> None:  # noqa: F811
    verdict, said = check(page, bundle)
    assert verdict == "good", said
    assert "Witnessed at" in page.inner_text("#facts")
    assert "witness.example" in said
    assert "certificate-en.pdf, certificate-zh.pdf, register.json: unchanged" in said
    assert "Copy ordered" in page.inner_text("table")
    page.click("#language")
    assert "结论：真实完整。" in page.inner_text("#verdict")


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
        (proofs.no_video, "was not chosen"),
        (proofs.forge_extract, "register.json was changed or exchanged"),
        (proofs.exchange_certificates, "certificate-en.pdf was changed or exchanged"),
        (proofs.no_papers_proof, "is not proven: papers.json is missing"),
        (proofs.forge_papers_checkpoint, "not signed by the ledger's key"),
        (proofs.no_stretch, "has no record in the ledger"),
        (proofs.strip_c2pa, "its head was changed"),
        (proofs.foreign_stamp, "The time stamp is of something else"),
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
    assert (verdict, "Changes of key, each signed by both" in said) == ("good", True), said


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
