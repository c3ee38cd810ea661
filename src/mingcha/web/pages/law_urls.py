"""Addresses of the law reader."""

from __future__ import annotations

from django.urls import path

from mingcha.web.pages import law

urlpatterns = [
    path("", law.articles, name="law"),
    path("site/", law.site, name="law-site"),
    path("<str:instrument>/<int:number>/", law.article, name="law-article"),
]
