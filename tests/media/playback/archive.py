"""A small real archive: store and catalog with segments written as the recorder writes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from mingcha.base.clock import US_PER_S, ManualClock
from mingcha.media.catalog import Catalog, CatalogReader
from mingcha.media.catalog.records import SegmentRecord
from mingcha.media.container import fmp4, nal
from mingcha.media.container.demux import MediaFile
from mingcha.media.container.fmp4 import Sample
from mingcha.media.container.identity import Identity, trailer_box
from mingcha.media.container.scan import PartInfo, scan
from mingcha.media.container.seal import SegmentHashes
from mingcha.media.footage.archive import Footage
from mingcha.media.store.directory import StoreDirectory
from mingcha.media.units import VIDEO_CLOCK_HZ
from tests.media.playback.clips import video_format

CAMERA = "cam_0000000000000001"
START_US = 1_790_000_000 * US_PER_S


@dataclass
class Picture:
    """One recorded picture: where it is in the run and on the wall, and which frame number it shows."""

    wall_us: int
    run_ticks: int
    frame: int
    is_key: bool


@dataclass
class Recorded:
    """One run: its segments' numbers and its pictures in showing order."""

    run: int
    end_us: int
    numbers: list[int] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)


class Archive:
    def __init__(self, directory: Path, clock: ManualClock | None = None) -> None:
        self.clock = clock or ManualClock(START_US)
        self.path = directory
        directory.mkdir(parents=True, exist_ok=True)
        self.catalog = Catalog(directory / "catalog.db", self.clock)
        self.store = StoreDirectory.create(directory / "store", self.clock, reserve_bytes=0)
        self.catalog.add_store(self.store.store_id)
        self.footage = Footage(CatalogReader(directory / "catalog.db"), lambda store: self.store)

    def close(self) -> None:
        self.footage.catalog.close()
        self.catalog.close()
        self.store.close()

    def record(
        self,
        media: MediaFile,
        *,
        start_us: int = START_US,
        loops: int = 1,
        segment_s: float = 2.0,
        part_s: float = 1.0,
        leave_open: bool = False,
        wall_ppm: int = 0,
        camera: str = CAMERA,
        role: str = "main",
        force_split: bool = False,
    ) -> Recorded:
        """Write one run. `wall_ppm`: how much longer wall time is than media time. `force_split`: begin segments
        without waiting for a key frame."""
        audio = media.audio.format if media.audio is not None else None
        run = self.catalog.add_run(camera, role, start_us, video_format(media), audio)
        result = Recorded(run, start_us)
        parts = _parts(media, loops, part_s)
        segments = _segments(parts, segment_s, force_split)
        offset, wall_us = 0, start_us
        for index, segment in enumerate(segments):
            length = sum(sample.duration for video, _ in segment for sample in video)
            wall_length_us = length * US_PER_S // VIDEO_CLOCK_HZ
            wall_length_us += wall_length_us * wall_ppm // 1_000_000
            is_last = index == len(segments) - 1
            number = self._segment(
                camera, role, run, media, segment, wall_us, wall_us + wall_length_us, offset, start_us,
                leave_open=leave_open and is_last,
            )  # fmt: skip
            result.numbers.append(number)
            for video, _ in segment:
                for sample in video:
                    at_us = wall_us + (sample.pts - offset) * wall_length_us // length
                    frame = round(sample.pts % media.video.duration / VIDEO_CLOCK_HZ * media.video.fps)
                    result.pictures.append(Picture(at_us, sample.pts, int(frame), sample.is_key))
            offset += length
            wall_us += wall_length_us
        result.pictures.sort(key=lambda picture: picture.run_ticks)
        result.end_us = wall_us
        return result

    def _segment(
        self,
        camera: str,
        role: str,
        run: int,
        media: MediaFile,
        parts: list[tuple[list[Sample], list[Sample]]],
        start_us: int,
        end_us: int,
        offset: int,
        run_start_us: int,
        *,
        leave_open: bool,
    ) -> int:
        number = self.catalog.open_segment(self.store.store_id, camera, role, run, start_us, offset)
        starts_with_key = parts[0][0][0].is_key
        identity = Identity(
            self.store.store_id, camera, role, number, run, start_us, run_start_us, offset, starts_with_key
        )
        audio = media.audio.format if media.audio is not None else None
        header = fmp4.header(video_format(media), audio, identity)
        hashes = SegmentHashes(header)
        file = self.store.create_segment(number, header)
        infos: list[PartInfo] = []
        audio_offset = offset * (audio.sample_rate_hz if audio else 1) // VIDEO_CLOCK_HZ
        for sequence, (video, sound) in enumerate(parts, 1):
            data = fmp4.part(sequence, _shifted(video, offset), _shifted(sound, audio_offset))
            hashes.add(data)
            at = file.append(data)
            keys = [sample.is_key for sample in video]
            length = sum(sample.duration for sample in video)
            infos.append(PartInfo(at, len(data), video[0].dts - offset, length, len(video), any(keys), keys[0]))
        if leave_open:
            return number
        trailer = hashes.trailer(number, end_us)
        size = file.seal(trailer_box(trailer))
        duration = sum(info.duration for info in infos)
        self.catalog.seal_segment(
            SegmentRecord(
                number, self.store.store_id, camera, role, run, start_us, end_us, offset, duration, size, len(header),
                sum(info.frames for info in infos), trailer.root, starts_with_key,
            ),
            infos,
        )  # fmt: skip
        assert len(scan(self.store.path_of(number)).parts) == len(infos)
        return number


def _shifted(samples: list[Sample], offset: int) -> list[Sample]:
    return [Sample(s.payload, s.dts - offset, s.pts - offset, s.duration, s.is_key) for s in samples]


def _parts(media: MediaFile, loops: int, part_s: float) -> list[tuple[list[Sample], list[Sample]]]:
    track = media.video
    frame = track.duration // len(track.samples)
    video: list[Sample] = []
    for loop in range(loops):
        shift = loop * track.duration
        for index, sample in enumerate(track.samples):
            video.append(
                Sample(nal.with_lengths(sample.nals), shift + index * frame, shift + sample.pts, frame, sample.is_key)
            )
    sound: list[Sample] = []
    if media.audio is not None:
        ticks = media.audio.frame_ticks
        for loop in range(loops):
            shift = loop * track.duration * media.audio.format.sample_rate_hz // VIDEO_CLOCK_HZ
            for index, data in enumerate(media.audio.frames):
                at = shift + index * ticks
                if not sound or at >= sound[-1].dts + ticks:
                    sound.append(Sample(data, at, at, ticks, True))
    groups: list[list[Sample]] = []
    for sample in video:
        if not groups or sample.is_key or sample.dts - groups[-1][0].dts >= part_s * VIDEO_CLOCK_HZ:
            groups.append([])
        groups[-1].append(sample)
    if media.audio is None:
        return [(group, []) for group in groups]
    rate = media.audio.format.sample_rate_hz
    result = []
    taken = 0
    for index, group in enumerate(groups):
        end = groups[index + 1][0].dts if index + 1 < len(groups) else 1 << 60
        first = taken
        while taken < len(sound) and sound[taken].dts * VIDEO_CLOCK_HZ < end * rate:
            taken += 1
        result.append((group, sound[first:taken]))
    return result


def _segments(
    parts: list[tuple[list[Sample], list[Sample]]], segment_s: float, force_split: bool
) -> list[list[tuple[list[Sample], list[Sample]]]]:
    segments: list[list[tuple[list[Sample], list[Sample]]]] = []
    for part in parts:
        first = part[0][0]
        is_full = bool(segments) and first.dts - segments[-1][0][0][0].dts >= segment_s * VIDEO_CLOCK_HZ
        if not segments or (is_full and (first.is_key or force_split)):
            segments.append([])
        segments[-1].append(part)
    return segments
