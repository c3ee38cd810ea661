"""`mingcha clock confirm`: somebody has looked at the clock of this machine; deletion may go by it again."""

from __future__ import annotations

import argparse

from mingcha.base.clock import SystemClock, to_datetime
from mingcha.base.datadir import DataDir
from mingcha.base.env import Env
from mingcha.base.keys import control_token


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("clock", help="confirm the clock after it was in doubt")
    which = parser.add_subparsers(metavar="WHAT", required=True)
    confirm = which.add_parser("confirm", help="the clock of this machine is right; deletion goes by it again")
    confirm.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from mingcha.gateway.client import ControlClient

    env = Env()
    data = DataDir.from_env(env)
    host = env.text("MINGCHA_MEDIA_HOST")
    client = ControlClient(
        "127.0.0.1" if host in ("0.0.0.0", "::") else host,  # noqa: S104
        env.integer("MINGCHA_MEDIA_PORT"),
        lambda: control_token(data.root),
    )
    client.confirm_clock()
    print(f"confirmed: {to_datetime(SystemClock().wall_us()):%Y-%m-%d %H:%M:%S} UTC")
    return 0
