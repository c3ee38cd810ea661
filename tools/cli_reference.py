"""Writes docs/ref/cli.md from the command line's own description: ``.venv/bin/python tools/cli_reference.py``."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from pathlib import Path

REFERENCE = Path(__file__).resolve().parents[1] / "docs/ref/cli.md"
HEAD = """# The `mingcha` command

Made by `tools/cli_reference.py` from the command's own help; a test fails when a command is missing here. In a
working copy the command is `.venv/bin/mingcha`. Exit codes: 0 done, 1 done with findings, 2 refused with the reason
on standard error, 130 interrupted.
"""


def commands(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """Every command and subcommand, in order."""
    for action in parser._actions:  # argparse offers no public way to walk its subcommands
        if isinstance(action, argparse._SubParsersAction):
            for child in action.choices.values():
                yield child
                yield from commands(child)


def reference(parser: argparse.ArgumentParser) -> str:
    """The whole page as Markdown."""
    parts = [HEAD]
    parts += [f"## `{child.prog}`\n\n```text\n{child.format_help().strip()}\n```\n" for child in commands(parser)]
    return "\n".join(parts)


def main() -> None:
    os.environ["COLUMNS"] = "110"
    from mingcha.cli.main import build_parser

    REFERENCE.write_text(reference(build_parser()), encoding="utf-8")
    print(REFERENCE)


if __name__ == "__main__":
    main()
