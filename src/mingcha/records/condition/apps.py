"""Django's entry for this app."""

from __future__ import annotations

from django.apps import AppConfig


class ConditionConfig(AppConfig):
    name = "mingcha.records.condition"
    label = "condition"
    default_auto_field = "django.db.models.BigAutoField"
