"""Acts on persons and on what they sign in with."""

from mingcha.records.accounts.actions.factors import (
    add_app,
    add_key,
    clear_second_factors,
    remove_factor,
    renew_recovery_codes,
)
from mingcha.records.accounts.actions.organisation import (
    note_organisation_refusal,
    refuse_locked_address,
    sign_in_by_organisation,
)
from mingcha.records.accounts.actions.people import (
    ONE_TIME_LIFE,
    change_role,
    create_person,
    disable_person,
    enable_person,
    issue_one_time_login,
    set_own_password,
)
from mingcha.records.accounts.actions.second_person import confirm_other
from mingcha.records.accounts.actions.sessions import end_other_sessions, end_session, end_sessions
from mingcha.records.accounts.actions.sign_in import (
    HalfSignedIn,
    confirm_identity,
    confirm_second_factor,
    sign_in,
    sign_in_second,
    sign_out,
)
from mingcha.records.accounts.actions.tokens import make_token, revoke_token

__all__ = [
    "ONE_TIME_LIFE",
    "HalfSignedIn",
    "add_app",
    "add_key",
    "change_role",
    "clear_second_factors",
    "confirm_identity",
    "confirm_other",
    "confirm_second_factor",
    "create_person",
    "disable_person",
    "enable_person",
    "end_other_sessions",
    "end_session",
    "end_sessions",
    "issue_one_time_login",
    "make_token",
    "note_organisation_refusal",
    "refuse_locked_address",
    "remove_factor",
    "renew_recovery_codes",
    "revoke_token",
    "set_own_password",
    "sign_in",
    "sign_in_by_organisation",
    "sign_in_second",
    "sign_out",
]
