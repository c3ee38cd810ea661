"""`mingcha up` itself: refused in one line, ended in order, at home again at the next start."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.product import Product


def test_a_port_in_use_is_told_in_one_line(product: Product, tmp_path: Path) -> None:
    environ = {
        "PATH": "/usr/bin:/bin",
        "MINGCHA_DATA_DIR": str(tmp_path / "data"),
        "MINGCHA_WEB_PORT": str(product.web_port),
    }
    command = [sys.executable, "-m", "mingcha.cli.main", "up", "--no-sim"]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "MINGCHA_WEB_PORT" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "data").exists()


@pytest.mark.slow
def test_it_ends_in_order_and_starts_again_where_it_was(tmp_path: Path) -> None:
    first = Product(tmp_path, "--no-sim")
    logins = first.logins
    assert set(logins) == {"manager", "guard"}
    assert first.stop() == 0
    assert first.output.rstrip().endswith("Stopped.")
    again = Product(tmp_path, "--no-sim")
    assert set(again.logins) == {"manager", "guard"}
    assert again.logins["guard"] != logins["guard"]
    assert again.stop() == 0
