"""The real product in a directory of its own: started by its own command, ended by Ctrl-C."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

START_S = 90
STOP_S = 40
_LOGIN = re.compile(r"^    (?P<username>[\w.-]+) +(?P<password>\S{8,})(?:  \S.*)?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Login:
    """A one-time login as `mingcha up` printed it."""

    username: str
    password: str


def free_port() -> int:
    """A port that was free a moment ago; chosen by the kernel."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Product:
    """`mingcha up` as a child process; with `tables`, a first start finds them made (tests.support.tables) and is some
    seconds shorter. Raises RuntimeError, with what it printed, when it does not come up."""

    def __init__(
        self, directory: Path, *arguments: str, settings: dict[str, str] | None = None, tables: Path | None = None
    ) -> None:
        self._settings = settings or {}
        self.data_dir = directory / "data"
        if tables is not None and not self.data_dir.exists():
            self.data_dir.mkdir()
            shutil.copy(tables, self.data_dir / "office.db")
        self.web_port, self.media_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.web_port}"
        self._output = directory / "up.log"
        self._process = self._start(arguments)
        try:
            self._wait()
        except BaseException:
            self.stop()
            raise

    def _start(self, arguments: tuple[str, ...]) -> subprocess.Popen[bytes]:
        environ = {name: value for name, value in os.environ.items() if not name.startswith("MINGCHA_")}
        environ |= {
            "MINGCHA_DATA_DIR": str(self.data_dir),
            "MINGCHA_WEB_PORT": str(self.web_port),
            "MINGCHA_MEDIA_PORT": str(self.media_port),
            "PYTHONUNBUFFERED": "1",
            **self._settings,
        }
        command = [sys.executable, "-m", "mingcha.cli.main", "up", *arguments]
        with self._output.open("wb") as output:
            return subprocess.Popen(
                command, env=environ, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
            )

    @property
    def output(self) -> str:
        """Everything printed so far."""
        return self._output.read_text(encoding="utf-8", errors="replace")

    @property
    def logins(self) -> dict[str, Login]:
        """One-time logins by user name (`manager`, `guard`)."""
        return {hit["username"]: Login(hit["username"], hit["password"]) for hit in _LOGIN.finditer(self.output)}

    def _wait(self) -> None:
        give_up = time.monotonic() + START_S
        while not (self._answers() and self.logins):
            if self._process.poll() is not None:
                raise RuntimeError(f"mingcha up ended with {self._process.returncode}:\n{self.output}")
            if time.monotonic() > give_up:
                raise RuntimeError(f"mingcha up did not come up in {START_S} s:\n{self.output}")
            time.sleep(0.2)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(self.url, timeout=5) as answer:
                return bool(answer.status == 200)
        except urllib.error.HTTPError as error:
            return error.code < 500
        except OSError:
            return False

    def command(self, *arguments: str) -> str:
        """What another command prints on the same data directory."""
        environ = {**os.environ, "MINGCHA_DATA_DIR": str(self.data_dir)}
        command = [sys.executable, "-m", "mingcha.cli.main", *arguments]
        return subprocess.run(command, env=environ, capture_output=True, text=True, check=True, timeout=60).stdout

    def stop(self) -> int:
        """Ctrl-C, and the exit code; SIGKILL, and -9, when it does not end in time."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGINT)
            try:
                self._process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
        return self._process.returncode
