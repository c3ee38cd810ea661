"""Sentences about posts, appointments and the personnel file, by error code."""

from __future__ import annotations

from django.utils.functional import Promise

MESSAGES: dict[str, str | Promise] = {}
