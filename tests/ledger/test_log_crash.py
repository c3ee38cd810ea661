"""Crashes: a log cut off after any file operation, its undurable names lost or kept at random, opens as it was before
or after the append, and nothing that was acknowledged is missing."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import pytest

from mingcha.base.suites import SHA256_ED25519
from mingcha.ledger.checkpoints import open_signed
from mingcha.ledger.disk import Disk
from mingcha.ledger.fsck import check
from mingcha.ledger.keychange import known_changes
from mingcha.ledger.log import Keys, Log
from mingcha.ledger.notes import Signer
from tests.ledger.support import KEYS, ORIGIN, SIGNER, entries, entry, log_of, root_of

NEW = Signer(SIGNER.verifier.name, SHA256_ED25519.generate())


class PowerCut(Exception):
    """The machine stopped here."""


class FragileDisk(Disk):
    """Stops after a number of operations. Then names that were not synced are lost or kept, as a real disk may do."""

    def __init__(self, operations: int) -> None:
        self.left = operations
        self._unsynced: list[tuple[Path, bytes | None]] = []

    def _step(self) -> None:
        if self.left == 0:
            raise PowerCut
        self.left -= 1

    def rename(self, source: Path, target: Path) -> None:
        self._step()
        before = target.read_bytes() if target.exists() else None
        super().rename(source, target)
        self._unsynced.append((target, before))

    def sync(self, directories: Iterable[Path]) -> None:
        for directory in directories:
            self._step()
            super().sync([directory])
            self._unsynced = [(path, before) for path, before in self._unsynced if path.parent != directory]

    def lose_names(self, chance: random.Random) -> None:
        """What a power cut does to names not yet durable: each is as it was, or as it was to be."""
        for path, before in reversed(self._unsynced):
            if chance.random() < 0.5:
                path.unlink(missing_ok=True)
                if before is not None:
                    path.write_bytes(before)


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """A log of 250 entries to copy from."""
    log_of(tmp_path / "sound", 250).close()
    return tmp_path / "sound"


def size_after_crash(directory: Path, operations: int, seed: int) -> tuple[int, bool]:
    """Append 300 to a log of 250 with a disk that stops; the size afterwards, and whether it was acknowledged."""
    disk = FragileDisk(operations)
    log = Log.open(directory, KEYS, disk)
    acknowledged = False
    try:
        log.append(entries(250, 550))
        acknowledged = True
    except PowerCut:
        disk.lose_names(random.Random(seed))
    log.close()
    with Log.open(directory, KEYS) as log:
        assert log.root == root_of(log.size)
        size = log.size
        log.append(entries(size, size + 40))
        assert log.root == root_of(size + 40)
        found = check(directory, open_signed(log.note.encode(), ORIGIN, KEYS.trusted).checkpoint)
    assert found.findings == []
    return size, acknowledged


def test_a_power_cut_after_any_operation_leaves_the_old_log_or_the_new(sound: Path, tmp_path: Path) -> None:
    sizes = []
    for operations in range(24):
        for seed in range(3):
            directory = Path(shutil.copytree(sound, tmp_path / f"{operations}-{seed}"))
            size, acknowledged = size_after_crash(directory, operations, seed)
            assert size in (250, 550)
            assert size == 550 or not acknowledged
            sizes.append((size, acknowledged))
    # The sweep began before the first operation and reached beyond the last, else it proved little.
    assert sizes[0] == (250, False)
    assert sizes[-1] == (550, True)


def append_until_it_stops(log: Log) -> None:
    while True:
        log.append([b"never acknowledged"] * 300)


def test_an_append_that_was_cut_off_may_be_followed_by_another_one(sound: Path, tmp_path: Path) -> None:
    for operations in range(12):
        directory = Path(shutil.copytree(sound, tmp_path / str(operations)))
        with Log.open(directory, KEYS, FragileDisk(operations)) as log, pytest.raises(PowerCut):
            append_until_it_stops(log)
        with Log.open(directory, KEYS) as log:
            size = log.size
            log.append(entries(0, 700))
            result = check(directory, open_signed(log.note.encode(), ORIGIN, KEYS.trusted).checkpoint)
            assert list(log.reader().entries(size, size + 700)) == entries(0, 700)
        assert (result.entries, result.findings) == (size + 700, [])


WRITER = """
import sys
from pathlib import Path
from mingcha.base.suites import SHA256_ED25519
from mingcha.ledger.keychange import known_changes
from mingcha.ledger.log import Keys, Log
from mingcha.ledger.notes import Signer
from tests.ledger.support import KEYS, entries
with Log.open(Path(sys.argv[1]), KEYS) as log:
    while True:
        log.append(entries(log.size, log.size + 37))
        print(log.size, flush=True)
"""


def test_a_killed_writer_loses_nothing_it_acknowledged(tmp_path: Path) -> None:
    log_of(tmp_path).close()
    chance = random.Random(7)
    acknowledged = 0
    root = Path(__file__).resolve().parents[2]
    environ = {**os.environ, "PYTHONPATH": f"{root / 'src'}{os.pathsep}{root}"}
    for _ in range(4):
        child = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, env=environ, cwd=root
        )
        assert child.stdout is not None
        acknowledged = int(child.stdout.readline())
        time.sleep(chance.random() * 0.2)
        child.send_signal(signal.SIGKILL)
        said = child.communicate()[0].split()
        acknowledged = int(said[-1]) if said else acknowledged
        with Log.open(tmp_path, KEYS) as log:
            assert log.size >= acknowledged
            assert log.root == root_of(log.size)
            assert log.reader().entry(log.size - 1) == entry(log.size - 1)


def size_after_crashed_change(directory: Path, operations: int, seed: int) -> tuple[int, int]:
    """Change the key of a log of 250 with a disk that stops, then again as the recorder would; sizes after the crash
    and at the end."""
    disk = FragileDisk(operations)
    with Log.open(directory, KEYS, disk) as log:
        try:
            log.change_key(NEW, 7)
        except PowerCut:
            disk.lose_names(random.Random(seed))
    with Log.open(directory, KEYS) as log:
        size = log.size
        done = [change for change in known_changes(log.reader(), ORIGIN) if change.new == NEW.verifier]
        if not done:
            log.append(entries(size, size + 2))
            log.change_key(NEW, 8)
        log.go_on_as(NEW)
        log.append(entries(0, 3))
        assert [change.new for change in known_changes(log.reader(), ORIGIN)] == [NEW.verifier]
        found = check(directory, open_signed(log.note.encode(), ORIGIN, [NEW.verifier]).checkpoint)
        assert found.findings == []
    with Log.open(directory, Keys(NEW)) as log:
        assert log.keys.trusted == [NEW.verifier, SIGNER.verifier]
        return size, log.size


def test_a_power_cut_while_the_key_changes_leaves_one_change(sound: Path, tmp_path: Path) -> None:
    sizes = []
    for operations in range(14):
        for seed in range(2):
            directory = Path(shutil.copytree(sound, tmp_path / f"{operations}-{seed}"))
            sizes.append(size_after_crashed_change(directory, operations, seed))
    assert sizes[0] == (250, 256)
    assert sizes[-1] == (251, 254)
    assert set(sizes) == {(250, 256), (251, 254)}
