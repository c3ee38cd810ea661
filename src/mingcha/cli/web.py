"""`mingcha web`: the pages alone; `mingcha up` starts it for you."""

from __future__ import annotations

import argparse

import uvicorn

from mingcha.base.env import Env
from mingcha.web.setup import prepare

KEEPALIVE_S = 30


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("web", help="serve the pages only")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    env = Env()
    prepare()
    uvicorn.run(
        "mingcha.web.asgi:application",
        host=env.text("MINGCHA_WEB_HOST"),
        port=env.integer("MINGCHA_WEB_PORT"),
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEPALIVE_S,
        timeout_graceful_shutdown=3,
        lifespan="off",
    )
    return 0
