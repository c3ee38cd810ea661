"""Sentences about requests of every kind, by error code."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MESSAGES: dict[str, str | Promise] = {
    "request.invalid": _("The request cannot be read."),
}
