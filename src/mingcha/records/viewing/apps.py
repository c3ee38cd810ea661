"""The Django app of viewings."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ViewingConfig(AppConfig):
    name = "mingcha.records.viewing"
    label = "viewing"
    verbose_name = _("Viewings")
    default_auto_field = "django.db.models.BigAutoField"
