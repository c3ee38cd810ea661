"""Canonical JSON: one text per value, so that a hash of it means something (a subset of RFC 8785).

Only null, booleans, integers, strings, lists and string-keyed objects are taken; floats are refused because their
text differs between languages. Instants go in as integer microseconds.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256

from mingcha.base.errors import Invalid

Json = None | bool | int | str | Sequence["Json"] | Mapping[str, "Json"]


def canonical(value: Json) -> str:
    """Keys sorted by code point, no spaces, UTF-8 text unescaped. Raises Invalid on anything that is not plain JSON."""
    _require_plain(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def plain(value: object) -> Json:
    """`value` with floats turned into their shortest decimal text and tuples into lists, so that it is canonical."""
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        items = sorted(value) if isinstance(value, (set, frozenset)) else value
        return [plain(item) for item in items]
    if value is None or isinstance(value, (bool, int, str)):
        return value
    raise Invalid("register.detail", f"A value of type {type(value).__name__} cannot stand in the register.")


def _require_plain(value: object) -> None:
    if value is None or isinstance(value, (bool, int, str)):
        return
    if isinstance(value, Mapping):
        for key, item in value.items():
            if not isinstance(key, str):
                raise Invalid("register.detail", "Keys in the register's detail must be text.")
            _require_plain(item)
        return
    if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray)):
        for item in value:
            _require_plain(item)
        return
    raise Invalid("register.detail", f"A value of type {type(value).__name__} cannot stand in the register.")


def digest(text: str) -> str:
    """SHA-256 (hex) of a text in UTF-8."""
    return sha256(text.encode()).hexdigest()
