"""Sentences about requests, decisions and grants, by error code."""

from __future__ import annotations

from django.utils.functional import Promise

MESSAGES: dict[str, str | Promise] = {}
