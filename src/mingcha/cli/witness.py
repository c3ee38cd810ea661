"""`mingcha witness`: cosign the checkpoints of other nodes' ledgers; tell this node who its witnesses are."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from mingcha.base.errors import Invalid, Unavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mingcha.base.datadir import DataDir
    from mingcha.media.anchor.cosigning import WitnessAddress

DEFAULT_PORT = 8843


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("witness", help="cosign the ledgers of other nodes, or name this node's witnesses")
    which = parser.add_subparsers(metavar="WHAT", required=True)
    serve = which.add_parser("serve", help="cosign, over HTTPS, the checkpoints of the logs named")
    serve.add_argument("--dir", type=Path, required=True, help="where the key and the last checkpoints are kept")
    serve.add_argument("--name", default="", help="name of this witness, needed once; best a host name of yours")
    serve.add_argument(
        "--log", action="append", default=[], metavar="KEY", help="public key of a log (may be repeated)"
    )
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    serve.add_argument("--port", type=int, default=DEFAULT_PORT, help="port to listen on (default: %(default)s)")
    serve.add_argument("--tls-cert", type=Path, help="certificate chain, PEM; needed unless on loopback")
    serve.add_argument("--tls-key", type=Path, help="its private key, PEM")
    serve.add_argument("--suite", default="", help="sha256-ed25519 or sm3-sm2, chosen once (default: the first)")
    serve.add_argument(
        "--clock-was-wrong", action="store_true", help="cosign although the clock is behind the last cosignature"
    )
    serve.set_defaults(run=run_serve)
    add = which.add_parser("add", help="let a witness cosign this node's ledger from now on")
    add.add_argument("url", help="https:// address of the witness")
    add.add_argument("key", help="its public key, as 'mingcha witness serve' prints it")
    add.add_argument("--ca-file", default="", help="certificate authority of its certificate, PEM")
    add.set_defaults(run=run_add)
    remove = which.add_parser("remove", help="let a witness no longer cosign this node's ledger")
    remove.add_argument("name", help="its name, as 'mingcha witness show' prints it before the first '+'")
    remove.set_defaults(run=run_remove)
    show = which.add_parser("show", help="print this ledger's public key, size, and who has cosigned it")
    show.set_defaults(run=run_show)


def run_serve(arguments: argparse.Namespace) -> int:
    import uvicorn

    from mingcha.base.clock import SystemClock
    from mingcha.base.suites import suite_named
    from mingcha.ledger.disk import lock
    from mingcha.ledger.notes import Verifier
    from mingcha.ledger.witness import Witness
    from mingcha.witness.keys import cosigner_of
    from mingcha.witness.server import application

    if not arguments.log:
        raise Invalid("witness.logs", "Name the logs to cosign: --log KEY, as 'mingcha witness show' prints it there.")
    if bool(arguments.tls_cert) != bool(arguments.tls_key):
        raise Invalid("witness.tls", "Give both --tls-cert and --tls-key.")
    if not arguments.tls_cert and arguments.host not in ("127.0.0.1", "::1", "localhost"):
        raise Invalid("witness.tls", "A witness that others reach needs --tls-cert and --tls-key.")
    for path in (arguments.tls_cert, arguments.tls_key):
        if path is not None and not path.is_file():
            raise Unavailable("witness.tls", f"There is no file {path}.")
    keys = [Verifier.from_text(text) for text in arguments.log]
    if any(key.type.is_witness for key in keys):
        raise Invalid("witness.logs", "--log takes the key of a log; this is the key of a witness.")
    cosigner = cosigner_of(arguments.dir, arguments.name, suite_named(arguments.suite) if arguments.suite else None)
    logs: dict[str, list[Verifier]] = {}
    for key in keys:
        logs.setdefault(key.name, []).append(key)
    lock(arguments.dir)  # two that wrote one memory could each sign another history
    witness = Witness(arguments.dir, cosigner, logs, may_step_back=arguments.clock_was_wrong)
    print(f"witness key: {cosigner.verifier.text}", flush=True)
    uvicorn.run(
        application(witness, SystemClock(), cosigner.verifier.text),
        host=arguments.host,
        port=arguments.port,
        log_level="warning",
        server_header=False,
        ssl_certfile=arguments.tls_cert,
        ssl_keyfile=arguments.tls_key,
    )
    return 0


def run_add(arguments: argparse.Namespace) -> int:
    from mingcha.cli.telling import tell_upkeep
    from mingcha.ledger.notes import Verifier
    from mingcha.media.anchor.cosigning import WitnessAddress, read_addresses

    data = _data()
    ca_file = str(Path(arguments.ca_file).resolve()) if arguments.ca_file else ""
    if ca_file and not Path(ca_file).is_file():
        raise Unavailable("witness.ca_file", f"There is no file {ca_file}.")
    added = WitnessAddress(arguments.url, Verifier.from_text(arguments.key), ca_file)
    known = [one for one in read_addresses(data.witnesses) if one.key.name != added.key.name]
    _keep(data, [*known, added])
    tell_upkeep(data, "witness.added", witness=added.key.name, public_key=added.key.text)
    print(f"{added.key.name} cosigns from now on; {len(known) + 1} witnesses")
    return 0


def run_remove(arguments: argparse.Namespace) -> int:
    from mingcha.cli.telling import tell_upkeep
    from mingcha.media.anchor.cosigning import read_addresses

    data = _data()
    known = read_addresses(data.witnesses)
    left = [one for one in known if one.key.name != arguments.name]
    if len(left) == len(known):
        named = ", ".join(one.key.name for one in known) or "none"
        raise Invalid("witness.unknown", f"There is no witness called {arguments.name!r} here. Known: {named}.")
    _keep(data, left)
    tell_upkeep(data, "witness.removed", witness=arguments.name)
    print(f"{arguments.name} is asked no more; {len(left)} witnesses")
    return 0


def _data() -> DataDir:
    from mingcha.base.datadir import DataDir
    from mingcha.base.env import Env

    return DataDir.from_env(Env())


def _keep(data: DataDir, witnesses: Sequence[WitnessAddress]) -> None:
    from mingcha.base.atomic import write_file

    lines = [{"url": one.url, "key": one.key.text, "ca_file": one.ca_file} for one in witnesses]
    write_file(data.witnesses, json.dumps(lines, indent=1).encode(), mode=0o600)


def run_show(arguments: argparse.Namespace) -> int:
    from mingcha.base.clock import isoformat
    from mingcha.base.keys import ledger_key
    from mingcha.ledger.keychange import log_keys
    from mingcha.ledger.log import Log
    from mingcha.ledger.notes import Signer
    from mingcha.ledger.reader import read_checkpoint
    from mingcha.media.anchor.cosigning import read_addresses

    data = _data()
    if not (data.ledger / "log.json").exists():
        raise Unavailable("ledger.absent", "There is no ledger yet; start the recorder once.")
    origin = Log.origin_of(data.ledger)
    own = Signer(origin, ledger_key(data.root)).verifier
    witnesses = [address.key for address in read_addresses(data.witnesses)]
    signed = read_checkpoint(data.ledger, origin, [own], witnesses)
    print(f"log key: {own.text}\nentries: {signed.checkpoint.size}\nroot: {signed.checkpoint.root.hex()}")
    print(f"fingerprint to publish: {log_keys(data.ledger, own)[-1].fingerprint}")
    kept = data.ledger / "cosigned"
    if witnesses and kept.exists():
        from mingcha.ledger.checkpoints import open_signed

        last = open_signed(kept.read_bytes(), origin, log_keys(data.ledger, own), witnesses)
        for one in last.witnesses:
            print(f"cosigned by {one.verifier.name}: {last.checkpoint.size} entries, {isoformat(one.at_us or 0)}")
    for key in witnesses:
        print(f"witness: {key.text}\n  fingerprint: {key.fingerprint}")
    return 0
