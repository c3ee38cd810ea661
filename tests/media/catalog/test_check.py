"""`mingcha check`: what it finds at each depth, and that it touches nothing."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from mingcha.media.catalog import CatalogReader
from mingcha.media.catalog.check import CODES, Depth, Finding, check
from mingcha.media.container.scan import scan
from mingcha.media.store import layout
from mingcha.media.store.directory import StoreDirectory
from tests.media.catalog.film import CAMERA, OTHER, Film
from tests.media.catalog.test_recover import left_behind


def codes(film: Film, depth: Depth = Depth.HASHES) -> list[tuple[str, int | None]]:
    return [(item.code, item.number) for item in check(film.catalog, film.store, depth).findings]


def contents(path: Path) -> dict[str, bytes]:
    return {str(item): item.read_bytes() for item in sorted(path.rglob("*")) if item.is_file()}


def patch(path: Path, at: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(data)


@pytest.mark.parametrize("depth", list(Depth))
def test_a_sound_store_is_clean_at_every_depth(film: Film, depth: Depth) -> None:
    records = [film.record(0), film.record(3), film.record(0, camera=OTHER)]
    segment, _, _ = film.begin(6)
    told: list[int] = []
    report = check(film.catalog, film.store, depth, progress=told.append)
    assert report.is_clean
    assert report.segments == 3
    assert told == [record.number for record in records]
    footage = sum(record.file_bytes - record.header_bytes for record in records)
    assert (0 < report.bytes_read < footage) == (depth is Depth.HASHES)
    segment.abandon()


def test_it_needs_neither_the_lock_nor_a_writing_connection(film: Film) -> None:
    film.record(0)
    with StoreDirectory.open(film.store.path, film.store.store_id, write=False) as store:
        reader = CatalogReader(film.catalog.path)
        assert check(reader, store, Depth.HASHES).is_clean
        reader.close()


def test_files_and_rows_without_each_other_are_found(film: Film) -> None:
    records = [film.record(start) for start in (0, 3, 6, 9)]
    film.store.path_of(records[1].number).unlink()
    with film.catalog.transaction() as connection:
        connection.execute("DELETE FROM segment WHERE number = ?", (records[2].number,))
    found = codes(film, Depth.FILES)
    assert ("segment.missing", records[1].number) in found
    assert ("segment.unlisted", records[2].number) in found
    assert ("coverage.wrong", None) in found
    assert len(found) == 3


def test_half_done_work_is_found(film: Film) -> None:
    record = film.record(0)
    film.catalog.delete_segment(record.number)
    number = left_behind(film, 1)
    (film.store.path / "open" / layout.file_name(number)).rename(film.store.path / "open" / layout.file_name(50))
    assert codes(film) == [("garbage.left", record.number), ("open.missing", number), ("open.unlisted", 50)]


def test_strangers_are_named_and_left(film: Film) -> None:
    film.record(0)
    for name in (
        "readme.txt",
        "open/x.part",
        "segments/old",
        "segments/0000000/a.mp4",
        "segments/0000009/0000000001.mp4",
    ):
        path = film.store.path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"mine")
    report = check(film.catalog, film.store)
    assert [item.code for item in report.findings] == ["store.stranger"] * 5
    assert {item.place for item in report.findings} == {
        "readme.txt",
        "open/x.part",
        "segments/old",
        "segments/0000000/a.mp4",
        "segments/0000009/0000000001.mp4",
    }


Damage = Callable[[Path], None]


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 5)


def grow(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"more")


def flip_picture(path: Path) -> None:
    part = scan(path).parts[1]
    patch(path, part.offset + part.size - 1, b"\xaa")


def flip_header(path: Path) -> None:
    patch(path, path.read_bytes().index(b"Video") + 1, b"a")


def flip_trailer(path: Path) -> None:
    data = path.read_bytes()
    at = data.rindex(b'"root":"') + 8
    patch(path, at, b"0" if data[at : at + 1] != b"0" else b"1")


def swap_parts(path: Path) -> None:
    data, parts = path.read_bytes(), scan(path).parts
    pieces = [data[item.offset : item.offset + item.size] for item in parts]
    path.write_bytes(
        data[: parts[0].offset] + pieces[1] + pieces[0] + pieces[2] + data[parts[-1].offset + parts[-1].size :]
    )


def drop_part(path: Path) -> None:
    data, part = path.read_bytes(), scan(path).parts[1]
    path.write_bytes(data[: part.offset] + data[part.offset + part.size :])


def replace_all(path: Path) -> None:
    path.write_bytes(b"holiday pictures")


def zero(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


@pytest.mark.parametrize(
    ("damage", "depth", "expected"),
    [
        (cut, Depth.BOXES, {"segment.size", "segment.trailer", "segment.parts"}),
        (grow, Depth.BOXES, {"segment.size", "segment.parts"}),
        (drop_part, Depth.BOXES, {"segment.size", "segment.parts"}),
        (replace_all, Depth.BOXES, {"segment.size", "segment.header"}),
        (zero, Depth.BOXES, {"segment.header"}),
        (flip_trailer, Depth.BOXES, {"segment.trailer"}),
        (flip_picture, Depth.HASHES, {"segment.hash", "segment.root"}),
        (flip_header, Depth.HASHES, {"segment.root"}),
        (swap_parts, Depth.HASHES, {"segment.hash", "segment.root"}),
    ],
)
def test_damage_is_found_at_its_depth_and_not_above(
    film: Film, damage: Damage, depth: Depth, expected: set[str]
) -> None:
    film.record(0)
    number = film.record(3).number
    film.record(6)
    damage(film.store.path_of(number))
    before = contents(film.store.path)
    found = codes(film, depth)
    assert {code for code, _ in found} == expected
    assert {place for _, place in found} == {number}
    if depth is Depth.HASHES:
        assert codes(film, Depth.BOXES) == []
    assert codes(film, Depth.FILES) == []
    assert contents(film.store.path) == before, "check changes nothing"


def test_a_file_in_the_place_of_another_is_found(film: Film) -> None:
    first, second = film.record(0), film.record(0, camera=OTHER)
    film.store.path_of(first.number).write_bytes(film.store.path_of(second.number).read_bytes())
    assert ("segment.foreign", first.number) in codes(film, Depth.BOXES)


def test_the_flipped_part_is_named(film: Film) -> None:
    record = film.record(0)
    flip_picture(film.store.path_of(record.number))
    (hashed, _) = check(film.catalog, film.store, Depth.HASHES).findings
    assert hashed == Finding("segment.hash", record.number, "segments/0000000/0000000001.mp4", "Part 2 of 3.")
    assert hashed.text.endswith("not those that were recorded. Part 2 of 3.")


def test_a_segment_deleted_while_it_looks_is_no_finding(film: Film) -> None:
    records = [film.record(start) for start in (0, 3, 6)]

    def meanwhile(number: int) -> None:
        if number == records[1].number and film.catalog.segment(number):
            film.catalog.delete_segment(number)
            film.store.delete(number)
            film.catalog.drop_garbage(number, film.store.store_id)
            film.record(9)

    report = check(film.catalog, film.store, Depth.HASHES, progress=meanwhile)
    assert report.findings == []


def test_a_damaged_part_index_is_a_finding_and_no_crash(film: Film) -> None:
    record = film.record(0)
    with film.catalog.transaction() as connection:
        connection.execute("UPDATE segment_index SET parts = x'01ff'")
    assert codes(film) == [("segment.parts", record.number)]


def test_segments_of_another_store_are_not_looked_for_here(film: Film) -> None:
    record = film.record(0)
    with film.catalog.transaction() as connection:
        elsewhere = film.catalog.add_store("sto_0000000000000009")
        connection.execute("UPDATE segment SET store = ? WHERE number = ?", (elsewhere, record.number))
    assert codes(film, Depth.FILES) == [("segment.unlisted", record.number)]
    os.unlink(film.store.path / "segments" / "0000000" / layout.file_name(record.number))
    assert codes(film, Depth.FILES) == []


def test_every_code_has_a_sentence() -> None:
    assert all(line.endswith(".") for line in CODES.values())
    assert Finding("coverage.wrong", None, f"{CAMERA}/main").text.startswith(CAMERA)
