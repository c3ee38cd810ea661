"""Roles, permissions and the matrix between them: pure data. A further role is a line here and a translation."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a person is appointed to do."""

    MANAGER = "manager", _("Manager")
    GUARD = "guard", _("Guard")


class Permission(models.TextChoices):
    """One thing a person may be allowed to do. Every page and endpoint names one (docs/ref/permissions.md)."""

    OWN_ACCOUNT = "own_account", _("Use one's own account")
    SEE_CAMERAS = "see_cameras", _("See the list of cameras and their state")
    WATCH_LIVE = "watch_live", _("Watch live pictures")
    PLAY_BACK = "play_back", _("Play back recordings")
    TAKE_SNAPSHOT = "take_snapshot", _("Take snapshots")
    ORDER_EXPORT = "order_export", _("Order copies of recordings")
    MANAGE_CAMERAS = "manage_cameras", _("Add, change and retire cameras")
    MANAGE_PEOPLE = "manage_people", _("Add people and change their roles")
    READ_REGISTER = "read_register", _("Read the register")
    READ_LAW = "read_law", _("Read the law")


MATRIX: dict[str, frozenset[Permission]] = {
    Role.MANAGER: frozenset(Permission),
    Role.GUARD: frozenset(
        {
            Permission.OWN_ACCOUNT,
            Permission.SEE_CAMERAS,
            Permission.WATCH_LIVE,
            Permission.PLAY_BACK,
            Permission.TAKE_SNAPSHOT,
            Permission.READ_LAW,
        }
    ),
}

LANGUAGES = (("zh-hans", "简体中文"), ("en", "English"))
