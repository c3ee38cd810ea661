"""Sentences about the map, by error code."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MESSAGES: dict[str, str | Promise] = {
    "map.base_missing": _("There is no ground for the map."),
    "map.base_shape": _(
        "The file for the ground of the map is not GeoJSON. Put a valid one in its place or take it away."
    ),
    "map.base_size": _("The file for the ground of the map is too large. Simplify its lines and put it there again."),
}
