"""Words of persons: accounts and signing in."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mingcha.records.register.vocabulary.act import Act

ACTS = (
    Act("person.created", _("Person added"), _("%(actor)s added %(subject)s.")),
    Act("person.role_changed", _("Role changed"), _("%(actor)s changed the role of %(subject)s.")),
    Act(
        "person.one_time_login_issued",
        _("One-time login issued"),
        _("%(actor)s issued a one-time login for %(subject)s."),
    ),
    Act("person.password_set", _("Password set"), _("%(subject)s set a new password.")),
    Act("person.signed_in", _("Signed in"), _("%(subject)s signed in.")),
    Act("person.sign_in_failed", _("Sign-in failed"), _("A sign-in as “%(login)s” failed.")),
    Act(
        "person.locked_out",
        _("Sign-in locked"),
        _("Sign-in as “%(login)s” was locked for a while after repeated failures."),
    ),
    Act("person.signed_out", _("Signed out"), _("%(subject)s signed out.")),
    Act("person.disabled", _("Person disabled"), _("%(actor)s disabled the account of %(subject)s.")),
    Act("person.enabled", _("Person enabled"), _("%(actor)s enabled the account of %(subject)s again.")),
)
