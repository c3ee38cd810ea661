"""Addresses of the control room and its JSON."""

from __future__ import annotations

from django.urls import path

from mingcha.records.viewing import api, views

urlpatterns = [
    path("wall/", views.wall, name="wall"),
    path("playback/", views.playback, name="playback"),
    path("api/viewings", api.open_viewing, name="viewings"),
    path("api/viewings/<str:grant>/renew", api.renew, name="renew"),
    path("api/viewings/<str:grant>/close", api.close, name="close"),
    path("api/viewings/<str:grant>/export", api.export_begun, name="export-begun"),
    path("api/viewings/second", api.why_second, name="viewing-second"),
    path("api/viewings/second/ask", api.ask_second, name="ask-second"),
    path("api/exports", api.order_export, name="order-export"),
]
