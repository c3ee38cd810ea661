"""The C2PA manifest in a copy: the library itself trusts it, says which byte is wrong, and our proof stays whole."""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mingcha.base.errors import Corrupt, Unavailable
from mingcha.base.keys import make_keys
from mingcha.base.provenance import Credentials, provenance_credentials, renew_provenance
from mingcha.base.timerange import TimeRange
from mingcha.media.export import provenance
from mingcha.media.export.copying import export_range
from mingcha.media.export.provenance import Provenance
from tests.media.playback.archive import CAMERA, Archive
from tests.media.playback.clips import clip
from tests.media.playback.server import at

c2pa = pytest.importorskip("c2pa", reason="the C2PA library is not there")
AT_US = 1_795_000_000_000_000
LEDGER = {"origin": "mingcha/nod_0000000000000001", "size": 7, "root": "ab" * 32, "log_key": "name+00000000+AA=="}


@pytest.fixture(scope="module")
def credentials(tmp_path_factory: pytest.TempPathFactory) -> Credentials:
    data = tmp_path_factory.mktemp("keys")
    make_keys(data)
    return provenance_credentials(data, AT_US)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    made = Archive(tmp_path_factory.mktemp("archive"))
    made.record(clip(seconds=4, audio="aac"), loops=2)
    made.clock.advance(3_600_000_000)
    yield made
    made.close()


def copy(archive: Archive, out: Path, signed_by: Provenance | None) -> tuple[Path, dict[str, Any]]:
    result = export_range(
        archive.footage,
        CAMERA,
        "main",
        TimeRange(at(1.5), at(7)),
        out,
        clock=archive.clock,
        min_free_bytes=0,
        camera_name="东门",
        signed_by=signed_by,
    )
    manifest: dict[str, Any] = json.loads((out / "manifest.json").read_text())
    return out / result.files[0].name, manifest


def read(video: bytes, root_pem: bytes | None = None) -> tuple[str, list[str], dict[str, Any]]:
    """What the library says: state, codes of failures, the active manifest."""
    trust = {"trust": {"trust_anchors": root_pem.decode()}} if root_pem else {"verify": {"verify_trust": False}}
    with c2pa.Context(settings=c2pa.Settings.from_dict(trust)) as context:
        reader = c2pa.Reader("video/mp4", io.BytesIO(video), context=context)
        told = json.loads(reader.json())
        failures = told["validation_results"]["activeManifest"]["failure"]
        return (
            reader.get_validation_state(),
            [one["code"] for one in failures],
            told["manifests"][told["active_manifest"]],
        )


def test_the_library_trusts_it_by_our_root_and_only_by_that(
    archive: Archive, tmp_path: Path, credentials: Credentials
) -> None:
    video, manifest = copy(archive, tmp_path / "copy", Provenance(credentials, LEDGER))
    data = video.read_bytes()
    assert read(data, credentials.root_pem)[:2] == ("Trusted", [])
    assert read(data)[0] == "Valid"
    assert (tmp_path / "copy" / provenance.ROOT_NAME).read_bytes() == credentials.root_pem
    assert manifest["provenance_root_sha256"] == credentials.root_sha256
    assert manifest["files"][0]["c2pa"] is True


def test_it_says_what_the_copy_is_and_names_nobody(archive: Archive, tmp_path: Path, credentials: Credentials) -> None:
    video, _ = copy(archive, tmp_path / "copy", Provenance(credentials, LEDGER))
    _, _, active = read(video.read_bytes())
    said = {assertion["label"]: assertion["data"] for assertion in active["assertions"]}
    actions = [action["action"] for action in said["c2pa.actions.v2"]["actions"]]
    assert actions == ["c2pa.created", "c2pa.repackaged", "c2pa.trimmed"]
    assert said[provenance.ASSERTION]["ledger"] == LEDGER
    assert said[provenance.ASSERTION]["camera"] == CAMERA
    assert "东门" not in json.dumps(active, ensure_ascii=False)


def test_the_parts_stay_the_recorded_bytes_at_their_offsets(
    archive: Archive, tmp_path: Path, credentials: Credentials
) -> None:
    plain, plainly = copy(archive, tmp_path / "plain", None)
    signed, signedly = copy(archive, tmp_path / "signed", Provenance(credentials, LEDGER))
    one, other = plainly["files"][0], signedly["files"][0]
    assert other["head_bytes"] - one["head_bytes"] == provenance.RESERVED_BYTES
    assert signed.read_bytes()[other["head_bytes"] :] == plain.read_bytes()[one["head_bytes"] :]
    hashes = [[part["sha256"] for segment in file["segments"] for part in segment["parts"]] for file in (one, other)]
    assert hashes[0] == hashes[1]
    data = signed.read_bytes()
    first_box = struct.unpack_from(">I4s", data, struct.unpack_from(">I", data)[0])
    assert first_box[1] == b"uuid"


@pytest.mark.parametrize("where", ["picture", "moov", "manifest"])
def test_one_flipped_byte_is_seen(archive: Archive, tmp_path: Path, credentials: Credentials, where: str) -> None:
    video, manifest = copy(archive, tmp_path / "copy", Provenance(credentials, LEDGER))
    data = bytearray(video.read_bytes())
    head = manifest["files"][0]["head_bytes"]
    data[{"picture": head + 4000, "moov": head - 100, "manifest": data.index(b"cn.mingcha.recording") + 60}[where]] ^= 1
    state, codes, _ = read(bytes(data), credentials.root_pem)
    assert state == "Invalid"
    assert codes


def test_a_copy_goes_without_when_the_library_cannot(
    archive: Archive, tmp_path: Path, credentials: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provenance, "_signed", _fails)
    with pytest.raises(Unavailable):
        provenance.manifest_boxes(credentials, {}, bytes(32))
    video, manifest = copy(archive, tmp_path / "copy", Provenance(credentials, LEDGER))
    assert manifest["files"][0]["c2pa"] is False
    assert video.stat().st_size == manifest["files"][0]["bytes"]


def _fails(*_: object) -> bytes:
    raise ValueError("no")


def test_the_certificates_are_made_once_and_their_leaf_anew(tmp_path: Path) -> None:
    make_keys(tmp_path)
    first = provenance_credentials(tmp_path, AT_US)
    assert provenance_credentials(tmp_path, AT_US) == first
    later = provenance_credentials(tmp_path, AT_US + 6 * 366 * 86_400_000_000)
    assert (later.root_pem, later.key_pem) == (first.root_pem, first.key_pem)
    assert later.chain_pem != first.chain_pem
    assert b"PRIVATE" not in (tmp_path / "secrets" / "provenance.key").read_bytes()
    (tmp_path / "secrets" / "provenance.key").write_text("sealed1:AAAA")
    with pytest.raises(Corrupt):
        provenance_credentials(tmp_path, AT_US)


def test_certificates_made_anew_leave_old_copies_trusted(archive: Archive, tmp_path: Path) -> None:
    """Each copy carries its own root; the keys of before are gone."""
    make_keys(tmp_path)
    before = provenance_credentials(tmp_path, AT_US)
    old, told = copy(archive, tmp_path / "old", Provenance(before, {}))
    after = renew_provenance(tmp_path, AT_US)
    new, told_now = copy(archive, tmp_path / "new", Provenance(after, {}))
    assert told["provenance_root_sha256"] == before.root_sha256 != told_now["provenance_root_sha256"]
    assert read(old.read_bytes(), before.root_pem)[0] == "Trusted"
    assert read(new.read_bytes(), after.root_pem)[0] == "Trusted"
    assert read(new.read_bytes(), before.root_pem)[0] != "Trusted"
    assert provenance_credentials(tmp_path, AT_US) == after
