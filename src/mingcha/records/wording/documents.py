"""Sentences about the archive and uploaded files, by error code."""

from __future__ import annotations

from django.utils.functional import Promise

MESSAGES: dict[str, str | Promise] = {}
