"""The copy itself: survey, then bytes. Blocking; runs in a worker process or on the command line."""

from __future__ import annotations

import errno
import hashlib
import logging
import os
import shutil
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from mingcha.base.atomic import fsync_dir
from mingcha.base.clock import Clock, SystemClock
from mingcha.base.errors import Corrupt, Unavailable
from mingcha.base.timerange import TimeRange
from mingcha.media.container.scan import scan_fd
from mingcha.media.container.seal import segment_root
from mingcha.media.export import manifest, provenance
from mingcha.media.export.manifest import ExportGap, ManifestWriter
from mingcha.media.export.names import file_name
from mingcha.media.export.provenance import ContentHash, Provenance
from mingcha.media.export.survey import FilePlan, Survey, spans_of, survey
from mingcha.media.footage.archive import Footage, StoredSegment, read_exactly

log = logging.getLogger(__name__)

TEMPORARY_SUFFIX = ".part"
READ_BYTES = 1 << 16
MIN_FREE_BYTES = 256 << 20
"""What a copy leaves free on its disk, on which recordings may lie too."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """`sha256`: hex digest of the whole file. `pictures`: shown ones. `crc32`: for the ZIP."""

    name: str
    bytes: int
    sha256: str
    pictures: int
    crc32: int


@dataclass(frozen=True, slots=True)
class ExportResult:
    """`got`: from the first shown picture to the end of the last. `preroll_us`: hidden at the start of the first
    file. `damaged_parts`: copied although their bytes are no longer those that were recorded."""

    files: tuple[ExportedFile, ...]
    gaps: tuple[ExportGap, ...]
    got: TimeRange
    preroll_us: int
    damaged_parts: int
    has_provenance: bool = False


def export_range(
    footage: Footage,
    camera: str,
    role: str,
    asked: TimeRange,
    out_dir: Path,
    progress: Progress = lambda done, total: None,
    *,
    camera_name: str = "",
    clock: Clock | None = None,
    min_free_bytes: int = MIN_FREE_BYTES,
    signed_by: Provenance | None = None,
) -> ExportResult:
    """Copy a range into `out_dir`: MP4 files and ``manifest.json``, each under its name only when it is complete.

    `progress(bytes_done, bytes_total)` is called at least once a part (during the survey with 0, 0) and may raise to
    cancel. Whatever ends it early, nothing of the copy is left. `signed_by`: puts a C2PA manifest into each file.
    Raises Conflict ``export.nothing``; Unavailable ``export.disk_full``, ``export.disk``, ``store.…``.
    """
    clock = clock or SystemClock()
    planned = survey(footage, camera, role, asked, lambda: progress(0, 0))
    known = footage.gaps([camera], asked, role=role)[camera]
    gaps = manifest.missing(asked, planned.covered, known, planned.damaged, clock.wall_us())
    with _disk_errors():
        is_new = not out_dir.exists()
        out_dir.mkdir(parents=True, exist_ok=True)
        copier = _Copier(footage, planned, out_dir, progress, signed_by)
        try:
            if shutil.disk_usage(out_dir).free < planned.content_bytes + min_free_bytes:
                raise _disk_full()
            return copier.run(camera, camera_name or camera, role, gaps, clock)
        except BaseException:
            copier.undo()
            if is_new:
                with suppress(OSError):
                    out_dir.rmdir()
            raise


class _Copier:
    def __init__(
        self,
        footage: Footage,
        planned: Survey,
        out_dir: Path,
        progress: Progress,
        signed_by: Provenance | None = None,
    ) -> None:
        self._footage = footage
        self._planned = planned
        self._out_dir = out_dir
        self._progress = progress
        self._signed_by = signed_by
        self._made: list[Path] = []
        self._done = 0
        self._damaged_parts = 0

    def undo(self) -> None:
        """Remove what was made."""
        for path in self._made:
            with suppress(OSError):
                path.unlink(missing_ok=True)

    def run(self, camera: str, camera_name: str, role: str, gaps: list[ExportGap], clock: Clock) -> ExportResult:
        plans, covered = self._planned.files, self._planned.covered
        got = TimeRange(covered[0].start_us, covered[-1].end_us)
        made_at_us = clock.wall_us()
        said = provenance.description(self._signed_by, got, camera, made_at_us) if self._signed_by else None
        files = []
        with self._named(manifest.NAME) as temporary, temporary.open("w", encoding="utf-8") as out:
            writer = ManifestWriter(out)
            fields = {
                "camera": camera,
                "camera_name": camera_name,
                "role": role,
                "asked": {"from_us": self._planned.asked.start_us, "to_us": self._planned.asked.end_us},
                "got": {"from_us": got.start_us, "to_us": got.end_us},
                "preroll_us": plans[0].preroll_us,
                "made_at_us": made_at_us,
                "provenance_root_sha256": self._signed_by.credentials.root_sha256 if self._signed_by else None,
            }
            writer.head(fields, gaps)
            for index, plan in enumerate(plans, 1):
                name = file_name(camera_name, plan.anchors[0].wall_us, index)
                files.append(self._file(name, plan, writer, said))
            writer.end()
            out.flush()
            os.fsync(out.fileno())
        if self._signed_by is not None:
            with self._named(provenance.ROOT_NAME) as temporary:
                temporary.write_bytes(self._signed_by.credentials.root_pem)
        fsync_dir(self._out_dir)
        hidden_us, is_signed = plans[0].preroll_us, self._signed_by is not None
        return ExportResult(tuple(files), tuple(gaps), got, hidden_us, self._damaged_parts, is_signed)

    @contextmanager
    def _named(self, name: str) -> Iterator[Path]:
        """A temporary file that gets its name at the end of the block; both go in `undo`."""
        path, temporary = self._out_dir / name, self._out_dir / (name + TEMPORARY_SUFFIX)
        self._made += [temporary]
        yield temporary
        self._made += [path]
        os.replace(temporary, path)

    def _file(self, name: str, plan: FilePlan, writer: ManifestWriter, said: dict[str, Any] | None) -> ExportedFile:
        content = ContentHash()
        with self._named(name) as temporary, temporary.open("w+b") as out:

            def write(data: bytes | memoryview) -> None:
                out.write(data)
                content.update(data)

            room = provenance.room() if said is not None else b""
            head = plan.movie.head(plan.shown_from or 0, plan.shown_to, plan.content_bytes, room)
            out.write(head.first)
            content.begin(out.tell())
            for piece in head.moov:
                write(piece)
            content.begin(out.tell())
            write(head.data_head)
            head_bytes = out.tell()
            writer.begin_file(name, plan)
            self._parts(plan, writer, out, write)
            size, boxes = out.tell(), None
            if said is not None and (boxes := self._boxes(said, content.digest())) is not None:
                out.seek(len(head.first) - len(room))
                out.write(boxes)
            out.flush()
            os.fsync(out.fileno())
            sha256, crc32, head_sha256 = _digests(out, head_bytes)
        writer.end_file(size, sha256, head_bytes, head_sha256, has_c2pa=boxes is not None)
        return ExportedFile(name, size, sha256.hex(), plan.pictures, crc32)

    def _parts(self, plan: FilePlan, writer: ManifestWriter, out: BinaryIO, write: Callable[[bytes], None]) -> None:
        for segment, span in spans_of(plan, self._footage):
            with self._footage.opened(segment) as fd:
                header, recorded = _recorded_hashes(fd, segment)
                writer.begin_segment(segment, header)
                for index in range(span.first, span.last + 1):
                    part = segment.parts[index]
                    data = read_exactly(fd, part.size, part.offset)
                    own = hashlib.sha256(data).digest()
                    intact = None if recorded is None else index < len(recorded) and recorded[index] == own
                    self._damaged_parts += intact is False
                    writer.part(index + 1, out.tell(), part.size, own, segment.wall_us(part.media_time), intact)
                    write(data)
                    self._done += part.size
                    self._progress(self._done, self._planned.content_bytes)

    def _boxes(self, said: dict[str, Any], content: bytes) -> bytes | None:
        """What fills the room kept for the C2PA manifest; None when it cannot be made: the copy is proven without."""
        assert self._signed_by is not None
        try:
            return provenance.manifest_boxes(self._signed_by.credentials, said, content)
        except Unavailable as error:
            log.error("a copy goes without provenance: %s", error)
            return None


def _digests(file: BinaryIO, head_bytes: int) -> tuple[bytes, int, bytes]:
    """SHA-256 and CRC-32 of a file, and SHA-256 of its head: read again, since its head was written last."""
    file.seek(0)
    digest, crc32, head_sha256 = hashlib.sha256(), 0, b""
    while data := file.read(min(READ_BYTES, head_bytes - file.tell()) if not head_sha256 else READ_BYTES):
        digest.update(data)
        crc32 = zlib.crc32(data, crc32)
        if file.tell() == head_bytes:
            head_sha256 = digest.digest()
    return digest.digest(), crc32, head_sha256


def _recorded_hashes(fd: int, segment: StoredSegment) -> tuple[bytes, tuple[bytes, ...] | None]:
    """SHA-256 of the header as it is now, and the part hashes of the trailer: None for a segment that is not sealed,
    none at all when header and trailer do not lead to the root in the catalog."""
    header = hashlib.sha256(read_exactly(fd, segment.header_bytes, 0)).digest()
    if segment.root is None:
        return header, None
    try:
        trailer = scan_fd(fd).trailer
    except Corrupt:
        trailer = None
    if trailer is None or segment_root(header, trailer.part_hashes) != segment.root:
        return header, ()
    return header, trailer.part_hashes


def _disk_full() -> Unavailable:
    return Unavailable("export.disk_full", "There is not enough free space for this copy. Free some, or copy less.")


@contextmanager
def _disk_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise _disk_full() from error
        raise Unavailable("export.disk", "The copy cannot be written. Check the directory and its disk.") from error
