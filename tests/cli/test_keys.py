"""`mingcha keys`: list, rotate, retire, back up, bring back, protect, begin a new ledger."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from mingcha.base import keyring, keys
from mingcha.base.clock import SystemClock
from mingcha.base.datadir import DataDir
from mingcha.base.provenance import provenance_credentials
from mingcha.base.suites import SHA256_ED25519, SM3_SM2
from mingcha.cli.main import EXIT_REFUSED, main
from mingcha.ledger.identity import read_identity
from mingcha.ledger.keychange import known_changes
from mingcha.ledger.log import Log
from mingcha.ledger.notes import Cosigner, Signer
from mingcha.ledger.succession import check_succession
from mingcha.media.anchor.feeder import open_ledger
from mingcha.media.catalog import Catalog
from mingcha.records.register.sentences import LOCAL_ACTS

SECRET = "correct horse battery"

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataDir:
    """A node that has recorded: keys, and a ledger of three entries."""
    monkeypatch.setattr(keyring, "SCRYPT_N", 1 << 4)
    monkeypatch.setenv("MINGCHA_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("MINGCHA_LOG_LEVEL", "ERROR")
    made = DataDir(tmp_path / "data", tmp_path / "data" / "store")
    keys.make_keys(made.root)
    with opened(made) as ledger:
        ledger.append([b'{"kind": "segment"}'] * 3)
    (tmp_path / "secret").write_text(SECRET + "\n")
    return made


@pytest.fixture
def run(data: DataDir, capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*words: object) -> tuple[int, str, str]:
        code = main(["keys", *map(str, words)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


def opened(data: DataDir) -> Log:
    key = keys.ledger_key(data.root)
    return open_ledger(data.ledger, lambda origin: Signer(origin, key))


def backup(run: Run, data: DataDir, name: str = "backup") -> Path:
    path = data.root.parent / name
    assert run("backup", path, "--passphrase-file", data.root.parent / "secret")[0] == 0
    return path


def restore(run: Run, data: DataDir, path: Path, *words: str) -> tuple[int, str, str]:
    return run("restore", path, "--passphrase-file", data.root.parent / "secret", *words)


def test_the_list_tells_the_public_keys_and_no_private_one(run: Run, data: DataDir) -> None:
    code, said, _ = run("list")
    key = keys.ledger_key(data.root)
    assert code == 0
    assert "suite sha256-ed25519" in said
    assert "1, in clear (mode 0600)" in said
    assert key.raw.hex() not in said
    published = said[said.index("fingerprint to publish: ") :].splitlines()[0]
    run("rotate", "ledger")
    said = run("list")[1]
    assert published in said
    assert "signs now" in said
    assert "signed up to size 4" in said
    assert "old private keys of the ledger still here: 1" in said
    (keys.secrets_dir(data.root) / "ticket.key").chmod(0o644)
    code, _, error = run("list")
    assert (code, "others may read ticket.key" in error) == (1, True)


def test_without_keys_it_says_what_to_run(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINGCHA_DATA_DIR", str(tmp_path / "empty"))
    assert "run 'mingcha up' once" in run("list")[2]
    keys.make_keys(tmp_path / "empty")
    assert "ledger: none yet" in run("list")[1]
    assert "start the recorder once" in run("rotate", "ledger")[2]
    assert "start the recorder once" in run("new-ledger")[2]


def test_the_ledger_s_key_is_rotated_and_the_reason_stands_in_the_ledger(run: Run, data: DataDir) -> None:
    before = keys.ledger_key(data.root).public
    code, said, _ = run("rotate", "ledger", "--reason", "年度更换")
    assert (code, "Make a new backup" in said) == (0, True)
    with opened(data) as ledger:
        (change,) = known_changes(ledger.reader(), ledger.origin)
        assert (change.reason, change.old.public, ledger.size) == ("年度更换", before, 4)
        assert change.new.public == keys.ledger_key(data.root).public


def test_while_the_recorder_writes_it_is_left_to_it(run: Run, data: DataDir, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mingcha.cli.keys.RECORDER_WAIT_S", 0.1)
    with opened(data) as ledger:
        code, _, error = run("rotate", "ledger")
        assert (code, "it will as soon as it can" in error) == (EXIT_REFUSED, True)
        assert ledger.size == 3
    assert run("rotate", "ledger")[0] == 0
    with opened(data) as ledger:
        assert len(known_changes(ledger.reader(), ledger.origin)) == 1


def test_old_keys_are_destroyed_once_nothing_needs_them(run: Run, data: DataDir) -> None:
    assert run("retire")[1] == "Nothing else is old.\n"
    run("rotate", "ledger")
    witness = Cosigner("witness.example", SHA256_ED25519.generate())
    address = [{"url": "https://witness.example", "key": witness.verifier.text}]
    data.witnesses.write_text(json.dumps(address))
    code, _, error = run("retire")
    assert (code, "No witness has cosigned under the ledger's new key" in error) == (1, True)
    assert keys.retired_ledger_keys(data.root)
    with opened(data) as ledger:
        ledger.append([b"{}"])
        ledger.add_cosignature(witness.sign(ledger.note.text, 1_000_000), witness.verifier)
        (data.ledger / "cosigned").write_bytes(ledger.note.encode())
    code, said, _ = run("retire")
    assert (code, "1 old private keys of the ledger destroyed" in said) == (0, True)
    assert not keys.retired_ledger_keys(data.root)


def test_the_sealing_key_is_rotated_and_everything_sealed_anew(run: Run, data: DataDir) -> None:
    token, key = keys.control_token(data.root), keys.ledger_key(data.root).raw
    data.plan.write_text(json.dumps({"credentials": keys.node_sealer(data.root).seal("a:b", "cam_1")}))
    code, said, _ = run("rotate", "sealing")
    assert code == 0
    assert "4 secrets sealed anew" in said
    assert "still sealed by the old key: 1 in plan.json" in said
    assert (keys.control_token(data.root), keys.ledger_key(data.root).raw) == (token, key)
    code, _, error = run("retire")
    assert (code, "plan.json (1)" in error) == (1, True)
    data.plan.unlink()
    assert "1 old sealing keys destroyed" in run("retire")[1]
    assert (keys.control_token(data.root), keys.ledger_key(data.root).raw) == (token, key)


def test_what_is_only_for_running_processes_asks_for_a_restart(run: Run, data: DataDir) -> None:
    before = keys.control_token(data.root)
    assert "Start Mingcha again" in run("rotate", "control")[1]
    assert keys.control_token(data.root) != before


def test_a_backup_brings_a_wiped_node_back(run: Run, data: DataDir) -> None:
    run("rotate", "ledger")
    sealed = keys.node_sealer(data.root).seal("admin:secret", "cam_1")
    path = backup(run, data)
    assert path.stat().st_mode & 0o777 == 0o600
    assert json.loads(path.read_text())["about"]["ledger"] == read_identity(data.ledger).origin
    shutil.rmtree(keys.secrets_dir(data.root))
    assert "mingcha keys restore" in run("list")[2]
    keys.make_keys(data.root)  # as a start before anybody noticed
    code, _, error = restore(run, data, path)
    assert (code, "With --replace" in error) == (EXIT_REFUSED, True)
    code, said, _ = restore(run, data, path, "--replace")
    assert (code, "4 entries" in said) == (0, True)
    assert keys.node_sealer(data.root).open(sealed, "cam_1") == "admin:secret"
    with opened(data) as ledger:
        ledger.append([b"goes on"])


def test_a_backup_from_before_a_rotation_says_that_it_is_too_old(run: Run, data: DataDir) -> None:
    path = backup(run, data)
    run("rotate", "ledger")
    with opened(data) as ledger:
        ledger.append([b"by the new key"])
    shutil.rmtree(keys.secrets_dir(data.root))
    code, _, error = restore(run, data, path)
    assert code == EXIT_REFUSED
    assert "it is an earlier one" in error


def test_a_backup_is_not_written_over_and_its_passphrase_is_asked_well(
    run: Run, data: DataDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = backup(run, data)
    assert "is there already" in run("backup", path)[2]
    assert "--passphrase-file" in run("backup", data.root / "b")[2]
    assert "cannot be read" in run("backup", data.root / "b", "--passphrase-file", data.root / "none")[2]
    assert "cannot be read" in run("restore", data.root / "none")[2]
    (data.root / "short").write_text("short")
    assert "at least 12" in run("backup", data.root / "b", "--passphrase-file", data.root / "short")[2]
    (data.root.parent / "secret").write_text("another passphrase")
    assert "The passphrase is wrong" in restore(run, data, path)[2]
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    answers = iter(["one passphrase", "another one"])
    monkeypatch.setattr("getpass.getpass", lambda _: next(answers))
    assert "not the same" in run("backup", data.root / "b")[2]


def test_the_keys_are_put_under_a_passphrase(run: Run, data: DataDir, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "MINGCHA_KEY_PASSPHRASE_FILE" in run("protect")[2]
    monkeypatch.setenv("MINGCHA_KEY_PASSPHRASE_FILE", str(data.root.parent / "secret"))
    assert "under the passphrase" in run("protect")[1]
    assert "under a passphrase" in run("list")[1]
    assert run("rotate", "sealing")[0] == 0
    assert keys.node_ring(data.root).is_wrapped
    monkeypatch.delenv("MINGCHA_KEY_PASSPHRASE_FILE")
    code, _, error = run("list")
    assert (code, "are protected" in error) == (EXIT_REFUSED, True)
    monkeypatch.setenv("MINGCHA_KEY_PASSPHRASE", "a wrong passphrase")
    assert "The passphrase is wrong" in run("list")[2]
    monkeypatch.setenv("MINGCHA_KEY_PASSPHRASE", SECRET)
    assert "in clear again" in run("protect", "--off")[1]


def test_a_new_ledger_of_another_suite_continues_the_old_one(run: Run, data: DataDir) -> None:
    old_origin, old_key = read_identity(data.ledger).origin, keys.ledger_key(data.root)
    with opened(data):
        code, _, error = run("new-ledger", "--suite", "sm3-sm2")
        assert (code, "stop Mingcha first" in error) == (EXIT_REFUSED, True)
    code, said, _ = run("new-ledger", "--suite", "sm3-sm2", "--reason", "密评要求")
    assert code == 0
    assert json.loads(said[: said.index("}") + 1])["suite"] == "sm3-sm2"
    identity = read_identity(data.ledger)
    assert identity.suite is SM3_SM2
    assert identity.origin != old_origin
    assert keys.ledger_key(data.root).suite is SM3_SM2
    with opened(data) as ledger:
        assert ledger.size == 4
        found = check_succession(ledger.reader(), 3)
        assert (found.origin, found.key.split("+")[0]) == (old_origin, old_origin)
        assert json.loads(ledger.reader().entry(3))["by_old"]
        ledger.append([b"goes on"])
    # The old one still proves what it proved.
    with Log.open(data.root / "ledger-0001", _keys(old_origin, old_key)) as old:
        assert old.size == 3
    assert len(keys.retired_ledger_keys(data.root)) == 1


def _keys(origin: str, key: object) -> object:
    from mingcha.ledger.log import Keys

    return Keys(Signer(origin, key))  # type: ignore[arg-type]


def test_a_lost_key_is_bridged_by_a_new_ledger(run: Run, data: DataDir) -> None:
    cosigned = (data.ledger / "checkpoint").read_text()
    (data.ledger / "cosigned").write_text(cosigned)
    shutil.rmtree(keys.secrets_dir(data.root))
    keys.make_keys(data.root)
    assert "begins a ledger that continues this one" in run("list")[2]
    assert "only if that is impossible" in run("new-ledger")[2]
    assert run("new-ledger", "--lost", "--reason", "disk failed")[0] == 0
    with opened(data) as ledger:
        found = check_succession(ledger.reader(), 3)
        assert (found.key, found.cosigned) == ("", cosigned)
        assert json.loads(ledger.reader().entry(3))["by_old"] == ""


@pytest.mark.parametrize("step", ["made", "moved away", "moved in"])
def test_an_interrupted_new_ledger_is_finished(
    run: Run, data: DataDir, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    real, calls = Path.rename, []

    def rename(path: Path, target: Path) -> Path:
        calls.append(path)
        if len(calls) == {"made": 1, "moved away": 2}.get(step):
            raise KeyboardInterrupt
        return real(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", rename)
        if step == "moved in":
            patch.setattr("mingcha.cli.new_ledger.write_file", _interrupt)
        assert run("new-ledger", "--suite", "sm3-sm2")[0] == 130
    if step == "moved away":
        with pytest.raises(Exception, match="new-ledger"):
            opened(data)
    assert run("new-ledger", "--suite", "sm3-sm2")[0] == 0
    with opened(data) as ledger:
        assert (ledger.size, read_identity(data.ledger).suite) == (4, SM3_SM2)
        check_succession(ledger.reader(), 3)
    assert not (data.root / "ledger.new").exists()
    assert [path.name for path in data.root.glob("ledger-*")] == ["ledger-0001"]


def _interrupt(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_one_command_at_a_time_changes_keys(run: Run, data: DataDir) -> None:
    with keys.changing_keys(data.root):
        code, _, error = run("rotate", "ledger")
    assert (code, "Another command is changing the keys" in error) == (EXIT_REFUSED, True)
    assert keys.next_ledger_key(data.root) is None
    assert run("rotate", "ledger")[0] == 0


def test_a_key_that_waits_is_not_replaced_and_nothing_is_sealed_under_it(
    run: Run, data: DataDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mingcha.cli.keys.RECORDER_WAIT_S", 0.1)
    with opened(data):
        run("rotate", "ledger")
        waiting = (keys.secrets_dir(data.root) / keys.NEXT_KEY).read_bytes()
        run("rotate", "ledger")
        assert (keys.secrets_dir(data.root) / keys.NEXT_KEY).read_bytes() == waiting
        assert "waits for the recorder" in run("rotate", "sealing")[2]
    assert len(keys.node_ring(data.root).keys) == 1


def test_what_an_interrupted_writing_left_hinders_nothing(run: Run, data: DataDir) -> None:
    left = keys.secrets_dir(data.root) / ".ledger.key.4711.tmp"
    left.write_bytes((keys.secrets_dir(data.root) / "ledger.key").read_bytes())
    path = backup(run, data)
    assert run("rotate", "sealing")[0] == 0
    assert run("retire")[0] == 0
    assert not left.exists()
    shutil.rmtree(keys.secrets_dir(data.root))
    assert restore(run, data, path)[0] == 0
    assert not left.exists()


def test_a_disk_that_is_full_or_absent_is_told_in_a_sentence(
    run: Run, data: DataDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {path.name: path.read_bytes() for path in keys.key_files(data.root)}
    assert "is its disk mounted?" in run("backup", data.root / "nowhere" / "b", "--passphrase-file", "x")[2]

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", str(data.root))

    with monkeypatch.context() as patch:
        patch.setattr("mingcha.base.atomic.os.fsync", full)
        for words in (["rotate", "ledger"], ["rotate", "sealing"]):
            code, _, error = run(*words)
            assert (code, "No space left" in error) == (EXIT_REFUSED, True)
    assert {path.name: path.read_bytes() for path in keys.key_files(data.root)} == before


def test_the_certificates_of_copies_are_made_anew(run: Run, data: DataDir) -> None:
    before = provenance_credentials(data.root, 1_795_000_000_000_000)
    code, said, _ = run("rotate", "provenance")
    after = provenance_credentials(data.root, 1_795_000_000_000_000)
    assert (code, after.root_sha256 in said) == (0, True)
    assert after.root_sha256 != before.root_sha256


def test_each_upkeep_is_told_to_the_register(run: Run, data: DataDir) -> None:
    catalog = Catalog(data.catalog, SystemClock())
    path = backup(run, data)
    for words in (["rotate", "ledger"], ["rotate", "sealing"], ["rotate", "tickets"], ["retire"], ["new-ledger"]):
        assert run(*words)[0] == 0
    restore(run, data, path, "--replace")
    told = [fact.detail["act"] for fact in catalog.facts_after(0, 99) if fact.kind == "local.upkeep"]
    catalog.close()
    assert told == [
        "keys.backed_up",
        "keys.rotated_ledger",
        "keys.rotated_sealing",
        "keys.rotated_tickets",
        "keys.retired",
        "ledger.begun",
        "keys.restored",
    ]
    assert set(told) <= set(LOCAL_ACTS)
