"""Tickets: genuine ones pass, and nothing else."""

from __future__ import annotations

import base64
import json
from dataclasses import asdict, replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from mingcha.base.errors import NotAllowed
from mingcha.wire.ticket import MAX_TOKEN_BYTES, MODES, Ticket, check, mint, screen_of

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
LOCK = KEY.public_key()
NOW_US = 1_795_233_600_000_000
CAMERA, OTHER = "cam_0123456789abcdef", "cam_zyxwvtsrqpnmkjhg"

TICKET = Ticket(
    grant="grt_0123456789abcdef",
    person="per_0123456789abcdef",
    modes=("playback", "export"),
    cameras=(CAMERA,),
    from_us=100,
    to_us=200,
    issued_us=NOW_US,
    expires_us=NOW_US + 60_000_000,
    serial="1",
)

# Ed25519 is deterministic, so a released token is one text for ever.
GOLDEN = (
    "mct1.eyJjYW1lcmFzIjpbImNhbV8wMTIzNDU2Nzg5YWJjZGVmIl0sImV4cGlyZXNfdXMiOjE3OTUyMzM2NjAwMDAwMDAsImZyb21fdXMiOjEwMCwi"
)


def signed(claims: object, prefix: str = "mct1") -> str:
    """A token over any claims, signed by the right key."""
    text = json.dumps(claims).encode()
    head = f"{prefix}.{base64.urlsafe_b64encode(text).rstrip(b'=').decode()}"
    return f"{head}.{base64.urlsafe_b64encode(KEY.sign(head.encode())).rstrip(b'=').decode()}"


def claims_of(ticket: Ticket) -> dict[str, object]:
    raw = mint(ticket, KEY).split(".")[1]
    claims: dict[str, object] = json.loads(base64.urlsafe_b64decode(raw + "=" * (-len(raw) % 4)))
    return claims


def test_a_ticket_passes_until_it_expires() -> None:
    token = mint(TICKET, KEY)
    assert token.startswith(GOLDEN)
    assert check(token, LOCK, now_us=TICKET.expires_us - 1) == TICKET
    with pytest.raises(NotAllowed) as caught:
        check(token, LOCK, now_us=TICKET.expires_us)
    assert caught.value.code == "ticket.expired"


def refuse(token: str) -> None:
    with pytest.raises(NotAllowed) as caught:
        check(token, LOCK, now_us=NOW_US)
    assert caught.value.code == "ticket.invalid"


def test_another_key_signs_nothing_valid() -> None:
    refuse(mint(TICKET, Ed25519PrivateKey.from_private_bytes(bytes(32))))


@given(st.data())
def test_no_changed_character_passes(data: st.DataObject) -> None:
    token = mint(TICKET, KEY)
    at = data.draw(st.integers(min_value=0, max_value=len(token) - 2))
    put = data.draw(st.sampled_from("ABCdef019-_.").filter(lambda character: character != token[at]))
    refuse(token[:at] + put + token[at + 1 :])


@given(st.text(max_size=80))
def test_no_other_text_passes(text: str) -> None:
    refuse(text)


def test_signed_nonsense_is_refused_as_well() -> None:
    genuine = claims_of(TICKET)
    refuse(signed([1, 2]))
    refuse(signed({}))
    refuse(signed({**genuine, "colour": "red"}))
    refuse(signed({**genuine, "modes": 3}))
    refuse(signed(genuine, prefix="mct2"))
    refuse(signed({"a": "b"})[:-10] + "!!!!!!!!!!")
    assert check(signed(genuine), LOCK, now_us=NOW_US) == TICKET


def test_an_overlong_token_is_not_even_looked_at() -> None:
    refuse("mct1." + "A" * MAX_TOKEN_BYTES + ".A")


@pytest.mark.parametrize(
    ("mode", "camera", "from_us", "to_us", "permitted"),
    [
        ("playback", CAMERA, 100, 200, True),
        ("export", CAMERA, 150, 160, True),
        ("playback", CAMERA, 99, 200, False),
        ("playback", CAMERA, 100, 201, False),
        ("playback", OTHER, 100, 200, False),
        ("live", CAMERA, None, None, False),
        ("playback", CAMERA, None, 200, False),
        ("playback", CAMERA, 100, None, False),
    ],
)
def test_a_ticket_is_never_wider_than_it_says(
    mode: str, camera: str, from_us: int | None, to_us: int | None, permitted: bool
) -> None:
    assert TICKET.permits(mode, camera, from_us, to_us) is permitted


def test_a_live_ticket_opens_no_past() -> None:
    live = replace(TICKET, modes=("live", "snapshot", "status"), from_us=None, to_us=None)
    assert all(live.permits(mode, CAMERA) for mode in ("live", "snapshot", "status"))
    assert not live.permits("snapshot", CAMERA, 100, 100)
    assert not live.permits("playback", CAMERA, 100, 200)
    assert not replace(live, to_us=5).permits("live", CAMERA, 1, 2)


def test_every_mode_is_known_by_name() -> None:
    assert MODES == ("live", "playback", "snapshot", "export", "fetch", "status", "ptz")


def test_a_masked_ticket_covers_stored_pictures_and_nothing_else() -> None:
    masked = replace(TICKET, modes=MODES, masked=True, clear=((CAMERA, 0, 0, 500, 1000),))
    assert check(mint(masked, KEY), LOCK, now_us=NOW_US) == masked
    assert masked.permits("playback", CAMERA, 100, 200)
    assert masked.permits("snapshot", CAMERA, 150, 151)
    assert masked.permits("status", CAMERA)
    for mode in ("live", "export", "ptz", "snapshot"):
        assert not masked.permits(mode, CAMERA)
    assert not masked.permits("export", CAMERA, 100, 200)


@pytest.mark.parametrize(
    "clear", [[[CAMERA, 0, 0, 500]], [[1, 0, 0, 500, 1000]], [[CAMERA, 0, 0, 0.5, 1000]], [CAMERA], [[]], 5]
)
def test_boxes_that_are_none_make_no_ticket(clear: object) -> None:
    said = {**json.loads(json.dumps(asdict(TICKET))), "masked": True, "clear": clear}
    with pytest.raises(NotAllowed):
        check(signed(said), LOCK, now_us=NOW_US)


def test_a_ticket_of_a_screen_is_of_that_screen_alone() -> None:
    assert TICKET.is_of_screen("")
    bound = replace(TICKET, screen=screen_of("a cookie"))
    assert bound.is_of_screen("a cookie")
    assert not bound.is_of_screen("another")
    assert not bound.is_of_screen("")
    assert check(mint(bound, KEY), LOCK, now_us=NOW_US) == bound
