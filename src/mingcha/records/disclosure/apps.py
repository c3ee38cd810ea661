"""Django's entry for this app."""

from __future__ import annotations

from django.apps import AppConfig


class DisclosureConfig(AppConfig):
    name = "mingcha.records.disclosure"
    label = "disclosure"
