"""Checks YAML against the dataclasses of `model` and builds them: unknown keys, types and codes are errors."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from datetime import date

from mingcha.base.errors import Corrupt
from mingcha.law.model import SUBJECTS, Citation, Entry, Parameter, Step

# Fields whose values are codes of a vocabulary group.
CODE_GROUPS = {
    "places": "place",
    "except_places": "place",
    "areas": "area",
    "installers": "installer",
    "requesters": "requester",
    "modes": "mode",
    "shows": "shows",
    "breaches": "breach",
    "measures": "measure",
    "fields": "record_field",
    "of": "requester",
    "papers": "document_type",
    "stage": "archive_stage",
    "per": "archive_per",
}
CODE_GROUPS_BY_SUBJECT = {
    ("conditions", "code"): "condition",
    ("consent", "condition"): "condition",
    ("filing", "kind"): "filing_kind",
    ("access_demands", "code"): "missing",
    ("publication", "code"): "missing",
    ("removal", "kind"): "removal_kind",
}
CHOICES = {
    "scope": {"public", "listed", "unlisted", "home"},
    "systems": {"any", "new", "existing"},
    "when": {"always", "important", "key_antiterror", "outsourced", "has_monitoring_room"},
    "start": {"in_use_on", "accepted_on", "personnel_changed_on", "in_force_from"},
    "met_by": {"lawful_basis", "masked", "irreversible"},
}
STEP_CHOICES = {"when": {"always", "refused", "serious", "refused_or_serious"}}

T = typing.TypeVar("T")
Vocabulary = Mapping[str, Mapping[str, tuple[str, str]]]


class DataError(Corrupt):
    """A file of law data is wrong; the message names the file, the place in it and what to mend."""

    def __init__(self, where: str, message: str) -> None:
        super().__init__("law.data", f"{where}: {message}", where=where)


def mapping(raw: object, where: str) -> dict[str, object]:
    """A YAML mapping with text keys."""
    if not isinstance(raw, dict) or not all(isinstance(key, str) for key in raw):
        raise DataError(where, "must be a mapping")
    return raw


def sequence(raw: object, where: str) -> list[object]:
    """A YAML list."""
    if not isinstance(raw, list):
        raise DataError(where, "must be a list")
    return raw


def citation(raw: object, instrument: str, where: str) -> Citation:
    """``[article, item]``."""
    match raw:
        case [int(article), str(item)]:
            return Citation(instrument, article, item)
    raise DataError(where, f"a citation is [article, item], not {raw!r}")


_KNOWN: dict[type, dict[str, tuple[object, bool]]] = {}


def _fields(cls: type) -> dict[str, tuple[object, bool]]:
    """Name -> (type, whether it must be given); worked out once for each class."""
    if cls not in _KNOWN:
        hints = typing.get_type_hints(cls)
        _KNOWN[cls] = {
            field.name: (hints[field.name], field.default is dataclasses.MISSING) for field in dataclasses.fields(cls)
        }
    return _KNOWN[cls]


def _value(raw: object, hint: object, instrument: str, where: str) -> object:
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin is types.UnionType:
        return None if raw is None else _value(raw, args[0], instrument, where)
    if hint is Citation:
        return citation(raw, instrument, where)
    if hint is Step:
        return build(Step, raw, instrument, where)
    if origin is frozenset:
        items = [_value(item, args[0], instrument, where) for item in sequence(raw, where)]
        if len(set(items)) != len(items):
            raise DataError(where, "the same thing is written twice")
        return frozenset(items)
    if origin is tuple:
        return tuple(_value(item, args[0], instrument, where) for item in sequence(raw, where))
    if not isinstance(hint, type) or type(raw) is not hint:
        raise DataError(where, f"{raw!r} is not of the right type")
    return raw


def build(cls: type[T], raw: object, instrument: str, where: str) -> T:
    """The dataclass of a YAML mapping."""
    given = mapping(raw, where)
    fields = _fields(cls)
    for name in given:
        if name not in fields:
            raise DataError(where, f"unknown key {name!r}")
    values: dict[str, object] = {}
    for name, (hint, required) in fields.items():
        if name in given:
            values[name] = _value(given[name], hint, instrument, f"{where}.{name}")
        elif required:
            raise DataError(where, f"{name!r} is missing")
    return cls(**values)


def check_codes(entry: object, subject: str, vocabulary: Vocabulary, where: str) -> None:
    """Every code must be in the vocabulary, every choice among its choices."""
    choices = STEP_CHOICES if isinstance(entry, Step) else CHOICES
    for name in _fields(type(entry)):
        value = getattr(entry, name)
        many = value if isinstance(value, frozenset | tuple) else (value,)
        group = CODE_GROUPS_BY_SUBJECT.get((subject, name)) or CODE_GROUPS.get(name)
        known: typing.Container[object] | None = vocabulary[group] if group else choices.get(name)
        for item in many:
            if isinstance(item, Step):
                check_codes(item, subject, vocabulary, where)
            elif known is not None and item not in known:
                raise DataError(where, f"{item!r} is not a known {group or name}")


def parameter(raw: object, instrument: str, subject: str, vocabulary: Vocabulary, where: str) -> Parameter:
    """One subject file, named after its subject."""
    given = mapping(raw, where)
    if set(given) != {"subject", "zh", "en", "values"}:
        raise DataError(where, "the keys are subject, zh, en and values")
    if subject not in SUBJECTS or given["subject"] != subject:
        raise DataError(where, f"{given['subject']!r} is not the subject of this file, or no subject at all")
    values: list[tuple[date | None, tuple[Entry, ...]]] = []
    dated = given["values"]
    if not isinstance(dated, dict) or not dated:
        raise DataError(where, "values must be given by date")
    for day, entries in dated.items():
        if day != "draft" and type(day) is not date:
            raise DataError(where, f"{day!r} is neither a date nor 'draft'")
        built = []
        for number, item in enumerate(sequence(entries, where)):
            place = f"{where} {day} entry {number + 1}"
            entry = build(SUBJECTS[subject], item, instrument, place)
            check_codes(entry, subject, vocabulary, place)
            built.append(entry)
        values.append((None if day == "draft" else day, tuple(built)))
    values.sort(key=lambda pair: pair[0] or date.min)
    return Parameter(instrument, subject, str(given["zh"]), str(given["en"]), tuple(values))
