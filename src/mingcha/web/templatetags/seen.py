"""Filters of the book of what was seen."""

from __future__ import annotations

from django import template

from mingcha.web.pages.seen_words import speed as speed_words

register = template.Library()


@register.filter
def speed(permille: int | None) -> str:
    """A measured speed: ``4×``."""
    return speed_words(permille)
