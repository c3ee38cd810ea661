"""Searching for cameras as the office asks: one search at a time, beside the orders, and without the recorder."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import Any

from mingcha.base.clock import Clock
from mingcha.base.errors import MingchaError
from mingcha.media.onvif.device import Channel, Device, Stream, describe
from mingcha.media.onvif.http import Endpoint
from mingcha.media.onvif.search import LISTEN_S, PORT, Answer, interface_addresses, read_where, search
from mingcha.records.inventory.actions.searches import open_search_credentials
from mingcha.records.inventory.jobs import CameraSearch, SearchState
from mingcha.records.inventory.queries.exchange import next_search

log = logging.getLogger(__name__)

LOOK_EVERY_S = 0.3
DEVICES_AT_ONCE = 8
MAX_DEVICES = 256

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Network:
    """How the network is asked; tests give other ports and shorter times."""

    clock: Clock
    udp_port: int = PORT
    listen_s: float = LISTEN_S

    def links(self) -> Sequence[str]:
        return interface_addresses()


class SearchLoop:
    """Carries out the searches that wait, the oldest first. One that was left half done is begun anew."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def tick(self) -> None:
        """One search, if one waits."""
        waiting = next_search()
        if waiting is not None:
            carry_out_search(waiting, self._network)


def carry_out_search(asked: CameraSearch, network: Network) -> None:
    """Search, and write down what is found as it comes in."""
    kept = CameraSearch.objects.filter(pk=asked.pk)
    kept.update(state=SearchState.RUNNING, found=[])
    try:
        username, password = open_search_credentials(asked)
        targets, endpoints = read_where(asked.targets)
        links = network.links() if asked.on_link else ()
        answers = search(
            clock=network.clock,
            interfaces=links,
            targets=targets,
            port=network.udp_port,
            listen_s=network.listen_s,
        )
    except MingchaError as error:
        failure = {"code": error.code, "params": {key: str(value) for key, value in error.params.items()}}
        kept.update(state=SearchState.FAILED, failure=failure)
        return
    devices = _devices(answers, endpoints)
    rows: list[Row] = []
    for found in _described(devices, username, password, network.clock):
        rows += found
        rows.sort(key=lambda row: (row["host"], row["port"], row["channel"]))
        if kept.update(found=rows) == 0:
            return  # nobody waits for it any more
    kept.update(state=SearchState.DONE, found=rows)
    log.info("a search found %s devices", len(devices))


def _devices(answers: Sequence[Answer], endpoints: Sequence[Endpoint]) -> list[tuple[Endpoint, Answer | None]]:
    """What to ask: who answered, and addresses that were named and did not."""
    found: dict[tuple[str, int], tuple[Endpoint, Answer | None]] = {}
    for answer in answers:
        found[answer.endpoint.host, answer.endpoint.port] = (answer.endpoint, answer)
    heard = {host for host, _port in found}
    for endpoint in endpoints:
        if endpoint.host not in heard or (endpoint.port != 80 and (endpoint.host, endpoint.port) not in found):
            found[endpoint.host, endpoint.port] = (endpoint, None)
    return list(found.values())[:MAX_DEVICES]


def _described(
    devices: Sequence[tuple[Endpoint, Answer | None]], username: str, password: str, clock: Clock
) -> Iterator[list[Row]]:
    """Rows of each device as soon as it has told, or failed to."""
    with ThreadPoolExecutor(DEVICES_AT_ONCE, thread_name_prefix="onvif") as pool:
        asked = {
            pool.submit(describe, endpoint, username, password, clock): (endpoint, answer)
            for endpoint, answer in devices
        }
        for done in as_completed(asked):
            endpoint, answer = asked[done]
            try:
                yield _rows(endpoint, answer, done.result())
            except MingchaError as error:
                yield [_row(endpoint, answer, code=error.code)]


def _rows(endpoint: Endpoint, answer: Answer | None, device: Device) -> list[Row]:
    """One row for each picture source; one without streams when there is none."""
    told: Row = {"vendor": device.vendor, "model": device.model, "serial": device.serial}
    told |= {"firmware": device.firmware, "clock_off_s": device.clock_off_s}
    if not device.channels:
        return [{**_row(endpoint, answer, code="onvif.no_stream"), **told}]
    many = len(device.channels) > 1
    return [
        {**_row(endpoint, answer, channel=number if many else 0), **told, **_streams(channel, endpoint)}
        for number, channel in enumerate(device.channels, start=1)
    ]


def _row(endpoint: Endpoint, answer: Answer | None, *, channel: int = 0, code: str = "") -> Row:
    name = answer.name if answer is not None else ""
    hardware = answer.hardware if answer is not None else ""
    return {
        "host": endpoint.host,
        "port": endpoint.port,
        "channel": channel,
        "name": name,
        "vendor": "",
        "model": hardware,
        "serial": "",
        "code": code,
    }


def _streams(channel: Channel, endpoint: Endpoint) -> Row:
    sub = channel.sub
    return {
        "main_url": channel.main.url,
        "main": _picture(channel.main),
        "sub_url": sub.url if sub else "",
        "sub": _picture(sub) if sub else {},
        "control_url": endpoint.url if channel.main.turns else "",
    }


def _picture(stream: Stream) -> Row:
    return {"codec": stream.codec, "width": stream.width, "height": stream.height, "fps": stream.fps}
