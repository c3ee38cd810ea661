"""Django's entry for this app."""

from __future__ import annotations

from django.apps import AppConfig


class SignsConfig(AppConfig):
    name = "mingcha.records.signs"
    label = "signs"
