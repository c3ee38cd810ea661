"""Addresses of the archive's condition."""

from __future__ import annotations

from django.urls import path

from mingcha.records.condition import views

urlpatterns = [
    path("archive-condition/", views.condition, name="archive-condition"),
    path("archive-condition/<str:public_id>/", views.damage, name="damage"),
    path("archive-condition/<str:public_id>/deal/", views.deal_with, name="deal-with-damage"),
]
