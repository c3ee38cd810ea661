"""A C2PA manifest in the head of a copy, so that common viewers show where it comes from.

The manifest lies in a `uuid` box before `moov`, in room kept for it (a `free` box), so that nothing moves: the parts
behind it stay the recorded bytes at their offsets. Its hash (`c2pa.hash.bmff`) covers all of the file but `ftyp`,
`free` and itself.

The library would read the whole file again and hold half a gigabyte of it. So it signs a stand-in of a few bytes,
whose hash is then replaced by that of the copy, taken while copying; what depends on it (the assertion's hash in the
claim, the signature over the claim) follows. All are of fixed length. The tests let the library judge the outcome.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Mapping
from dataclasses import dataclass
from struct import pack, unpack_from
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from mingcha import __version__
from mingcha.base.clock import isoformat
from mingcha.base.errors import Unavailable
from mingcha.base.provenance import Credentials
from mingcha.base.timerange import TimeRange
from mingcha.media.container.boxes import box

RESERVED_BYTES = 16_384
"""Room for the manifest in the head of each file; it takes some 4,500 bytes."""
ROOT_NAME = "provenance-root.pem"
CAPTURED = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"
ASSERTION = "cn.mingcha.recording"

_C2PA_UUID = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
_SIGNATURE_BYTES = 64


@dataclass(frozen=True, slots=True)
class Provenance:
    """What signs a copy, and what it says beyond the copy itself: `ledger` is the newest checkpoint of the ledger
    (origin, size, root in hex, log_key)."""

    credentials: Credentials
    ledger: Mapping[str, object]


class ContentHash:
    """The hash that the manifest carries: over each box of the top level but the excluded ones, its offset first."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()

    def begin(self, offset: int) -> None:
        """A box begins at this offset of the file."""
        self._digest.update(pack(">Q", offset))

    def update(self, data: bytes | memoryview) -> None:
        self._digest.update(data)

    def digest(self) -> bytes:
        return self._digest.digest()


def description(provenance: Provenance, got: TimeRange, camera: str, made_at_us: int) -> dict[str, Any]:
    """What the manifest says. No person and no name of a camera: its id means something only to the operator."""
    when = isoformat(made_at_us)
    return {
        "claim_generator_info": [{"name": "Mingcha", "version": __version__}],
        "format": "video/mp4",
        "assertions": [
            {
                "label": "c2pa.actions.v2",
                "data": {
                    "actions": [
                        {"action": "c2pa.created", "digitalSourceType": CAPTURED, "when": isoformat(got.start_us)},
                        {"action": "c2pa.repackaged", "when": when},
                        {"action": "c2pa.trimmed", "when": when},
                    ]
                },
            },
            {
                "label": ASSERTION,
                "data": {
                    "camera": camera,
                    "from": isoformat(got.start_us),
                    "to": isoformat(got.end_us),
                    "copied": when,
                    "ledger": dict(provenance.ledger),
                    "proof": "manifest.json and proof.json beside this file; check with verify.html or verify.py",
                },
            },
        ],
    }


def manifest_boxes(credentials: Credentials, about: dict[str, Any], content: bytes) -> bytes:
    """The boxes that fill the room kept in the head: the manifest for a file of content hash `content`, and the rest.

    Raises Unavailable ``export.provenance`` when it cannot be made.
    """
    try:
        made = _signed(credentials, about, content)
    except (ImportError, OSError) as error:
        raise Unavailable("export.provenance", "The library for C2PA cannot be loaded.") from error
    except ValueError as error:
        raise Unavailable("export.provenance", f"The C2PA manifest could not be made: {error}") from error
    manifest = box(b"uuid", _C2PA_UUID, bytes(4), b"manifest\0", bytes(8), made)
    left = RESERVED_BYTES - len(manifest)
    if left < 8:
        raise Unavailable("export.provenance", "The C2PA manifest is longer than the room kept for it.")
    return manifest + box(b"free", bytes(left - 8))


def room() -> bytes:
    """What stands there while the copy is made."""
    return box(b"free", bytes(RESERVED_BYTES - 8))


def _signed(credentials: Credentials, about: dict[str, Any], content: bytes) -> bytes:
    """The manifest store (JUMBF). Raises ValueError, ImportError, OSError."""
    import c2pa  # type: ignore[import-untyped]

    key = load_pem_private_key(credentials.key_pem, password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    placeholder = os.urandom(_SIGNATURE_BYTES)
    claims: list[bytes] = []

    def sign(claim: bytes) -> bytes:
        claims.append(bytes(claim))
        return placeholder

    stand_in, its_hash = _stand_in()
    settings = c2pa.Settings.from_dict({"verify": {"verify_after_sign": False}})
    try:
        with c2pa.Context(settings=settings) as context:
            builder = c2pa.Builder(about, context=context)
            builder.set_no_embed()
            signer = c2pa.Signer.from_callback(sign, c2pa.C2paSigningAlg.ES256, credentials.chain_pem.decode(), None)
            made = bytes(builder.sign(signer, "video/mp4", io.BytesIO(stand_in), io.BytesIO()))
    except c2pa.C2paError as error:
        raise ValueError(str(error)) from error
    (claim,) = claims
    before = _assertion_hash(made)
    made = _replaced(made, its_hash, content)
    after = _assertion_hash(made)
    made, claim = _replaced(made, before, after), _replaced(claim, before, after)
    r, s = decode_dss_signature(key.sign(claim, ec.ECDSA(hashes.SHA256())))
    return _replaced(made, placeholder, r.to_bytes(32, "big") + s.to_bytes(32, "big"))


def _stand_in() -> tuple[bytes, bytes]:
    """The smallest file the library takes for a video, and its content hash."""
    head = box(b"ftyp", b"isom", pack(">I", 0x200), b"isom", b"mp41")
    data = box(b"mdat", b"Mingcha")
    found = ContentHash()
    found.begin(len(head))
    found.update(data)
    return head + data, found.digest()


def _assertion_hash(manifest: bytes) -> bytes:
    """SHA-256 of the content of the JUMBF superbox labelled as the hash of the file."""
    label = manifest.index(b"c2pa.hash.bmff", manifest.index(b"c2pa.assertions"))
    start = label - 8 - 17 - 8  # before the label: superbox head, description box head, type, toggles
    length, kind = unpack_from(">I4s", manifest, start)
    if kind != b"jumb":
        raise ValueError("the manifest is not laid out as expected")
    return hashlib.sha256(manifest[start + 8 : start + length]).digest()


def _replaced(data: bytes, old: bytes, new: bytes) -> bytes:
    if data.count(old) != 1 or len(old) != len(new):
        raise ValueError("the manifest is not laid out as expected")
    return data.replace(old, new)
