"""Searches for cameras, against a device on loopback."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from mingcha.base.clock import SystemClock
from mingcha.gateway.discovery import Network, SearchLoop, carry_out_search
from mingcha.records.accounts.models import Person
from mingcha.records.inventory.actions.searches import ask_search
from mingcha.records.inventory.jobs import CameraSearch
from tests.media.onvif.fake_device import FakeDevice, Profile, discoverable, running
from tests.support.office import AT


class Loopback(Network):
    """This machine alone, asked for half a second."""

    def links(self) -> list[str]:
        return []


@pytest.fixture
def device() -> Iterator[FakeDevice]:
    with running(FakeDevice()) as made, discoverable(made):
        yield made


def search(person: Person, device: FakeDevice, targets: str, **login: str) -> CameraSearch:
    asked = ask_search(
        on_link=False,
        targets=targets,
        username=login.get("username", ""),
        password=login.get("password", ""),
        actor=person,
        at=AT,
    )
    carry_out_search(asked, Loopback(SystemClock(), device.udp_port, 0.3))
    return CameraSearch.objects.get()


def test_a_device_in_a_range_is_found_and_described(device: FakeDevice, manager: Person) -> None:
    found = search(manager, device, "127.0.0.1-1", username="admin", password=device.password)
    (row,) = found.found
    assert (found.state, row["vendor"], row["model"], row["name"]) == ("done", "某某", "IPC-1", "东门 1")
    assert (row["main_url"], row["main"]["width"]) == ("rtsp://127.0.0.1:554/main", 2560)
    assert (row["sub_url"], row["code"]) == ("rtsp://127.0.0.1:554/sub", "")
    assert device.password not in str(found.found)
    assert device.password not in found.credentials


def test_a_device_named_by_address_is_asked_though_it_does_not_answer_probes(manager: Person) -> None:
    with running(FakeDevice(udp_port=9)) as device:
        found = search(manager, device, f"127.0.0.1:{device.port}", username="admin", password=device.password)
    assert [row["model"] for row in found.found] == ["IPC-1"]


@pytest.mark.parametrize(("password", "code"), [("wrong", "onvif.unauthorised"), ("", "onvif.unauthorised")])
def test_a_wrong_password_still_shows_the_device(device: FakeDevice, manager: Person, password: str, code: str) -> None:
    found = search(manager, device, "127.0.0.1-1", username="admin" if password else "", password=password)
    (row,) = found.found
    assert (row["code"], row["name"], row["model"], row.get("main_url")) == (code, "东门 1", "IPC-1", None)


def test_nobody_at_an_address_is_said(device: FakeDevice, manager: Person) -> None:
    with socket.socket() as gone:
        gone.bind(("127.0.0.1", 0))
        port = gone.getsockname()[1]
    found = search(manager, FakeDevice(udp_port=9), f"127.0.0.1:{port}")
    assert [row["code"] for row in found.found] == ["onvif.refused"]


def test_every_picture_source_is_a_row(device: FakeDevice, manager: Person) -> None:
    device.profiles = [Profile("a", 1920, 1080, "one", path="/1"), Profile("b", 1920, 1080, "two", path="/2")]
    found = search(manager, device, "127.0.0.1-1", username="admin", password=device.password)
    assert [(row["channel"], row["main_url"][-2:]) for row in found.found] == [(1, "/1"), (2, "/2")]


def test_a_device_without_streams_says_so(device: FakeDevice, manager: Person) -> None:
    device.profiles = []
    found = search(manager, device, "127.0.0.1-1", username="admin", password=device.password)
    assert [row["code"] for row in found.found] == ["onvif.no_stream"]


@pytest.mark.parametrize(
    ("targets", "code"),
    [("10.0.0.0/8", "search.too_many"), ("cam lan:x", "onvif.address"), ("10.1-2", "search.target")],
)
def test_addresses_that_are_none_fail_the_search(device: FakeDevice, manager: Person, targets: str, code: str) -> None:
    found = search(manager, device, targets)
    assert (found.state, found.failure["code"], found.found) == ("failed", code, [])


def test_the_loop_carries_out_what_waits_and_what_was_left_half_done(device: FakeDevice, manager: Person) -> None:
    asked = ask_search(on_link=True, targets="", username="", password="", actor=manager, at=AT)
    CameraSearch.objects.filter(pk=asked.pk).update(state="running")
    loop = SearchLoop(Loopback(SystemClock(), device.udp_port, 0.1))
    loop.tick()
    assert CameraSearch.objects.get().state == "done"
    loop.tick()


def test_a_search_nobody_waits_for_any_more_is_no_fault(device: FakeDevice, manager: Person) -> None:
    asked = ask_search(on_link=False, targets="127.0.0.1-1", username="", password="", actor=manager, at=AT)
    CameraSearch.objects.all().delete()
    carry_out_search(asked, Loopback(SystemClock(), device.udp_port, 0.3))
    assert not CameraSearch.objects.exists()
