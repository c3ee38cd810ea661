"""`mingcha certificate`: from ledger and keys alone, so that a lost or rebuilt catalog does not matter."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from mingcha.base.keys import ledger_key, make_keys
from mingcha.cli.main import main
from mingcha.ledger.log import Keys, Log
from mingcha.ledger.notes import Signer
from mingcha.media.catalog import Catalog
from tests.media.export.test_record import AT_US, CERTIFICATE, deletion, segment
from tests.support.clock import manual_clock


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    make_keys(tmp_path)
    monkeypatch.setenv("MINGCHA_DATA_DIR", str(tmp_path))
    with Log.create(tmp_path / "ledger", "mingcha/test", Keys(Signer("mingcha/test", ledger_key(tmp_path)))) as log:
        log.append([segment(AT_US), deletion(AT_US), segment(AT_US)])
    return tmp_path


def test_it_is_made_without_any_catalog(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = data / "given.zip"
    assert main(["certificate", CERTIFICATE, "--out", str(out)]) == 0
    assert "ledger entry 1" in capsys.readouterr().out
    with zipfile.ZipFile(out) as packed:
        assert json.loads(packed.read("record.json"))["record"]["index"] == 1
        assert packed.getinfo("verify.py").external_attr >> 16 == 0o100755
    assert main(["certificate", CERTIFICATE, "--out", str(out)]) == 2
    assert "is there already" in capsys.readouterr().err


def test_the_register_is_told(data: Path) -> None:
    catalog = Catalog(data / "catalog.db", manual_clock())
    assert main(["certificate", CERTIFICATE, "--out", str(data / "given.zip")]) == 0
    told = [fact.detail for fact in catalog.facts_after(0) if fact.kind == "local.upkeep"]
    catalog.close()
    assert [(one["act"], one["certificate"]) for one in told] == [("ledger.record_taken", CERTIFICATE)]


@pytest.mark.parametrize(
    ("given", "said"), [("dlc_0000000000000009", "holds no such entry"), ("cam_0000000000000001", "is not the id")]
)
def test_what_is_not_there_is_said(data: Path, capsys: pytest.CaptureFixture[str], given: str, said: str) -> None:
    assert main(["certificate", given, "--out", str(data / "given.zip")]) == 2
    assert said in capsys.readouterr().err
    assert not (data / "given.zip").exists()
