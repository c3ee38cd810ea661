"""Finding devices on loopback."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mingcha.base.clock import SystemClock
from mingcha.base.errors import Invalid
from mingcha.media.onvif import search as searching
from mingcha.media.onvif.search import Answer, interface_addresses, read_targets, search
from tests.media.onvif.fake_device import FakeDevice, discoverable

WAIT_S = 0.4


@pytest.fixture
def device() -> Iterator[FakeDevice]:
    with discoverable(FakeDevice(port=8899)) as made:
        yield made


def ask(port: int, **ways: list[str]) -> list[Answer]:
    return search(clock=SystemClock(), port=port, listen_s=WAIT_S, **ways)


def test_a_device_asked_directly_answers_once(device: FakeDevice) -> None:
    (found,) = ask(device.udp_port, targets=["127.0.0.1"])
    assert (found.name, found.hardware, found.location) == ("东门 1", "IPC-1", "wuhan")
    assert (found.endpoint.host, found.endpoint.port) == ("127.0.0.1", 8899)


def test_a_device_on_a_link_of_ours_is_found(device: FakeDevice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "GROUP", "127.0.0.1")
    (found,) = ask(device.udp_port, interfaces=["127.0.0.1"])
    assert found.endpoint.port == 8899


def test_nobody_there_is_an_empty_list() -> None:
    assert ask(9, targets=["127.0.0.1"]) == []
    assert ask(9) == []


def test_answers_nobody_asked_for_and_rubbish_are_passed_over() -> None:
    device = FakeDevice(port=8899)

    def answers(message: str) -> list[bytes]:
        bomb = b'<!DOCTYPE a [<!ENTITY b "x">]><a>&b;</a>'
        return [b"\xff\x00", bomb, b"<a/>", device.probe_match("urn:uuid:other").encode(), b"x" * 60_000]

    with discoverable(device, answers=answers):
        assert ask(device.udp_port, targets=["127.0.0.1"]) == []


def test_a_service_named_elsewhere_is_looked_for_at_the_sender() -> None:
    device = FakeDevice(port=8899, host="198.51.100.7")
    with discoverable(device):
        (found,) = ask(device.udp_port, targets=["127.0.0.1"])
    assert found.endpoint.host == "127.0.0.1"


def test_a_flood_ends_with_its_time() -> None:
    device = FakeDevice(port=8899)

    def answers(message: str) -> list[bytes]:
        return [device.probe_match(message).replace("urn:uuid:0000", f"urn:uuid:{n:04x}").encode() for n in range(300)]

    with discoverable(device, answers=answers):
        assert 0 < len(ask(device.udp_port, targets=["127.0.0.1"])) <= searching.MAX_FOUND


def test_probes_leave_at_the_house_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[int] = []
    clock = SystemClock()
    monkeypatch.setattr(searching, "_ask", lambda _link, _to: sent.append(clock.mono_us()) or "id")
    monkeypatch.setattr(searching, "PROBES_PER_S", 100)
    search(clock=clock, targets=["127.0.0.1", "127.0.0.2", "127.0.0.3"], port=9, listen_s=0)
    assert len(sent) == 6
    assert sent[-1] - sent[0] >= 5 * 9_000


@pytest.mark.parametrize(
    ("text", "count", "first", "last"),
    [
        ("192.168.1.64", 1, "192.168.1.64", "192.168.1.64"),
        ("192.168.1.0/24", 254, "192.168.1.1", "192.168.1.254"),
        ("192.168.1.10-12", 3, "192.168.1.10", "192.168.1.12"),
        ("192.168.1.250-192.168.2.5", 12, "192.168.1.250", "192.168.2.5"),
        ("10.0.0.1, 10.0.0.2；10.0.0.1", 2, "10.0.0.1", "10.0.0.2"),
    ],
)
def test_ranges_are_read(text: str, count: int, first: str, last: str) -> None:
    found = read_targets(text)
    assert (len(found), found[0], found[-1]) == (count, first, last)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("10.0.0.0/16", "search.too_many"),
        ("10.0.0.0-10.0.200.0", "search.too_many"),
        ("0.0.0.0/0", "search.too_many"),
        ("10.0.0.9-3", "search.target"),
        ("cam.lan", "search.target"),
        ("10.0.0.300", "search.target"),
        ("10.0.0.1-x", "search.target"),
        ("239.1.1.1", "search.target"),
        ("10.0.0.0/24 10.0.1.0/24", "search.too_many"),
    ],
)
def test_other_ranges_are_refused(text: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_targets(text)
    assert refused.value.code == code


def test_a_link_that_is_not_ours_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        ask(9, interfaces=["203.0.113.1"])
    assert refused.value.code == "search.interface"


def test_own_addresses_leave_out_loopback() -> None:
    assert not [address for address in interface_addresses() if address.startswith("127.")]
