"""File names of copies, made from camera names that people typed."""

from __future__ import annotations

import unicodedata

from mingcha.base.clock import to_datetime

MAX_NAME_BYTES = 100
_FORBIDDEN = frozenset('/\\:*?"<>|%')
# Names that Windows takes for devices, whatever their ending.
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", *(f"com{n}" for n in range(1, 10)), *(f"lpt{n}" for n in range(1, 10))}
)


def safe_stem(name: str, max_bytes: int) -> str:
    """A name that every file system takes: no separators, controls, leading dots or dashes, at most `max_bytes` of
    UTF-8; never empty."""
    text = unicodedata.normalize("NFC", name)
    kept = "".join("_" if c in _FORBIDDEN or c.isspace() else c for c in text if unicodedata.category(c)[0] != "C")
    kept = kept.encode("utf-8", "ignore")[:max_bytes].decode("utf-8", "ignore").strip("._- ")
    if not kept or kept.lower().split(".")[0] in _DEVICES:
        return "camera"
    return kept


def file_name(camera_name: str, start_us: int, index: int) -> str:
    """``East_gate_20261121-223000Z_1.mp4``: camera, UTC instant of the first picture, number of the file."""
    tail = f"_{to_datetime(start_us):%Y%m%d-%H%M%S}Z_{index}.mp4"
    return safe_stem(camera_name, MAX_NAME_BYTES - len(tail)) + tail
