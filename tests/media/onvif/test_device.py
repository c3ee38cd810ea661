"""Asking a device, honest ones and others."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from mingcha.base.clock import SystemClock
from mingcha.base.errors import Invalid, Unavailable
from mingcha.media.onvif import http
from mingcha.media.onvif.device import Device, Stream, choose_channels, describe
from mingcha.media.onvif.http import Endpoint, post, read_endpoint
from mingcha.media.onvif.soap import MAX_ELEMENTS, MAX_XML_BYTES, parse
from tests.media.onvif.fake_device import FakeDevice, Profile, drip, envelope, fault, running


@pytest.fixture
def device() -> Iterator[FakeDevice]:
    with running(FakeDevice()) as made:
        yield made


def ask(device: FakeDevice, username: str = "admin", password: str | None = None) -> Device:
    given = device.password if password is None else password
    return describe(Endpoint(device.host, device.port), username, given, SystemClock())


def refusal(device: FakeDevice, password: str | None = None) -> str:
    with pytest.raises(Unavailable) as refused:
        ask(device, password=password)
    return refused.value.code


def test_it_tells_who_it_is_and_where_its_streams_are(device: FakeDevice) -> None:
    told = ask(device)
    assert (told.vendor, told.model, told.firmware, told.serial) == ("某某", "IPC-1", "V5.4", "SN0001")
    (channel,) = told.channels
    assert (channel.main.url, channel.main.width, channel.main.fps) == ("rtsp://127.0.0.1:554/main", 2560, 25)
    assert channel.sub is not None
    assert channel.sub.url == "rtsp://127.0.0.1:554/sub"


def test_only_what_is_needed_is_asked(device: FakeDevice) -> None:
    ask(device)
    assert set(device.asked) == {
        *("GetSystemDateAndTime", "GetDeviceInformation", "GetCapabilities", "GetProfiles", "GetStreamUri")
    }


@pytest.mark.parametrize("off_s", [-400_000_000, -3600, 0, 3600])
def test_a_device_with_a_wrong_clock_is_understood(device: FakeDevice, off_s: int) -> None:
    device.clock_off_s = off_s
    assert abs(ask(device).clock_off_s - off_s) <= 2


def test_a_wrong_password_is_called_so(device: FakeDevice) -> None:
    assert refusal(device, password="wrong") == "onvif.unauthorised"


def test_without_a_password_it_says_that_one_is_wanted(device: FakeDevice) -> None:
    with pytest.raises(Unavailable) as refused:
        ask(device, username="", password="")
    assert refused.value.code == "onvif.unauthorised"


def test_http_digest_is_answered_too(device: FakeDevice) -> None:
    device.http_digest = True
    assert ask(device).model == "IPC-1"
    assert refusal(device, password="wrong") == "onvif.unauthorised"


def test_basic_is_never_answered() -> None:
    seen: list[str] = []

    class Basic(FakeDevice):
        def digest_is_good(self, header: str) -> bool:
            seen.append(header)
            return False

    device = Basic(http_digest=True)
    with running(device), pytest.raises(Unavailable):
        ask(device)
    assert not [header for header in seen if header.startswith("Basic")]


def test_the_password_goes_to_no_other_host(device: FakeDevice) -> None:
    device.media_url = "http://192.0.2.1/onvif/Media"
    endpoint = Endpoint(device.host, device.port).at(device.media_url)
    assert (endpoint.host, endpoint.path) == ("127.0.0.1", "/onvif/Media")


def test_a_stream_is_looked_for_at_the_device_itself(device: FakeDevice) -> None:
    device.stream_host = "root:secret@203.0.113.7:8554"
    assert ask(device).channels[0].main.url == "rtsp://127.0.0.1:8554/main"


def test_each_picture_source_has_its_own_streams(device: FakeDevice) -> None:
    device.profiles = [
        Profile("a", 1920, 1080, "one", path="/1"),
        Profile("b", 704, 576, "one", path="/2"),
        Profile("c", 1280, 720, "two", path="/3"),
        Profile("d", 640, 480, "two", "JPEG", "/4"),
    ]
    first, second = ask(device).channels
    assert (first.main.profile, first.sub and first.sub.profile) == ("a", "b")
    assert (second.main.profile, second.sub) == ("c", None)


def stream(name: str, width: int, height: int, codec: str = "H264") -> Stream:
    return Stream(name, "s", codec, width, height, 25, f"rtsp://h/{name}")


def test_a_tiny_stream_is_no_sub_stream_while_there_is_a_better() -> None:
    (channel,) = choose_channels([stream("m", 1920, 1080), stream("s", 640, 360), stream("t", 176, 144)])
    assert channel.sub is not None
    assert channel.sub.profile == "s"
    (channel,) = choose_channels([stream("m", 1920, 1080), stream("t", 176, 144)])
    assert channel.sub is not None


def test_a_device_without_streams_has_no_channels(device: FakeDevice) -> None:
    device.profiles = []
    assert ask(device).channels == ()


BOMB = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "x"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>'


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "onvif.not_onvif"),
        (b"<html><body>login</body></html>", "onvif.not_onvif"),
        (b"\xff\xfe\x00", "onvif.not_onvif"),
        (BOMB, "onvif.not_onvif"),
        (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "onvif.not_onvif"),
        (b"<?xml version='1.0' encoding='no-such'?><a/>", "onvif.not_onvif"),
        (fault("ter:ActionNotSupported", "never heard").encode(), "onvif.fault"),
        (b"<a>" + b"x" * (MAX_XML_BYTES + 10), "onvif.too_big"),
    ],
)
def test_it_refuses_answers_that_are_none(device: FakeDevice, raw: bytes, code: str) -> None:
    device.raw = raw
    assert refusal(device) == code


def test_too_many_and_too_deep_elements_are_refused() -> None:
    with pytest.raises(Unavailable):
        parse(b"<a>" + b"<b/>" * (MAX_ELEMENTS + 10) + b"</a>")
    depth = 20_000
    assert parse(b"<a>" * depth + b"</a>" * depth) is not None


def test_texts_of_a_device_are_short_and_printable(device: FakeDevice) -> None:
    device.raw = envelope(f"<Manufacturer>a&#10;&#x202e;b{'x' * 5000}</Manufacturer>").encode()
    vendor = ask(device).vendor
    assert vendor.startswith("abx")
    assert len(vendor) <= 500


def test_a_redirect_is_not_followed(device: FakeDevice) -> None:
    device.raw, device.status = b"", 302
    assert refusal(device) == "onvif.not_onvif"


@pytest.mark.parametrize("chunk", [b"<", b"<a>" * 10_000])
def test_an_endless_answer_ends_by_time_or_size(device: FakeDevice, chunk: bytes) -> None:
    device.slow = drip(chunk, 0.01)
    with pytest.raises(Unavailable) as refused:
        post(Endpoint(device.host, device.port), b"x", timeout_s=0.4)
    assert refused.value.code in ("onvif.timeout", "onvif.too_big")


def test_endless_headers_end_too(device: FakeDevice) -> None:
    device.slow = lambda out: [out.write(b"HTTP/1.1 200 OK\r\nA: ")] + [out.write(b"x" * 999) for _ in range(200)]  # type: ignore[attr-defined,func-returns-value,assignment,return-value]
    with pytest.raises(Unavailable) as refused:
        post(Endpoint(device.host, device.port), b"x", timeout_s=2)
    assert refused.value.code == "onvif.not_onvif"


def test_a_silent_device_is_left_in_time() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with pytest.raises(Unavailable) as refused:
            post(Endpoint("127.0.0.1", silent.getsockname()[1]), b"x", timeout_s=0.2)
    assert refused.value.code == "onvif.timeout"


def test_nobody_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as gone:
        gone.bind(("127.0.0.1", 0))
        port = gone.getsockname()[1]
    with pytest.raises(Unavailable) as refused:
        post(Endpoint("127.0.0.1", port), b"x")
    assert refused.value.code == "onvif.refused"

    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror

    monkeypatch.setattr(http.socket, "getaddrinfo", unknown)
    with pytest.raises(Unavailable) as refused:
        post(Endpoint("no.such.host", 80), b"x")
    assert refused.value.code == "onvif.unresolved"


@pytest.mark.parametrize(
    ("text", "host", "port", "path"),
    [
        ("192.168.1.64", "192.168.1.64", 80, "/onvif/device_service"),
        (" cam.lan:8080 ", "cam.lan", 8080, "/onvif/device_service"),
        ("http://10.0.0.1/onvif/x?y=1", "10.0.0.1", 80, "/onvif/x?y=1"),
        ("https://10.0.0.1", "10.0.0.1", 443, "/onvif/device_service"),
        ("http://[fe80::1]:8000/", "fe80::1", 8000, "/onvif/device_service"),
    ],
)
def test_addresses_are_read(text: str, host: str, port: int, path: str) -> None:
    endpoint = read_endpoint(text)
    assert (endpoint.host, endpoint.port, endpoint.path) == (host, port, path)


@pytest.mark.parametrize(
    "text", ["", "ftp://x", "rtsp://10.0.0.1/1", "http://u:p@x/", "a b", "x:0", "x:99999", "[", "\x00"]
)
def test_other_addresses_are_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_endpoint(text)
    assert refused.value.code == "onvif.address"
