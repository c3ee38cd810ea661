"""Which pages may use the video server."""

import pytest

from mingcha.media.live.origins import Origins


@pytest.mark.parametrize(
    ("origin", "host", "allowed"),
    [
        ("http://192.0.2.7:8800", "192.0.2.7:8801", True),
        ("http://[::1]:8800", "[::1]:8801", True),
        ("https://video.example.com", "x:8801", True),
        (None, "192.0.2.7:8801", True),
        ("http://192.0.2.7:8801", "192.0.2.7:8801", False),
        ("http://192.0.2.8:8800", "192.0.2.7:8801", False),
        ("http://192.0.2.7.evil:8800", "192.0.2.7:8801", False),
        ("file://", "192.0.2.7:8801", False),
        ("http://[", "192.0.2.7:8801", False),
        ("null", "192.0.2.7:8801", False),
        ("http://:8800", None, False),
    ],
)
def test_only_the_pages_own_origin_is_allowed(origin: str | None, host: str | None, allowed: bool) -> None:
    assert Origins(8800, frozenset({"https://video.example.com"})).allows(origin, host) is allowed
