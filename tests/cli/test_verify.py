"""`mingcha verify` as a person runs it."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from mingcha.base.keys import ledger_key
from mingcha.ledger.log import Keys, Log
from mingcha.ledger.notes import Cosigner, Signer
from mingcha.ledger.reader import LogReader
from mingcha.media.anchor.feeder import Change, Feeder, open_ledger
from tests.media.anchor.witnesses import cosigner, honest, saying, served
from tests.media.catalog.film import Film


def mingcha(data: Path, *words: str, command: str = "verify") -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("MINGCHA_")}
    line = [sys.executable, "-m", "mingcha.cli.main", command, *words]
    environ["MINGCHA_DATA_DIR"] = str(data)
    return subprocess.run(line, env=environ, capture_output=True, text=True, check=False)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data directory with two recordings and their ledger, by the node's own key."""
    film = Film(tmp_path)
    film.record(0)
    film.record(3)
    log = open_ledger(tmp_path / "ledger", lambda origin: Signer(origin, ledger_key(tmp_path)))

    def at_once(change: Change) -> None:
        change(film.catalog)

    Feeder(film.catalog, log, at_once).feed()
    log.close()
    film.close()
    return tmp_path


def test_a_sound_archive_ends_with_0_and_says_what_was_read(data: Path) -> None:
    result = mingcha(data)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("2 entries of the ledger and 2 recordings compared")
    assert "\n2 recordings read" in result.stdout
    assert not (data / "verify.json").exists()


def test_a_changed_bit_ends_with_1_and_is_named(data: Path) -> None:
    (path,) = [path for path in (data / "store").rglob("0000000002.mp4")]
    path.chmod(0o644)
    changed = bytearray(path.read_bytes())
    changed[len(changed) // 2] ^= 1
    path.write_bytes(changed)
    result = mingcha(data)
    assert result.returncode == 1
    assert "file.changed" in result.stdout
    assert "recording 2 of cam_" in result.stdout
    finding = json.loads(mingcha(data, "--json").stdout.splitlines()[0])
    assert (finding["code"], finding["number"]) == ("file.changed", 2)


def test_bad_words_and_a_missing_ledger_say_what_to_do(data: Path, tmp_path: Path) -> None:
    assert "--sample is a percentage" in mingcha(data, "--sample", "0").stderr
    assert "has anything been recorded here" in mingcha(tmp_path / "empty").stderr
    (data / "ledger").rename(data / "away")
    missing = mingcha(data)
    assert (missing.returncode, "--no-ledger" in missing.stderr) == (2, True)
    assert mingcha(data, "--no-ledger").returncode == 0


def test_a_forged_ledger_is_refused(data: Path) -> None:
    tile = next(path for path in (data / "ledger" / "tile" / "0").rglob("*") if path.is_file())
    forged = bytearray(tile.read_bytes())
    forged[5] ^= 1
    tile.write_bytes(forged)
    result = mingcha(data)
    assert (result.returncode, "not those its checkpoint was signed over" in result.stderr) == (2, True)


def test_a_recording_taken_out_with_its_row_is_named_without_reading_any(data: Path) -> None:
    (path,) = [path for path in (data / "store").rglob("0000000002.mp4")]
    path.unlink()
    with sqlite3.connect(data / "catalog.db") as connection:
        connection.execute("DELETE FROM segment WHERE number = 2")
    connection.close()
    result = mingcha(data, "--metadata")
    assert result.returncode == 1
    assert "archive.vanished" in result.stdout
    assert "recordings read" not in result.stdout


def make_ledger_again(data: Path) -> None:
    """What somebody with all files and keys can do: another history of the same length, in order by itself."""
    directory = data / "ledger"
    origin = Log.origin_of(directory)
    entries = list(LogReader(directory, 2).entries(0, 2))
    shutil.rmtree(directory)
    with Log.create(directory, origin, Keys(Signer(origin, ledger_key(data)))) as log:
        log.append([entries[0], entries[1].replace(b'"frames":15', b'"frames":14', 1)])


def name_witness(data: Path, url: str, own: Cosigner) -> None:
    (data / "witnesses.json").write_text(json.dumps([{"url": url, "key": own.verifier.text}]))


def test_a_witness_that_saw_the_ledger_is_asked_whether_it_is_still_the_same(data: Path) -> None:
    own = cosigner()
    key = Signer(Log.origin_of(data / "ledger"), ledger_key(data)).verifier
    with served(honest(data / "memory", own, log=key)) as url:
        name_witness(data, url, own)
        first = mingcha(data)
        assert (first.returncode, "saw nothing of this ledger before" in first.stdout) == (1, True)
        again = mingcha(data)
        assert (again.returncode, "the 2 entries it saw before are unchanged" in again.stdout) == (0, True)
        make_ledger_again(data)
        changed = mingcha(data)
        assert (changed.returncode, "witness.fork" in changed.stdout) == (1, True)
    away = mingcha(data)
    assert (away.returncode, "witness.away" in away.stdout) == (1, True)
    silent = mingcha(data, "--no-witness")
    assert (silent.returncode, "witness" in silent.stdout) == (0, False)


def test_a_ledger_that_was_cut_short_is_told_by_its_witness(data: Path) -> None:
    own = cosigner()
    with served(saying(409, b"7\n")) as url:
        name_witness(data, url, own)
        cut = mingcha(data, "--metadata")
    assert (cut.returncode, "has cosigned 7 entries, here are 2" in cut.stdout) == (1, True)


def test_without_a_witness_it_says_who_alone_vouches(data: Path) -> None:
    assert "no witness is named" in mingcha(data).stdout


def test_a_lost_catalog_is_made_again_and_what_is_gone_is_told(data: Path) -> None:
    for path in data.glob("catalog.db*"):
        path.unlink()
    made = mingcha(data, "--rebuild", command="check")
    assert (made.returncode, "from 2 entries of the ledger: 2 recordings" in made.stdout) == (0, True)
    assert mingcha(data).returncode == 0
    for path in [*data.glob("catalog.db*"), *(data / "store").rglob("0000000002.mp4")]:
        path.unlink()
    made = mingcha(data, "--rebuild", command="check")
    assert made.returncode == 1
    assert "lost: 1 recordings of cam_" in made.stdout
    assert mingcha(data).returncode == 0


def test_a_damaged_ledger_makes_no_catalog(data: Path) -> None:
    for path in data.glob("catalog.db*"):
        path.unlink()
    (bundle,) = (data / "ledger" / "tile" / "entries").rglob("2")
    bundle.write_bytes(bundle.read_bytes().replace(b'"frames":15', b'"frames":16', 1))
    refused = mingcha(data, "--rebuild", command="check")
    assert refused.returncode == 2
    assert "ledger is damaged" in refused.stderr
    assert mingcha(data, "--rebuild", "--no-ledger", command="check").returncode == 0
