"""A copy with its proof: made once for all tests that read it, and copied for those that falsify it."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mingcha.base.keys import make_keys
from mingcha.base.provenance import provenance_credentials
from mingcha.base.suites import SHA256_ED25519, SUITES, Suite
from mingcha.base.timerange import TimeRange
from mingcha.ledger.log import Log
from mingcha.ledger.merkle import leaf_hash, tree_root
from mingcha.ledger.notes import Cosigner, Signer
from mingcha.media.anchor.feeder import Change, Feeder, open_ledger
from mingcha.media.anchor.timestamps import Authority, read_roots
from mingcha.media.catalog.leaves import add_leaf
from mingcha.media.export.copying import export_range
from mingcha.media.export.proof import Ledger, TimeStamp, manifest_hash, write_papers, write_proof
from mingcha.media.export.provenance import Provenance
from mingcha.wire.extract import QuotedEntry, QuotedStretch, audit_paths, dump
from tests.media.playback.archive import CAMERA, START_US, Archive
from tests.media.playback.clips import clip
from tests.media.playback.server import at
from tests.support.tsa import Tsa

KEYS = {suite: suite.generate() for suite in SUITES}
WITNESSES = {suite: Cosigner("witness.example", suite.generate()) for suite in SUITES}
SIGNED_US = 1_795_000_000_000_000


def two_stretches(directory: Path, *, leave_open: bool) -> Archive:
    """The second begins two seconds after the first has ended."""
    archive = Archive(directory)
    media = clip(seconds=4)
    archive.record(media, loops=2)
    archive.record(media, start_us=START_US + 10_000_000, loops=2, leave_open=leave_open)
    archive.catalog.add_gap(CAMERA, "main", at(8), at(10), "camera_lost")
    archive.clock.advance(3_600_000_000)
    return archive


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
        tsa: Tsa | None = None,
        stamped: str = "before",
    ) -> None:
        """`stamped`: the time stamp is over the ledger as it stood at the ``start``, ``before`` the copy's record, or
        ``after`` it and more."""
        self.archive = two_stretches(directory / "archive", leave_open=leave_open)
        self.ledger: Log = open_ledger(directory / "ledger", lambda origin: Signer(origin, KEYS[suite]))
        self.stamps: list[TimeStamp] = []
        if stamped == "start":
            self.ledger.append([b"{}"])
            self.stamp(tsa)
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
        if stamped == "before":
            self.stamp(tsa)
        index = self.enter_export()
        if witnessed:
            self.ledger.add_cosignature(witness.sign(self.ledger.note.text, SIGNED_US), witness.verifier)
        given = Ledger(directory / "ledger", self.key, (witness.verifier,))
        if stamped == "after":
            self.keep_cosigned()
            self.enter("clock", at_us=SIGNED_US)
            self.stamp(tsa)
        self.proven = write_proof(
            self.path, self.archive.footage, given, index, lambda _: next(iter(self.stamps), None)
        )
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

    def stamp(self, tsa: Tsa | None) -> None:
        if tsa is not None:
            made = Authority(tsa.url, read_roots(tsa.roots)).stamp(self.ledger.size, self.ledger.own_note.encode())
            token = base64.b64decode(made.token)
            self.stamps.append(TimeStamp(made.size, made.checkpoint, token, made.stamped_us, made.authority))

    def keep_cosigned(self) -> None:
        """The checkpoint that a witness has signed stays, whatever comes after it."""
        directory = self.path.with_name("ledger")
        (directory / "cosigned").write_bytes((directory / "checkpoint").read_bytes())

    def close(self) -> None:
        self.ledger.close()
        self.archive.close()


def verify(path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """As its receiver would: another Python, without our packages."""
    command = [sys.executable, "-I", "-S", str(path / "verify.py"), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")


@pytest.fixture(scope="session", params=SUITES, ids=str)
def bundle(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound copy, of a node of each suite; tests work on copies of it."""
    made = Bundle(tmp_path_factory.mktemp("bundle"), suite=request.param)
    made.close()
    return made.path


@pytest.fixture
def copy(bundle: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(bundle, tmp_path / "copy"))


@pytest.fixture(scope="session", params=SUITES, ids=str)
def rotated(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of a ledger whose key was changed twice."""
    made = Bundle(tmp_path_factory.mktemp("rotated"), suite=request.param, changes=2)
    made.close()
    return made.path
