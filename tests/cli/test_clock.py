"""`mingcha clock confirm` as a person at the node runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import cast

from mingcha.base.keys import make_keys
from mingcha.media.run.control import ControlServices, routes
from tests.gateway.recorder import TOKEN, running


def confirm(data: Path, port: int) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("MINGCHA_")}
    environ |= {"MINGCHA_DATA_DIR": str(data), "MINGCHA_MEDIA_PORT": str(port)}
    command = [sys.executable, "-m", "mingcha.cli.main", "clock", "confirm"]
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=False)


def test_it_tells_the_recorder_and_says_which_time_was_confirmed(tmp_path: Path) -> None:
    make_keys(tmp_path)
    (tmp_path / "secrets" / "control.token").write_text(TOKEN)
    with running() as recorder:
        result = confirm(tmp_path, recorder.port)
        assert (result.returncode, result.stderr) == (0, "")
        assert recorder.told("/control/clock/confirm")
    assert result.stdout.startswith("confirmed: 20")


def test_without_a_recorder_it_says_so(tmp_path: Path) -> None:
    make_keys(tmp_path)
    result = confirm(tmp_path, 1)
    assert (result.returncode, "does not answer" in result.stderr) == (2, True)


def test_the_route_is_there() -> None:
    assert "/control/clock/confirm" in {
        route.path for route in routes(cast("ControlServices", SimpleNamespace(token="")))
    }
