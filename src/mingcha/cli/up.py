"""`mingcha up`: everything on this machine, under one supervisor, until Ctrl-C."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mingcha.base.datadir import DataDir
from mingcha.base.env import Env
from mingcha.base.errors import Unavailable
from mingcha.cli import demo, demo_office, named_cameras
from mingcha.cli.processes import Child, Program

if TYPE_CHECKING:
    from mingcha.cli.office import Login

READY_WAIT_S = 60.0
READY_LOOK_S = 0.1
_ANSI_BOLD, _ANSI_END = ("\x1b[1m", "\x1b[0m") if sys.stdout.isatty() else ("", "")


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "up", help="start everything here: pages, recorder and, unless cameras are named, seven simulated cameras"
    )
    named_cameras.add_option(parser)
    named_cameras.add_place_options(parser)
    parser.add_argument("--no-sim", action="store_true", help="no simulated cameras, also when none is named")
    parser.add_argument("--with-sim", action="store_true", help="simulated cameras besides the named ones")
    parser.add_argument("--no-demo", action="store_true", help="no made-up sites, people and papers around them")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    env = Env()
    data = DataDir.from_env(env)
    named = named_cameras.parse(arguments.camera)
    _require_ports(env)
    data.prepare()
    from mingcha.web.setup import prepare

    print("Preparing the databases and keys …", flush=True)
    prepare()
    from mingcha.cli import office

    programs = [_mingcha(data, "record"), _mingcha(data, "web"), _mingcha(data, "gateway")]
    simulated = demo.is_wanted(data, asked=arguments.with_sim, refused=arguments.no_sim, names_others=bool(named))
    wants_office = demo_office.is_wanted(data, refused=arguments.no_demo, simulated=simulated and not named)
    if wants_office:
        demo_office.begin(data)
    logins = office.first_logins(demo_office.people() if demo_office.is_demo(data) else office.FIRST_PEOPLE)
    if simulated:
        demo.render()
        port = demo.choose_port(data)
        programs.insert(0, demo.program(data, port))
        if wants_office:
            demo.put_office(data, port)
        demo.put_cameras(data, port)
    if arguments.region or arguments.place:
        office.first_site(arguments.region, arguments.place)
    for name, address in named:
        camera = office.put_camera(name, address)
        print(f"{camera.name}: {office.standing_of(camera)}", flush=True)
    office.put_first_posts()
    return asyncio.run(_supervise(env, data, programs, logins))


def _mingcha(data: DataDir, command: str, *options: str) -> Program:
    return Program(command, ("-m", "mingcha.cli.main", command, *options), data.logs / f"{command}.log", {})


def _require_ports(env: Env) -> None:
    """Told at once and by name, rather than by a child that keeps dying."""
    for host_name, port_name in (
        ("MINGCHA_WEB_HOST", "MINGCHA_WEB_PORT"),
        ("MINGCHA_MEDIA_HOST", "MINGCHA_MEDIA_PORT"),
    ):
        host, port = env.text(host_name), env.integer(port_name)
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind((host, port))
            except OSError as error:
                raise Unavailable(
                    "up.port",
                    f"Port {port} on {host} cannot be used: {error.strerror}. "
                    f"Stop what uses it, or choose another with {port_name}.",
                ) from error


async def _supervise(env: Env, data: DataDir, programs: Sequence[Program], logins: list[Login]) -> int:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    children = [Child(program) for program in programs]
    tasks = []
    try:
        for child in children:
            tasks.append(asyncio.create_task(child.run()))
            if child.name == "sim":
                # Cameras first: else the first second of every recording is a gap.
                await _answering(demo.HOST, demo.noted_port(data), stopping)
        if await _ready(env, stopping):
            _print_banner(env, data, logins)
        await stopping.wait()
    finally:
        print("\nStopping: sealing what is being recorded …", flush=True)
        # The recorder first, while cameras still send, then the rest.
        for child in sorted(children, key=lambda child: child.name != "record"):
            await child.stop()
        await asyncio.gather(*tasks, return_exceptions=True)
    print("Stopped.", flush=True)
    return 0


async def _ready(env: Env, stopping: asyncio.Event) -> bool:
    """Wait until pages and video server answer; False when the person stops before."""
    for name in ("WEB", "MEDIA"):
        await _answering(_reachable(env.text(f"MINGCHA_{name}_HOST")), env.integer(f"MINGCHA_{name}_PORT"), stopping)
    return not stopping.is_set()


async def _answering(host: str, port: int, stopping: asyncio.Event) -> None:
    """Wait for a listener there, or until the person stops. Raises Unavailable after a minute."""
    deadline = asyncio.get_running_loop().time() + READY_WAIT_S
    while not stopping.is_set() and not await _answers(host, port):
        if asyncio.get_running_loop().time() > deadline:
            raise Unavailable("up.not_ready", "The product did not come up in a minute; see the logs.")
        await asyncio.sleep(READY_LOOK_S)


async def _answers(host: str, port: int) -> bool:
    try:
        _reader, writer = await asyncio.open_connection(host, port)
    except OSError:
        return False
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return True


def _reachable(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound


def _print_banner(env: Env, data: DataDir, logins: list[Login]) -> None:
    host = _reachable(env.text("MINGCHA_WEB_HOST"))
    lines = [
        "",
        f"{_ANSI_BOLD}明察 Mingcha is running.{_ANSI_END}",
        f"  Open   http://{host}:{env.integer('MINGCHA_WEB_PORT')}/",
    ]
    if logins:
        lines.append("  Sign in with one of these; the password works once, then you set your own:")
        width = max(len(login.username) for login in logins)
        lines += [f"    {login.username:<{width}}  {login.password}  {login.role}" for login in logins]
    else:
        lines.append("  Sign in with the passwords you have set.")
    lines += [f"  Recordings, databases and logs: {_short(data.root)}", "  Ctrl-C stops everything.", ""]
    print("\n".join(lines), flush=True)


def _short(path: Path) -> str:
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative
