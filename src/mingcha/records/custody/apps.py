"""Django's entry for this app."""

from __future__ import annotations

from django.apps import AppConfig


class CustodyConfig(AppConfig):
    name = "mingcha.records.custody"
    label = "custody"
