"""Forms of taking a site in by file and of searching for cameras."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mingcha.records.inventory.actions.searches import TARGETS_LIMIT
from mingcha.records.inventory.forms.fields import OFF, Text, offer
from mingcha.records.inventory.models import Site


class ImportForm(forms.Form):
    """A file to look at, and the site of rows that name none."""

    file = forms.FileField(
        label=_("Inventory file"),
        help_text=_("XLSX or CSV, as the template has it. Nothing changes before you have seen what it would do."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.xlsx"}),
        allow_empty_file=True,
    )
    site = forms.ModelChoiceField(
        label=_("Site of rows that name none"), queryset=Site.objects.none(), required=False, empty_label="—"
    )

    def __init__(self, *args: Any, sites: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "site", sites)


class SearchForm(forms.Form):
    """Where to look for cameras, and as whom to ask them."""

    on_link = forms.BooleanField(label=_("On the networks this machine is part of"), required=False, initial=True)
    targets = Text(
        label=_("At these addresses"),
        max_length=TARGETS_LIMIT,
        required=False,
        help_text=_("192.168.1.64, 192.168.1.0/24, 192.168.1.10-60 or cam.lan:8080; several with blanks between."),
        widget=forms.TextInput(attrs=OFF),
    )
    username = Text(
        label=_("User name of the cameras"), max_length=200, required=False, widget=forms.TextInput(attrs=OFF)
    )
    password = Text(
        label=_("Password of the cameras"),
        max_length=200,
        required=False,
        strip=False,
        help_text=_(
            "Without it cameras tell where they are, but seldom their streams. It is sent to no device in clear."
        ),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
