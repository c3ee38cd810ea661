"""Parameter sets of x264, x265 and GStreamer; what they say was read with ffprobe as well."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingcha.media.rtsp import sps_h264, sps_h265

H264 = [
    ("67640028acd940780227e584000003000400000300c83c60c658", 1920, 1080, "avc1.640028", 25.0, 2),
    ("6742c01ed900a02ff96100000303e90000ea600f162e48", 640, 360, "avc1.42c01e", 30000 / 1001, 0),
    ("674d401ed900b0126840000003004000000c83c58b92", 704, 576, "avc1.4d401e", 25.0, 0),
    ("6764001facd9405005ba10000003001000000301e0f1831960", 1280, 720, "avc1.64001f", 15.0, 2),
    ("67640028acd94078044fdc20000003002000000643e2c5b2c0", 1920, 1080, "avc1.640028", 25.0, 2),  # interlaced
    ("67640032acd9402880f5f961000003000100000300180f183196", 2592, 1944, "avc1.640032", 12.0, 2),
    ("6764000cacd9415087888884000003000400000300503c50a658", 322, 242, "avc1.64000c", 10.0, 2),
]
H265 = [
    (
        "420101016000000300900000030000030078a003c08010e596565924cae68080000003008000000c84",
        (1920, 1080, "hvc1.1.6.L120.90", 25.0, 2),
    ),
    (
        "42010101600000030090000003000003003fa0050201696592a4932b9a02000007d20000ea6010",
        (640, 360, "hvc1.1.6.L63.90", 30000 / 1001, 0),
    ),
    (
        "420101016000000300900000030000030096a001402005a165959a4932b9a02000000300200000030281",
        (2560, 1440, "hvc1.1.6.L150.90", 20.0, 2),
    ),
    (  # scaling lists, odd size
        "42010101600000030090000003000003003ca00a480f9d565959a49395cd010000030001000003001908",
        (326, 246, "hvc1.1.6.L60.90", 25.0, 2),
    ),
    (  # two temporal layers
        "42010201600000030090000003000003005a0000a0058200905965662b349265734040000003004000000642",
        (704, 576, "hvc1.1.6.L90.90", 25.0, 2),
    ),
]


@pytest.mark.parametrize(("text", "width", "height", "codec", "fps", "depth"), H264)
def test_it_reads_h264(text: str, width: int, height: int, codec: str, fps: float, depth: int) -> None:
    found = sps_h264.parse_sps(bytes.fromhex(text))
    assert (found.width, found.height, found.codec_string, found.reorder_depth) == (width, height, codec, depth)
    assert found.fps == pytest.approx(fps)


@pytest.mark.parametrize(("text", "expected"), H265)
def test_it_reads_h265(text: str, expected: tuple[object, ...]) -> None:
    found = sps_h265.parse_sps(bytes.fromhex(text))
    assert (found.width, found.height, found.codec_string, found.fps, found.reorder_depth) == pytest.approx(expected)


class Bits:
    """Writes a parameter set bit by bit."""

    def __init__(self) -> None:
        self.text = ""

    def u(self, value: int, bits: int) -> Bits:
        self.text += f"{value:0{bits}b}"
        return self

    def ue(self, *values: int) -> Bits:
        for value in values:
            digits = f"{value + 1:b}"
            self.text += "0" * (len(digits) - 1) + digits
        return self

    def nal(self, head: bytes) -> bytes:
        text = self.text + "1"
        text += "0" * (-len(text) % 8)
        raw = int(text, 2).to_bytes(len(text) // 8, "big")
        guarded, zeros = bytearray(), 0
        for byte in raw:
            if zeros >= 2 and byte <= 3:
                guarded.append(3)
                zeros = 0
            guarded.append(byte)
            zeros = zeros + 1 if byte == 0 else 0
        return head + bytes(guarded)


def h264(
    *, profile: int = 77, order: tuple[int, ...] = (0, 2), mbs: tuple[int, int] = (39, 21), vui: str = "0"
) -> bytes:
    bits = Bits().u(profile, 8).u(0, 8).u(30, 8).ue(3)
    bits.ue(0).ue(*order).ue(1).u(0, 1).ue(*mbs).u(1, 1).u(1, 1).u(0, 1)
    bits.text += vui
    return bits.nal(b"\x67")


def test_a_stream_that_does_not_declare_reordering_leaves_it_open() -> None:
    found = sps_h264.parse_sps(h264())
    assert (found.identifier, found.width, found.height) == (3, 640, 352)
    assert (found.fps, found.reorder_depth) == (None, None)


@pytest.mark.parametrize("sps", [h264(order=(2,)), h264(profile=66)])
def test_what_cannot_reorder_has_depth_0(sps: bytes) -> None:
    assert sps_h264.parse_sps(sps).reorder_depth == 0


def test_a_cut_vui_counts_as_not_said() -> None:
    assert sps_h264.parse_sps(h264(vui="1" + "0000" + "1" + "0" * 20)).reorder_depth is None


def test_full_size_with_field_pictures_and_other_chroma() -> None:
    bits = Bits().u(122, 8).u(0, 8).u(40, 8).ue(0).ue(2).ue(2, 2).u(0, 1).u(0, 1)
    bits.ue(0, 0, 2).ue(1).u(0, 1).ue(119, 33).u(0, 1).u(0, 1).u(1, 1).u(1, 1).ue(0, 0, 0, 4).u(0, 1)
    found = sps_h264.parse_sps(bits.nal(b"\x67"))
    assert (found.width, found.height) == (1920, 1080)


@pytest.mark.parametrize("text", ["", "67", "67640028", "68cb8cb2", "67" + "00" * 20])
def test_damaged_h264_sets_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        sps_h264.parse_sps(bytes.fromhex(text))


@pytest.mark.parametrize("text", ["", "4201", H265[0][0][:30], "42" + "00" * 40])
def test_damaged_h265_sets_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        sps_h265.parse_sps(bytes.fromhex(text))


def test_a_damaged_end_of_an_h265_set_costs_the_frame_rate_only() -> None:
    found = sps_h265.parse_sps(bytes.fromhex(H265[0][0])[:-12])
    assert (found.width, found.height, found.fps) == (1920, 1080, None)


@given(st.sampled_from([item[0] for item in H264 + H265]), st.integers(0, 400), st.integers(0, 60))  # type: ignore[operator]
def test_any_bit_may_be_wrong(text: str, flip: int, cut: int) -> None:
    raw = bytearray.fromhex(text)
    raw[flip // 8 % len(raw)] ^= 1 << flip % 8
    nal = bytes(raw[: len(raw) - cut % len(raw)])
    for parse in (sps_h264.parse_sps, sps_h265.parse_sps):
        try:
            found = parse(nal)
        except ValueError:
            continue
        assert 0 < found.width <= 16384
        assert 0 < found.height <= 16384
        assert found.reorder_depth is None or 0 <= found.reorder_depth <= 16


@given(st.binary(max_size=60))
def test_any_bytes_are_refused_or_read(data: bytes) -> None:
    for parse, head in ((sps_h264.parse_sps, b"\x67\x64"), (sps_h265.parse_sps, b"\x42\x01\x01\x01")):
        try:
            parse(head + data)
        except ValueError:
            pass
