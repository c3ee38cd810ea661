"""Django's entry for this app."""

from __future__ import annotations

from django.apps import AppConfig


class ScreensConfig(AppConfig):
    name = "mingcha.records.screens"
    label = "screens"
    default_auto_field = "django.db.models.BigAutoField"
