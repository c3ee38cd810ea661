"""Django's entry for this app."""

from __future__ import annotations

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "mingcha.records.documents"
    label = "documents"
