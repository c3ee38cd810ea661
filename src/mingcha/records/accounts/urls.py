"""Addresses of signing in, the own account, and people."""

from __future__ import annotations

from django.urls import path

from mingcha.records.accounts.views import account, organisation, people, sign_in

urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="sign-in"),
    path("sign-in/second/", sign_in.sign_in_second, name="sign-in-second"),
    path("sign-in/organisation/", organisation.leave, name="organisation"),
    path("sign-in/organisation/back/", organisation.back, name="organisation-back"),
    path("sign-out/", sign_in.sign_out, name="sign-out"),
    path("password/", sign_in.first_password, name="first-password"),
    path("confirm/", sign_in.confirm_identity, name="confirm-identity"),
    path("language/", sign_in.language, name="language"),
    path("account/", account.account, name="account"),
    path("account/app/", account.add_app, name="add-app"),
    path("account/key/", account.add_key, name="add-key"),
    path("account/recovery-codes/", account.renew_codes, name="renew-codes"),
    path("account/factors/<str:factor_id>/remove/", account.remove_factor, name="remove-factor"),
    path("account/sessions/end-others/", account.end_other_sessions, name="end-other-sessions"),
    path("account/sessions/<str:session_id>/end/", account.end_session, name="end-own-session"),
    path("account/tokens/add/", account.add_token, name="add-token"),
    path("account/tokens/<str:token_id>/revoke/", account.revoke_token, name="revoke-token"),
    path("people/", people.people, name="people"),
    path("people/add/", people.add_person, name="add-person"),
    path("people/<str:public_id>/", people.person, name="person"),
    path("people/<str:public_id>/role/", people.change_role, name="change-role"),
    path("people/<str:public_id>/one-time-login/", people.one_time_login, name="one-time-login"),
    path("people/<str:public_id>/disable/", people.disable_person, name="disable-person"),
    path("people/<str:public_id>/enable/", people.enable_person, name="enable-person"),
    path("people/<str:public_id>/second-factors/", people.clear_second_factors, name="clear-second-factors"),
    path("people/<str:public_id>/sessions/end/", people.end_sessions, name="end-sessions"),
    path("people/<str:public_id>/sessions/<str:session_id>/end/", people.end_session, name="end-session"),
]
