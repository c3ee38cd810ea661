"""Sentences about persons and signing in, by error code."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MESSAGES: dict[str, str | Promise] = {
    "permission.missing": _("Your role does not permit this."),
    "permission.sign_in": _("Please sign in."),
    "permission.first_password": _("Set your own password first."),
    "permission.identity": _("Confirm who you are first: open this page in the browser and try again."),
    "person.disabled": _("This account has been disabled. Ask your manager."),
    "person.last_manager": _("This is the last active manager. Appoint another one first."),
    "person.name_control": _("The name must not hold line breaks or other control characters."),
    "person.name_empty": _("Give the person's name."),
    "person.self": _("You cannot do this to your own account. Ask another manager."),
    "person.unknown": _("There is no such person."),
    "person.username_shape": _("A sign-in name has 2 to 64 letters, digits, dots, hyphens or underscores."),
    "person.username_taken": _("This sign-in name is taken already."),
    "password.current": _("Your present password is wrong."),
    "password.weak": _("Choose another password: at least 10 characters, and not a common one."),
    "sign_in.failed": _("Name or password is wrong, or the one-time password was used already."),
    "sign_in.locked": _("Too many failures. Try again in %(minutes)s minutes."),
}
