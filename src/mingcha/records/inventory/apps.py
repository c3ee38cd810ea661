"""The Django app of sites and cameras."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InventoryConfig(AppConfig):
    name = "mingcha.records.inventory"
    label = "inventory"
    verbose_name = _("Cameras")
    default_auto_field = "django.db.models.BigAutoField"
