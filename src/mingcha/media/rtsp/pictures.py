"""NAL units in order into whole pictures: where one ends and the next begins (H.264 7.4.1.2.3, H.265 7.4.2.4.4)."""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct
from typing import Final

from mingcha.media.rtsp.nal_kinds import (
    DELIMITER,
    DROP,
    H264_KINDS,
    H265_KINDS,
    INVALID,
    KEY_PICTURE,
    OPENING,
    PARAMETERS,
    PICTURE,
)
from mingcha.media.rtsp.sei import has_recovery_point

MAX_UNIT_BYTES: Final = 16 * 1024 * 1024
MARKER_PROOFS: Final = 3  # pictures whose marker bit was right before it is trusted to end one

KEY: Final = 1  # flags of a picture
RECOVERY_POINT: Final = 2
DAMAGED: Final = 4

_NO_LENGTH: Final = b"\0\0\0\0"
_U32: Final = Struct(">I")

OnPicture = Callable[[bytes, int, int, int, list[bytes]], None]
OnLoss = Callable[[str, str], None]


class ReadTime:
    """`now_us`: the monotonic instant of the read in progress; whoever reads the socket keeps it."""

    def __init__(self) -> None:
        self.now_us: int = 0


class PictureBuilder:
    """Puts the NAL units of one stream together.

    `on_picture(payload, stamp, arrived_us, flags, parameter_sets)`: NAL units each behind a 4-byte length; the RTP time
    stamp (32 bits); when the last byte was read; KEY, RECOVERY_POINT, DAMAGED; the SPS, PPS and VPS that came in this
    picture, in order. `on_loss(reason, detail)` as in UnitSink.

    A picture ends when the time stamp changes, or at the marker bit, once that has been right `MARKER_PROOFS` times:
    some cameras never set it, and some set it on every slice or on parameter sets. A stream caught at that is delimited
    without it from then on, at the cost of one picture's delay.
    """

    def __init__(self, h265: bool, time: ReadTime, on_picture: OnPicture, on_loss: OnLoss) -> None:
        self._h265 = h265
        self._time = time
        self._on_picture = on_picture
        self._on_loss = on_loss
        self._kinds: bytes = H265_KINDS if h265 else H264_KINDS
        self._stamp: int = 0  # of the last packet
        self._middle: bytes = b""  # time stamp, SSRC, payload header of the next middle fragment; b"" matches none

        self._unit: bytearray = bytearray()  # the picture so far
        self._unit_stamp: int = 0
        self._unit_us: int = 0  # when the last packet of it was read that was not the middle of a fragmented NAL unit
        self._has_slice: bool = False
        self._flags: int = 0
        self._sets: list[bytes] = []
        self._next_at: int = -1  # where in `_unit` NAL units begin that may be of the next picture; -1: there are none
        self._next_flags: int = 0
        self._next_sets: list[bytes] = []

        self._nal_at: int = -1  # where in `_unit` the open NAL unit's length stands; -1: none is open
        self._nal_kind: int = DROP
        self._fragmented: bool = False  # a fragmented NAL unit is open, or being dropped
        self._marker_seen: bool = False  # on the last packet of the picture so far
        self._marker_proofs: int = 0  # -1: it lies
        self._ended_stamp: int = -1  # of the picture that a trusted marker ended

    def flush(self) -> None:
        """End the picture so far, if there is one: the stream is over."""
        if self._has_slice:
            if self._marker_proofs >= MARKER_PROOFS:
                self._flags |= DAMAGED  # its marker never came
            self._end_picture()

    def _begin_nal(self, nal_type: int, first: bool) -> None:
        """Open a NAL unit of this type, ending the picture before it where it must; leaves `_nal_at` at -1 when it is
        to be dropped. `first`: the bit after the NAL unit header, which of slices says that they are their picture's
        first (first_mb_in_slice is 0, first_slice_segment_in_pic_flag is 1)."""
        if self._nal_at >= 0:  # its last fragment never came
            self._flags |= DAMAGED
            self._end_nal(True)
        self._fragmented = False
        self._middle = b""
        kind = self._kinds[nal_type]
        if kind in (PICTURE, KEY_PICTURE):
            self._begin_slice(first)
            if kind == KEY_PICTURE:
                self._flags |= KEY
        elif kind == INVALID:
            self._on_loss("bad_data", f"NAL unit type {nal_type}")
            return
        elif self._has_slice and self._next_at < 0 and kind in (PARAMETERS, OPENING, DELIMITER):
            self._next_at = len(self._unit)
        if kind in (DROP, DELIMITER):
            return
        self._nal_kind = kind
        self._nal_at = len(self._unit)
        self._unit += _NO_LENGTH

    def _begin_slice(self, first: bool) -> None:
        """Decide whether a slice goes on with the picture so far. Its time stamp is the same; if it is a first slice
        all the same, and a marker or what begins a picture came before it, the time stamp stands still. Without being
        first it goes on, whatever came between (GStreamer repeats parameter sets before every slice)."""
        if self._has_slice and first and (self._marker_seen or self._next_at >= 0):
            self._end_picture()
        elif self._has_slice:
            self._keep_next()
            if self._marker_seen:
                self._marker_seen = False
                self._marker_proofs = -1
        elif self._ended_stamp == self._stamp and not first:
            self._marker_proofs = -1
            self._ended_stamp = -1
            self._flags |= DAMAGED
        if not self._has_slice:
            self._has_slice = True
            self._unit_stamp = self._stamp

    def _keep_next(self) -> None:
        """What might have been of the next picture is of this one."""
        self._next_at = -1
        self._flags |= self._next_flags
        self._next_flags = 0
        self._sets += self._next_sets
        self._next_sets = []

    def _end_nal(self, cut: bool) -> None:
        """Write the open NAL unit's length. `cut`: its end was lost; what there is of it is kept."""
        at = self._nal_at
        unit = self._unit
        self._nal_at = -1
        _U32.pack_into(unit, at, len(unit) - at - 4)
        if cut:
            return
        is_next = 0 <= self._next_at <= at
        if self._nal_kind == PARAMETERS:
            (self._next_sets if is_next else self._sets).append(bytes(unit[at + 4 :]))
        elif self._nal_kind == OPENING and not self._h265 and has_recovery_point(unit, at + 4):
            if is_next:
                self._next_flags |= RECOVERY_POINT
            else:
                self._flags |= RECOVERY_POINT

    def _marker(self) -> None:
        if not self._has_slice or self._nal_at >= 0:
            return  # on parameter sets, or on a fragment that is not the last one
        if self._marker_proofs >= MARKER_PROOFS:
            self._ended_stamp = self._stamp
            self._end_picture()
        else:
            self._marker_seen = True

    def _time_changed(self) -> None:
        if self._marker_seen:
            if 0 <= self._marker_proofs < MARKER_PROOFS:
                self._marker_proofs += 1
        elif self._marker_proofs > 0:
            self._marker_proofs = 0
        self._end_picture()

    def _end_picture(self) -> None:
        if self._nal_at >= 0:
            self._flags |= DAMAGED
            self._end_nal(True)
        unit = self._unit
        at = self._next_at
        payload = bytes(unit if at < 0 else memoryview(unit)[:at])
        rest = bytearray() if at < 0 else unit[at:]
        flags, next_flags = self._flags, self._next_flags
        sets, next_sets = self._sets, self._next_sets
        self._reset_unit()
        self._unit = rest
        self._flags = next_flags
        self._sets = next_sets
        self._on_picture(payload, self._unit_stamp, self._unit_us, flags, sets)

    def _drop_unit(self) -> None:
        self._reset_unit()
        self._flags = DAMAGED
        self._on_loss("bad_data", f"a picture above {MAX_UNIT_BYTES} bytes")

    def _reset_unit(self) -> None:
        self._unit = bytearray()
        self._nal_at = -1
        self._middle = b""
        self._fragmented = False
        self._has_slice = False
        self._marker_seen = False
        self._flags = 0
        self._sets = []
        self._next_at = -1
        self._next_flags = 0
        self._next_sets = []
