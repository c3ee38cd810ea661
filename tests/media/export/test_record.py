"""One entry of the ledger, found and handed out: `record.json` and what both verifiers say of it."""

from __future__ import annotations

import json
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from mingcha import law
from mingcha.base.clock import US_PER_S
from mingcha.base.errors import Invalid, Unavailable
from mingcha.base.suites import SHA256_ED25519, SUITES, Suite
from mingcha.law.reader import LawReader
from mingcha.ledger.log import Keys, Log
from mingcha.ledger.notes import Cosigner, Signer
from mingcha.ledger.reader import LogReader
from mingcha.ledger.tiles import TILE_WIDTH
from mingcha.media.catalog.leaves import entry_text
from mingcha.media.export.proof import Ledger, Record, make_record
from mingcha.media.export.record import KINDS, place_of, zipped
from mingcha.media.export.verifiers import page_script, verifier
from tests.media.export.bundles import verify

AT_US = 1_790_000_000 * US_PER_S
CERTIFICATE = "dlc_0000000000000001"
A_DAY_US = 86_400 * US_PER_S


def deletion(at_us: int, certificate: str = CERTIFICATE, **more: object) -> bytes:
    ground = ["cn-2025-799 17 deletion", "cn-2025-799 15 para1 x(2)", "x"]
    rule = {"floor_us": 30 * A_DAY_US, "ceiling_us": 30 * A_DAY_US, "ground": ground}
    fields = {
        "certificate": certificate, "camera": "cam_0000000000000001", "role": "main", "numbers": [[5, 7], [9, 9]],
        "start_us": AT_US - 40 * A_DAY_US, "end_us": AT_US - 31 * A_DAY_US, "segments": 4, "bytes": 12_345,
        "root": "ab" * 32, "cause": "ceiling", "rule": rule, "law_version": "v1", "at_us": at_us, "fact": "fct_1",
    }  # fmt: skip
    return entry_text("deletion", {**fields, **more}).encode()


def segment(end_us: int) -> bytes:
    return entry_text("segment", {"number": 1, "start_us": end_us - 60 * US_PER_S, "end_us": end_us}).encode()


class Counting(LogReader):
    """`bundles_read`: how many were."""

    bundles_read = 0

    def bundle(self, index: int) -> list[bytes]:
        self.bundles_read += 1
        return super().bundle(index)


def made(directory: Path, entries: list[bytes], suite: Suite = SHA256_ED25519, changes: int = 0) -> Ledger:
    """A ledger of these entries, cosigned."""
    witness = Cosigner("witness.example", suite.generate())
    with Log.create(directory, "node.example/log", Keys(Signer("node.example/log", suite.generate()))) as log:
        log.append(entries)
        for n in range(changes):
            log.change_key(Signer(log.origin, suite.generate()), AT_US + n, "换钥")
        log.append([segment(AT_US)])
        log.add_cosignature(witness.sign(log.note.text, AT_US), witness.verifier)
        return Ledger(directory, log.keys.signer.verifier, (witness.verifier,))


LONG = 120 * TILE_WIDTH


def test_a_deletion_is_found_in_a_long_ledger_without_reading_it_all(tmp_path: Path) -> None:
    entries = [segment(AT_US + n * US_PER_S) for n in range(LONG)]
    entries[20_000] = deletion(AT_US + 19_950 * US_PER_S)  # by the time of deletion, which is behind
    entries[9_000:9_300] = [segment(AT_US - 365 * A_DAY_US)] * 300  # told late, after a crash
    ledger = made(tmp_path / "log", entries)
    reader = Counting(ledger.directory, LONG)
    assert place_of(reader, CERTIFICATE, AT_US + 19_950 * US_PER_S) == 20_000
    assert reader.bundles_read < 12
    with pytest.raises(Invalid, match="no such entry"):
        place_of(reader, CERTIFICATE, AT_US, most_bundles=5)
    assert place_of(reader, CERTIFICATE, None, most_bundles=None) == 20_000
    with pytest.raises(Unavailable, match="not hold this entry yet"):
        place_of(reader, "dlc_0000000000000002", AT_US + LONG * US_PER_S, most_bundles=5)
    with pytest.raises(Invalid, match="not the id"):
        place_of(reader, "cam_0000000000000001", AT_US)


def test_each_kind_is_found_by_its_own_id_alone(tmp_path: Path) -> None:
    ids = {"deletion": CERTIFICATE, "copy_deletion": "exp_0000000000000001", "loss": "fct_0000000000000001"}
    fields = {kind: {field: ids[kind], "at_us": AT_US} for kind, field in KINDS.values()}
    others = [entry_text("export", fields["copy_deletion"]), entry_text("hold", fields["loss"])]
    entries = [*others, *(entry_text(kind, told) for kind, told in fields.items())]
    reader = LogReader(made(tmp_path / "log", [one.encode() for one in entries]).directory, len(entries))
    assert [place_of(reader, ids[kind], AT_US) for kind in fields] == [2, 3, 4]


def given(record: Record, directory: Path) -> Path:
    with zipfile.ZipFile(BytesIO(zipped(record, {"certificate-en.pdf": b"%PDF"}, AT_US))) as archive:
        archive.extractall(directory)
    return directory


@pytest.fixture(scope="module", params=SUITES, ids=str)
def sound(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An unpacked certificate of a node of each suite, whose key has changed."""
    directory = tmp_path_factory.mktemp("record")
    entries = [segment(AT_US), deletion(AT_US), segment(AT_US)]
    return given(make_record(made(directory / "log", entries, request.param, changes=1), 1), directory / "given")


def test_a_certificate_is_told_in_both_languages(sound: Path) -> None:
    key = json.loads((sound / "record.json").read_text())["log_key"]
    english = verify(sound, "--lang", "en", "--key", key)
    assert english.returncode == 0, english.stdout + english.stderr
    for said in ("RESULT: genuine.", "recordings were deleted by the rule", "kept for at least 30 days", "5-7, 9",
                 "(State Council Order 799), art. 17\n", "art. 15 para. 1 (2)\n", CERTIFICATE, "ab" * 32,
                 "signed by witness.example", "certificate-en.pdf: for reading",
                 "signed by both the old and the new key"):  # fmt: skip
        assert said in english.stdout, (said, english.stdout)
    chinese = verify(sound, "--lang", "zh").stdout
    assert "结论：未发现改动" in chinese
    assert "第 15 条第 1 款第（2）项" in chinese


def change_entry(told: dict[str, Any]) -> None:
    told["record"]["entry"] = told["record"]["entry"].replace("12345", "12346")


def change_path(told: dict[str, Any]) -> None:
    told["record"]["proof"][0] = "00" * 32


def change_place(told: dict[str, Any]) -> None:
    told["record"]["index"] += 1


def change_checkpoint(told: dict[str, Any]) -> None:
    told["checkpoint"] = told["checkpoint"].replace("\n5\n", "\n6\n")


def other_kind(told: dict[str, Any]) -> None:
    told["record"]["entry"] = entry_text("segment", {})


def other_key(told: dict[str, Any]) -> None:
    told["key_changes"] = []


@pytest.mark.parametrize(
    ("falsify", "said"),
    [
        (change_entry, "This record is not in the ledger"),
        (change_path, "This record is not in the ledger"),
        (change_place, "This record is not in the ledger"),
        (change_checkpoint, "not signed by the ledger's key"),
        (other_kind, "This record is not what it should be: kind"),
        (other_key, "not signed by the ledger's key"),
    ],
)
def test_a_forged_certificate_is_refused(
    sound: Path, tmp_path: Path, falsify: Callable[[dict[str, Any]], None], said: str
) -> None:
    forged = Path(shutil.copytree(sound, tmp_path / "forged"))
    told = json.loads((forged / "record.json").read_text())
    falsify(told)
    (forged / "record.json").write_text(json.dumps(told))
    result = verify(forged, "--lang", "en")
    assert (result.returncode, "RESULT: NOT GENUINE" in result.stdout) == (1, True), result.stdout
    assert said in result.stdout


_HARNESS = """
const fs = require("fs"), copy = process.argv[2];
const given = fs.readdirSync(copy).map((name) => ["copy/" + name, new Blob([fs.readFileSync(copy + "/" + name)])]);
verdictOf(checkerOf(given, "", ""), () => 0).then(({ verdict, checker, fault }) => console.log(JSON.stringify(
  { verdict: verdict + checker.of, fault: fault ? fault.said(1) : "", said: fault ? [] : recordFacts(checker, 0) })));
"""


def test_the_page_says_the_same_as_the_script(sound: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.js"
    page.write_text(page_script() + _HARNESS)

    def judged(path: Path) -> dict[str, Any]:
        done = subprocess.run(["node", str(page), str(path)], capture_output=True, text=True, check=True)
        return dict(json.loads(done.stdout))

    told = judged(sound)
    assert told["verdict"] == "openrecord"
    script = verify(sound, "--lang", "zh").stdout
    assert all(value in script for _, value, *_ in told["said"])
    forged = Path(shutil.copytree(sound, tmp_path / "forged"))
    text = (forged / "record.json").read_text()
    (forged / "record.json").write_text(text.replace("12345", "12346"))
    assert judged(forged)["fault"] == "This record is not in the ledger"


def test_provisions_are_named_as_the_law_names_them() -> None:
    named = {one.id: [one.zh, one.en] for one in LawReader(law.current()).instruments()}
    assert json.dumps(named, ensure_ascii=False)[1:-1] in " ".join(verifier("verify.py").decode().split())
