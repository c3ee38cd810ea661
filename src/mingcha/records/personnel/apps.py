"""Django's entry for this app."""

from __future__ import annotations

from django.apps import AppConfig


class PersonnelConfig(AppConfig):
    name = "mingcha.records.personnel"
    label = "personnel"
