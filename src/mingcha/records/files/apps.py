"""Django's entry for this app."""

from __future__ import annotations

from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "mingcha.records.files"
    label = "files"
