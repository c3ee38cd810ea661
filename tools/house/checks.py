"""Every check: lint, types, contracts, front end, guards, tests and browser journeys; all run, then one sum."""

import os
import re
import shutil
import subprocess
import tempfile
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from tools.house.install import npm_command
from tools.house.steps import BIN, FRONTEND, PYTHON, ROOT, run

# Debian package -> what is left out without it.
SYSTEM_PACKAGES = {
    "chromium": "browser journeys",
    "ffmpeg": "comparisons with ffmpeg and ffprobe",
    "fonts-noto-cjk": "Chinese text in screenshots and PDF",
    "libpango-1.0-0": "notices and books as PDF",
    "libpangoft2-1.0-0": "notices and books as PDF",
    "gstreamer1.0-plugins-base": "tests against GStreamer's RTSP server",
    "gstreamer1.0-plugins-good": "tests against GStreamer's RTSP server",
    "gstreamer1.0-plugins-bad": "tests against GStreamer's RTSP server",
    "gstreamer1.0-plugins-ugly": "tests against GStreamer's RTSP server",
    "gstreamer1.0-tools": "tests against GStreamer's RTSP server",
    "python3-gi": "tests against GStreamer's RTSP server",
    "gir1.2-gst-rtsp-server-1.0": "tests against GStreamer's RTSP server",
}

# Packages without input or output: every branch of them must be tested.
PURE = ("base", "ledger", "wire")


@dataclass
class Tally:
    """What a stage counted. A check that is no test suite counts as one."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def add(self, other: "Tally") -> None:
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def install_system_packages() -> None:
    """Debian packages for the tests: installed when root, else named with what is left out. Never stops the run."""
    if shutil.which("dpkg-query") is None:
        missing = [name for name in ("chromium", "ffmpeg") if shutil.which(name) is None]
    else:
        query = ["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\\n", *SYSTEM_PACKAGES]
        said = subprocess.run(query, capture_output=True, text=True, check=False).stdout
        missing = [name for name in SYSTEM_PACKAGES if f"{name} installed" not in said.splitlines()]
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        os.environ["DEBIAN_FRONTEND"] = "noninteractive"
        run("apt-get update", ["apt-get", "update", "-q"])
        install = ["apt-get", "install", "-yq", "--no-install-recommends", *missing]
        if run(f"apt-get install ({len(missing)})", install)[0]:
            missing = []
    for name in missing:
        print(f"  {name} is missing: skipped without it: {SYSTEM_PACKAGES[name]} (apt-get install {name})")


def pytest_stage(label: str, *arguments: str, live: bool = True) -> Tally:
    """A pytest run, shown live or only if it fails; counted from its JUnit report, so that a crash of it is never a
    pass."""
    with tempfile.TemporaryDirectory(prefix="mingcha-test-") as directory:
        report = Path(directory) / "report.xml"
        ok, _ = run(label, [PYTHON, "-m", "pytest", f"--junitxml={report}", *arguments], live=live, whole=not live)
        tally = Tally()
        if report.exists():
            for suite in ElementTree.parse(report).getroot().iter("testsuite"):
                total, skipped = int(suite.get("tests", 0)), int(suite.get("skipped", 0))
                failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
                # A test that fails and then fails to clean up counts as one test and two failures.
                tally.add(Tally(max(0, total - failed - skipped), failed, skipped))
    if not ok and not tally.failed:
        tally.failed = 1
    return tally


def check_stage(label: str, *command: object, cwd: Path = ROOT) -> Tally:
    """A check that passes or fails; if it is a node test run, its own counts."""
    ok, output = run(label, command, cwd=cwd, whole=True)
    counts = {
        word: int(count)
        for word, count in re.findall(r"^(?:#|\u2139) (pass|fail|skipped) (\d+)$", output, re.MULTILINE)
    }
    if "pass" in counts and bool(counts.get("fail", 0)) != ok:
        return Tally(counts["pass"], counts.get("fail", 0), counts.get("skipped", 0))
    return Tally(passed=int(ok), failed=int(not ok))


def frontend_stage(script: str) -> Tally:
    npm = npm_command() if (FRONTEND / "node_modules").is_dir() else None
    if npm is None:
        print(f"  npm run {script}: skipped, no node or no front end")
        return Tally(skipped=1)
    return check_stage(f"npm run {script}", *npm, "run", script, cwd=FRONTEND)


Stages = dict[str, Callable[[], Tally]]
"""What may run side by side, the longest first."""


def quick_stages() -> Stages:
    return {
        "guards": lambda: pytest_stage("guards", "tests/guards", "-q", live=False),
        "types": lambda: check_stage("mypy", BIN / "mypy", "-p", "mingcha", "-m", "dev"),
        "ruff": lambda: check_stage("ruff check", BIN / "ruff", "check", "--quiet", "."),
        "format": lambda: check_stage("ruff format --check", BIN / "ruff", "format", "--check", "--quiet", "."),
        "imports": lambda: check_stage("lint-imports", BIN / "lint-imports"),
        "tsc": lambda: frontend_stage("check"),
        "frontend": lambda: frontend_stage("test"),
    }


def test_stages() -> list[Stages]:
    """What runs side by side, one after the other: checks that keep one core busy; tests; journeys."""
    cores = max(2, min(4, os.cpu_count() or 2))
    slowest = ("--durations=20", "--durations-min=8")
    # One worker more than cores, since some tests wait for cameras; a journey keeps product and browser busy at once.
    spread = ("-q", "--dist", "loadgroup", *slowest)
    covered = [f"--cov=mingcha.{package}" for package in PURE]
    gate = ("--cov-branch", "--cov-report=term-missing:skip-covered", "--cov-fail-under=100")
    elsewhere = [f"--ignore=tests/{folder}" for folder in ("guards", "e2e", *PURE)]
    pure = ("-q", *covered, *gate, *(f"tests/{name}" for name in PURE))
    return [
        {"pure": lambda: pytest_stage("pure packages", *pure, live=False), **quick_stages()},
        {"tests": lambda: pytest_stage("tests", *spread, "-n", str(cores + 1), "-m", "not e2e", *elsewhere)},
        {"journeys": lambda: pytest_stage("browser journeys", *spread, "-n", "2", "-m", "e2e", "tests/e2e")},
    ]


def run_stages(*groups: Stages) -> int:
    """All stages, whatever fails, as many of a group at once as there are cores; the last line sums them up as pytest
    would."""
    tallies = {}
    for stages in groups:
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            waiting = {pool.submit(stage): name for name, stage in stages.items()}
            for done in as_completed(waiting):
                name = waiting[done]
                tallies[name] = done.result()
                print(f"  {name}: {tallies[name]}", flush=True)
    total = Tally()
    for tally in tallies.values():
        total.add(tally)
    failed = [name for name, tally in tallies.items() if tally.failed]
    if failed:
        print("failed stages: " + ", ".join(failed))
    print(total, flush=True)
    return 1 if failed else 0
