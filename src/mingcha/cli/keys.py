"""`mingcha keys`: which keys this node has; change them, back them up, bring them back (docs/ref/keys.md)."""

from __future__ import annotations

import argparse
import getpass
import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from mingcha.base.errors import Conflict, Corrupt, Invalid, MingchaError, NotAllowed, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mingcha.base.datadir import DataDir
    from mingcha.ledger.log import Log

    Run = Callable[[argparse.Namespace], int]

RECORDER_WAIT_S = 30.0
RESTARTED = {"tickets": "ticket.key", "control": "control.token", "sessions": "django.key"}


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("keys", help="list, change, back up and bring back this node's keys")
    actions = parser.add_subparsers(metavar="WHAT", required=True)
    listing = actions.add_parser("list", help="print the public keys and how the private ones are kept")
    listing.set_defaults(run=run_list)
    rotate = actions.add_parser("rotate", help="change a key; the old one hands over to the new one")
    rotate.add_argument("which", choices=["ledger", "sealing", "provenance", *RESTARTED], help="which key")
    rotate.add_argument("--reason", default="", help="why; stands in the ledger, for everybody")
    rotate.set_defaults(run=_alone(run_rotate))
    retire = actions.add_parser("retire", help="destroy old private keys that nothing needs any more")
    retire.set_defaults(run=_alone(run_retire))
    backup = actions.add_parser("backup", help="write all keys to one file, encrypted under a passphrase")
    backup.add_argument("file", type=Path, help="file to write; keep it apart from this machine")
    backup.set_defaults(run=_alone(run_backup))
    restore = actions.add_parser("restore", help="bring the keys back from a backup")
    restore.add_argument("file", type=Path, help="a file that 'mingcha keys backup' wrote")
    restore.add_argument("--replace", action="store_true", help="overwrite other keys that are here")
    restore.set_defaults(run=_alone(run_restore))
    for action in (backup, restore):
        action.add_argument("--passphrase-file", type=Path, help="read the passphrase from a file, not the terminal")
    protect = actions.add_parser("protect", help="put the keys on the disk under MINGCHA_KEY_PASSPHRASE")
    protect.add_argument("--off", action="store_true", help="take the passphrase away again")
    protect.set_defaults(run=_alone(run_protect))
    renew = actions.add_parser("new-ledger", help="begin a ledger that continues this one: new suite, or lost key")
    renew.add_argument("--suite", default="", help="suite of the new ledger; default: that of the old one")
    renew.add_argument("--lost", action="store_true", help="the old ledger's key is lost and cannot sign")
    renew.add_argument("--reason", default="", help="why; stands in the new ledger, for everybody")
    renew.set_defaults(run=_alone(run_new_ledger))


def _alone(run: Run) -> Run:
    """One such command at a time; a disk that fails is told in a sentence."""

    def alone(arguments: argparse.Namespace) -> int:
        from mingcha.base.keys import changing_keys

        try:
            with changing_keys(_data().root):
                return run(arguments)
        except BrokenPipeError:
            raise
        except OSError as error:
            text = f"{error.filename or 'A file'} cannot be used: {error.strerror}. Then run this again."
            raise Unavailable("keys.disk", text) from error

    return alone


def _tell(data: DataDir, act: str, **detail: object) -> None:
    from mingcha.cli.telling import tell_upkeep

    tell_upkeep(data, act, **detail)


def _data() -> DataDir:
    from mingcha.base.datadir import DataDir
    from mingcha.base.env import Env

    return DataDir.from_env(Env())


def run_list(arguments: argparse.Namespace) -> int:
    from mingcha.base.keys import NODE_KEY, node_ring, retired_ledger_keys, secrets_dir

    data = _data()
    if not (secrets_dir(data.root) / NODE_KEY).exists():
        if (data.ledger / "log.json").exists():
            text = f"The keys in {data.root} are gone: bring them back with 'mingcha keys restore'."
            raise Unavailable("keys.gone", text)
        raise Unavailable("keys.missing", f"There are no keys in {data.root} yet; run 'mingcha up' once.")
    _list_ledger(data)
    ring = node_ring(data.root)
    print(f"sealing keys: {len(ring.keys)}, {'under a passphrase' if ring.is_wrapped else 'in clear (mode 0600)'}")
    retired = retired_ledger_keys(data.root)
    if retired:
        print(f"old private keys of the ledger still here: {len(retired)}; 'mingcha keys retire' destroys them")
    loose = [path.name for path in secrets_dir(data.root).iterdir() if path.stat().st_mode & 0o077]
    for name in sorted(loose):
        print(f"others may read {name}: chmod 600 it", file=sys.stderr)
    return 1 if loose else 0


def _list_ledger(data: DataDir) -> None:
    from mingcha.base.keys import ledger_key
    from mingcha.ledger.keychange import log_keys
    from mingcha.ledger.log import Log
    from mingcha.ledger.notes import Signer

    if not (data.ledger / "log.json").exists():
        print(f"ledger: none yet; its key is of the suite {ledger_key(data.root).suite.name}")
        return
    origin = Log.origin_of(data.ledger)
    own = Signer(origin, ledger_key(data.root)).verifier
    keys = log_keys(data.ledger, own)
    print(f"ledger {origin}, suite {own.type.suite.name}\n  {own.text}\n    signs now")
    for key in keys[1:]:
        print(f"  {key.text}\n    signed up to size {key.until_size}")
    # Of the first key: verify.py and verify.html show it whatever key signs, and it stays through all changes.
    print(f"  fingerprint to publish: {keys[-1].fingerprint}")


def run_rotate(arguments: argparse.Namespace) -> int:
    from mingcha.base import keys

    data = _data()
    if arguments.which in RESTARTED:
        keys.remake(data.root, RESTARTED[arguments.which])
        _tell(data, f"keys.rotated_{arguments.which}", why=_reason(arguments))
        print("Changed. Start Mingcha again: running processes still use the old one.")
        return 0
    if arguments.which == "sealing":
        return _rotate_sealing(data, _reason(arguments))
    if arguments.which == "provenance":
        return _rotate_provenance(data, _reason(arguments))
    if not (data.ledger / "log.json").exists():
        raise Unavailable("ledger.absent", "There is no ledger yet; start the recorder once.")
    if keys.next_ledger_key(data.root) is None:
        suite = keys.ledger_key(data.root).suite
        keys.make_signing_key(data.root, keys.NEXT_KEY, suite.generate(), _reason(arguments))
        _tell(data, f"keys.rotated_{arguments.which}", why=_reason(arguments))
    _carry_out(data)
    _list_ledger(data)
    print("Make a new backup: mingcha keys backup FILE. The old one cannot go on with this ledger.")
    return 0


def _rotate_provenance(data: DataDir, why: str) -> int:
    from mingcha.base.clock import SystemClock
    from mingcha.base.provenance import renew_provenance

    made = renew_provenance(data.root, SystemClock().wall_us())
    _tell(data, "keys.rotated_provenance", why=why, root_sha256=made.root_sha256)
    print(f"root of C2PA provenance from the next copy on: {made.root_sha256}")
    print("Copies made before stay as good: each carries its own root. Make a new backup: mingcha keys backup FILE.")
    return 0


def _reason(arguments: argparse.Namespace) -> str:
    return " ".join(arguments.reason.split())[:500]


def _carry_out(data: DataDir) -> None:
    """By us if the recorder does not run, else by the recorder within seconds. Raises Unavailable."""
    from mingcha.base import keys
    from mingcha.base.clock import SystemClock
    from mingcha.media.anchor.rotation import change_waiting_key

    clock = SystemClock()
    until_us = clock.mono_us() + int(RECORDER_WAIT_S * 1_000_000)
    while keys.next_ledger_key(data.root) is not None:
        try:
            with _opened(data) as ledger:
                change_waiting_key(ledger, data.root, clock.wall_us())
        except Unavailable as error:
            if error.code != "ledger.locked":
                raise
            if clock.mono_us() > until_us:
                text = "The recorder has not taken the new key yet; it will as soon as it can. See its log."
                raise Unavailable("keys.waiting", text) from error
            time.sleep(0.5)


def _opened(data: DataDir) -> Log:
    from mingcha.base.keys import ledger_key
    from mingcha.ledger.notes import Signer
    from mingcha.media.anchor.feeder import open_ledger

    key = ledger_key(data.root)
    return open_ledger(data.ledger, lambda origin: Signer(origin, key))


def _rotate_sealing(data: DataDir, reason: str) -> int:
    from mingcha.base.keys import add_sealing_key, next_ledger_key, node_ring
    from mingcha.cli.resealing import reseal

    if next_ledger_key(data.root) is not None:
        # The recorder may take it at any moment; sealing its file anew would put the old one back.
        text = "A new key of the ledger waits for the recorder. Run 'mingcha keys rotate ledger' to its end first."
        raise Conflict("keys.waiting", text)
    _start_office(data)
    if len(node_ring(data.root).keys) == 1:
        add_sealing_key(data.root)
        _tell(data, "keys.rotated_sealing", why=reason)
    done = reseal(data)
    print(f"{done.done} secrets sealed anew")
    for where in sorted(done.broken):
        print(f"could not be opened and stays as it is: {where}", file=sys.stderr)
    for where, count in sorted(done.left.items()):
        print(f"still sealed by the old key: {count} in {where}")
    print("The old key still opens. When nothing is left: mingcha keys retire. Then make a new backup.")
    return 1 if done.broken else 0


def _start_office(data: DataDir) -> None:
    from mingcha.cli.resealing import has_office

    if has_office(data):
        from mingcha.web.setup import start_django

        start_django()


def run_retire(arguments: argparse.Namespace) -> int:
    from mingcha.base.keys import drop_sealing_keys, node_ring, retired_ledger_keys, secrets_dir
    from mingcha.cli.resealing import count_left

    data = _data()
    refused, done = [], 0
    retired = retired_ledger_keys(data.root)
    if retired:
        try:
            _require_taken_over(data)
            _destroy(retired)
            done += len(retired)
            print(f"{len(retired)} old private keys of the ledger destroyed")
        except MingchaError as error:
            refused.append(error.message)
    if len(node_ring(data.root).keys) > 1:
        _start_office(data)
        left = count_left(data)
        if left:
            places = ", ".join(f"{where} ({count})" for where, count in sorted(left.items()))
            refused.append(f"Old sealing keys are kept: they still open what is in {places}.")
        else:
            dropped = drop_sealing_keys(data.root)
            done += dropped
            print(f"{dropped} old sealing keys destroyed")
    _destroy(list(secrets_dir(data.root).glob(".*.tmp")))
    if done:
        _tell(data, "keys.retired", count=done)
    for text in refused:
        print(text, file=sys.stderr)
    if not retired and not refused:
        print("Nothing else is old.")
    return 1 if refused else 0


def _destroy(paths: Sequence[Path]) -> None:
    """Overwrite and remove: files of keys, and what an interrupted writing of one left."""
    for path in paths:
        with path.open("r+b") as file:
            file.write(bytes(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()


def _require_taken_over(data: DataDir) -> None:
    """The new key has signed after the change, and the witnesses have followed. Raises Conflict."""
    from mingcha.base.keys import ledger_key
    from mingcha.ledger.checkpoints import open_signed
    from mingcha.ledger.log import Log
    from mingcha.ledger.notes import Signer
    from mingcha.ledger.reader import read_checkpoint
    from mingcha.media.anchor.cosigning import read_addresses

    origin = Log.origin_of(data.ledger)
    own = Signer(origin, ledger_key(data.root)).verifier
    read_checkpoint(data.ledger, origin, [own])
    witnesses = [address.key for address in read_addresses(data.witnesses)]
    if not witnesses:
        return
    kept = data.ledger / "cosigned"
    try:
        is_cosigned = bool(open_signed(kept.read_bytes(), origin, [own], witnesses).witnesses)
    except (OSError, MingchaError):
        is_cosigned = False
    if not is_cosigned:
        text = "No witness has cosigned under the ledger's new key yet; its old private keys are kept until then."
        raise Conflict("keys.not_cosigned", text)


def run_backup(arguments: argparse.Namespace) -> int:
    from mingcha.base.atomic import write_file
    from mingcha.base.clock import SystemClock, isoformat
    from mingcha.base.keybackup import encode_backup
    from mingcha.base.keys import ledger_key
    from mingcha.ledger.identity import read_identity

    data = _data()
    if arguments.file.exists():
        raise Conflict("keys.file_there", f"{arguments.file} is there already; give another name.")
    if not arguments.file.absolute().parent.is_dir():
        raise Unavailable("keys.no_directory", f"There is no directory {arguments.file.parent}; is its disk mounted?")
    key = ledger_key(data.root)
    origin = read_identity(data.ledger).origin if (data.ledger / "log.json").exists() else ""
    about = {"made_at": isoformat(SystemClock().wall_us()), "ledger": origin, "suite": key.suite.name}
    content = encode_backup(data.root, about, _passphrase(arguments, twice=True))
    write_file(arguments.file, content, mode=0o600)
    _tell(data, "keys.backed_up")
    print(
        f"{arguments.file} holds all keys of this node. Keep it, and its passphrase, apart from it and from each other."
    )
    return 0


def run_restore(arguments: argparse.Namespace) -> int:
    from mingcha.base.keybackup import decode_backup, put_back

    data = _data()
    try:
        content = arguments.file.read_bytes()
    except OSError as error:
        raise Unavailable("keys.file", f"{arguments.file} cannot be read: {error.strerror}.") from error
    backup = decode_backup(content, _passphrase(arguments, twice=False))
    data.root.mkdir(parents=True, exist_ok=True)
    written = put_back(data.root, backup, replace=arguments.replace)
    made_at = str(backup.about.get("made_at", "?"))
    print(f"{len(written)} keys of {made_at} are back")
    _tell(data, "keys.restored", made_at=f"{made_at[:16].replace('T', ' ')} UTC")
    if (data.ledger / "log.json").exists():
        try:
            with _opened(data) as ledger:
                print(f"The ledger {ledger.origin} opens with them; {ledger.size} entries.")
        except Corrupt as error:
            text = (
                "The ledger here is not signed by this key: it is an earlier one, or another ledger's. Look for the "
                "newest backup; without one: mingcha keys new-ledger --lost."
            )
            raise Conflict("keys.too_old", text) from error
    print("Start Mingcha again.")
    return 0


def _passphrase(arguments: argparse.Namespace, *, twice: bool) -> str:
    """From a file or the terminal; never as a word of the command line, which others can see."""
    if arguments.passphrase_file is not None:
        try:
            return str(arguments.passphrase_file.read_text(encoding="utf-8")).strip()
        except OSError as error:
            text = f"{arguments.passphrase_file} cannot be read: {error.strerror}."
            raise Unavailable("keys.passphrase_file", text) from error
    if not sys.stdin.isatty():
        raise Invalid("keys.no_terminal", "There is no terminal to ask for the passphrase: give --passphrase-file.")
    given = getpass.getpass("Passphrase of the backup: ")
    if twice and getpass.getpass("Once more: ") != given:
        raise NotAllowed("keys.passphrase_differs", "The two were not the same.")
    return given


def run_protect(arguments: argparse.Namespace) -> int:
    from mingcha.base.keybackup import require_passphrase
    from mingcha.base.keys import passphrase, protect

    data = _data()
    if not arguments.off and passphrase():
        require_passphrase(passphrase())
    protect(data.root, is_wrapped=not arguments.off)
    _tell(data, "keys.unprotected" if arguments.off else "keys.protected")
    print(
        "The keys on the disk are in clear again."
        if arguments.off
        else "The keys on the disk are under the passphrase."
    )
    return 0


def run_new_ledger(arguments: argparse.Namespace) -> int:
    from mingcha.cli.new_ledger import begin

    data = _data()
    made = begin(data, arguments.suite, arguments.reason, is_lost=arguments.lost)
    _tell(data, "ledger.begun", suite=made["suite"], why=_reason(arguments))
    print(json.dumps(made, indent=1, ensure_ascii=False))
    print("Give the new key to your witnesses ('mingcha witness serve --log'), then make a new backup of the keys.")
    return 0
