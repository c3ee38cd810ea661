"""Reads the law's YAML, once: instruments, vocabulary, territories, article tables and the subjects' entries.

Later directories add to earlier ones, so a city's rule can be laid beside the shipped data (docs/guide/en/law.md).
Nothing else in the product reads these files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from mingcha.law.model import Article, Citation, Instrument, Parameter, Reading
from mingcha.law.schema import DataError, Vocabulary, build, citation, mapping, parameter, sequence

SHIPPED = Path(__file__).parent / "data"
_BASE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NOT_SUBJECTS = {"articles"}
_SHARED = {"instruments.yaml", "vocabulary.yaml", "territories.yaml", "readings.yaml"}


class _Loader(_BASE):  # type: ignore[misc]
    """Safe YAML that refuses a key written twice; YAML itself would keep the last."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        found: dict[Any, Any] = super().construct_mapping(node, deep)
        if len(found) != len(node.value):
            raise yaml.constructor.ConstructorError(None, None, "a key is written twice", node.start_mark)
        return found


@dataclass(frozen=True, slots=True)
class Dataset:
    """All law data as read. `digest`: SHA-256 of every file's path and bytes, the `law_version` of decisions."""

    digest: str
    instruments: tuple[Instrument, ...]
    vocabulary: Vocabulary
    provinces: frozenset[str]
    offset: timezone
    articles: tuple[Article, ...]
    parameters: tuple[Parameter, ...]
    readings: tuple[Reading, ...]


@cache
def shipped() -> Dataset:
    """The data set of this release."""
    return read((SHIPPED,))


def read(directories: Iterable[Path]) -> Dataset:
    """Read and check. Raises DataError naming the file and what is wrong with it."""
    files: dict[str, tuple[Path, bytes]] = {}
    roots = tuple(directories)
    for number, root in enumerate(roots):
        for path in sorted(root.rglob("*.yaml")):
            files[f"{number}/{path.relative_to(root).as_posix()}"] = (path, path.read_bytes())
    digest = hashlib.sha256()
    for name in sorted(files):
        content = files[name][1]
        digest.update(f"{name.partition('/')[2]}\0{len(content)}\0".encode() + content)
    trees = {name: _load(name, content) for name, (_, content) in files.items()}
    vocabulary = _vocabulary(trees)
    instruments = _instruments(trees)
    provinces, offset = _territories(trees)
    articles, parameters = _contents(trees, {instrument.id: instrument for instrument in instruments}, vocabulary)
    readings = _readings(trees)
    _check_links(instruments, articles, parameters, readings)
    return Dataset(digest.hexdigest(), instruments, vocabulary, provinces, offset, articles, parameters, readings)


def _load(name: str, content: bytes) -> object:
    try:
        return yaml.load(content, Loader=_Loader)  # noqa: S506 - a safe loader
    except yaml.YAMLError as error:
        raise DataError(name, f"is not YAML: {error}") from error


def _named(trees: Mapping[str, object], file: str) -> list[tuple[str, object]]:
    return [(name, tree) for name, tree in trees.items() if name.split("/")[1:] == [file]]


def _vocabulary(trees: Mapping[str, object]) -> Vocabulary:
    groups: dict[str, dict[str, tuple[str, str]]] = {}
    for name, tree in _named(trees, "vocabulary.yaml"):
        for group, codes in mapping(tree, name).items():
            for code, labels in mapping(codes, f"{name} {group}").items():
                match labels:
                    case [str(zh), str(en)]:
                        groups.setdefault(group, {})[code] = (zh, en)
                    case _:
                        raise DataError(name, f"{group}.{code} must be [zh, en]")
    return groups


def _instruments(trees: Mapping[str, object]) -> tuple[Instrument, ...]:
    found: list[Instrument] = []
    for name, tree in _named(trees, "instruments.yaml"):
        for number, raw in enumerate(sequence(mapping(tree, name).get("instruments"), name)):
            given = mapping(raw, f"{name} instrument {number + 1}")
            instrument = build(Instrument, given, str(given.get("id")), f"{name} instrument {number + 1}")
            if instrument.status not in ("in_force", "draft"):
                raise DataError(name, f"{instrument.id}: the status is in_force or draft")
            if (instrument.status == "draft") != (instrument.in_force_from is None):
                raise DataError(name, f"{instrument.id}: only a draft has no first day")
            if any(other.id == instrument.id for other in found):
                raise DataError(name, f"{instrument.id} is written twice")
            found.append(instrument)
    # The higher instrument first; among equals the order of the files.
    return tuple(sorted(found, key=lambda instrument: instrument.rank))


def _territories(trees: Mapping[str, object]) -> tuple[frozenset[str], timezone]:
    for name, tree in _named(trees, "territories.yaml"):
        given = mapping(tree, name)
        provinces = frozenset(str(code) for code in sequence(given.get("provinces"), name))
        sign, hours, minutes = str(given["utc_offset"])[0], *map(int, str(given["utc_offset"])[1:].split(":"))
        delta = timedelta(hours=hours, minutes=minutes)
        return provinces, timezone(-delta if sign == "-" else delta)
    raise DataError("territories.yaml", "is missing")


def _contents(
    trees: Mapping[str, object], instruments: Mapping[str, Instrument], vocabulary: Vocabulary
) -> tuple[tuple[Article, ...], tuple[Parameter, ...]]:
    articles: list[Article] = []
    parameters: list[Parameter] = []
    for name, tree in trees.items():
        parts = name.split("/")[1:]
        if len(parts) != 2:
            if len(parts) != 1 or parts[0] not in _SHARED:
                raise DataError(name, "does not belong here")
            continue
        instrument = instruments.get(parts[0])
        if instrument is None:
            raise DataError(name, "its directory is no instrument of instruments.yaml")
        if parts[1].removesuffix(".yaml") in _NOT_SUBJECTS:
            articles += _articles(tree, instrument.id, vocabulary, name)
            continue
        found = parameter(tree, instrument.id, parts[1].removesuffix(".yaml"), vocabulary, name)
        _check_days(found, instrument, name)
        parameters.append(found)
    return tuple(articles), tuple(parameters)


def _check_days(found: Parameter, instrument: Instrument, name: str) -> None:
    for day, _ in found.values:
        if (day is None) != (instrument.in_force_from is None):
            raise DataError(name, "a draft's values are under 'draft', all others under a date")
        if day is not None and instrument.in_force_from is not None and day < instrument.in_force_from:
            raise DataError(name, f"{day} is before the instrument's first day")


def _articles(tree: object, instrument: str, vocabulary: Vocabulary, name: str) -> list[Article]:
    rows: list[Article] = []
    for number, raw in enumerate(sequence(tree, name)):
        given = dict(mapping(raw, f"{name} row {number + 1}"))
        at = mapping(given.pop("at", None), f"{name} row {number + 1} at")
        cite = citation([at.pop("article", None), at.pop("item", "")], instrument, f"{name} row {number + 1}")
        row = build(Article, {"cite": [cite.article, cite.item], **at, **given}, instrument, f"{name} {cite}")
        if bool(row.feature) == bool(row.not_software):
            raise DataError(f"{name} {cite}", "has exactly one of feature and not_software")
        for group, code in (("kind", row.kind), ("addressee", row.addressee), ("feature", row.feature)):
            if code and code not in vocabulary[group]:
                raise DataError(f"{name} {cite}", f"{code!r} is not a known {group}")
        rows.append(row)
    return rows


def _readings(trees: Mapping[str, object]) -> tuple[Reading, ...]:
    found: list[Reading] = []
    for name, tree in _named(trees, "readings.yaml"):
        for part in ("readings", "general"):
            for number, raw in enumerate(sequence(mapping(tree, name).get(part, []), name)):
                given = {**mapping(raw, name), "general": part == "general"}
                found.append(build(Reading, given, "", f"{name} {part} {number + 1}"))
    return tuple(found)


def _check_links(
    instruments: tuple[Instrument, ...],
    articles: tuple[Article, ...],
    parameters: tuple[Parameter, ...],
    readings: tuple[Reading, ...],
) -> None:
    known: set[Citation] = set()
    for row in articles:
        if row.cite in known:
            raise DataError(str(row.cite), "is twice in the article table")
        known.add(row.cite)
    for instrument in instruments:
        for cite in (instrument.commencement, instrument.territory_by):
            if cite is not None and cite not in known:
                raise DataError(instrument.id, f"cites {cite}, which is not in the article table")
    named = {reading.id for reading in readings if not reading.general}
    for found in parameters:
        for entry in found.entries:
            if entry.cite not in known:
                raise DataError(found.id, f"cites {entry.cite}, which is not in the article table")
            if entry.reading and entry.reading not in named:
                raise DataError(found.id, f"names the reading {entry.reading!r}, which is not in readings.yaml")


def first_days(data: Dataset) -> tuple[date, ...]:
    """Every day on which some value or instrument starts: between two of them the law does not change."""
    days = {day for found in data.parameters for day, _ in found.values if day is not None}
    days |= {instrument.in_force_from for instrument in data.instruments if instrument.in_force_from is not None}
    return tuple(sorted(days))
