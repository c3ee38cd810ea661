"""Django's entry for this app."""

from __future__ import annotations

from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    name = "mingcha.records.evidence"
    label = "evidence"
