"""Forms of sites and cameras."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mingcha.base.errors import Invalid
from mingcha.records.inventory.actions import CameraDraft
from mingcha.records.inventory.addresses import URL_LIMIT, read_address
from mingcha.records.inventory.models import Site
from mingcha.records.inventory.names import read_name
from mingcha.records.inventory.states import NAME_LIMIT, Engine, Transport
from mingcha.records.wording import explain

_OFF = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


class SiteForm(forms.Form):
    name = forms.CharField(label=_("Name of the site"), max_length=NAME_LIMIT)
    address = forms.CharField(label=_("Address"), max_length=300, required=False)


class CameraForm(forms.Form):
    """`sites`: where it may stand; without any, a first site is named in the same form. `with_stored_credentials`:
    an empty password keeps the stored one."""

    site = forms.ModelChoiceField(label=_("Site"), queryset=Site.objects.none(), required=False, empty_label=None)
    site_name = forms.CharField(label=_("Name of the site"), max_length=NAME_LIMIT, required=False)
    name = forms.CharField(
        label=_("Name"), max_length=NAME_LIMIT, help_text=_("As the guards call it, for example “East gate”.")
    )
    main_url = forms.CharField(
        label=_("Address of the main stream"),
        max_length=URL_LIMIT,
        help_text=_("rtsp://host:port/path, as in the camera's manual. This stream is recorded."),
        widget=forms.TextInput(attrs={**_OFF, "inputmode": "url"}),
    )
    sub_url = forms.CharField(
        label=_("Address of the sub stream"),
        max_length=URL_LIMIT,
        required=False,
        help_text=_("Optional: a smaller stream for the video wall."),
        widget=forms.TextInput(attrs={**_OFF, "inputmode": "url"}),
    )
    username = forms.CharField(
        label=_("User name of the camera"), max_length=200, required=False, widget=forms.TextInput(attrs=_OFF)
    )
    password = forms.CharField(
        label=_("Password of the camera"),
        max_length=200,
        required=False,
        strip=False,
        help_text=_("Kept encrypted; never shown again."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    transport = forms.ChoiceField(label=_("Transport"), choices=Transport.choices, initial=Transport.TCP)
    engine = forms.ChoiceField(label=_("Client"), choices=Engine.choices, initial=Engine.NATIVE)
    audio = forms.BooleanField(label=_("Record sound"), required=False)
    audio_reason = forms.CharField(
        label=_("Reason for recording sound"),
        max_length=300,
        required=False,
        help_text=_("Sound stays off unless there is a reason; the reason goes into the register."),
    )

    def __init__(self, *args: Any, sites: Any, stored_username: str | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stored_username = stored_username
        site = self.fields["site"]
        assert isinstance(site, forms.ModelChoiceField)
        site.queryset = sites
        if sites.exists():
            del self.fields["site_name"]
            site.required = True
        else:
            del self.fields["site"]
            self.fields["site_name"].required = True
        if stored_username is not None:
            self.fields["password"].help_text = _("Leave empty to keep the stored one.")

    def clean_name(self) -> str:
        return _readable(self.cleaned_data["name"], read_name)

    def clean_site_name(self) -> str:
        return _readable(self.cleaned_data["site_name"], read_name)

    def clean_main_url(self) -> str:
        return _readable(self.cleaned_data["main_url"], read_address)

    def clean_sub_url(self) -> str:
        text: str = self.cleaned_data["sub_url"]
        return _readable(text, read_address) if text.strip() else ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("audio") and not cleaned.get("audio_reason", "").strip():
            self.add_error("audio_reason", _("State the reason to switch sound on."))
        return cleaned

    def draft(self) -> CameraDraft:
        """What was typed. With stored credentials, an unchanged user name and no password leave them as they are."""
        data = self.cleaned_data
        keep = self.stored_username is not None and data["username"] == self.stored_username and not data["password"]
        return CameraDraft(
            name=data["name"],
            main_url=data["main_url"],
            sub_url=data["sub_url"],
            username=None if keep else data["username"],
            password=None if keep else data["password"],
            transport=data["transport"],
            engine=data["engine"],
            audio_reason=data["audio_reason"] if data["audio"] else "",
        )


def _readable(text: str, read: Callable[[str], object]) -> str:
    """The text as typed, once it can be read; the act reads it again. So all errors of a form show at once, and none
    comes after the act before it (a new site) was done."""
    try:
        read(text)
    except Invalid as error:
        raise forms.ValidationError(explain(error)) from error
    return text
