"""Any stream to H.264 for browsers that cannot play it."""

from __future__ import annotations

import asyncio

import pytest

from mingcha.media.container.decode import picture_jpeg
from mingcha.media.container.samples import StoredPicture
from mingcha.media.container.transcode import LiveTranscoder, Output, fitted, transcode
from mingcha.media.container.transcode_process import QUEUE_UNITS, TranscodeProcess
from mingcha.media.units import AccessUnit, VideoFormat
from tests.media.playback.clips import access_units, clip, strip_of_jpeg, video_format


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ((1920, 1080), (1280, 720)),
        ((640, 361), (640, 360)),
        ((1080, 1920), (720, 1280)),
        ((4096, 600), (1280, 186)),
        ((2, 2), (2, 2)),
    ],
)
def test_it_fits_pictures_without_changing_their_shape(source: tuple[int, int], wanted: tuple[int, int]) -> None:
    assert fitted(*source) == wanted


def test_a_live_transcoder_gives_a_format_then_a_picture_for_each_picture() -> None:
    media = clip(codec="h265", seconds=2)
    transcoder = LiveTranscoder(video_format(media))
    units = access_units(media)
    outputs = [output for unit in units for output in transcoder.feed(unit)]
    formats = [output for output in outputs if isinstance(output, VideoFormat)]
    made = [output for output in outputs if isinstance(output, AccessUnit)]
    assert isinstance(outputs[0], VideoFormat)
    assert [item.codec for item in formats] == ["h264"]
    assert [unit.pts for unit in made] == [unit.pts for unit in units[: len(made)]]
    assert len(units) - len(made) <= 2
    assert [unit.arrived_mono_us for unit in made] == [unit.arrived_mono_us for unit in units[: len(made)]]
    assert [unit.is_key for unit in made] == [unit.is_key for unit in units[: len(made)]]
    pictures = [StoredPicture(unit.payload, unit.pts, unit.is_key) for unit in made]
    data, _ = picture_jpeg(formats[0], pictures, made[30].pts)
    assert strip_of_jpeg(data) == 30


def test_a_live_transcoder_begins_at_a_key_frame_and_makes_one_when_asked() -> None:
    media = clip(codec="h265", seconds=2)
    transcoder = LiveTranscoder(video_format(media))
    units = access_units(media)
    assert not [output for unit in units[5:25] for output in transcoder.feed(unit)]
    made = [output for unit in units[25:40] for output in transcoder.feed(unit)]
    transcoder.request_key()
    later = [output for unit in units[40:] for output in transcoder.feed(unit)]
    assert sum(isinstance(output, AccessUnit) and output.is_key for output in made) == 1
    assert sum(isinstance(output, AccessUnit) and output.is_key for output in later) == 1


def test_a_change_of_size_makes_a_new_format() -> None:
    small, large = clip(codec="h264", seconds=2), clip(codec="h264", seconds=2, size=(640, 360))
    transcoder = LiveTranscoder(video_format(small))
    outputs: list[Output] = [output for unit in access_units(small) for output in transcoder.feed(unit)]
    shift = 90_000 * 2
    for unit in access_units(large):
        sets = video_format(large)
        payload = b"".join(len(nal).to_bytes(4, "big") + nal for nal in (*sets.sps, *sets.pps)) + unit.payload
        outputs.extend(
            transcoder.feed(AccessUnit(payload if unit.is_key else unit.payload, unit.pts + shift, unit.is_key, 0))
        )
    sizes = [(output.width, output.height) for output in outputs if isinstance(output, VideoFormat)]
    assert sizes == [(320, 180), (640, 360)]


def test_a_stretch_keeps_its_pictures_and_times() -> None:
    media = clip(codec="h265", bframes=2, seconds=2, gop=50)
    units = [StoredPicture(unit.payload, unit.pts, unit.is_key) for unit in access_units(media)]
    video, made = transcode(video_format(media), units)
    assert video.codec == "h264"
    assert [picture.pts for picture in made] == sorted(unit.pts for unit in units)
    assert [picture.is_key for picture in made][:2] == [True, False]
    data, _ = picture_jpeg(video, made, made[33].pts)
    assert strip_of_jpeg(data) == 33


async def test_the_process_delivers_and_leaves_out_up_to_a_key_frame_when_overrun() -> None:
    media = clip(codec="h265", seconds=4)
    outputs: list[Output] = []
    arrived = asyncio.Event()

    def take(output: Output) -> None:
        outputs.append(output)
        arrived.set()

    process = TranscodeProcess(video_format(media), take)
    process.start()
    units = access_units(media)
    try:
        for unit in units + [AccessUnit(u.payload, u.pts + 360_000, u.is_key, 0) for u in units]:
            process.push(unit)
        assert process.dropped > 0
        async with asyncio.timeout(90):
            while len(outputs) < QUEUE_UNITS - 5:
                arrived.clear()
                await arrived.wait()
        later = [AccessUnit(unit.payload, unit.pts + 900_000, unit.is_key, 0) for unit in units]
        for unit in later:
            process.push(unit)
        async with asyncio.timeout(90):
            while not (fresh := [out for out in outputs if isinstance(out, AccessUnit) and out.pts >= 900_000]):
                arrived.clear()
                await arrived.wait()
        assert fresh[0].is_key
    finally:
        await process.close()
    assert isinstance(outputs[0], VideoFormat)


async def test_the_process_tells_when_its_worker_died() -> None:
    media = clip(codec="h265", seconds=2)
    ended = asyncio.Event()
    process = TranscodeProcess(video_format(media), lambda output: None, ended.set)
    process.start()
    assert process._process is not None
    process._process.kill()
    await asyncio.wait_for(ended.wait(), 60)
    process.push(access_units(media)[0])
    await process.close()
