"""Under a masked ticket nothing goes out as it was recorded, whatever the address says."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from mingcha.base.errors import NotAllowed
from mingcha.wire.ticket import Ticket
from tests.media.playback.archive import CAMERA
from tests.media.playback.clips import clip
from tests.media.playback.server import Playback, at, playback


def masked(it: Playback, *clear: tuple[int, int, int, int]) -> Ticket:
    modes = ("playback", "snapshot", "live", "export")
    return replace(it.ticket(0, 60, modes=modes), masked=True, clear=tuple((CAMERA, *box) for box in clear))


def lumas(data: bytes) -> list[np.ndarray]:
    with av.open(io.BytesIO(data)) as opened:
        return [np.asarray(f.to_ndarray(format="gray")).astype(int) for f in opened.decode(opened.streams.video[0])]


async def test_every_piece_is_made_anew_and_without_sound(tmp_path: Path) -> None:
    async with playback(tmp_path / "a") as it:
        it.archive.record(clip(seconds=2, audio="aac"), loops=1)
        ticket = masked(it)
        text, addresses = await it.pieces(ticket, 0, 2)
        assert "#EXT-X-MINGCHA-SHOWN:masked" in text
        made = await it.download(ticket, addresses)
        plain = await it.download(it.ticket(), [address.partition("?")[0] for address in addresses])
        with av.open(io.BytesIO(made)) as opened:
            assert not opened.streams.audio
        pairs = list(zip(lumas(made), lumas(plain), strict=True))
        assert len(pairs) == 50
        assert min(float(np.abs(one - other).mean()) for one, other in pairs) > 3


async def test_leaving_the_query_out_gives_the_masked_piece_all_the_same(tmp_path: Path) -> None:
    async with playback(tmp_path / "a") as it:
        it.archive.record(clip(seconds=2), loops=1)
        ticket = masked(it)
        _, addresses = await it.pieces(ticket, 0, 2)
        bare = [address.partition("?")[0] for address in addresses]
        assert await it.download(ticket, bare) == await it.download(ticket, addresses)
        assert await it.download(it.ticket(), bare) != await it.download(ticket, addresses)


async def test_what_was_made_for_one_person_is_not_given_to_another(tmp_path: Path) -> None:
    async with playback(tmp_path / "a") as it:
        it.archive.record(clip(seconds=2), loops=1)
        everything_clear = masked(it, (0, 0, 1000, 1000))
        _, addresses = await it.pieces(everything_clear, 0, 2)
        clear = await it.download(everything_clear, addresses)
        assert await it.download(masked(it), addresses) != clear


async def test_previews_and_snapshots_are_masked_and_the_clear_box_is_not(tmp_path: Path) -> None:
    async with playback(tmp_path / "a") as it:
        it.archive.record(clip(seconds=2), loops=1)

        async def seen(path: str, ticket: Ticket) -> np.ndarray:
            answer = await it.get(path, ticket, camera=CAMERA, at=at(1.5))
            assert answer.status_code == 200, answer.text
            return np.asarray(Image.open(io.BytesIO(answer.content)).convert("L")).astype(int)

        for path in ("/preview", "/snapshot"):
            plain, covered = await seen(path, it.ticket()), await seen(path, masked(it))
            assert np.abs(plain - covered).mean() > 3
            half = await seen(path, masked(it, (0, 0, 500, 1000)))
            width = plain.shape[1] // 2 - 8
            assert np.abs(plain - half)[:, :width].mean() < 3


async def test_a_clear_box_of_another_camera_clears_nothing(tmp_path: Path) -> None:
    async with playback(tmp_path / "a") as it:
        it.archive.record(clip(seconds=2), loops=1)
        other = replace(masked(it), clear=(("cam_0000000000000099", 0, 0, 1000, 1000),))
        _, addresses = await it.pieces(other, 0, 2)
        assert await it.download(other, addresses) == await it.download(masked(it), addresses)


async def test_live_copies_and_the_newest_picture_are_refused(tmp_path: Path) -> None:
    async with playback(tmp_path / "a") as it:
        it.archive.record(clip(seconds=2), loops=1)
        ticket = masked(it)
        assert (await it.get("/snapshot", ticket, camera=CAMERA)).status_code == 403
        assert not ticket.permits("live", CAMERA)
        assert not ticket.permits("export", CAMERA, at(0), at(1))
        with pytest.raises(NotAllowed):
            it.gate.admit(mint_of(ticket), "live", CAMERA)


def mint_of(ticket: Ticket) -> str:
    from mingcha.wire.ticket import mint
    from tests.media.playback.server import KEY

    return mint(ticket, KEY)
