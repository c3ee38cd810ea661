"""Addresses of holds."""

from __future__ import annotations

from django.urls import path

from mingcha.records.custody.views import holds as views

urlpatterns = [
    path("holds/", views.holds, name="holds"),
    path("holds/place/", views.place_hold, name="place-hold"),
    path("holds/<str:public_id>/", views.hold, name="hold"),
    path("holds/<str:public_id>/review/", views.review_hold, name="review-hold"),
    path("holds/<str:public_id>/ask-release/", views.ask_release, name="ask-release"),
    path("holds/<str:public_id>/refuse-release/", views.refuse_release, name="refuse-release"),
    path("holds/<str:public_id>/release/", views.release_hold, name="release-hold"),
]
