"""``NAME=rtsp://…`` on a command line."""

from __future__ import annotations

import argparse

from mingcha.base.errors import Invalid


def add_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--camera",
        action="append",
        default=[],
        metavar="NAME=URL",
        help="a camera to record, as NAME=rtsp://user:password@host/path; may be given several times",
    )


def add_place_options(parser: argparse.ArgumentParser) -> None:
    """Where the first site lies and what it is, so that the law can be asked."""
    parser.add_argument("--region", default="", metavar="CODE", help="GB/T 2260 code of the first site, as 420106")
    parser.add_argument("--place", default="", metavar="KIND", help="its kind, as mall; see 'mingcha law'")


def parse(texts: list[str]) -> list[tuple[str, str]]:
    """(name, address) pairs. Raises Invalid without repeating the address, which may hold a password."""
    named = []
    for text in texts:
        name, separator, address = text.partition("=")
        if not separator or "://" in name or not name.strip() or not address.strip():
            raise Invalid("cli.camera", "Write a camera as NAME=rtsp://user:password@host/path, with a name first.")
        named.append((name.strip(), address.strip()))
    if len({name for name, _address in named}) != len(named):
        raise Invalid("cli.camera_twice", "Two cameras have the same name; give each its own.")
    return named
