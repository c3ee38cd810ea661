"""Django's rules for passwords, with sentences of ours: its own are not all translated."""

from __future__ import annotations

from django.contrib.auth import password_validation as django_rules
from django.utils.translation import gettext


class LongEnough(django_rules.MinimumLengthValidator):
    def get_error_message(self) -> str:
        return gettext("The password is too short: take at least %(count)s characters.") % {"count": self.min_length}


class NotCommon(django_rules.CommonPasswordValidator):
    def get_error_message(self) -> str:
        return gettext("This password is on the lists that every burglar tries. Take another one.")


class UnlikeThePerson(django_rules.UserAttributeSimilarityValidator):
    def get_error_message(self) -> str:
        return gettext("The password is too like your name or sign-in name.")
