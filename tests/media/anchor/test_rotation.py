"""A key that waits is taken by whoever writes the ledger, once, whatever step a crash comes after."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mingcha.base import keys
from mingcha.base.errors import Unavailable
from mingcha.base.suites import SM3_SM2
from mingcha.ledger.keychange import known_changes
from mingcha.ledger.log import Log
from mingcha.ledger.notes import Signer
from mingcha.media.anchor.feeder import open_ledger
from mingcha.media.anchor.rotation import change_waiting_key


@pytest.fixture(autouse=True)
def suite(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINGCHA_SUITE", "sm3-sm2")


def opened(data: Path) -> Log:
    key = keys.ledger_key(data)
    return open_ledger(data / "ledger", lambda origin: Signer(origin, key))


def ask(data: Path) -> None:
    keys.make_signing_key(data, keys.NEXT_KEY, SM3_SM2.generate(), "年度更换")


def test_nothing_waits_most_of_the_time(tmp_path: Path) -> None:
    with opened(tmp_path) as log:
        assert change_waiting_key(log, tmp_path, 7) is None
        assert log.size == 0


def test_the_waiting_key_signs_from_now_on(tmp_path: Path) -> None:
    with opened(tmp_path) as log:
        log.append([b"one"])
        before = keys.ledger_key(tmp_path)
        ask(tmp_path)
        change = change_waiting_key(log, tmp_path, 7)
        assert change is not None
        assert (change.index, change.reason) == (1, "年度更换")
        assert keys.next_ledger_key(tmp_path) is None
        assert keys.ledger_key(tmp_path).public == change.new.public
        (retired,) = keys.retired_ledger_keys(tmp_path)
        assert keys.read_signing_key(tmp_path, retired.name).raw == before.raw
        assert retired.stat().st_mode & 0o777 == 0o600
        log.append([b"two"])
    with opened(tmp_path) as log:
        assert (log.size, log.keys.signer.verifier) == (3, change.new)


@pytest.mark.parametrize("step", range(4))
def test_a_crash_after_any_step_leaves_one_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    """The steps: entered; old key kept; new key kept; the waiting file gone."""
    data = tmp_path / "data"
    with opened(data) as log:
        log.append([b"one"])
    ask(data)
    left = [step]
    real = keys.write_file

    def stopping(path: Path, content: bytes, *, mode: int = 0o644) -> None:
        if left[0] == 0:
            raise KeyboardInterrupt
        left[0] -= 1
        real(path, content, mode=mode)

    def unlinking(path: Path, missing_ok: bool = False) -> None:
        raise KeyboardInterrupt

    with opened(data) as log, monkeypatch.context() as patch:
        patch.setattr(keys, "write_file", stopping)
        if step == 2:
            patch.setattr(Path, "unlink", unlinking)
        if step < 3:
            with pytest.raises(KeyboardInterrupt):
                change_waiting_key(log, data, 7)
        else:
            change_waiting_key(log, data, 7)
    for _ in range(2):  # and again, which changes nothing
        with opened(data) as log:
            change_waiting_key(log, data, 8)
            log.append([b"next"])
            assert len(known_changes(log.reader(), log.origin)) == 1
            assert keys.ledger_key(data).public == log.keys.signer.verifier.public
    assert len(keys.retired_ledger_keys(data)) == 1
    assert keys.next_ledger_key(data) is None


def test_a_key_that_cannot_be_kept_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(tmp_path) as log:
        ask(tmp_path)

        def full(*_: object, **__: object) -> None:
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(keys, "write_file", full)
            with pytest.raises(Unavailable) as caught:
                change_waiting_key(log, tmp_path, 7)
        assert caught.value.code == "keys.disk"
        assert change_waiting_key(log, tmp_path, 7) is not None
        assert log.size == 1


def test_a_lost_key_is_not_made_anew_under_a_living_ledger(tmp_path: Path) -> None:
    opened(tmp_path).close()
    shutil.rmtree(tmp_path / "secrets")
    with pytest.raises(Unavailable) as caught:
        keys.ledger_key(tmp_path)
    assert caught.value.code == "keys.ledger_lost"
    assert "mingcha keys restore" in str(caught.value)
