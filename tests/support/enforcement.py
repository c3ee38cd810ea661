"""How long pictures go on after the right to them has ended, by each way they can flow. For a test and a benchmark."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx
from websockets.exceptions import ConnectionClosed

from tests.attacks.outcome import first_picture
from tests.support.stack import S_US, Browser, Stack

LONGEST_S = 6.0
POLL_S = 0.02


@dataclass
class Flows:
    """What one person has open. `asks`: by protocol, whether it still gives something."""

    asks: dict[str, Callable[[], bool]] = field(default_factory=dict)
    closed_at: dict[str, float] = field(default_factory=dict)

    def watch(self, browser: Browser, ticket: str, camera: str) -> None:
        """A live view on a socket, with a thread that notes when its last picture has come."""
        socket = browser.live(ticket, camera)
        first_picture(socket)

        def read() -> None:
            try:
                while True:
                    if isinstance(socket.recv(timeout=LONGEST_S), bytes):
                        self.closed_at["live socket"] = time.monotonic()
            except (ConnectionClosed, TimeoutError):
                self.closed_at["live socket"] = time.monotonic()
                self.asks["live socket"] = lambda: False

        self.asks["live socket"] = lambda: True
        threading.Thread(target=read, daemon=True).start()

    def ask(self, name: str, browser: Browser, path: str, ticket: str) -> None:
        def is_open() -> bool:
            try:
                return browser.media(path, ticket).status_code == 200
            except httpx.RemoteProtocolError:
                return False  # cut off in the middle of an answer

        self.asks[name] = is_open
        assert self.asks[name](), f"{name} does not open at all"


def inside_flows(stack: Stack, browser: Browser, span: tuple[int, int]) -> Flows:
    """Live, status, playback with its pieces, previews and time line, and a snapshot, of somebody at work."""
    flows = Flows()
    live = browser.open("live", [stack.camera])
    play = browser.open("playback", [stack.camera], *span)
    shot = browser.open("snapshot", [stack.camera], span[0] + S_US)
    flows.watch(browser, live.ticket, stack.camera)
    flows.ask("status", browser, f"/status?camera={stack.camera}", live.ticket)
    replay_flows(flows, stack, browser, play.ticket, span)
    flows.ask("snapshot", browser, f"/snapshot?camera={stack.camera}&at={span[0] + S_US}", shot.ticket)
    return flows


def replay_flows(flows: Flows, stack: Stack, browser: Browser, ticket: str, span: tuple[int, int]) -> Flows:
    ranged = f"from={span[0]}&to={span[1]}"
    playlist = browser.media(f"/hls/{stack.camera}/index.m3u8?{ranged}", ticket).text
    piece = next(line for line in playlist.splitlines() if line.startswith("piece/"))
    flows.ask("playlist", browser, f"/hls/{stack.camera}/index.m3u8?{ranged}", ticket)
    flows.ask("piece", browser, f"/hls/{stack.camera}/{piece}", ticket)
    flows.ask("preview", browser, f"/preview?camera={stack.camera}&at={span[0] + S_US}", ticket)
    flows.ask("time line", browser, f"/timeline?camera={stack.camera}&{ranged}", ticket)
    return flows


def measure(flows: Flows, end: Callable[[], float | None]) -> dict[str, float]:
    """Seconds until each flow stood still after `end`, which may answer the instant (`time.time`) at which the right
    was to end; else it is the one at which `end` returned. `LONGEST_S`: it had not by then."""
    at = end()
    began = time.monotonic() + (at - time.time() if at is not None else 0.0)
    took: dict[str, float] = {}
    while len(took) < len(flows.asks) and time.monotonic() < began + LONGEST_S:
        for name, ask in flows.asks.items():
            if name not in took and not ask():
                took[name] = flows.closed_at.get(name, time.monotonic()) - began
        time.sleep(POLL_S)
    return {name: max(0.0, took.get(name, LONGEST_S)) for name in flows.asks}


@dataclass
class Reasons:
    """Each way a right ends, done by pages; every one takes a person of its own."""

    stack: Stack
    boss: Browser

    def signed_out(self, browser: Browser) -> None:
        """The cookies stay: whoever kept them gets nothing either."""
        kept = dict(browser.http.cookies)
        assert browser.post("/sign-out/").status_code == 302
        for name, value in kept.items():
            browser.http.cookies.set(name, value, domain="127.0.0.1")

    def account_closed(self, username: str) -> None:
        self._post(f"/people/{self.stack.ids['people'][username]}/disable/")

    def role_taken(self, username: str) -> None:
        self._post(f"/people/{self.stack.ids['people'][username]}/role/", role="auditor")

    def sessions_ended(self, username: str) -> None:
        self._post(f"/people/{self.stack.ids['people'][username]}/sessions/end/")

    def appointment_ended(self, username: str) -> None:
        self._post(f"/appointments/{self.stack.ids['appointments'][username]}/end/", reason="other", note="测试")

    def grant_ended(self, request: str) -> None:
        self.stack.end_granted(request)

    def _post(self, path: str, **fields: str) -> None:
        answer = self.boss.post(path, **fields)
        assert answer.status_code in (200, 302), (path, answer.status_code, answer.text[-2000:])
