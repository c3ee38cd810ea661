"""The Django app of the register."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RegisterConfig(AppConfig):
    name = "mingcha.records.register"
    label = "register"
    verbose_name = _("Register")
    default_auto_field = "django.db.models.BigAutoField"
