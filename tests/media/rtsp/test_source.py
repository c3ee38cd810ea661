"""Addresses as people type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingcha.base.errors import Invalid
from mingcha.media.rtsp.source import CODES, SourceError, parse_address, parse_url


@pytest.mark.parametrize(
    ("text", "url", "username", "password"),
    [
        ("rtsp://10.0.0.5/live", "rtsp://10.0.0.5/live", "", ""),
        (" rtsp://10.0.0.5:8554/a/b?c=1&d=2 ", "rtsp://10.0.0.5:8554/a/b?c=1&d=2", "", ""),
        ("RTSP://guard:secret@Cam.local/x", "rtsp://Cam.local/x", "guard", "secret"),
        ("rtsp://guard@10.0.0.5/x", "rtsp://10.0.0.5/x", "guard", ""),
        ("rtsp://a%40b:p%3A%2F%20%E6%98%8E@10.0.0.5/x", "rtsp://10.0.0.5/x", "a@b", "p:/ 明"),
        ("rtsp://guard:p@ss@10.0.0.5/x", "rtsp://10.0.0.5/x", "guard", "p@ss"),
        ("rtsp://guard:p/a?s#s@10.0.0.5/x", "rtsp://10.0.0.5/x", "guard", "p/a?s#s"),
        ("rtsp://10.0.0.5/live?mail=a@b", "rtsp://10.0.0.5/live?mail=a@b", "", ""),
        ("rtsps://g:s@[2001:db8::1]:443/x", "rtsps://[2001:db8::1]:443/x", "g", "s"),
        ("rtsp://10.0.0.5/摄像头", "rtsp://10.0.0.5/%E6%91%84%E5%83%8F%E5%A4%B4", "", ""),
        ("rtsp://10.0.0.5/a%20b#part", "rtsp://10.0.0.5/a%20b", "", ""),
    ],
)
def test_it_takes_the_credentials_out(text: str, url: str, username: str, password: str) -> None:
    source = parse_url(text)
    assert (source.url, source.username, source.password) == (url, username, password)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "camera.url.empty"),
        ("   ", "camera.url.empty"),
        ("http://10.0.0.5/", "camera.url.scheme"),
        ("10.0.0.5/live", "camera.url.scheme"),
        ("rtsp:///live", "camera.url.host"),
        ("rtsp://[::1/live", "camera.url.host"),
        ("rtsp://10.0.0.5:0/", "camera.url.port"),
        ("rtsp://10.0.0.5:70000/", "camera.url.port"),
        ("rtsp://10.0.0.5:port/", "camera.url.port"),
        ("rtsp://10.0.0.5/a b", "camera.url.characters"),
        ("rtsp://10.0.0.5/a\r\nX: y", "camera.url.characters"),
        ("rtsp://u%0d%0a:p@10.0.0.5/", "camera.url.characters"),
        ("rtsp://10.0.0.5/" + "a" * 2048, "camera.url.long"),
    ],
)
def test_it_refuses_what_is_no_address(text: str, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse_url(text)
    assert caught.value.code == code


@pytest.mark.parametrize(("url", "port"), [("rtsp://h/", 554), ("rtsps://h/", 322), ("rtsps://h:9/", 9)])
def test_ports_have_defaults(url: str, port: int) -> None:
    assert parse_address(url).port == port


@given(st.text(max_size=80))
def test_any_text_is_an_address_or_refused_and_keeps_no_password(text: str) -> None:
    try:
        source = parse_url("rtsp://" + text)
    except Invalid:
        return
    assert "@" not in source.url.partition("://")[2].partition("/")[0]
    assert all("!" <= character <= "~" for character in source.url.partition("://")[2].partition("/")[2])


def test_errors_of_a_source_have_listed_codes() -> None:
    assert SourceError("camera.silent", "x").code in CODES
