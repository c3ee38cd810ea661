"""The Django app of persons."""

from __future__ import annotations

from allauth.account.apps import AccountConfig
from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "mingcha.records.accounts"
    label = "accounts"
    verbose_name = _("People")
    default_auto_field = "django.db.models.BigAutoField"


class LibraryAccountConfig(AccountConfig):  # type: ignore[misc]
    """django-allauth's account app, which its second factors import. None of its pages, tables, middleware or checks is
    used, so nothing of it starts."""

    def ready(self) -> None:
        """Without its demand for a middleware."""
