"""Keeping made things, and making them once."""

from __future__ import annotations

import asyncio

import pytest

from mingcha.media.playback.cache import Kept, Maker


def test_the_least_recently_used_goes_first() -> None:
    kept: Kept[bytes] = Kept(100, len)
    for name in "abcd":
        kept.put(name, b"x" * 25)
    kept.get("a")
    kept.put("e", b"x" * 25)
    assert kept.get("b") is None
    assert kept.get("a") is not None
    kept.put("large", b"x" * 26)
    assert kept.get("large") is None


async def test_one_making_serves_all_who_wait() -> None:
    maker: Maker[bytes] = Maker(Kept(100, len))
    made = 0

    async def make() -> bytes:
        nonlocal made
        made += 1
        await asyncio.sleep(0.01)
        return b"x"

    assert await asyncio.gather(*(maker.get("k", make) for _ in range(5))) == [b"x"] * 5
    assert await maker.get("k", make) == b"x"
    assert made == 1


async def test_a_making_is_cancelled_when_all_have_gone_and_not_before() -> None:
    maker: Maker[bytes] = Maker(Kept(100, len))
    cancelled = asyncio.Event()

    async def make() -> bytes:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.set()
            raise
        return b""

    first, second = (asyncio.create_task(maker.get("k", make)) for _ in range(2))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0.01)
    assert not cancelled.is_set()
    second.cancel()
    await asyncio.wait_for(cancelled.wait(), 10)
    await asyncio.gather(first, second, return_exceptions=True)


async def test_an_error_reaches_everybody_and_is_not_kept() -> None:
    maker: Maker[bytes] = Maker(Kept(100, len))
    attempts = 0

    async def make() -> bytes:
        nonlocal attempts
        attempts += 1
        await asyncio.sleep(0)
        raise ValueError(str(attempts))

    answers = await asyncio.gather(*(maker.get("k", make) for _ in range(3)), return_exceptions=True)
    assert [str(answer) for answer in answers] == ["1"] * 3
    with pytest.raises(ValueError, match="2"):
        await maker.get("k", make)
