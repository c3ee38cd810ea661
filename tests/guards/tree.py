"""The repository as the guards see it: tracked files, and those that would be if added."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = {".git", ".venv", "node_modules", "var", "dist", "build", "__pycache__"}


@cache
def files(root: Path = ROOT) -> tuple[Path, ...]:
    """Every file git knows or would take; by walking where there is no git."""
    listing = ["git", "-c", "safe.directory=*", "ls-files", "-co", "--exclude-standard", "-z"]
    try:
        said = subprocess.run(listing, cwd=root, capture_output=True, check=True).stdout.decode()
        names = [name for name in said.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        names = [str(path.relative_to(root)) for path in root.rglob("*") if not LEFT_OUT & set(path.parts)]
    return tuple(sorted(root / name for name in set(names) if (root / name).is_file()))


def under(folder: str, *suffixes: str) -> list[Path]:
    """Files below a folder of the repository ("" for all), by suffix."""
    top = ROOT / folder
    return [path for path in files() if path.is_relative_to(top) and (not suffixes or path.suffix in suffixes)]


def text_files() -> Iterator[tuple[Path, str]]:
    """Every file that is UTF-8 text, with its text."""
    for path in files():
        try:
            yield path, path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def product_code() -> tuple[tuple[str, ast.Module], ...]:
    """Every module of src/ with its syntax tree; migrations are the framework's text and left out."""
    return tuple(
        (name_of(path), ast.parse(path.read_text(encoding="utf-8")))
        for path in under("src", ".py")
        if "migrations" not in path.parts
    )
