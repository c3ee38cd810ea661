"""Reading what people paste as a camera address."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingcha.base.errors import Invalid
from mingcha.records.inventory.addresses import Address, read_address


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rtsp://10.0.0.2/live", Address("rtsp://10.0.0.2/live")),
        ("  RTSP://cam.local:8554  ", Address("rtsp://cam.local:8554")),
        ("rtsps://[fd00::2]:322/a?b=c&d", Address("rtsps://[fd00::2]:322/a?b=c&d")),
        ("rtsp://admin:s3cret@10.0.0.2:554/ch1", Address("rtsp://10.0.0.2:554/ch1", "admin", "s3cret")),
        ("rtsp://admin@10.0.0.2/ch1", Address("rtsp://10.0.0.2/ch1", "admin", "")),
        ("rtsp://admin:p@ss@10.0.0.2/ch1", Address("rtsp://10.0.0.2/ch1", "admin", "p@ss")),
        ("rtsp://admin:a/b@10.0.0.2/ch1", Address("rtsp://10.0.0.2/ch1", "admin", "a/b")),
        ("rtsp://admin:a#b?c@10.0.0.2/ch1", Address("rtsp://10.0.0.2/ch1", "admin", "a#b?c")),
        ("rtsp://admin:p%40ss@10.0.0.2/ch1", Address("rtsp://10.0.0.2/ch1", "admin", "p@ss")),
        ("rtsp://10.0.0.2/user=admin&password=x@1", Address("rtsp://10.0.0.2/user=admin&password=x%401")),
    ],
)
def test_credentials_are_taken_out(text: str, expected: Address) -> None:
    assert read_address(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "", "camera", "http://10.0.0.2/", "rtsp://", "rtsp:///path", "rtsp://host:0/", "rtsp://host:99999/",
        "rtsp://a b/", "rtsp://host/\r\nTEARDOWN", "rtsp://[::1/", "file:///etc/passwd", "rtsp://host/#x",
    ],
)  # fmt: skip
def test_what_is_no_rtsp_address_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_address(text)
    assert caught.value.code == "camera.url"


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_and_never_keeps_an_at_sign(text: str) -> None:
    for prefix in ("", "rtsp://", "rtsp://u:p@"):
        try:
            address = read_address(prefix + text)
        except Invalid:
            continue
        assert "@" not in address.url
        assert address.url.startswith(("rtsp://", "rtsps://"))


def test_an_address_that_is_too_long_is_told_with_the_limit() -> None:
    with pytest.raises(Invalid) as caught:
        read_address("rtsp://" + "a" * 994)
    assert (caught.value.code, caught.value.params["limit"]) == ("camera.url_long", 1000)
