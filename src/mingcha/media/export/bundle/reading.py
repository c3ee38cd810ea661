"""Words, and strict reading of what lies beside the pictures, so that verify.py and verify.html take and refuse the
same (`mingcha.media.export.verifiers` puts this file into verify.py).
"""

import base64
import json
import re
from datetime import datetime, timezone

WORDS: "dict[str, list[str]]" = {}  # include words.json
REASONS: "dict[str, list[str]]" = {}  # include reasons.json
SHAPES: "dict[str, dict[str, object]]" = {}  # include shapes.json
INSTRUMENTS: "dict[str, list[str]]" = {}  # include instruments.json

HIDDEN = "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff]"
MOST_BYTES = 400_000_000  # of a file of JSON; more is no string in a browser
MOST_NUMBER = 2**53 - 1  # more is no whole number in a browser; as microseconds the year 2255


class Fault(Exception):
    """The copy is not genuine: the sentence's name in words.json, and what to put into it."""

    def __init__(self, sentence, /, **values):
        super().__init__(sentence)
        self.sentence, self.values = sentence, values

    def said(self, lang):
        return say(lang, self.sentence, **self.values)


def say(lang, sentence, /, **values):
    """`lang`: 0 is Chinese, 1 English. A value may be a pair of both, or another sentence."""
    chosen = {}
    for key, value in values.items():
        value = value.said(lang) if isinstance(value, Fault) else value
        chosen[key] = clean(value[lang] if isinstance(value, (tuple, list)) else value)
    return re.sub(r"\{(\w+)\}", lambda found: chosen[found[1]], WORDS[sentence][lang])


def clean(value):
    """Text from a file, without anything that could make a screen show something else than it says."""
    return re.sub(HIDDEN, "\ufffd", str(value))


def instant(us):
    """In the time zone of this machine, with its offset."""
    at = datetime.fromtimestamp(us // 1_000_000, timezone.utc).astimezone()
    offset = at.strftime("%z")
    return at.strftime("%Y-%m-%d %H:%M:%S") + ".%03d (UTC%s:%s)" % (us % 1_000_000 // 1000, offset[:3], offset[3:5])


# --- JSON -----------------------------------------------------------------------------------------------------------


def is_count(value):
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_NUMBER


KINDS = {
    "any": lambda value: True,
    "flag": lambda value: isinstance(value, bool),
    "count": is_count,
    "whole": lambda value: is_count(value) or (isinstance(value, int) and is_count(-value)),
    "instant": is_count,
    "text": lambda value: isinstance(value, str) and not re.search("[\ud800-\udfff]", value),
    "hash": lambda value: isinstance(value, str) and re.fullmatch("[0-9a-f]{64}", value) is not None,
    "name": lambda value: (
        isinstance(value, str) and re.fullmatch(r"[^/\\:\x00-\x1f\ud800-\udfff]{1,250}\.mp4", value) is not None
    ),
}


def wrong_in(value, shape):
    """Where a value is not of its shape, as ``.files[0].name``; None when it is."""
    if isinstance(shape, str):
        if shape.startswith("?"):
            return None if value is None else wrong_in(value, shape[1:])
        if shape.startswith("@"):
            return wrong_in(value, SHAPES[shape[1:]])
        return None if KINDS[shape](value) else ""
    if isinstance(shape, list):
        if not isinstance(value, list) or len(value) > (shape[1] if len(shape) > 1 else MOST_NUMBER):
            return ""
        for n, item in enumerate(value):
            wrong = wrong_in(item, shape[0])
            if wrong is not None:
                return "[%d]%s" % (n, wrong)
        return None
    if not isinstance(value, dict):
        return ""
    for key in shape:
        if key != "*" and key not in value:
            return "." + key
    for key, item in value.items():
        if key not in shape and "*" not in shape:
            return "." + key[:80]
        wrong = wrong_in(item, shape.get(key, shape.get("*")))
        if wrong is not None:
            return "." + key[:80] + wrong
    return None


def parsed(text, name):
    """JSON of which a browser makes the same. Raises Fault."""

    def number(digits):
        found = float(digits) if len(digits) > 20 or not digits.lstrip("-").isdigit() else int(digits)
        return int(found) if isinstance(found, float) and abs(found) <= MOST_NUMBER and found.is_integer() else found

    def refused(what):
        raise ValueError(what)

    try:
        return json.loads(text, parse_int=number, parse_float=number, parse_constant=refused)
    except (ValueError, RecursionError):
        raise Fault("unreadable", name=name) from None


def shaped(value, shape, name):
    """The value, when it is of the shape. Raises Fault."""
    wrong = wrong_in(value, SHAPES[shape])
    if wrong is not None:
        raise Fault("malformed", name=name, where=wrong.lstrip(".") or "{}")
    return value


def document(data, shape, name):
    """A document from its bytes. Raises Fault."""
    if len(data) > MOST_BYTES:
        raise Fault("too_long", name=name)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Fault("unreadable", name=name) from None
    value = parsed(text, name)
    if isinstance(value, dict) and isinstance(value.get("format"), str) and value["format"] != shape:
        raise Fault("format", name=name)
    return shaped(value, shape, name)


def entry_of(text, kind, what):
    """An entry of the ledger, which must be of the kind. Raises Fault."""
    told = parsed(text, what)
    if not isinstance(told, dict) or told.get("kind") != kind:
        raise Fault("malformed", name=what, where="kind")
    return shaped(told, "entry " + kind, what)


def unbase(text, fault):
    """Bytes of base64 in its one form. Raises Fault by this name."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise Fault(fault) from None
    if base64.b64encode(data).decode("ascii") != text:
        raise Fault(fault)
    return data
