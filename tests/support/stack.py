"""The whole product on this machine, small: recorder, pages and gateway as their own processes, two simulated cameras,
one person of every role, and browsers that are only HTTP. For tests that attack it or measure how fast it obeys."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from websockets.sync.client import ClientConnection, connect

from mingcha.base.keys import control_token, ticket_key
from mingcha.media.sim import SimServer, tiny_clip
from mingcha.wire.ticket import Ticket, mint
from tests.e2e.product import Product

PASSWORD = "correct-horse-77"
MADE_BY = Path(__file__).with_name("stack_office.py")
S_US = 1_000_000
PATIENCE_S = 30.0


def now_us() -> int:
    return time.time_ns() // 1000


def _local(us: int) -> str:
    """As a browser's date field gives it, in the time zone of the product."""
    return datetime.fromtimestamp(us / S_US, ZoneInfo("Asia/Shanghai")).strftime("%Y-%m-%dT%H:%M:%S")


def until(what: Callable[[], Any], *, seconds: float = PATIENCE_S, every: float = 0.1) -> Any:
    """The first true answer. Fails when there is none in time."""
    give_up = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < give_up, f"{getattr(what, '__doc__', None) or what}: not within {seconds} s"
        time.sleep(every)
    return found


class Cameras:
    """Two tiny cameras on a thread of their own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="cameras", daemon=True)
        self._thread.start()
        clip = tiny_clip(size=(160, 90), fps=10, gop=10, seconds=4)
        self.sim = SimServer({"gate": clip, "yard": clip, "vault": clip}, username="viewer", password="p@ss/word")
        asyncio.run_coroutine_threadsafe(self.sim.start(), self._loop).result(20)

    def url(self, name: str) -> str:
        return self.sim.url(name, "main", with_credentials=True)

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self.sim.close(), self._loop).result(20)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


@dataclass
class Opened:
    """What the office answered to an opened viewing."""

    viewing: str
    grant: str
    ticket: str
    expires_us: int


@dataclass
class Browser:
    """One browser profile: cookies, and the CSRF token that its pages would hold."""

    stack: Stack
    username: str = ""
    http: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.http = httpx.Client(base_url=self.stack.office, timeout=30, trust_env=False)

    def sign_in(self, username: str, password: str = PASSWORD) -> Browser:
        self.username = username
        self.http.get("/sign-in/")
        answer = self.post("/sign-in/", username=username, password=password)
        assert answer.status_code == 302, answer.text
        return self

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.http.get(path, **options)

    def post(self, path: str, **fields: Any) -> httpx.Response:
        """A form."""
        return self.http.post(path, data=fields, headers=self._csrf())

    def ask(self, path: str, *, method: str = "POST", **body: Any) -> httpx.Response:
        """JSON, as the islands send it."""
        return self.http.request(method, path, json=body, headers=self._csrf())

    def _csrf(self) -> dict[str, str]:
        return {"x-csrftoken": self.http.cookies.get("mingcha_csrf") or ""}

    def open(self, mode: str, cameras: list[str], from_us: int | None = None, to_us: int | None = None) -> Opened:
        fields: dict[str, Any] = {"cameras": cameras, "from_us": from_us, "to_us": to_us}
        answer = self.ask("/api/viewings", mode=mode, reason="routine", note="", **fields)
        assert answer.status_code == 201, answer.text
        return Opened(**answer.json())

    def order(self, camera: str, from_us: int, to_us: int) -> Opened:
        answer = self.ask("/api/exports", camera=camera, from_us=from_us, to_us=to_us, reason="incident", note="")
        assert answer.status_code == 201, answer.text
        return Opened(**answer.json())

    def media(self, path: str, ticket: str = "", *, method: str = "GET", **options: Any) -> httpx.Response:
        """A request to the media server with this browser's cookies and a ticket."""
        headers = {**({"authorization": f"Bearer {ticket}"} if ticket else {}), **options.pop("headers", {})}
        return self.http.request(method, self.stack.media + path, headers=headers, **options)

    def cookies(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.http.cookies.items())

    def live(self, ticket: str | None, camera: str, *, origin: str | None = None, **options: Any) -> ClientConnection:
        """A live WebSocket as a page opens it; None: nothing is sent after opening."""
        headers = {"Cookie": self.cookies()} if self.http.cookies else {}
        address = f"{self.stack.media.replace('http', 'ws', 1)}/live?camera={camera}&stream=main"
        socket = connect(
            address,
            origin=self.stack.office if origin is None else origin,  # type: ignore[arg-type]
            additional_headers=headers,
            max_size=None,
            proxy=None,
            legacy=True,
            ping_interval=None,
            **options,
        )
        if ticket is not None:
            socket.send(json.dumps({"ticket": ticket}))
        return socket

    def close(self) -> None:
        self.http.close()


class Stack:
    """Start it once; `who(role)` is a signed-in browser that tests share, `browser()` a new one."""

    def __init__(self, directory: Path, *, tables: Path | None = None) -> None:
        self._browsers: list[Browser] = []
        self._signed_in: dict[str, Browser] = {}
        self.cameras = Cameras()
        options = [f"--camera={name}={self.cameras.url(code)}" for name, code in (("门岗", "gate"), ("院子", "yard"))]
        try:
            self.product = Product(directory, "--no-demo", "--region=110101", *options, tables=tables)
            self.office = self.product.url
            self.media = f"http://127.0.0.1:{self.product.media_port}"
            self.ids: dict[str, Any] = json.loads(self.run("make", PASSWORD, self.cameras.url("vault")))
        except BaseException:
            self.close()
            raise

    def run(self, *words: str) -> str:
        """One step of `stack_office.py` in a process of its own that uses the product's database."""
        environ = {name: value for name, value in os.environ.items() if not name.startswith("MINGCHA_")}
        environ |= {
            "MINGCHA_DATA_DIR": str(self.product.data_dir),
            "MINGCHA_WEB_PORT": str(self.product.web_port),
            "MINGCHA_MEDIA_PORT": str(self.product.media_port),
            "DJANGO_SETTINGS_MODULE": "mingcha.web.settings",
        }
        done = subprocess.run(
            [sys.executable, str(MADE_BY), *words], env=environ, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def browser(self) -> Browser:
        """A new profile; closed with the stack."""
        self._browsers.append(Browser(self))
        return self._browsers[-1]

    def who(self, username: str) -> Browser:
        if username not in self._signed_in:
            self._signed_in[username] = self.browser().sign_in(username)
        return self._signed_in[username]

    @property
    def camera(self) -> str:
        camera: str = self.ids["cameras"]["门岗"]
        return camera

    @property
    def other(self) -> str:
        """Another camera of the same site."""
        camera: str = self.ids["cameras"]["院子"]
        return camera

    @property
    def elsewhere(self) -> str:
        """A camera of a site where nobody but the manager has a post."""
        camera: str = self.ids["cameras"]["库房"]
        return camera

    def footage(self, seconds: float = 6.0) -> tuple[int, int]:
        """A range that was recorded by now: from, to."""
        browser = self.who("manager")

        def found() -> tuple[int, int] | None:
            """some seconds are recorded"""
            end = now_us()
            opened = browser.open("playback", [self.camera], end - 120 * S_US, end)
            answer = browser.media(
                f"/timeline?camera={self.camera}&from={end - 120 * S_US}&to={end}", opened.ticket
            ).json()
            covered = answer["cameras"][self.camera]["coverage"]
            longest = max(covered, key=lambda stretch: stretch[1] - stretch[0], default=None)
            if longest is None or longest[1] - longest[0] < (seconds + 3) * S_US:
                return None
            return longest[0] + S_US, longest[0] + S_US + int(seconds * S_US)

        found_range: tuple[int, int] = until(found, every=0.5)
        return found_range

    # A request at the desk, by its pages.

    def granted(self, desk: Browser, span: tuple[int, int] | None, *, mode: str = "view", minutes: int = 15) -> str:
        """Received and granted: the id of the request. `span` None: live pictures."""
        fields = {
            "organ": "江岸分局",
            "requester": "public_security",
            "statutory_duty": "刑事案件侦查",
            "case_number": "2026-17",
            "purpose": "查找走失老人",
            "mode": mode,
            "cameras": [self.camera],
            "what": "recorded" if span else "live",
            "own_sector": "on",
        }
        if span:
            fields |= {name: _local(us) for name, us in zip(("from_at", "until_at"), span, strict=True)}
        site = self.ids["sites"]["演示站点"]
        answer = desk.post(f"/requests/new/{site}/organ/", **fields)
        assert answer.status_code == 302, answer.text
        request: str = answer.headers["location"].strip("/").split("/")[-1]
        officer = {"name": "陈警官", "organ": "江岸分局", "certificate": "work_certificate", "signed_name": "陈警官"}
        answer = desk.post(f"/requests/{request}/officers/", **{f"officer-{key}": officer[key] for key in officer})
        assert answer.status_code == 302, answer.text
        answer = self.who("manager").post(f"/requests/{request}/grant/", **{"grant-minutes": str(minutes)})
        assert answer.status_code == 302, answer.text
        return request

    def open_granted(
        self, desk: Browser, request: str, mode: str, span: tuple[int, int] | None = None, **changes: Any
    ) -> httpx.Response:
        body = {"mode": mode, "cameras": [self.camera], "from_us": None, "to_us": None}
        if span:
            body |= {"from_us": span[0], "to_us": span[1]}
        return desk.ask(f"/api/requests/{request}/viewings", **{**body, **changes})

    def end_granted(self, request: str) -> None:
        answer = self.who("manager").post(f"/requests/{request}/end/", **{"end-reason": "已完成"})
        assert answer.status_code == 302, answer.text

    # What an attacker who holds keys could make; and what the tests of edges need.

    def claims(self, **changes: Any) -> Ticket:
        """A sound live ticket of the guard for `camera`, not bound to a browser."""
        at = now_us()
        ticket = Ticket(
            grant="grt_0000000000000001",
            person=self.ids["people"]["guard"],
            modes=("live", "status"),
            cameras=(self.camera,),
            from_us=None,
            to_us=None,
            issued_us=at,
            expires_us=at + 60 * S_US,
            serial="grt_0000000000000002",
        )
        return replace(ticket, **changes)

    def mint(self, **changes: Any) -> str:
        """Signed by the office's own key: only so can a test reach the gate's edges."""
        return mint(self.claims(**changes), ticket_key(self.product.data_dir))

    @property
    def control_token(self) -> str:
        return control_token(self.product.data_dir)

    def logs(self) -> str:
        """All that the processes wrote, the browsers' addresses among it."""
        found = [path.read_text(errors="replace") for path in self.product.data_dir.rglob("*.log")]
        return "\n".join([self.product.output, *found])

    def close(self) -> None:
        for browser in self._browsers:
            browser.close()
        product = getattr(self, "product", None)
        if product is not None:
            product.stop()
        self.cameras.close()
