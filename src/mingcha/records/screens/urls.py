"""Addresses of named screens."""

from __future__ import annotations

from django.urls import path

from mingcha.records.screens import views

urlpatterns = [
    path("screens/", views.screens, name="screens"),
    path("screens/<str:public_id>/retire/", views.retire, name="retire-screen"),
]
