"""Django's entry for this app."""

from __future__ import annotations

from django.apps import AppConfig


class DisclosureConfig(AppConfig):
    name = "mingcha.records.disclosure"
    label = "disclosure"

    def ready(self) -> None:
        """Custody knows no requests; this app tells it what a request still grants when a copy is downloaded."""
        from mingcha.records.custody.grants import tell_grants_by
        from mingcha.records.disclosure.actions.looking import terms_of

        tell_grants_by(terms_of)
