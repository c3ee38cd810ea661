"""Limits and names of the screens."""

from __future__ import annotations

NAME_LIMIT = 200

PLACE_COOKIE = "mingcha_place"
"""What a named browser shows. It gives no right by itself: whoever sits there signs in all the same."""

COOKIE_S = 400 * 86_400
"""Browsers keep no cookie longer (RFC 6265bis 5.5)."""
