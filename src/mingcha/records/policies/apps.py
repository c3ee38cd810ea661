"""Django's entry for this app."""

from __future__ import annotations

from django.apps import AppConfig


class PoliciesConfig(AppConfig):
    name = "mingcha.records.policies"
    label = "policies"
    default_auto_field = "django.db.models.BigAutoField"
