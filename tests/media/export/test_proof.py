"""The bundle of a copy, checked by `verify.py` in a Python of its own, and every way to falsify it."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mingcha.base.errors import Unavailable
from mingcha.base.keys import make_keys
from mingcha.base.provenance import provenance_credentials
from mingcha.base.suites import SHA256_ED25519, SUITES, Suite
from mingcha.base.timerange import TimeRange
from mingcha.ledger.log import Log
from mingcha.ledger.merkle import leaf_hash, tree_root
from mingcha.ledger.notes import Cosigner, Signer, Verifier
from mingcha.media.anchor.feeder import Change, Feeder, open_ledger
from mingcha.media.catalog.leaves import add_leaf
from mingcha.media.export.copying import export_range
from mingcha.media.export.proof import Ledger, manifest_hash, write_papers, write_proof
from mingcha.media.export.provenance import Provenance
from mingcha.wire.extract import QuotedEntry, QuotedStretch, audit_paths, dump
from tests.media.playback.archive import CAMERA, START_US, Archive
from tests.media.playback.clips import clip
from tests.media.playback.server import at

KEYS = {suite: suite.generate() for suite in SUITES}
WITNESSES = {suite: Cosigner("witness.example", suite.generate()) for suite in SUITES}
SIGNED_US = 1_795_000_000_000_000


class Bundle:
    """A copy with its proof, and the ledger it is proven by."""

    def __init__(
        self,
        directory: Path,
        *,
        suite: Suite = SHA256_ED25519,
        witnessed: bool = True,
        leave_open: bool = False,
        to_s: float = 15.0,
        changes: int = 0,
        papers: bool = True,
        export: str = "exp_0000000000000001",
    ) -> None:
        self.archive = Archive(directory / "archive")
        media = clip(seconds=4)
        self.archive.record(media, loops=2)
        # The second stretch begins two seconds after the first has ended.
        self.archive.record(media, start_us=START_US + 10_000_000, loops=2, leave_open=leave_open)
        self.archive.catalog.add_gap(CAMERA, "main", at(8), at(10), "camera_lost")
        self.archive.clock.advance(3_600_000_000)
        self.ledger: Log = open_ledger(directory / "ledger", lambda origin: Signer(origin, KEYS[suite]))
        self.feed()
        for n in range(changes):
            self.ledger.change_key(Signer(self.ledger.origin, suite.generate()), SIGNED_US + n, "换钥")
        self.path, self.export = directory / "copy", export
        make_keys(directory)
        credentials = provenance_credentials(directory, SIGNED_US)
        export_range(
            self.archive.footage,
            CAMERA,
            "main",
            TimeRange(at(1.5), at(to_s)),
            self.path,
            clock=self.archive.clock,
            min_free_bytes=0,
            camera_name="东门",
            signed_by=Provenance(credentials, {"origin": self.ledger.origin}),
        )
        self.key = self.ledger.keys.signer.verifier
        witness = WITNESSES[suite]
        index = self.enter_export()
        if witnessed:
            self.ledger.add_cosignature(witness.sign(self.ledger.note.text, SIGNED_US), witness.verifier)
        given = Ledger(directory / "ledger", self.key, (witness.verifier,))
        self.proven = write_proof(self.path, self.archive.footage, given, index)
        if papers:
            self.enclose(given)
            if witnessed:
                self.ledger.add_cosignature(witness.sign(self.ledger.note.text, SIGNED_US), witness.verifier)
            write_papers(self.path, given, self.ledger.size - 1, [self.ledger.size - 2])

    def enclose(self, given: Ledger) -> None:
        """The office's papers: two entries of a stretch of five, and two certificates."""
        texts = [
            json.dumps(
                {"id": n, "act": "viewing.export_ordered", "at_us": at(n), "actor": {"id": "per_1", "name": "王"}}
            )
            for n in range(11, 16)
        ]
        root = tree_root([leaf_hash(text.encode()) for text in texts]).hex()
        self.enter("register", first=11, last=15, root=root, at_us=SIGNED_US)
        stretch = QuotedStretch(11, 15, len(texts), self.ledger.size - 1)
        paths, same = audit_paths(texts, [1, 4])
        assert same == root
        entries = [
            QuotedEntry(11 + n, texts[n], stretch, n, path, {"zh": "申请复制", "en": "Copy ordered"})
            for n, path in zip([1, 4], paths, strict=True)
        ]
        (self.path / "register.json").write_bytes(dump(self.export, entries))
        for name in ("certificate-zh.pdf", "certificate-en.pdf"):
            (self.path / name).write_bytes(b"%PDF " + name.encode())
        names = ("register.json", "certificate-zh.pdf", "certificate-en.pdf")
        files = {name: hashlib.sha256((self.path / name).read_bytes()).hexdigest() for name in names}
        self.enter("copy_papers", export=self.export, manifest_sha256=manifest_hash(self.path), files=files)

    def enter(self, kind: str, **fields: object) -> None:
        with self.archive.catalog.transaction() as connection:
            add_leaf(connection, kind, fields)
        self.feed()

    def feed(self) -> None:
        def at_once(change: Change) -> None:
            change(self.archive.catalog)

        while Feeder(self.archive.catalog, self.ledger, at_once).feed():
            pass

    def enter_export(self) -> int:
        self.enter("export", export=self.export, manifest_sha256=manifest_hash(self.path))
        return self.ledger.size - 1

    def close(self) -> None:
        self.ledger.close()
        self.archive.close()


def verify(path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """As its receiver would: another Python, without our packages."""
    command = [sys.executable, "-I", "-S", str(path / "verify.py"), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")


@pytest.fixture(scope="module", params=SUITES, ids=str)
def bundle(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound copy, of a node of each suite; tests work on copies of it."""
    made = Bundle(tmp_path_factory.mktemp("bundle"), suite=request.param)
    made.close()
    return made.path


@pytest.fixture
def copy(bundle: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(bundle, tmp_path / "copy"))


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


def manifest(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((path / "manifest.json").read_text())
    return found


def video(path: Path) -> Path:
    return path / str(manifest(path)["files"][0]["name"])


def parts(path: Path) -> list[dict[str, Any]]:
    return [part for segment in manifest(path)["files"][0]["segments"] for part in segment["parts"]]


def flip(path: Path, offset: int) -> None:
    data = bytearray(path.read_bytes())
    data[offset] ^= 1
    path.write_bytes(data)


def flip_picture(path: Path) -> None:
    part = parts(path)[3]
    flip(video(path), part["offset"] + part["bytes"] // 2)


def flip_head(path: Path) -> None:
    flip(video(path), 40)


def swap_parts(path: Path) -> None:
    one, other = parts(path)[2:4]
    data = video(path).read_bytes()
    begin, middle, end = one["offset"], other["offset"], other["offset"] + other["bytes"]
    video(path).write_bytes(data[:begin] + data[middle:end] + data[begin:middle] + data[end:])


def drop_part(path: Path) -> None:
    part = parts(path)[4]
    data = video(path).read_bytes()
    video(path).write_bytes(data[: part["offset"]] + data[part["offset"] + part["bytes"] :])


def add_bytes(path: Path) -> None:
    with video(path).open("ab") as out:
        out.write(b"\0\0\0\x08free")


def cut_end(path: Path) -> None:
    data = video(path).read_bytes()
    video(path).write_bytes(data[:-1])


def change_manifest(path: Path) -> None:
    text = (path / "manifest.json").read_text()
    (path / "manifest.json").write_text(text.replace("camera_lost", "recorder_stopped"))


def forge(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    proof = json.loads((path / "proof.json").read_text())
    change(proof)
    (path / "proof.json").write_text(json.dumps(proof))


def forge_root(path: Path) -> None:
    """The picture is changed and the lists are made to agree: the ledger does not."""
    flip_picture(path)
    part = parts(path)[3]
    data = video(path).read_bytes()[part["offset"] : part["offset"] + part["bytes"]]
    digest = hashlib.sha256(data).hexdigest()

    def change(proof: dict[str, Any]) -> None:
        for segment in proof["segments"]:
            segment["leaves"] = [digest if leaf == part["sha256"] else leaf for leaf in segment["leaves"]]

    forge(path, change)


def foreign_segment(path: Path) -> None:
    """The proof of one recording is offered for another."""

    def change(proof: dict[str, Any]) -> None:
        first, second = proof["segments"][:2]
        second.update({**first, "number": second["number"]})

    forge(path, change)


def no_proof(path: Path) -> None:
    forge(path, lambda proof: proof["segments"].pop())


def forge_checkpoint(path: Path) -> None:
    def change(proof: dict[str, Any]) -> None:
        lines = proof["checkpoint"].split("\n")
        proof["checkpoint"] = "\n".join([lines[0], str(int(lines[1]) + 1), *lines[2:]])

    forge(path, change)


def forge_witness(path: Path) -> None:
    def change(proof: dict[str, Any]) -> None:
        own = Verifier.from_text(proof["witness_keys"][0])
        other = Cosigner(own.name, own.type.suite.generate())
        lines = proof["checkpoint"].rstrip("\n").split("\n")
        text = proof["checkpoint"].partition("\n\n")[0] + "\n"
        forged = other.sign(text, SIGNED_US)
        raw = type(forged)(forged.name, own.key_id, forged.signature)
        proof["checkpoint"] = "\n".join([*lines[:-1], raw.line.rstrip()]) + "\n"

    forge(path, change)


def no_video(path: Path) -> None:
    video(path).unlink()


def no_json(path: Path) -> None:
    (path / "proof.json").write_text("{")


def edit(path: Path, name: str, change: Callable[[dict[str, Any]], None]) -> None:
    told = json.loads((path / name).read_text())
    change(told)
    (path / name).write_text(json.dumps(told))


def forge_extract(path: Path) -> None:
    edit(path, "register.json", lambda told: told["entries"][0].update(number=13))


def forge_extract_and_its_hash(path: Path) -> None:
    """Its hash is made to agree; the ledger's record does not."""
    forge_extract(path)
    digest = hashlib.sha256((path / "register.json").read_bytes()).hexdigest()

    def change(told: dict[str, Any]) -> None:
        entry = json.loads(told["papers"]["entry"])
        entry["files"]["register.json"] = digest
        told["papers"]["entry"] = json.dumps(entry)

    edit(path, "papers.json", change)


def exchange_certificates(path: Path) -> None:
    data = (path / "certificate-zh.pdf").read_bytes()
    (path / "certificate-zh.pdf").write_bytes((path / "certificate-en.pdf").read_bytes())
    (path / "certificate-en.pdf").write_bytes(data)


def no_certificate(path: Path) -> None:
    (path / "certificate-zh.pdf").unlink()


def no_papers_proof(path: Path) -> None:
    (path / "papers.json").unlink()


def forge_papers_checkpoint(path: Path) -> None:
    def change(told: dict[str, Any]) -> None:
        lines = told["checkpoint"].split("\n")
        told["checkpoint"] = "\n".join([lines[0], str(int(lines[1]) + 1), *lines[2:]])

    edit(path, "papers.json", change)


def no_stretch(path: Path) -> None:
    edit(path, "papers.json", lambda told: told["register"].clear())


def strip_c2pa(path: Path) -> None:
    """As a program would that takes metadata away: the box becomes free room."""
    data = bytearray(video(path).read_bytes())
    at_byte = data.index(b"uuid")
    data[at_byte : at_byte + 4] = b"free"
    video(path).write_bytes(data)


def foreign_stamp(path: Path) -> None:
    def change(told: dict[str, Any]) -> None:
        token = base64.b64encode(hashlib.sha256(b"something else").digest()).decode()
        told["timestamps"] = [
            {"authority": "tsa.example", "checkpoint": told["checkpoint"], "token": token, "stamped_us": SIGNED_US}
        ]

    edit(path, "proof.json", change)


def other_suite(path: Path) -> None:
    """The checkpoint says that its tree is hashed otherwise than its key's suite hashes."""

    def change(proof: dict[str, Any]) -> None:
        lines = proof["checkpoint"].split("\n")
        proof["checkpoint"] = "\n".join([*lines[:3], "suite md5-rsa", *lines[3:]])

    forge(path, change)


@pytest.mark.parametrize(
    ("falsify", "said"),
    [
        (flip_picture, "The pictures were changed: {name} at byte {offset}"),
        (flip_head, "its head was changed"),
        (swap_parts, "The pictures were changed"),
        (drop_part, "bytes are missing"),
        (add_bytes, "8 bytes were added at its end"),
        (cut_end, "1 bytes are missing"),
        (change_manifest, "manifest.json was changed"),
        (forge_root, "are not those in the ledger"),
        (foreign_segment, "of another camera or time"),
        (no_proof, "there is no proof of recording"),
        (forge_checkpoint, "not signed by the ledger's key"),
        (other_suite, "not signed by the ledger's key"),
        (forge_witness, "signature of the witness witness.example is false"),
        (no_video, "cannot be read"),
        (no_json, "cannot be read"),
        (forge_extract, "register.json was changed or exchanged"),
        (forge_extract_and_its_hash, "The record of the papers is not in the ledger"),
        (exchange_certificates, "certificate-en.pdf was changed or exchanged"),
        (no_certificate, "certificate-zh.pdf is missing"),
        (no_papers_proof, "is not proven: papers.json is missing"),
        (forge_papers_checkpoint, "not signed by the ledger's key"),
        (no_stretch, "has no record in the ledger"),
        (strip_c2pa, "its head was changed"),
        (foreign_stamp, "The time stamp is of something else"),
    ],
)
def test_every_falsification_is_named(copy: Path, falsify: Callable[[Path], None], said: str) -> None:
    part, name = parts(copy)[3], video(copy).name
    falsify(copy)
    result = verify(copy, "--lang", "en")
    assert result.returncode == 1, result.stdout
    assert "RESULT: NOT GENUINE" in result.stdout
    assert said.format(name=name, offset=part["offset"]) in result.stdout
    assert "Traceback" not in result.stdout + result.stderr
    if falsify in (flip_picture, change_manifest, exchange_certificates):
        assert "结论：不真实。" in verify(copy, "--lang", "zh").stdout


@pytest.fixture(scope="module", params=SUITES, ids=str)
def rotated(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of a ledger whose key was changed twice."""
    made = Bundle(tmp_path_factory.mktemp("rotated"), suite=request.param, changes=2)
    made.close()
    return made.path


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


def hand_over_to_a_stranger(path: Path) -> None:
    def change(proof: dict[str, Any]) -> None:
        told = json.loads(proof["key_changes"][1]["entry"])
        own = Verifier.from_text(told["new"])
        told["new"] = Signer(own.name, own.type.suite.generate()).verifier.text
        proof["key_changes"][1]["entry"] = json.dumps(told)

    forge(path, change)


def leave_a_change_out(path: Path) -> None:
    forge(path, lambda proof: proof["key_changes"].pop(0))


def move_a_change(path: Path) -> None:
    def change(proof: dict[str, Any]) -> None:
        proof["key_changes"][1]["index"] -= 1

    forge(path, change)


def falsify_a_change_s_proof(path: Path) -> None:
    def change(proof: dict[str, Any]) -> None:
        proof["key_changes"][1]["proof"][0] = "00" * 32

    forge(path, change)


KEY_FALSIFICATIONS = [
    (hand_over_to_a_stranger, "is not signed by both keys"),
    (leave_a_change_out, "not signed by the ledger's key"),
    (move_a_change, "is not signed by both keys"),
    (falsify_a_change_s_proof, "The record of a change of key is not in the ledger"),
]


@pytest.mark.parametrize(("falsify", "said"), KEY_FALSIFICATIONS)
def test_every_false_change_of_key_is_named(
    rotated: Path, tmp_path: Path, falsify: Callable[[Path], None], said: str
) -> None:
    copy = Path(shutil.copytree(rotated, tmp_path / "copy"))
    falsify(copy)
    result = verify(copy, "--lang", "en")
    assert result.returncode == 1, result.stdout
    assert said in result.stdout
    assert "Traceback" not in result.stdout + result.stderr
