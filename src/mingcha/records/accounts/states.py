"""Roles, permissions and the matrix between them: pure data. A further role is a line here and a translation."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What an account is for. Pictures want more than a role: an appointment to a post or a grant."""

    MANAGER = "manager", _("Manager")
    GUARD = "guard", _("Guard")
    MAINTAINER = "maintainer", _("Maintainer")
    CLERK = "clerk", _("Records clerk")
    AUDITOR = "auditor", _("Auditor")
    OFFICER = "officer", _("Officer")
    INSPECTOR = "inspector", _("Inspector")
    DATA_OFFICE = "data_office", _("Data office")


class Permission(models.TextChoices):
    """One thing a person may be allowed to do. Every page and endpoint names one (docs/ref/permissions.md)."""

    OWN_ACCOUNT = "own_account", _("Use one's own account")
    SEE_CAMERAS = "see_cameras", _("See the list of cameras and their state")
    WATCH_LIVE = "watch_live", _("Watch live pictures")
    PLAY_BACK = "play_back", _("Play back recordings")
    TAKE_SNAPSHOT = "take_snapshot", _("Take snapshots")
    MOVE_CAMERAS = "move_cameras", _("Turn cameras")
    ORDER_EXPORT = "order_export", _("Order copies of recordings")
    SEE_COPIES = "see_copies", _("See copies of recordings and where each has gone")
    KEEP_COPIES = "keep_copies", _("Seal, hand over, take back and destroy copies of recordings")
    HOLD = "hold", _("Order that footage be held, and ask for its release")
    RELEASE = "release", _("Release held footage that another asked to be released")
    CHECK_ARCHIVE = "check_archive", _("See the condition of the archive and deal with damage")
    MANAGE_SITES = "manage_sites", _("Change the unit, its sites, systems and areas")
    MANAGE_CAMERAS = "manage_cameras", _("Add, change and retire cameras")
    CHECK_SIGNS = "check_signs", _("Put up, photograph and check notices")
    READ_DOCUMENTS = "read_documents", _("Read the archive")
    READ_CONFIDENTIAL = "read_confidential", _("Read confidential documents")
    MANAGE_DOCUMENTS = "manage_documents", _("File documents in the archive")
    READ_PEOPLE = "read_people", _("See people and their posts")
    MANAGE_PEOPLE = "manage_people", _("Add people and change their roles")
    MANAGE_PERSONNEL = "manage_personnel", _("Keep personnel files")
    APPOINT = "appoint", _("Appoint people to monitoring posts")
    READ_REGISTER = "read_register", _("Read the register")
    EXPORT_REGISTER = "export_register", _("Print the register and take it out")
    READ_LAW = "read_law", _("Read the law")
    READ_ACCESS = "read_access", _("Read requests to see recordings and what was decided")
    RECEIVE_ACCESS = "receive_access", _("Receive requests to see recordings")
    DECIDE_ACCESS = "decide_access", _("Decide on requests to see recordings")
    GRANT_LAWFUL = "grant_lawful", _("Grant what the law grants to state organs, without discretion")
    REVEAL_NUMBERS = "reveal_numbers", _("Have a sealed number of an identity paper shown")
    APPROVE_VIEWING = "approve_viewing", _("Consent, as the second person, to others viewing recordings")
    REVIEW_LOOKS = "review_looks", _("Look into noticeable looks of others")
    CHANGE_POLICIES = "change_policies", _("Change the policies of the house")
    AGREE_POLICIES = "agree_policies", _("Agree, as the second person, to a weaker policy")


_EVERYBODY = frozenset({Permission.OWN_ACCOUNT, Permission.READ_LAW})
_BOOKS = frozenset(
    {
        Permission.SEE_CAMERAS,
        Permission.READ_DOCUMENTS,
        Permission.READ_PEOPLE,
        Permission.READ_REGISTER,
        Permission.READ_ACCESS,
        Permission.SEE_COPIES,
    }
)

MATRIX: dict[str, frozenset[Permission]] = {
    Role.MANAGER: frozenset(Permission),
    Role.GUARD: _EVERYBODY
    | {
        Permission.SEE_CAMERAS,
        Permission.WATCH_LIVE,
        Permission.PLAY_BACK,
        Permission.TAKE_SNAPSHOT,
        Permission.MOVE_CAMERAS,
        Permission.READ_ACCESS,
        Permission.RECEIVE_ACCESS,
        Permission.GRANT_LAWFUL,
    },
    Role.MAINTAINER: _EVERYBODY
    | {
        Permission.SEE_CAMERAS,
        Permission.CHECK_ARCHIVE,
        Permission.MANAGE_CAMERAS,
        Permission.CHECK_SIGNS,
        Permission.READ_DOCUMENTS,
    },
    Role.CLERK: _EVERYBODY
    | _BOOKS
    | {
        Permission.KEEP_COPIES,
        Permission.HOLD,
        Permission.MANAGE_SITES,
        Permission.CHECK_SIGNS,
        Permission.READ_CONFIDENTIAL,
        Permission.MANAGE_DOCUMENTS,
        Permission.MANAGE_PERSONNEL,
        Permission.EXPORT_REGISTER,
        Permission.RECEIVE_ACCESS,
        Permission.APPROVE_VIEWING,
    },
    Role.AUDITOR: _EVERYBODY
    | _BOOKS
    | {
        Permission.READ_CONFIDENTIAL,
        Permission.EXPORT_REGISTER,
        Permission.REVIEW_LOOKS,
        Permission.AGREE_POLICIES,
        Permission.CHECK_ARCHIVE,
    },
    Role.OFFICER: _EVERYBODY,
    Role.INSPECTOR: _EVERYBODY | _BOOKS,
    Role.DATA_OFFICE: _EVERYBODY | {Permission.SEE_CAMERAS},
}

LANGUAGES = (("zh-hans", "简体中文"), ("en", "English"))


class Proof(models.TextChoices):
    """What a person showed, or failed to show."""

    PASSWORD = "password", _("Password")
    APP = "app", _("Code of an app")
    KEY = "key", _("Security key or passkey")
    RECOVERY_CODE = "recovery_code", _("Recovery code")
    ORGANISATION = "organisation", _("Sign-in of the organisation")


class Scope(models.TextChoices):
    """How far an API token reaches. There is none that changes anything."""

    READ = "read", _("Read only")


class SecondFactorPolicy(models.TextChoices):
    """Whether accounts must have a second factor (setting ``MINGCHA_SECOND_FACTOR``). Who has one is always asked."""

    OFF = "off"
    OPTIONAL = "optional"
    REQUIRED = "required"


# Whoever may see pictures, change things or take books out is asked for a second factor where the policy requires one.
WANTS_SECOND_FACTOR = frozenset(Permission) - _EVERYBODY - _BOOKS


def role_wants_second_factor(role: str) -> bool:
    """Whether a strict policy asks this role for a second factor."""
    return bool(MATRIX.get(role, frozenset()) & WANTS_SECOND_FACTOR)
