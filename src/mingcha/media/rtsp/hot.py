"""The hot path: interleaved RTP in, whole pictures out (RFC 2326 10.12, RFC 3550, RFC 6184, RFC 7798).

A hundred cameras send some 40,000 packets a second through `VideoAssembler.feed`, so it is written for speed: most
packets are the middle of a fragmented NAL unit, and such a packet is recognised by comparing 10 of its bytes with the
ones expected, and costs one unpack, four comparisons and one append. Everything else goes through `packet`. Nothing
is logged, no clock is read and no object is kept per packet.

This module and `pictures` are fully typed and free of dynamic tricks, so that mypyc can compile the same source.
"""

from __future__ import annotations

from struct import Struct
from typing import Final

from mingcha.media.rtsp.nal_kinds import H264_FU_A, H264_STAP_A, H265_AP, H265_FU
from mingcha.media.rtsp.pictures import DAMAGED, OnLoss, OnPicture, PictureBuilder, ReadTime

NOT_A_CHANNEL: Final = 256  # of streams that come over UDP: `feed` then finds nothing of theirs
SEQUENCE_UNKNOWN: Final = -1

_DOLLAR: Final = 0x2400
_FU_START: Final = 0x80
_FU_END: Final = 0x40
_U32: Final = Struct(">I")
# '$' and channel, size, V P X CC M PT, sequence number; time stamp, SSRC and the first 2 (H.265: 3) payload bytes
_HEAD_H264: Final = Struct(">HHHH10s")
_HEAD_H265: Final = Struct(">HHHH11s")
_DATAGRAM_H264: Final = Struct(">HH10s")  # the same without the first two
_DATAGRAM_H265: Final = Struct(">HH11s")


class VideoAssembler(PictureBuilder):
    """Reassembles one video stream from RTP packets."""

    __slots__ = ("_channel", "_datagram", "_donl", "_expected", "_head", "_head_bytes", "_plain")

    def __init__(
        self, h265: bool, channel: int, time: ReadTime, on_picture: OnPicture, on_loss: OnLoss, donl: bool = False
    ) -> None:
        super().__init__(h265, time, on_picture, on_loss)
        self._donl = donl
        self._head: Struct = _HEAD_H265 if h265 else _HEAD_H264
        self._head_bytes: int = self._head.size
        self._datagram: Struct = _DATAGRAM_H265 if h265 else _DATAGRAM_H264
        self._channel: int = _DOLLAR | channel if channel < NOT_A_CHANNEL else -1
        self._expected: int = SEQUENCE_UNKNOWN  # next sequence number
        self._plain: int = 0  # second 16-bit word of packets like the fragment that began the NAL unit, marker clear

    def feed(self, buffer: bytearray, view: memoryview, position: int, end: int) -> int:
        """Take interleaved frames of this stream from `buffer[position:end]`; `view` is a memoryview of the same
        bytes. Returns where it stopped: at an incomplete frame, one of another channel, one shorter than 18 bytes, or
        something else."""
        unpack = self._head.unpack_from
        head_bytes = self._head_bytes
        channel = self._channel
        last_head = end - head_bytes
        append = self._nal.append
        middle = self._middle
        last = self._last
        expected = self._expected
        plain = self._plain
        while position <= last_head:
            word, size, kind, sequence, rest = unpack(buffer, position)
            stop = position + 4 + size
            if word != channel or stop > end:
                break
            if rest == middle and sequence == expected and kind == plain:
                append(view[position + head_bytes : stop])
                expected = (sequence + 1) & 0xFFFF
            else:
                if rest == last and sequence == expected and kind & 0xFF7F == plain:
                    append(view[position + head_bytes : stop])
                    self._expected = (sequence + 1) & 0xFFFF
                    self._last_fragment(kind)
                else:
                    self._expected = expected
                    self._packet(buffer, view, position + 4, stop)
                middle = self._middle
                last = self._last
                expected = self._expected
                plain = self._plain
            position = stop
        self._expected = expected
        if self._unit or self._nal or self._next:
            self._own()
        return position

    def deliver(self, buffer: bytearray, view: memoryview, start: int, stop: int) -> None:
        """Take one RTP packet that came as a datagram; what `feed` does for interleaved ones."""
        head_bytes = self._datagram.size
        if stop - start > head_bytes:
            kind, sequence, rest = self._datagram.unpack_from(buffer, start)
            if rest == self._middle and sequence == self._expected and kind == self._plain:
                self._nal.append(view[start + head_bytes : stop])
                self._expected = (sequence + 1) & 0xFFFF
                self._own()
                return
        self.packet(buffer, view, start, stop)

    def packet(self, buffer: bytearray, view: memoryview, start: int, stop: int) -> None:
        """Take one RTP packet, `buffer[start:stop]`. Packets come in the order of their sequence numbers."""
        self._packet(buffer, view, start, stop)
        self._own()

    def _last_fragment(self, kind: int) -> None:
        """The last fragment of a NAL unit has been taken."""
        self._fragmented = False
        self._middle = self._last = b""
        self._unit_us = self._time.now_us
        self._end_nal(False)
        if kind & 0x80:
            self._marker()

    def _packet(self, buffer: bytearray, view: memoryview, start: int, stop: int) -> None:
        if stop - start < 12 or buffer[start] & 0xC0 != 0x80:
            self._on_loss("bad_data", "a packet that is not RTP")
            return
        kind = buffer[start] << 8 | buffer[start + 1]
        stamp: int = _U32.unpack_from(buffer, start + 4)[0]
        rtcp = 200 <= kind & 0xFF <= 204  # on the RTP channel, told apart as in RFC 5761
        lost = -1 if rtcp else self._follow(buffer[start + 2] << 8 | buffer[start + 3])
        if lost < 0:
            return
        if lost and not self._marker_seen and (self._unit or self._in_nal):
            self._flags |= DAMAGED
        if stamp != self._stamp:
            self._stamp = stamp
            self._middle = self._last = b""
            if self._has_slice:
                self._time_changed()
            elif not self._unit and not self._in_nal:
                self._flags = DAMAGED if self._owes_damage else 0  # what was dropped was of the time before
        if lost:
            self._flags |= DAMAGED
            self._owes_damage = True
        at = start + 12
        if kind & 0x3F00:
            at, stop = self._skip_extras(buffer, at, stop, kind)
        self._payload(buffer, view, start, at, stop, kind)
        self._unit_us = self._time.now_us
        if kind & 0x80:
            self._marker()

    def _follow(self, sequence: int) -> int:
        """How many packets are missing before this one; -1 when it is the last one once more. (A stream never waits
        in vain: a sequence number that goes back is taken for a new start of the sender's counter.)"""
        expected = self._expected
        if sequence == expected:
            self._expected = (sequence + 1) & 0xFFFF
            return 0
        missing = (sequence - expected) & 0xFFFF
        if expected == SEQUENCE_UNKNOWN:
            self._expected = (sequence + 1) & 0xFFFF
            return 0
        if missing == 0xFFFF:
            return -1
        self._expected = (sequence + 1) & 0xFFFF
        self._middle = self._last = b""
        if self._in_nal:
            self._end_nal(True)
        self._fragmented = False
        if missing < 0x8000:
            self._on_loss("packets_lost", f"{missing} packets")
        else:
            self._on_loss("packets_lost", "the packet numbers went back")
        return missing

    def _skip_extras(self, buffer: bytearray, at: int, stop: int, kind: int) -> tuple[int, int]:
        """Where the payload begins and ends when there are contributing sources, an extension or padding (RFC 3550
        5.1)."""
        at += 4 * (kind >> 8 & 0x0F)
        if kind & 0x1000:
            if at + 4 > stop:
                return stop, stop
            at += 4 + 4 * (buffer[at + 2] << 8 | buffer[at + 3])
        if kind & 0x2000 and stop > at:
            stop -= buffer[stop - 1]
        return at, stop

    def _payload(self, buffer: bytearray, view: memoryview, start: int, at: int, stop: int, kind: int) -> None:
        if self._h265:
            if stop - at > 2:
                self._payload_h265(buffer, view, start, at, stop, kind)
        elif stop - at > 1:
            self._payload_h264(buffer, view, start, at, stop, kind)

    def _payload_h264(self, buffer: bytearray, view: memoryview, start: int, at: int, stop: int, kind: int) -> None:
        indicator = buffer[at]
        nal_type = indicator & 0x1F
        if nal_type == H264_FU_A:
            header = buffer[at + 1]
            if header & _FU_START:
                self._begin_nal(header & 0x1F, at + 2 < stop and buffer[at + 2] >= 0x80)
                if self._in_nal:
                    self._nal.append(bytes((indicator & 0xE0 | header & 0x1F,)))
            self._fragment(view[at + 2 : stop], header)
            if self._in_nal and at == start + 12:
                self._expect(buffer[start + 4 : start + 12] + bytes((indicator, header & 0x1F)), kind)
        elif nal_type == H264_STAP_A:
            self._aggregate(buffer, view, at + 1, stop)
        else:
            self._single(buffer, view, at, stop)

    def _payload_h265(self, buffer: bytearray, view: memoryview, start: int, at: int, stop: int, kind: int) -> None:
        nal_type = buffer[at] >> 1 & 0x3F
        if nal_type == H265_FU:
            header = buffer[at + 2]
            skip = 3
            if header & _FU_START:
                if self._donl:
                    skip = 5
                self._begin_nal(header & 0x3F, at + skip < stop and buffer[at + skip] >= 0x80)
                if self._in_nal:
                    self._nal.append(bytes((buffer[at] & 0x81 | (header & 0x3F) << 1, buffer[at + 1])))
            self._fragment(view[at + skip : stop], header)
            if self._in_nal and at == start + 12:
                self._expect(buffer[start + 4 : start + 14] + bytes((header & 0x3F,)), kind)
        elif nal_type == H265_AP:
            self._aggregate(buffer, view, at + (4 if self._donl else 2), stop)
        elif self._donl:
            joined = bytearray(buffer[at : at + 2]) + buffer[at + 4 : stop]
            if len(joined) > 2:
                self._single(joined, memoryview(joined), 0, len(joined))
        else:
            self._single(buffer, view, at, stop)

    def _expect(self, middle: bytearray, kind: int) -> None:
        """Note how the next fragments of the open NAL unit will begin."""
        self._plain = kind & 0xFF7F
        self._middle = bytes(middle)
        middle[-1] |= _FU_END
        self._last = bytes(middle)

    def _fragment(self, data: memoryview, header: int) -> None:
        """One fragment's bytes, behind those of the open NAL unit."""
        if header & _FU_START:
            self._fragmented = True
        elif not self._fragmented:
            self._flags |= DAMAGED  # its beginning was lost
            return
        if self._in_nal:
            self._nal.append(data)
        if header & _FU_END:
            self._fragmented = False
            self._middle = self._last = b""
            if self._in_nal:
                self._end_nal(False)

    def _aggregate(self, buffer: bytearray, view: memoryview, at: int, stop: int) -> None:
        """Several NAL units in one packet, each behind a 2-byte size (STAP-A, AP)."""
        while at + 2 < stop:
            size = buffer[at] << 8 | buffer[at + 1]
            at += 2
            if at + size > stop:
                self._flags |= DAMAGED
                self._on_loss("bad_data", "a packed NAL unit is longer than its packet")
                return
            if size > 1:
                self._single(buffer, view, at, at + size)
            at += size + (1 if self._donl else 0)

    def _single(self, buffer: bytearray, view: memoryview, at: int, stop: int) -> None:
        """One whole NAL unit."""
        if self._h265:
            self._begin_nal(buffer[at] >> 1 & 0x3F, at + 2 < stop and buffer[at + 2] >= 0x80)
        else:
            self._begin_nal(buffer[at] & 0x1F, at + 1 < stop and buffer[at + 1] >= 0x80)
        if self._in_nal:
            self._nal.append(view[at:stop])
            self._end_nal(False)
