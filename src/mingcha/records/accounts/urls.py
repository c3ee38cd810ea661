"""Addresses of sign-in and people."""

from __future__ import annotations

from django.urls import path

from mingcha.records.accounts import views

urlpatterns = [
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("password/", views.first_password, name="first-password"),
    path("confirm/", views.confirm_identity, name="confirm-identity"),
    path("language/", views.language, name="language"),
    path("people/", views.people, name="people"),
    path("people/add/", views.add_person, name="add-person"),
    path("people/<str:public_id>/", views.person, name="person"),
    path("people/<str:public_id>/role/", views.change_role, name="change-role"),
    path("people/<str:public_id>/one-time-login/", views.one_time_login, name="one-time-login"),
    path("people/<str:public_id>/disable/", views.disable_person, name="disable-person"),
    path("people/<str:public_id>/enable/", views.enable_person, name="enable-person"),
]
