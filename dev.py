#!/usr/bin/env python3
"""Everything a developer or a build machine does here, with nothing but Python's own library.

    python3 dev.py setup               make .venv, the browser code, the catalogues and the database
    python3 dev.py up [-- ARGS]        setup, then the product (`mingcha up ARGS`); Ctrl-C ends it
    python3 dev.py test [PYTEST ARGS]  setup, then every check; with arguments only pytest with them
    python3 dev.py check               the quick part of test: lint, types, import contracts, front end, guards
    python3 dev.py bench [NAME ARGS]   a benchmark of benchmarks/, or their list
    python3 dev.py soak [ARGS]         the long run of benchmarks/soak.py
    python3 dev.py fmt                 format and mend the code
    python3 dev.py build               a wheel in dist/, browser code inside
    python3 dev.py lock                compile requirements/*.txt again from their inputs

Each step prints one line with its time, and its output only when it fails. A step whose inputs have not changed is left
out: their hash is kept in .venv/stamps.
"""

import os
import subprocess
import sys
from collections.abc import Callable

if sys.version_info < (3, 11):  # noqa: UP036 - the file must still parse for, and answer, an older Python
    sys.exit("Mingcha needs Python 3.11 or newer; this is {}.{}.".format(*sys.version_info))

from tools.house.checks import install_system_packages, pytest_stage, quick_stages, run_stages, test_stages
from tools.house.install import set_up
from tools.house.steps import BIN, FRONTEND, PYTHON, REQUIREMENTS, ROOT, Stop, environment, must, run


def command_setup(_: list[str]) -> int:
    set_up()
    return 0


def command_up(arguments: list[str]) -> int:
    """Becomes the product (exec), so that Ctrl-C and SIGTERM reach it and nothing stands between."""
    set_up()
    os.environ.setdefault("MINGCHA_DATA_DIR", str(ROOT / "var"))
    os.execve(BIN / "mingcha", ["mingcha", "up", *(a for a in arguments if a != "--")], environment())


def forget_settings() -> None:
    """Tests and checks see the defaults, whatever this shell has set for `up`."""
    for name in [name for name in os.environ if name.startswith("MINGCHA_")]:
        del os.environ[name]


def command_test(arguments: list[str]) -> int:
    forget_settings()
    set_up(data=False)
    install_system_packages()
    if arguments:
        return run_stages({"tests": lambda: pytest_stage("tests", *arguments)})
    return run_stages(*test_stages())


def command_check(_: list[str]) -> int:
    forget_settings()
    set_up(data=False)
    return run_stages(quick_stages())


def command_bench(arguments: list[str]) -> int:
    set_up(data=False)
    names = sorted(path.stem for path in (ROOT / "benchmarks").glob("*.py") if not path.stem.startswith("_"))
    if not arguments or arguments[0] not in names:
        print("benchmarks: " + ", ".join(names))
        return 0 if not arguments else 2
    return subprocess.call([PYTHON, f"benchmarks/{arguments[0]}.py", *arguments[1:]], cwd=ROOT, env=environment())


def command_soak(arguments: list[str]) -> int:
    return command_bench(["soak", *arguments])


def command_fmt(_: list[str]) -> int:
    set_up(data=False)
    formatted = run("ruff format", [BIN / "ruff", "format", "--quiet", "."])[0]
    mended = run("ruff check --fix", [BIN / "ruff", "check", "--fix", "--quiet", "."])[0]
    return 0 if formatted and mended else 1


def command_build(_: list[str]) -> int:
    set_up(data=False)
    if not (FRONTEND / "dist").is_dir():
        raise Stop("The browser code is not built, so a wheel would lack it: install node 20.19 or newer.")
    must("wheel in dist/", [PYTHON, "-m", "hatchling", "build", "-t", "wheel"])
    return 0


def command_lock(_: list[str]) -> int:
    """Newest versions the inputs allow. Needs the network; nothing else here writes requirements/*.txt."""
    options = [
        "--quiet",
        "--universal",
        "--python-version",
        "3.11",
        "--generate-hashes",
        "--no-annotate",
        "--no-header",
    ]
    project = "../pyproject.toml"
    inputs = {
        "bootstrap": ["bootstrap.in"],
        "node": ["node.in"],
        "dev": [project, "bootstrap.in", "dev.in"],
        "run": [project, "--constraint", "dev.txt"],
        "weights": ["weights.in", "--no-deps"],
    }
    for name, files in inputs.items():
        command = [BIN / "uv", "pip", "compile", *options, "--upgrade", "-o", f"{name}.txt", *files]
        must(f"requirements/{name}.txt", command, cwd=REQUIREMENTS)
    return 0


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "setup": command_setup,
    "up": command_up,
    "test": command_test,
    "check": command_check,
    "bench": command_bench,
    "soak": command_soak,
    "fmt": command_fmt,
    "build": command_build,
    "lock": command_lock,
}


def main(arguments: list[str]) -> int:
    if not arguments or arguments[0] not in COMMANDS:
        print((__doc__ or "").strip())
        return 0 if arguments[:1] in ([], ["-h"], ["--help"], ["help"]) else 2
    os.chdir(ROOT)
    try:
        return COMMANDS[arguments[0]](arguments[1:])
    except Stop as stop:
        print(f"dev.py: {stop}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
