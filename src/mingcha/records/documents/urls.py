"""Addresses of the archive."""

from __future__ import annotations

from django.urls import path

from mingcha.records.documents import views

urlpatterns = [
    path("documents/", views.documents, name="documents"),
    path("documents/add/", views.file_document, name="file-document"),
    path("documents/required/", views.required, name="required-documents"),
    path("documents/required/<str:public_id>/", views.site_required, name="site-required-documents"),
    path("documents/handovers/", views.handovers, name="handovers"),
    path("documents/handovers/add/", views.add_handover, name="add-handover"),
    path("documents/handovers/<str:public_id>/", views.handover, name="handover"),
    path("documents/<str:public_id>/", views.document, name="document"),
    path("documents/<str:public_id>/versions/", views.add_version, name="add-document-version"),
    path("documents/<str:public_id>/versions/<int:number>/", views.download, name="document-file"),
    path("documents/<str:public_id>/versions/<int:number>/picture/", views.picture, name="document-picture"),
    path("documents/<str:public_id>/withdraw/", views.withdraw, name="withdraw-document"),
]
