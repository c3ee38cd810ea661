from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mingcha.base.clock import ManualClock
from mingcha.media.store.directory import StoreDirectory

Mount = Callable[..., Path]


@pytest.fixture
def store(tmp_path: Path, clock: ManualClock) -> Iterator[StoreDirectory]:
    with StoreDirectory.create(tmp_path / "store", clock, reserve_bytes=0) as made:
        yield made


@pytest.fixture
def mount(tmp_path: Path) -> Iterator[Mount]:
    """Mounts a small tmpfs at a path; for root only. Everything is unmounted at the end."""
    if os.geteuid() != 0:
        pytest.skip("mounting a file system of one's own wants root")
    mounted: list[Path] = []

    def do(path: Path, options: str = "size=256k") -> Path:
        path.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(path)], capture_output=True, text=True, check=False
        )
        if done.returncode:
            pytest.skip(f"this machine does not let us mount: {done.stderr.strip()}")
        mounted.append(path)
        return path

    yield do
    for path in reversed(mounted):
        subprocess.run(["umount", "-l", str(path)], capture_output=True, check=False)
