"""Units into drafts of parts."""

import itertools

from mingcha.media.ingest.cutter import Cutter, Draft
from mingcha.media.units import AccessUnit, AudioFormat, VideoFormat

VIDEO = VideoFormat("h264", 320, 180, "avc1.42c01e", (b"\x67",), (b"\x68",))
TICKS = 3600


def unit(index: int, *, key: bool = False, pts: int | None = None, payload: bytes = b"x") -> AccessUnit:
    return AccessUnit(payload, index * TICKS if pts is None else pts, key, arrived_mono_us=index * 40_000)


def cut(cutter: Cutter, units: list[AccessUnit]) -> list[Draft]:
    return [draft for each in units if (draft := cutter.push(each)) is not None] + cutter.flush()


def test_it_begins_at_the_first_key_frame() -> None:
    drafts = cut(Cutter(VIDEO, None), [unit(i, key=i == 3) for i in range(6)])
    assert [len(draft.samples) for draft in drafts] == [3]
    assert drafts[0].starts_with_key
    assert drafts[0].arrived_mono_us == 3 * 40_000


def test_a_part_is_one_gop() -> None:
    drafts = cut(Cutter(VIDEO, None), [unit(i, key=i % 10 == 0) for i in range(30)])
    assert [len(draft.samples) for draft in drafts] == [10, 10, 10]
    assert all(draft.starts_with_key for draft in drafts)


def test_a_part_is_never_longer_than_a_second() -> None:
    drafts = cut(Cutter(VIDEO, None), [unit(i, key=i == 0) for i in range(250)])
    assert [len(draft.samples) for draft in drafts] == [25] * 10
    assert [draft.starts_with_key for draft in drafts] == [True] + [False] * 9


def test_no_unit_is_lost_or_doubled_and_times_are_seamless() -> None:
    units = [unit(i, key=i % 50 == 0, payload=b"%d" % i) for i in range(500)]
    drafts = cut(Cutter(VIDEO, None), units)
    samples = [sample for draft in drafts for sample in draft.samples]
    assert [sample.payload for sample in samples] == [each.payload for each in units]
    assert all(a.end == b.start for a, b in itertools.pairwise(drafts))


def test_b_pictures_come_out_in_decoding_order_with_rising_decoding_times() -> None:
    video = VideoFormat("h264", 320, 180, "avc1.4d401e", (b"\x67",), (b"\x68",), reorder_depth=1)
    order = [0, 3, 1, 2, 6, 4, 5, 9, 7, 8]
    units = [unit(i, key=i == 0, pts=pts * TICKS) for i, pts in enumerate(order)]
    drafts = cut(Cutter(video, None), units)
    samples = [sample for draft in drafts for sample in draft.samples]
    assert [sample.pts for sample in samples] == [pts * TICKS for pts in order]
    assert [sample.dts for sample in samples] == [i * TICKS for i in range(10)]


def test_sound_is_placed_by_its_arrival_beside_the_picture() -> None:
    audio = AudioFormat("pcma", 8000, 1)
    cutter = Cutter(VIDEO, audio)
    cutter.push(unit(0, key=True))
    for index in range(5):
        cutter.push(AccessUnit(b"a" * 160, 77_000 + index * 160, True, 20_000 + index * 20_000, is_audio=True))
    cutter.push(unit(1))
    (draft,) = cutter.flush()
    assert [sample.dts for sample in draft.audio] == [160 + index * 160 for index in range(5)]
    assert [sample.duration for sample in draft.audio] == [160] * 5
