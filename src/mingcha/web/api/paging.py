"""Long lists page by page: a page begins after a row's public id, so that page 400 costs as much as the first."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from django.db.models import Model, QuerySet
from ninja import Schema
from pydantic import Field

from mingcha.base.errors import Invalid

M = TypeVar("M", bound=Model)

LIMIT = 500
PublicId = Annotated[str, Field(pattern=r"^[a-z]{3}_[0-9a-z]{16}$", max_length=20, examples=["cam_0123456789abcdef"])]


class Paging(Schema):
    """`after`: the `next` of the page before; `limit`: how many."""

    after: Annotated[str, Field(max_length=20)] = ""
    limit: Annotated[int, Field(ge=1, le=LIMIT)] = 100


def paged(rows: QuerySet[M], paging: Paging) -> dict[str, Any]:
    """``{"items", "next"}``: rows by age, and the id the next page begins after, or null. Raises Invalid
    (``request.after``)."""
    found = rows.order_by("pk")
    if paging.after:
        begin = rows.model._default_manager.filter(public_id=paging.after).values_list("pk", flat=True).first()
        if begin is None:
            raise Invalid("request.after", "There is no row with this id.")
        found = found.filter(pk__gt=begin)
    items: list[Any] = list(found[: paging.limit + 1])
    more = len(items) > paging.limit
    items = items[: paging.limit]
    return {"items": items, "next": items[-1].public_id if more else None}
