"""A recorder's control API that answers as told, on a port the kernel chose."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from mingcha.gateway.client import ControlClient
from mingcha.wire import facts

TOKEN = "the-token"
PAGE = 500
"""Facts in one answer, as the recorder does it."""
STANDING_PAGE = 2


@dataclass
class FakeRecorder:
    """`asked`: (method, path, body) of each request. `probe_answer`, `status`, `storage` and `facts` are what it tells;
    `holds`: what it has kept of holds, by id; `standing`: those it keeps, by rising id; `failure`: the answer to
    everything, `refused`: to one path."""

    port: int = 0
    asked: list[tuple[str, str, Any]] = field(default_factory=list)
    facts: list[facts.Fact] = field(default_factory=list)
    status: dict[str, Any] = field(default_factory=lambda: {"cameras": {}, "store": {}})
    storage: dict[str, Any] = field(default_factory=dict)
    probe_answer: dict[str, Any] = field(default_factory=lambda: {"ok": True, "codec": "h264"})
    failure: tuple[int, bytes] | None = None
    holds: dict[str, dict[str, Any]] = field(default_factory=dict)
    standing: list[dict[str, Any]] = field(default_factory=list)
    refused: dict[str, tuple[int, bytes]] = field(default_factory=dict)

    def client(self) -> ControlClient:
        return ControlClient("127.0.0.1", self.port, lambda: TOKEN)

    def told(self, path: str) -> list[Any]:
        """Bodies of requests to this path."""
        return [body for _method, asked, body in self.asked if asked.partition("?")[0] == path]

    def answer(self, method: str, path: str, body: Any) -> dict[str, Any]:
        self.asked.append((method, path, body))
        if path.startswith("/control/facts/confirm"):
            self.facts = [fact for fact in self.facts if fact.sequence > body["through"]]
            return {}
        if path.startswith("/control/facts"):
            after = int(path.partition("=")[2])
            return {"facts": [json.loads(facts.dump(fact)) for fact in self.facts if fact.sequence > after][:PAGE]}
        if method == "GET" and path.startswith("/control/holds"):
            after = path.partition("=")[2]
            return {"standing": [held for held in self.standing if held["hold"] > after][:STANDING_PAGE]}
        if path == "/control/holds" and self.holds:
            return {
                "changed": 0,
                "known": [self.holds[held["hold"]] for held in body["holds"] if held["hold"] in self.holds],
            }
        told = {"/control/status": self.status, "/control/probe": self.probe_answer, "/control/storage": self.storage}
        return told.get(path, {})


@contextmanager
def running() -> Iterator[FakeRecorder]:
    recorder = FakeRecorder()

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            raw = self.rfile.read(length)
            if self.headers.get("Authorization") != f"Bearer {TOKEN}":
                status, text = 403, b'{"error": {"code": "control.token", "message": "wrong"}}'
            elif recorder.failure is not None:
                status, text = recorder.failure
            elif self.path in recorder.refused:
                status, text = recorder.refused[self.path]
            else:
                answer = recorder.answer(self.command, self.path, json.loads(raw) if raw else None)
                status, text = (200, json.dumps(answer).encode()) if answer else (204, b"")
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_PUT = do_POST = handle_any

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    recorder.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield recorder
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
