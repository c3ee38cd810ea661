"""Addresses of the notices. PDF and public pages are in `mingcha.web.pages.papers_urls`."""

from __future__ import annotations

from django.urls import path

from mingcha.records.signs import views

urlpatterns = [
    path("signs/", views.signs, name="signs"),
    path("signs/missing/", views.missing, name="missing-signs"),
    path("signs/add/<str:site_id>/", views.plan_sign, name="plan-sign"),
    path("signs/notices/", views.notices, name="notices"),
    path("signs/notices/<str:site_id>/", views.notice, name="notice"),
    path("signs/notices/<str:site_id>/renew/", views.renew_link, name="renew-notice-link"),
    path("signs/notices/<str:site_id>/withdraw/", views.withdraw_notice, name="withdraw-notice"),
    path("signs/notices/<str:site_id>/<str:sheet>.svg", views.sheet_svg, name="notice-svg"),
    path("signs/<str:public_id>/", views.sign, name="sign"),
    path("signs/<str:public_id>/edit/", views.edit_sign, name="edit-sign"),
    path("signs/<str:public_id>/photo/", views.photo, name="sign-photo"),
    path("signs/<str:public_id>/post/", views.post_sign, name="post-sign"),
    path("signs/<str:public_id>/check/", views.check_sign, name="check-sign"),
    path("signs/<str:public_id>/checks/<int:check>/photo/", views.check_photo, name="sign-check-photo"),
    path("signs/<str:public_id>/remove/", views.remove_sign, name="remove-sign"),
]
