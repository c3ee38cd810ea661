"""Addresses of sites and cameras."""

from __future__ import annotations

from django.urls import path

from mingcha.records.inventory import views

urlpatterns = [
    path("cameras/", views.cameras, name="cameras"),
    path("cameras/add/", views.add_camera, name="add-camera"),
    path("api/cameras/test", views.probe, name="probe"),
    path("cameras/<str:public_id>/", views.camera, name="camera"),
    path("cameras/<str:public_id>/edit/", views.edit_camera, name="edit-camera"),
    path("cameras/<str:public_id>/retire/", views.retire_camera, name="retire-camera"),
    path("sites/add/", views.add_site, name="add-site"),
    path("sites/<str:public_id>/edit/", views.edit_site, name="edit-site"),
]
