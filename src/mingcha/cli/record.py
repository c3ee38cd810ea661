"""`mingcha record`: the media plane alone, without pages: records, and serves video to those with tickets."""

from __future__ import annotations

import argparse

import uvloop

from mingcha.base.clock import SystemClock
from mingcha.base.datadir import DataDir
from mingcha.base.env import Env
from mingcha.cli import named_cameras
from mingcha.media.run.main import run_node


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "record", help="record and serve video, without the pages; by the stored plan or the cameras named"
    )
    named_cameras.add_option(parser)
    parser.add_argument("--seconds", type=float, default=None, help="stop after so many seconds")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    env = Env()
    named = named_cameras.parse(arguments.camera)
    uvloop.run(run_node(env, DataDir.from_env(env), SystemClock(), named, arguments.seconds))
    return 0
