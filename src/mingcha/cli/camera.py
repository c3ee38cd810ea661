"""`mingcha camera add|list|test|remove`: the inventory from the command line; each change is an act in the register."""

from __future__ import annotations

import argparse
import asyncio
import json
from datetime import date

from mingcha.base.clock import SystemClock
from mingcha.base.datadir import DataDir
from mingcha.base.env import Env
from mingcha.base.errors import MingchaError
from mingcha.base.keys import node_sealer
from mingcha.cli import named_cameras
from mingcha.media.ingest import probe
from mingcha.media.rtsp.poller import Poller
from mingcha.media.run.sessions import SessionMaker


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("camera", help="add, list, test and remove cameras")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    add = actions.add_parser("add", help="record a camera from now on")
    add.add_argument("name", help="what people call it, up to 200 characters")
    add.add_argument("url", help="rtsp://user:password@host/path of the main stream")
    add.add_argument("--sub", default="", metavar="URL", help="address of the small stream, for walls")
    add.add_argument("--necessity", default="", metavar="TEXT", help="why public security needs it there")
    add.add_argument("--control", default=None, metavar="URL", help="ONVIF service by which it is turned")
    named_cameras.add_place_options(add)
    add.set_defaults(run=run_add)
    listing = actions.add_parser("list", help="list the cameras in use")
    listing.add_argument("--json", action="store_true", help="one JSON object a line")
    listing.set_defaults(run=run_list)
    test = actions.add_parser("test", help="connect once and say what the camera sends")
    test.add_argument("camera", help="name or id of a camera, or an rtsp:// address")
    test.add_argument("--transport", choices=("tcp", "udp"), default="tcp")
    test.add_argument("--engine", choices=("native", "pyav"), default="native")
    test.set_defaults(run=run_test)
    remove = actions.add_parser("remove", help="stop recording a camera; its recordings stay")
    remove.add_argument("camera", help="name or id of the camera")
    remove.add_argument("--plan", default="", metavar="TEXT", help="name or number of the plan for replacing it")
    remove.add_argument("--notified", default=None, metavar="DAY", help="when the police were told, as 2026-11-21")
    remove.set_defaults(run=run_remove)


def _office() -> None:
    from mingcha.web.setup import prepare

    prepare()


def run_add(arguments: argparse.Namespace) -> int:
    _office()
    from mingcha.cli import office

    site = office.first_site(arguments.region, arguments.place)
    camera = office.put_camera(
        arguments.name,
        arguments.url,
        arguments.sub,
        site=site,
        necessity=arguments.necessity,
        control_url=arguments.control,
    )
    print(f"{camera.public_id}  {camera.name}: {office.standing_of(camera)}")
    return 0


def run_list(arguments: argparse.Namespace) -> int:
    _office()
    from mingcha.records.inventory.models import Camera
    from mingcha.records.inventory.queries import state_of

    cameras = Camera.objects.filter(retired_at__isnull=True).select_related("site", "status").order_by("id")
    for camera in cameras:
        if arguments.json:
            row = {"id": camera.public_id, "name": camera.name, "site": camera.site.name, "url": camera.main_url}
            law = {"life": camera.state, "verdict": camera.verdict or "not_judged"}
            print(json.dumps({**row, **law, "state": state_of(camera).value}, ensure_ascii=False))
        else:
            state = state_of(camera).value if camera.state == "in_use" else camera.state
            print(f"{camera.public_id}  {state:<12}  {camera.name}  {camera.main_url}")
    if not cameras and not arguments.json:
        print("There are no cameras yet. Add one: mingcha camera add NAME rtsp://user:password@host/path")
    return 0


def run_test(arguments: argparse.Namespace) -> int:
    asked = {"transport": arguments.transport, "engine": arguments.engine}
    if "://" in arguments.camera:
        asked["url"] = arguments.camera
    else:
        asked.update(_stored(arguments.camera))
    try:
        findings = asyncio.run(_look(asked))
    except MingchaError as error:
        print(f"No picture: {error.message} ({error.code})")
        return 1
    found = probe.describe(findings)
    print(
        f"The camera sends {found['codec'].upper()} {found['width']}x{found['height']} at {found['fps']} pictures/s, "
        f"{found['bits_per_s'] / 1e6:.2f} Mb/s" + ("" if found["has_key_frame"] else ", but no key frame in 12 s")
    )
    return 0


def _stored(text: str) -> dict[str, str]:
    _office()
    from mingcha.cli import office
    from mingcha.records.inventory.actions import open_credentials

    camera = office.camera_named(text)
    username, _, password = open_credentials(camera).partition(":")
    return {"url": camera.main_url, "username": username, "password": password}


async def _look(asked: dict[str, str]) -> probe.Findings:
    data = DataDir.from_env(Env())
    data.prepare()
    maker = SessionMaker(Poller(asyncio.get_running_loop()), SystemClock(), node_sealer(data.root))
    return await probe.look(lambda sink: maker.make_for_probe(asked, sink))


def run_remove(arguments: argparse.Namespace) -> int:
    _office()
    from mingcha.cli import office
    from mingcha.records.inventory.actions import Before, remove_camera
    from mingcha.records.register.actions import CONSOLE

    camera = office.camera_named(arguments.camera)
    told = date.fromisoformat(arguments.notified) if arguments.notified else None
    before = Before(replacement_plan=arguments.plan, notified_on=told)
    remove_camera(camera=camera, before=before, actor=CONSOLE, at=office.now())
    print(f"{camera.name} is no longer recorded. What was recorded stays as long as the law asks.")
    return 0
