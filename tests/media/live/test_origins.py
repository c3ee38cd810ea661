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


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("127.0.0.1:8801", True),
        ("[::1]:8801", True),
        ("video.example.com", True),
        ("a.halls.example.com:443", True),
        ("halls.example.com", True),
        ("evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("xhalls.example.com", False),
        ("", False),
        (None, False),
        ("[", False),
    ],
)
def test_only_names_of_ours_are_answered_to(host: str | None, ours: bool) -> None:
    known = frozenset({"127.0.0.1", "::1", "video.example.com", ".halls.example.com"})
    assert Origins(8800, hosts=known).is_ours(host) is ours
    assert Origins(8800).is_ours(host)
    assert Origins(8800, hosts=frozenset({"*"})).is_ours(host)
