"""Footage that is gone without having been deleted: put down as lost, with what it was; never silently."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mingcha.base.ids import new_id
from mingcha.ledger.merkle import leaf_hash, tree_root
from mingcha.media.catalog.coverage import remove_stretch
from mingcha.media.catalog.holes import TakenBack, merged, put_gaps
from mingcha.media.catalog.keeping import spans_of
from mingcha.media.catalog.leaves import add_leaf
from mingcha.media.catalog.writer import Catalog
from mingcha.wire.facts import Fact

IN_ONE = 5_000
"""Segments in one entry: its numbers are spans, its stretches joined; it must stay below 64 KiB."""


@dataclass(frozen=True, slots=True)
class Loss:
    """Segments of one stream that are lost. `overdue`: how many of them had to be deleted anyway by now, so that their
    certificate may have been lost with the catalog; None where that is not known."""

    camera: str
    role: str
    numbers: tuple[int, ...]
    stretches: tuple[tuple[int, int], ...]
    file_bytes: int
    root: bytes
    overdue: int


def account_lost(
    catalog: Catalog, connection: sqlite3.Connection, told: Iterable[Mapping[str, Any]], at_us: int
) -> list[Loss]:
    """Put segments down as lost, `told` being their entries of the ledger (or the same of their rows): rows go,
    the time line says why nothing is there, a fact and an entry say what it was. Inside a transaction."""
    losses = [loss for group in _grouped(told) for loss in _losses(group, at_us)]
    back = TakenBack()
    for loss in losses:
        stream = catalog.stream_key(connection, loss.camera, loss.role)
        for number in loss.numbers:
            row = connection.execute(
                "DELETE FROM segment WHERE number = ? RETURNING start_us, end_us", (number,)
            ).fetchone()
            connection.execute("DELETE FROM segment_index WHERE number = ?", (number,))
            if row is not None:
                remove_stretch(connection, stream, *row)
        for stretch in loss.stretches:
            back.add(stream, *stretch, "footage_lost")
        _tell(catalog, connection, loss, at_us)
    put_gaps(connection, back)
    return losses


def _tell(catalog: Catalog, connection: sqlite3.Connection, loss: Loss, at_us: int) -> None:
    fact = new_id("fct")
    detail: dict[str, Any] = {
        "role": loss.role,
        "numbers": spans_of(loss.numbers),
        "start_us": loss.stretches[0][0],
        "end_us": loss.stretches[-1][1],
        "stretches": [list(stretch) for stretch in loss.stretches],
        "segments": len(loss.numbers),
        "bytes": loss.file_bytes,
        "root": loss.root.hex(),
        "overdue": loss.overdue,
    }
    catalog.add_fact(Fact(fact, "footage.lost", at_us, loss.camera, detail))
    add_leaf(connection, "loss", {**detail, "camera": loss.camera, "at_us": at_us, "fact": fact})


def _grouped(told: Iterable[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    """By stream."""
    streams: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for one in told:
        streams.setdefault((one["camera"], one["role"]), []).append(one)
    yield from (streams[key] for key in sorted(streams))


def _losses(told: Sequence[Mapping[str, Any]], at_us: int) -> Iterator[Loss]:
    ordered = sorted(told, key=lambda one: int(one["number"]))
    for start in range(0, len(ordered), IN_ONE):
        group = ordered[start : start + IN_ONE]
        yield Loss(
            camera=group[0]["camera"],
            role=group[0]["role"],
            numbers=tuple(one["number"] for one in group),
            stretches=tuple(merged((one["start_us"], one["end_us"]) for one in group)),
            file_bytes=sum(one["bytes"] for one in group),
            root=tree_root([leaf_hash(bytes.fromhex(one["root"])) for one in group]),
            overdue=sum(_is_overdue(one, at_us) for one in group),
        )


def _is_overdue(one: Mapping[str, Any], at_us: int) -> bool:
    rule = one["rule"]
    if rule is None or rule["ceiling_us"] is None:
        return False
    return bool(one["end_us"] + max(rule["floor_us"], rule["ceiling_us"]) <= at_us)
