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

MAX_UNIT_BYTES: Final = 16 * 1024 * 1024  # looked at when a read is done
MARKER_PROOFS: Final = 3  # pictures whose marker bit was right before it is trusted to end one

KEY: Final = 1  # flags of a picture
RECOVERY_POINT: Final = 2
DAMAGED: Final = 4

_NOTED: Final = (PARAMETERS, OPENING)
_U32: Final = Struct(">I")

Pieces = list[bytes | bytearray | memoryview]
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

    __slots__ = (  # more attributes than an instance can share its keys for
        "_ended_stamp",
        "_flags",
        "_fragmented",
        "_h265",
        "_has_next",
        "_has_slice",
        "_in_nal",
        "_kinds",
        "_last",
        "_marker_proofs",
        "_marker_seen",
        "_middle",
        "_nal",
        "_nal_kind",
        "_next",
        "_next_flags",
        "_next_sets",
        "_on_loss",
        "_on_picture",
        "_owes_damage",
        "_sets",
        "_stamp",
        "_time",
        "_unit",
        "_unit_stamp",
        "_unit_us",
    )

    def __init__(self, h265: bool, time: ReadTime, on_picture: OnPicture, on_loss: OnLoss) -> None:
        self._h265 = h265
        self._time = time
        self._on_picture = on_picture
        self._on_loss = on_loss
        self._kinds: bytes = H265_KINDS if h265 else H264_KINDS
        self._stamp: int = 0  # of the last packet
        self._middle: bytes = b""  # time stamp, SSRC, payload header of the next middle fragment; b"" matches none
        self._last: bytes = b""  # the same of the last fragment

        # Most pictures come whole within one read: their pieces stay views of the reader's buffer and are copied once,
        # into the payload. What is unfinished when the read is done is copied by `_own`.
        self._unit: Pieces = []  # finished NAL units of the picture so far, each behind its length
        self._next: Pieces = []  # finished ones that may be of the next picture
        self._nal: Pieces = []  # the open one
        self._in_nal: bool = False
        self._nal_kind: int = DROP
        self._fragmented: bool = False  # a fragmented NAL unit is open, or being dropped

        self._unit_stamp: int = 0
        self._unit_us: int = 0  # when the last packet of it was read that was not the middle of a fragmented NAL unit
        self._has_slice: bool = False
        self._flags: int = 0
        self._owes_damage: bool = False  # something was lost since the last picture: the next one says so
        self._sets: list[bytes] = []
        self._has_next: bool = False  # what comes now may be of the next picture
        self._next_flags: int = 0
        self._next_sets: list[bytes] = []

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
        """Open a NAL unit of this type, ending the picture before it where it must; leaves `_in_nal` false when it is
        to be dropped. `first`: the bit after the NAL unit header, which of slices says that they are their picture's
        first (first_mb_in_slice is 0, first_slice_segment_in_pic_flag is 1)."""
        if self._in_nal:  # its last fragment never came
            self._flags |= DAMAGED
            self._end_nal(True)
        self._fragmented = False
        self._middle = self._last = b""
        kind = self._kinds[nal_type]
        if kind in (PICTURE, KEY_PICTURE):
            self._begin_slice(first)
            if kind == KEY_PICTURE:
                self._flags |= KEY
        elif kind == INVALID:
            self._on_loss("bad_data", f"NAL unit type {nal_type}")
            return
        elif self._has_slice and kind in (PARAMETERS, OPENING, DELIMITER):
            self._has_next = True
        if kind in (DROP, DELIMITER):
            return
        self._nal_kind = kind
        self._in_nal = True

    def _begin_slice(self, first: bool) -> None:
        """Decide whether a slice goes on with the picture so far. Its time stamp is the same; if it is a first slice
        all the same, and a marker or what begins a picture came before it, the time stamp stands still. Without being
        first it goes on, whatever came between (GStreamer repeats parameter sets before every slice)."""
        if self._has_slice and first and (self._marker_seen or self._has_next):
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
        if not self._has_next:
            return
        self._has_next = False
        self._unit += self._next
        self._next.clear()
        self._flags |= self._next_flags
        self._next_flags = 0
        self._sets += self._next_sets
        self._next_sets = []

    def _end_nal(self, cut: bool) -> None:
        """Close the open NAL unit. `cut`: its end was lost; what there is of it is kept."""
        nal = self._nal
        self._in_nal = False
        pieces = self._next if self._has_next else self._unit
        pieces.append(_U32.pack(sum(map(len, nal))))
        pieces += nal
        if self._nal_kind in _NOTED and not cut:
            self._note(b"".join(nal))
        nal.clear()

    def _note(self, nal: bytes) -> None:
        """Parameter sets and recovery points are told with the picture."""
        if self._nal_kind == PARAMETERS:
            (self._next_sets if self._has_next else self._sets).append(nal)
        elif not self._h265 and has_recovery_point(nal):
            if self._has_next:
                self._next_flags |= RECOVERY_POINT
            else:
                self._flags |= RECOVERY_POINT

    def _marker(self) -> None:
        if not self._has_slice or self._in_nal:
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
        if self._in_nal:
            self._flags |= DAMAGED
            self._end_nal(True)
        payload = b"".join(self._unit)
        flags, sets = self._flags, self._sets
        self._has_slice = self._marker_seen = self._owes_damage = False
        self._unit.clear()
        if self._has_next:
            self._unit, self._next = self._next, self._unit
            self._flags, self._sets = self._next_flags, self._next_sets
            self._has_next = False
            self._next_flags = 0
            self._next_sets = []
        else:
            self._flags = 0
            self._sets = []
        self._middle = self._last = b""
        self._fragmented = False
        self._on_picture(payload, self._unit_stamp, self._unit_us, flags, sets)

    def _own(self) -> None:
        """The reader's buffer is about to be used again: copy what still lies in it."""
        if _owned(self._unit) + _owned(self._next) + _owned(self._nal) > MAX_UNIT_BYTES:
            self._drop_unit()

    def _drop_unit(self) -> None:
        self._unit.clear()
        self._next.clear()
        self._nal.clear()
        self._in_nal = self._fragmented = self._has_slice = self._marker_seen = self._has_next = False
        self._middle = self._last = b""
        self._flags, self._next_flags = DAMAGED, 0
        self._owes_damage = True
        self._sets, self._next_sets = [], []
        self._on_loss("bad_data", f"a picture above {MAX_UNIT_BYTES} bytes")


def _owned(pieces: Pieces) -> int:
    """Make the pieces one piece of memory of its own, growing the one that the last call made; its bytes."""
    if not pieces:
        return 0
    first = pieces[0]
    if isinstance(first, bytearray):
        first += b"".join(pieces[1:])
    else:
        first = bytearray(b"".join(pieces))
    pieces[:] = (first,)
    return len(first)
