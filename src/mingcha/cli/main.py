"""`mingcha`: reads the command line, calls the subcommand, turns errors into one clear line."""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import sys
from collections.abc import Sequence

from mingcha import __version__
from mingcha.base.env import Env
from mingcha.base.errors import MingchaError

COMMANDS = (
    "up",
    "record",
    "camera",
    "person",
    "play",
    "export",
    "certificate",
    "check",
    "clock",
    "storage",
    "sim",
    "law",
    "settings",
    "web",
    "gateway",
    "register",
    "verify",
    "witness",
    "keys",
    "backup",
)
EXIT_REFUSED = 2


def build_parser(commands: Sequence[str] = COMMANDS) -> argparse.ArgumentParser:
    """The whole command line (also read by the documentation test), or only some commands of it: the recorder need
    not load what the pages are made of."""
    parser = argparse.ArgumentParser(
        prog="mingcha", description="A video system for public places that keeps the law by construction."
    )
    parser.add_argument("--version", action="version", version=f"mingcha {__version__}")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name in commands:
        importlib.import_module(f"mingcha.cli.{name}").add_parser(subparsers)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. 0: done; 1: done with findings; 2: refused, with the reason on standard error."""
    words = list(sys.argv[1:] if argv is None else argv)
    commands = words[:1] if words[:1] and words[0] in COMMANDS else COMMANDS
    try:
        arguments = build_parser(commands).parse_args(words)
        logging.basicConfig(
            level=Env().text("MINGCHA_LOG_LEVEL"),
            format="%(asctime)s %(levelname)s %(name)s %(message)s",
            stream=sys.stderr,
        )
        code: int = arguments.run(arguments)
    except MingchaError as error:
        print(f"mingcha: {error.message}", file=sys.stderr)
        return EXIT_REFUSED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_REFUSED
    except KeyboardInterrupt:
        return 130
    return code


if __name__ == "__main__":
    raise SystemExit(main())
