"""What the promises of the register rest on holds on PostgreSQL too: its triggers, acts in one transaction, and the
rules that only one of two may win. Runs those tests again over a server of its own."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
AGAIN = ["tests/records/register/test_append_only.py", "tests/records/register/test_enter.py", "tests/records/policies"]


def programs() -> Path | None:
    """Debian keeps them outside of PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """The address of a PostgreSQL of this test alone. It refuses to run as root, so then it runs as nobody."""
    where = programs()
    if where is None:
        pytest.skip("wants PostgreSQL (apt-get install postgresql)")
    person = pwd.getpwnam("nobody") if os.getuid() == 0 else None
    as_person = {"user": person.pw_uid, "group": person.pw_gid, "extra_groups": []} if person else {}
    data = Path(
        subprocess.run(["mktemp", "-d"], capture_output=True, text=True, check=True, **as_person).stdout.strip()
    )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": True, "cwd": data}
    make = [where / "initdb", "-D", data / "db", "-A", "trust", "-U", "office", "--no-sync", "-E", "UTF8"]
    subprocess.run([*make, "--locale=C.UTF-8"], **quiet, **as_person)
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={data} -c fsync=off"
    control = [where / "pg_ctl", "-D", data / "db", "-w", "-l", data / "log"]
    subprocess.run([*control, "-o", options, "start"], **quiet, **as_person)
    try:
        yield f"postgresql://office@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], **quiet, **as_person)
        subprocess.run(["rm", "-rf", str(data)], check=True)


@pytest.mark.external
@pytest.mark.slow
def test_the_register_and_the_second_person_hold_on_postgresql(server: str) -> None:
    environ = {**os.environ, "TEST_DATABASE_URL": server}
    command = [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:randomly", "-p", "no:cacheprovider", *AGAIN]
    ran = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout[-4000:]
    assert " skipped" not in ran.stdout.splitlines()[-1]
