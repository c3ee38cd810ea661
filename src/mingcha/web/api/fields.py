"""Kinds of values in the interface. Lengths and codes are checked by the acts again; here they keep nonsense out."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from ninja import Schema
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from mingcha.records.inventory.actions.cameras import LIMITS
from mingcha.records.wording.law import codes


def _day_text(value: Any) -> Any:
    """Days are written in one way only; pydantic would also take instants and numbers."""
    if value is None or isinstance(value, (date, str)):
        return value
    raise ValueError("a day is text")


Name = Annotated[str, Field(min_length=1, max_length=200)]
Text = Annotated[str, Field(max_length=200)]
LongText = Annotated[str, Field(max_length=300)]
Sentence = Annotated[str, Field(max_length=1000)]
Url = Annotated[str, Field(max_length=1000)]
Secret = Annotated[str, Field(max_length=200)]
Day = Annotated[date, BeforeValidator(_day_text), Field(json_schema_extra={"format": "date"})]
Degree7 = Annotated[int, Field(ge=-1_800_000_000, le=1_800_000_000)]


def measure(name: str) -> Any:
    """For a whole number: the limits the inventory sets for this measure of a position."""
    least, most = LIMITS[name]
    return Field(ge=least, le=most)


def one_of(group: str) -> AfterValidator:
    """For text: it must be one of the law's codes of a group."""
    known = frozenset(codes(group))

    def checked(value: str) -> str:
        if value not in known:
            raise PydanticCustomError("enum", "not a code of the law")
        return value

    return AfterValidator(checked)


def listed(group: str) -> Any:
    """The codes of a group, for the OpenAPI document."""
    return Field(json_schema_extra={"enum": list(codes(group))})


class Given(Schema):
    """What is sent in: unknown fields are refused, so that a misspelt one is not lost in silence."""

    model_config = ConfigDict(extra="forbid", strict=False)
