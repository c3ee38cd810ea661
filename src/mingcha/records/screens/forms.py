"""The form that names a screen."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mingcha.records.inventory.models import Site
from mingcha.records.screens.states import NAME_LIMIT


class ScreenForm(forms.Form):
    site = forms.ModelChoiceField(
        label=_("Site"), queryset=Site.objects.none(), to_field_name="public_id", empty_label=None
    )
    name = forms.CharField(
        label=_("Name of this screen"), max_length=NAME_LIMIT, help_text=_("For example “Duty room, left desk”.")
    )

    def __init__(self, *args: Any, sites: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["site"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = sites
