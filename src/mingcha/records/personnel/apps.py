"""Django's entry for this app."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PersonnelConfig(AppConfig):
    name = "mingcha.records.personnel"
    label = "personnel"
    verbose_name = _("Posts and personnel files")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """The register knows no posts; this app tells it who held which when an entry is made."""
        from mingcha.records.personnel.queries import standing_of
        from mingcha.records.register.actions import tell_standing_by

        tell_standing_by(standing_of)
