"""Addresses of the map."""

from __future__ import annotations

from django.urls import path

from mingcha.web.pages import map as pages

urlpatterns = [
    path("map/", pages.overview, name="map"),
    path("map/areas/<str:public_id>/", pages.area, name="map-area"),
    path("map/areas/<str:public_id>/plan", pages.plan, name="map-plan"),
    path("api/map/cameras", pages.cameras, name="map-cameras"),
    path("api/map/cameras/<str:public_id>", pages.card, name="map-card"),
    path("api/map/states", pages.states, name="map-states"),
    path("api/map/base", pages.base, name="map-base"),
]
