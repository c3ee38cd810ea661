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
    Act(
        "person.second_factor_added",
        _("Second factor added"),
        _("%(subject)s added a second factor for signing in."),
    ),
    Act("person.second_factor_removed", _("Second factor removed"), _("%(subject)s removed a second factor.")),
    Act(
        "person.second_factors_cleared",
        _("Second factors cleared"),
        _("%(actor)s took away the second factors of %(subject)s."),
    ),
    Act(
        "person.second_factor_failed",
        _("Second factor failed"),
        _("%(subject)s failed to show the second factor."),
    ),
    Act("person.recovery_codes_made", _("Recovery codes made"), _("%(subject)s made new recovery codes.")),
    Act("person.recovery_code_used", _("Recovery code used"), _("%(subject)s used up a recovery code.")),
    Act("person.identity_confirmed", _("Identity confirmed"), _("%(subject)s showed once more who they are.")),
    Act("person.session_ended", _("Session ended"), _("%(actor)s ended a session of %(subject)s.")),
    Act("person.sessions_ended", _("Sessions ended"), _("%(actor)s ended sessions of %(subject)s.")),
    Act("person.token_made", _("API token made"), _("%(subject)s made the API token “%(token_name)s”.")),
    Act("person.token_revoked", _("API token revoked"), _("%(subject)s revoked the API token “%(token_name)s”.")),
    Act(
        "person.organisation_refused",
        _("Organisation sign-in refused"),
        _("A sign-in through the organisation as “%(login)s” was refused."),
    ),
)
