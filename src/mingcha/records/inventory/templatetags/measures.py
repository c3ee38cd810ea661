"""Kept measures as people read them."""

from __future__ import annotations

from decimal import Decimal

from django import template

from mingcha.base.position_text import write_degrees
from mingcha.base.positions import E7

register = template.Library()


@register.filter
def in_units(value: int | None, parts: int) -> str:
    """A measure kept in whole `parts` of its unit, without needless zeros; a dash when it is not known."""
    if value is None:
        return "—"
    text = format(Decimal(value) / parts, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


@register.filter
def degrees(value_e7: int | None) -> str:
    """A coordinate in decimal degrees; a dash when it is not known."""
    return "—" if value_e7 is None else write_degrees(value_e7 / E7)
