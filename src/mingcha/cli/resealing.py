"""Sealing anew, after a change of the sealing key, what the node keeps sealed: in the office's tables and key files.

A text is opened in its place and sealed again for the same place, so the contexts stand here as the apps use them; the
search for what is left needs no list: it looks for sealed texts of earlier keys in every column and file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mingcha.base.atomic import write_file
from mingcha.base.datadir import DataDir
from mingcha.base.env import Env
from mingcha.base.errors import Corrupt
from mingcha.base.keys import LEDGER_KEY, key_files, node_sealer
from mingcha.base.seal import SEALED, Sealer

CHUNK = 200


@dataclass(slots=True)
class Resealed:
    """`done`: texts sealed anew; `broken`: where some could not be opened (table and field); `left`: places that still
    hold texts of earlier keys, with how many."""

    done: int = 0
    broken: set[str] = field(default_factory=set)
    left: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sealed:
    """A column of sealed texts: model as ``app.Model``, field, what a row's text is bound to."""

    model: str
    field: str
    context: Callable[[Any], str]


SEALED_COLUMNS = (
    Sealed("inventory.Camera", "credentials", lambda row: str(row.public_id)),
    Sealed("personnel.PersonnelFile", "id_sealed", lambda row: f"{row.person.public_id}/id"),
    Sealed("personnel.PersonnelFile", "phone_sealed", lambda row: f"{row.person.public_id}/phone"),
    Sealed("disclosure.Applicant", "id_sealed", lambda row: f"{row.request.public_id}/applicant"),
    Sealed("disclosure.Officer", "number_sealed", lambda row: f"{row.request.public_id}/officer/{row.pk}"),
    Sealed("custody.ItemStep", "number_sealed", lambda row: f"{row.item.public_id}/step/{row.pk}"),
)


def reseal(data: DataDir) -> Resealed:
    """Seal everything known anew by today's key; rows one transaction each, so that it may be stopped and begun again.
    Needs Django if there is an office."""
    result, sealer = Resealed(), node_sealer(data.root)
    for path in _key_files(data):
        _reseal_file(path, sealer, result)
    if has_office(data):
        for column in SEALED_COLUMNS:
            _reseal_column(column, sealer, result)
        _reseal_factors(sealer, result)
    result.left = count_left(data)
    return result


def has_office(data: DataDir) -> bool:
    """Whether there are tables of an office: here, or in the database of `MINGCHA_DATABASE_URL`."""
    return data.office.exists() or Env().given("MINGCHA_DATABASE_URL")


def count_left(data: DataDir) -> dict[str, int]:
    """Where texts sealed by earlier keys still are."""
    sealer, found = node_sealer(data.root), dict[str, int]()
    for path in (*_key_files(data), data.plan):
        if path.is_file():
            _count(found, path.name, path.read_text(encoding="utf-8", errors="ignore"), sealer)
    if has_office(data):
        for where, text in _texts():
            _count(found, where, text, sealer)
    return found


def _count(found: dict[str, int], where: str, text: str, sealer: Sealer) -> None:
    stale = sum(not sealer.is_of_today(match[0]) for match in SEALED.finditer(text))
    if stale:
        found[where] = found.get(where, 0) + stale


def _key_files(data: DataDir) -> Iterator[Path]:
    return (path for path in key_files(data.root) if path.read_bytes()[:6] == b"sealed")


def _reseal_file(path: Path, sealer: Sealer, result: Resealed) -> None:
    context = LEDGER_KEY if path.name.startswith(LEDGER_KEY) else path.name
    sealed, line_end, note = path.read_text(encoding="utf-8").partition("\n")
    if not sealer.is_of_today(sealed):
        try:
            again = sealer.seal(sealer.open(sealed, context), context)
        except Corrupt:
            result.broken.add(path.name)
            return
        write_file(path, f"{again}{line_end}{note}".encode(), mode=0o600)
        result.done += 1


def _reseal_column(column: Sealed, sealer: Sealer, result: Resealed) -> None:
    from django.apps import apps

    model = apps.get_model(column.model)
    rows = model._default_manager.exclude(**{column.field: ""}).order_by("pk")
    for row in rows.iterator(CHUNK):
        sealed = getattr(row, column.field)
        if sealer.is_of_today(sealed):
            continue
        try:
            again = sealer.seal(sealer.open(sealed, column.context(row)), column.context(row))
        except Corrupt:
            result.broken.add(f"{column.model}.{column.field}")
            continue
        # Only where nobody changed it meanwhile: what they wrote is sealed by today's key already.
        changed = model._default_manager.filter(pk=row.pk, **{column.field: sealed}).update(**{column.field: again})
        result.done += changed


def _reseal_factors(sealer: Sealer, result: Resealed) -> None:
    """Second factors keep sealed texts inside a JSON object."""
    from allauth.mfa.models import Authenticator

    from mingcha.records.accounts.factors.sealing import CONTEXT

    def again(value: object) -> object:
        if not isinstance(value, str) or SEALED.fullmatch(value) is None or sealer.is_of_today(value):
            return value
        return sealer.seal(sealer.open(value, CONTEXT), CONTEXT)

    for row in Authenticator.objects.order_by("pk").iterator(CHUNK):
        try:
            data = {
                key: [again(one) for one in value] if isinstance(value, list) else again(value)
                for key, value in row.data.items()
            }
        except Corrupt:
            result.broken.add("mfa.Authenticator.data")
            continue
        if data != row.data:
            result.done += Authenticator.objects.filter(pk=row.pk, data=row.data).update(data=data)


def _texts() -> Iterator[tuple[str, str]]:
    """Every text in the office's tables that may hold a sealed one, and where it is."""
    from django.apps import apps
    from django.db import models
    from django.db.models.functions import Cast

    for model in apps.get_models():
        for column in model._meta.concrete_fields:
            if isinstance(column, (models.TextField, models.JSONField)):
                name = f"{model._meta.app_label}.{model.__name__}.{column.name}"
                rows = model._default_manager.filter(**{f"{column.name}__contains": "sealed"})
                if isinstance(column, models.JSONField):
                    as_text = Cast(column.name, models.TextField())
                    rows = model._default_manager.annotate(_as_text=as_text).filter(_as_text__contains="sealed")
                for value in rows.values_list(column.name, flat=True).iterator(CHUNK):
                    yield name, str(value)
