"""The Django app of base templates, tags and own static files."""

from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "mingcha.web"
    label = "web"
