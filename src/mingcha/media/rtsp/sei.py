"""Supplemental enhancement information of H.264, as far as it says where decoding may begin."""

from __future__ import annotations

from mingcha.media.rtsp.nal_kinds import H264_SEI


def has_recovery_point(unit: bytes) -> bool:
    """Whether the H.264 NAL unit is SEI and holds a recovery point, payload type 6 (7.3.2.3.1, D.1.8)."""
    end = len(unit)
    if unit[0] & 0x1F != H264_SEI:
        return False
    at = 1
    while at + 2 < end:
        payload_type = 0
        while at < end and unit[at] == 0xFF:
            payload_type += 255
            at += 1
        if at >= end:
            return False
        payload_type += unit[at]
        at += 1
        if payload_type == 6:
            return True
        size = 0
        while at < end and unit[at] == 0xFF:
            size += 255
            at += 1
        if at >= end:
            return False
        at += 1 + size + unit[at]
    return False
