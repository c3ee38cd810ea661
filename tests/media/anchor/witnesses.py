"""Witnesses over HTTP for tests: honest ones, and ones that say what a test wants."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from mingcha.base.errors import Conflict, NotAllowed
from mingcha.base.suites import SHA256_ED25519, SM3_SM2
from mingcha.ledger.asking import decode, decode_key_request
from mingcha.ledger.notes import Cosigner, Signer, Verifier
from mingcha.ledger.witness import Witness

SIGNER = Signer("mingcha/nod_0000000000000001", SHA256_ED25519.generate())
NOW_US = 1_795_233_600_000_000

Answer = Callable[[str, bytes], tuple[int, bytes]]


@contextmanager
def served(answer: Answer) -> Iterator[str]:
    """A server whose answer to (path, body) is told by a function."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            status, said = answer(self.path, body)
            self.send_response(status)
            self.send_header("content-length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def cosigner(name: str = "witness.example") -> Cosigner:
    return Cosigner(name, SM3_SM2.generate())


def honest(directory: Path, own: Cosigner, at_us: int = NOW_US, log: Verifier = SIGNER.verifier) -> Answer:
    directory.mkdir(exist_ok=True)
    witness = Witness(directory, own, {log.name: [log]})

    def answer(path: str, body: bytes) -> tuple[int, bytes]:
        if path == "/change-key":
            return 200, witness.change_key(decode_key_request(body), at_us).line.encode()
        try:
            return 200, witness.add_checkpoint(decode(body), at_us).line.encode()
        except NotAllowed:
            return 403, b"refused\n"
        except Conflict as error:
            return 409, str(error.params["size"] if error.code == "witness.stale" else error).encode()

    return answer


def saying(status: int, said: bytes | Callable[[bytes], bytes] = b"") -> Answer:
    return lambda _path, body: (status, said(body) if callable(said) else said)
