"""One video track: pictures from the assembler in, access units and formats out."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from mingcha.base.clock import US_PER_S
from mingcha.media.rtsp import sps_h264, sps_h265
from mingcha.media.rtsp.hot import VideoAssembler
from mingcha.media.rtsp.nal_kinds import H264_PPS, H264_SPS, H265_PPS, H265_SPS, H265_VPS
from mingcha.media.rtsp.pictures import DAMAGED, KEY, RECOVERY_POINT, ReadTime
from mingcha.media.rtsp.sps import StreamParameters
from mingcha.media.rtsp.timeline import Timeline
from mingcha.media.units import VIDEO_CLOCK_HZ, AccessUnit, AudioFormat, UnitSink, VideoCodec, VideoFormat

NO_IDR_US: Final = 10 * US_PER_S  # without an IDR for so long, pictures with a recovery point count as key pictures
FIRST_IDR_US: Final = 2 * US_PER_S  # the same at the start of a session
BAD_DATA_EVERY_US: Final = US_PER_S
SEEN_REORDER_DEPTH: Final = 4  # of a stream that does not declare reordering but does it
GIBBERISH_US: Final = 15 * US_PER_S  # longer than a GOP of 10 s
GIBBERISH_SECONDS: Final = 3
LOOK_PICTURES: Final = 4  # held at the start of such a stream, to see whether its times go back
LOOK_BYTES: Final = 8 * 1024 * 1024
MAX_SETS: Final = 64  # of one kind


class SharedState:
    """What the tracks of a session share. `zero_us`: arrival of the first unit."""

    def __init__(self, sink: UnitSink) -> None:
        self.sink = sink
        self.time = ReadTime()
        self.zero_us = -1
        self.audio: AudioFormat | None = None
        self.formatted = False


class VideoTrack:
    """Feeds the sink. `format` is None until parameter sets are known, and pictures before that are dropped, since
    nobody could decode them. `last_unit_us`: arrival of the last picture, dropped or not."""

    def __init__(self, codec: VideoCodec, channel: int, shared: SharedState, *, donl: bool = False) -> None:
        self.codec: VideoCodec = codec
        self.channel = channel
        self.format: VideoFormat | None = None
        self.last_unit_us = -1
        self.assembler = VideoAssembler(codec == "h265", channel, shared.time, self._on_picture, self.lose, donl)
        self._shared = shared
        self._timeline = Timeline(VIDEO_CLOCK_HZ)
        self._vps: dict[int, bytes] = {}
        self._sps: dict[int, tuple[bytes, StreamParameters]] = {}
        self._pps: dict[int, bytes] = {}
        self._taken: list[bytes] = []  # the sets that came last, in order
        self._declared_depth: int | None = None  # of the present sequence parameter set
        self._highest_pts = 0
        self._reorders = False  # times went back although the stream does not declare it
        self._held: list[tuple[bytes, int, int, int]] = []  # payload, stamp, arrival, flags
        self._idr_due_us = 0  # from here on recovery points count as key pictures
        self._bad_data_us = -BAD_DATA_EVERY_US
        self._bad_seconds = 0  # in which there were impossible NAL units, since the last key picture
        self._key_us = 0

    def take_sets(self, nals: list[bytes]) -> None:
        """Take parameter sets from the session description or from a picture. Damaged ones are passed over."""
        if nals == self._taken and self._shared.formatted:
            return  # cameras repeat them with every key picture
        try:
            changed = self._store(nals)
        except (ValueError, IndexError):
            self.lose("bad_data", "a damaged parameter set")
            return
        self._taken = nals
        if changed or not self._shared.formatted:
            self._make_format()

    def _store(self, nals: list[bytes]) -> bool:
        """Whether sequence (or video) parameter sets differ from those known; picture parameter sets follow
        silently."""
        vps: dict[int, bytes] = {}
        sps: dict[int, tuple[bytes, StreamParameters]] = {}
        pps: dict[int, bytes] = {}
        for nal in nals[:MAX_SETS]:
            kind = nal[0] >> 1 & 0x3F if self.codec == "h265" else nal[0] & 0x1F
            if self.codec == "h264" and kind == H264_SPS:
                parameters = sps_h264.parse_sps(nal)
                sps[parameters.identifier] = (nal, parameters)
            elif self.codec == "h264" and kind == H264_PPS:
                pps[sps_h264.parse_pps_id(nal)] = nal
            elif self.codec == "h265" and kind == H265_VPS and len(nal) > 2:
                vps[nal[2] >> 4] = nal
            elif self.codec == "h265" and kind == H265_SPS:
                parameters = sps_h265.parse_sps(nal)
                sps[parameters.identifier] = (nal, parameters)
            elif self.codec == "h265" and kind == H265_PPS:
                pps[sps_h265.parse_pps_id(nal)] = nal
        changed = False
        if vps and vps != self._vps:
            self._vps, changed = vps, True
        if sps and sps != self._sps:
            self._sps, changed = sps, True
            self._declared_depth = next(iter(sps.values()))[1].reorder_depth
        if pps:
            kept = {} if sps else self._pps
            self._pps = dict(list((kept | pps).items())[-MAX_SETS:])
        return changed

    def _make_format(self) -> None:
        if not self._sps or not self._pps or (self.codec == "h265" and not self._vps):
            return
        parameters = next(iter(self._sps.values()))[1]
        depth = self._declared_depth
        if depth is None:
            depth = SEEN_REORDER_DEPTH if self._reorders else 0
        self.format = VideoFormat(
            codec=self.codec,
            width=parameters.width,
            height=parameters.height,
            codec_string=parameters.codec_string,
            sps=tuple(nal for nal, _ in self._sps.values()),
            pps=tuple(self._pps.values()),
            vps=tuple(self._vps.values()),
            fps=parameters.fps,
            reorder_depth=depth,
        )
        if self._shared.formatted:
            self._shared.sink.on_format(self.format, self._shared.audio)

    def _on_picture(self, payload: bytes, stamp: int, arrived_us: int, flags: int, sets: list[bytes]) -> None:
        shared = self._shared
        self.last_unit_us = arrived_us
        if sets:
            self.take_sets(sets)
        if self.format is None:
            return
        if shared.formatted and not self._held:
            self._hand_on(payload, stamp, arrived_us, flags)
            return
        self._held.append((payload, stamp, arrived_us, flags))
        if shared.formatted or not self._looks_on():
            self._release()

    def is_gibberish(self, now_us: int, since_us: int) -> bool:
        """Whether what comes since `since_us` is not coded as the camera said: NAL units that cannot be, again and
        again, and never a key picture."""
        return self._bad_seconds >= GIBBERISH_SECONDS and now_us - max(self._key_us, since_us) > GIBBERISH_US

    def flush(self) -> None:
        """Hand on what is there: the stream is over."""
        self.assembler.flush()
        if self.format is not None:
            self._release()

    def _looks_on(self) -> bool:
        """Whether the first pictures are held still. Many cameras do not declare whether they reorder pictures, and a
        format that turns out wrong after the first picture would cost a run."""
        if self._declared_depth is not None:
            return False
        stamps = [held[1] for held in self._held]
        if any((after - before) & 0x80000000 for before, after in pairwise(stamps)):
            self._reorders = True
            self._make_format()
            return False
        return len(stamps) < LOOK_PICTURES and sum(len(held[0]) for held in self._held) < LOOK_BYTES

    def _release(self) -> None:
        held, self._held = self._held, []
        for payload, stamp, arrived_us, flags in held:
            self._hand_on(payload, stamp, arrived_us, flags)

    def _hand_on(self, payload: bytes, stamp: int, arrived_us: int, flags: int) -> None:
        shared = self._shared
        if not shared.formatted and self.format is not None:
            shared.formatted = True
            shared.zero_us = arrived_us
            self._idr_due_us = arrived_us + FIRST_IDR_US
            shared.sink.on_format(self.format, shared.audio)
        pts, jumped = self._timeline.place(stamp, arrived_us, shared.zero_us, self._declared_depth != 0)
        if jumped:
            shared.sink.on_loss("timestamp_jump", f"{jumped:+.3f} s")
        elif pts == self._highest_pts + 1:
            self.lose("bad_data", "the time stamp stands still")
        elif not self._reorders and pts < self._highest_pts:
            self._begin_reordering()
        if pts > self._highest_pts:
            self._highest_pts = pts
        is_key = flags != 0 and self._is_key(flags, arrived_us)
        shared.sink.on_unit(AccessUnit(payload, pts, is_key, arrived_us, False, flags & DAMAGED != 0))

    def _begin_reordering(self) -> None:
        """Times went back: these are B pictures. A stream that did not say so gets a new format with a depth."""
        self._reorders = True
        if self._declared_depth is None:
            self._make_format()

    def _is_key(self, flags: int, arrived_us: int) -> bool:
        if flags & KEY:
            self._key_us, self._bad_seconds = arrived_us, 0
            self._idr_due_us = arrived_us + NO_IDR_US
            return True
        return flags & RECOVERY_POINT != 0 and arrived_us >= self._idr_due_us

    def lose(self, reason: str, detail: str) -> None:
        """Tell the sink of a loss."""
        if reason == "bad_data":  # a broken camera may send nothing else; one report a second is enough
            if self._shared.time.now_us - self._bad_data_us < BAD_DATA_EVERY_US:
                return
            self._bad_data_us = self._shared.time.now_us
            self._bad_seconds += detail.startswith("NAL unit")
        self._shared.sink.on_loss(reason, detail)
