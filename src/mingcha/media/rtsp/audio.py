"""Sound: AAC (RFC 3640 AAC-hbr and AAC-lbr) and G.711 (RFC 3551) out of RTP packets. Made only when a camera's audio
is switched on."""

from __future__ import annotations

import binascii
from typing import Final

from mingcha.base.clock import US_PER_S
from mingcha.media.rtsp.sdp import Media
from mingcha.media.rtsp.timeline import Timeline
from mingcha.media.rtsp.video import SharedState
from mingcha.media.units import AccessUnit, AudioCodec, AudioFormat

MAX_FRAME_BYTES: Final = 64 * 1024
AAC_FRAME_TICKS: Final = 1024
MAX_FRAMES: Final = 64  # in one packet
_RATES: Final = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)
_BAD_DATA_EVERY_US: Final = US_PER_S


def audio_format(media: Media) -> AudioFormat | None:
    """The format of an m=audio section; None when it is a kind that we do not record."""
    g711: dict[str, AudioCodec] = {"PCMA": "pcma", "PCMU": "pcmu"}
    if media.encoding in g711:
        return AudioFormat(g711[media.encoding], media.clock_hz or 8000, media.channels)
    if media.encoding != "MPEG4-GENERIC" or not media.fmtp.get("mode", "").lower().startswith("aac"):
        return None
    try:
        config = binascii.unhexlify(media.fmtp.get("config", "").strip())
        rate_hz, channels = _audio_specific_config(config)
    except (binascii.Error, ValueError, IndexError):
        return None
    return AudioFormat("aac", rate_hz, channels, config)


def _audio_specific_config(config: bytes) -> tuple[int, int]:
    """(sample rate, channels) of an AudioSpecificConfig (ISO/IEC 14496-3 1.6.2.1)."""
    if len(config) < 2 or len(config) > 64:
        raise ValueError("not an AudioSpecificConfig")
    bits = int.from_bytes(config[:8].ljust(8, b"\0"), "big")
    index = bits >> 55 & 0x0F
    if index == 15:
        rate_hz, channels = bits >> 31 & 0xFFFFFF, bits >> 27 & 0x0F
    else:
        rate_hz, channels = _RATES[index], bits >> 51 & 0x0F
    if not rate_hz or channels > 7:
        raise ValueError("not an AudioSpecificConfig")
    return rate_hz, 8 if channels == 7 else channels or 1


class AudioTrack:
    """Feeds the sink with audio frames. `packet` takes whole RTP packets in order."""

    def __init__(self, media: Media, form: AudioFormat, shared: SharedState) -> None:
        self.format = form
        self._shared = shared
        self._clock_hz = media.clock_hz or form.sample_rate_hz
        self._timeline = Timeline(self._clock_hz)
        self._last_pts = -1
        self._expected = -1
        self._size_bits = _small(media, "sizelength", 13)
        self._index_bits = _small(media, "indexlength", 3)
        self._pending = bytearray()  # an AAC frame larger than a packet
        self._pending_size = 0
        self._bad_data_us = -_BAD_DATA_EVERY_US

    def deliver(self, buffer: bytearray, view: memoryview, start: int, stop: int) -> None:
        """Take one RTP packet, `buffer[start:stop]`."""
        self.packet(bytes(view[start:stop]))

    def packet(self, data: bytes) -> None:
        """Take one RTP packet."""
        if len(data) < 13 or data[0] & 0xC0 != 0x80 or 200 <= data[1] <= 204:
            return
        at, stop = 12 + 4 * (data[0] & 0x0F), len(data)
        if data[0] & 0x10:
            if at + 4 > stop:
                return
            at += 4 + 4 * int.from_bytes(data[at + 2 : at + 4], "big")
        if data[0] & 0x20:
            stop -= data[-1]
        if at >= stop:
            return
        sequence = int.from_bytes(data[2:4], "big")
        if self._expected not in (-1, sequence):
            self._pending = bytearray()
        self._expected = (sequence + 1) & 0xFFFF
        stamp = int.from_bytes(data[4:8], "big")
        if self.format.codec == "aac":
            self._aac(data[at:stop], stamp)
        else:
            self._emit(data[at:stop], stamp)

    def _aac(self, payload: bytes, stamp: int) -> None:
        header_bits = int.from_bytes(payload[:2], "big")
        header_bytes = (header_bits + 7) // 8
        each = self._size_bits + self._index_bits
        count = header_bits // each
        if not 0 < count <= MAX_FRAMES or 2 + header_bytes > len(payload):
            self._bad()
            return
        headers = int.from_bytes(payload[2 : 2 + header_bytes], "big") >> (header_bytes * 8 - header_bits)
        headers >>= header_bits - count * each
        sizes = [
            headers >> each * (count - 1 - n) + self._index_bits & (1 << self._size_bits) - 1 for n in range(count)
        ]
        at = 2 + header_bytes
        if count == 1 and sizes[0] > len(payload) - at:
            self._fragment(payload[at:], sizes[0], stamp)
            return
        for number, size in enumerate(sizes):
            if size == 0 or at + size > len(payload):
                self._bad()
                return
            self._emit(payload[at : at + size], stamp + number * AAC_FRAME_TICKS)
            at += size

    def _fragment(self, piece: bytes, size: int, stamp: int) -> None:
        """Part of a frame that is larger than a packet; each part carries the size of the whole."""
        if size != self._pending_size:
            self._pending = bytearray()
            self._pending_size = size
        self._pending += piece
        if len(self._pending) >= size:
            frame, self._pending = bytes(self._pending[:size]), bytearray()
            self._emit(frame, stamp)

    def _emit(self, frame: bytes, stamp: int) -> None:
        shared = self._shared
        if not shared.formatted or len(frame) > MAX_FRAME_BYTES:
            return
        # Stamps that some cameras make from their wall clock go back a little now and then; that is no jump.
        pts, jumped = self._timeline.place(stamp & 0xFFFFFFFF, shared.time.now_us, shared.zero_us, True)
        pts = self._last_pts = max(pts, self._last_pts + 1)
        if jumped:
            shared.sink.on_loss("timestamp_jump", f"sound {jumped:+.3f} s")
        shared.sink.on_unit(AccessUnit(frame, pts, True, shared.time.now_us, True, False))

    def _bad(self) -> None:
        if self._shared.time.now_us - self._bad_data_us >= _BAD_DATA_EVERY_US:
            self._bad_data_us = self._shared.time.now_us
            self._shared.sink.on_loss("bad_data", "a damaged sound packet")


def _small(media: Media, name: str, default: int) -> int:
    text = media.fmtp.get(name, "")
    value = int(text) if text.isascii() and text.isdigit() and len(text) < 3 else default
    return value if 0 <= value <= 32 and (value or name != "sizelength") else default
