"""Forms of sign-in and people. They read what was typed; acts decide."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from mingcha.records.accounts.actions.factors import KEY_NAME_LIMIT
from mingcha.records.accounts.actions.tokens import TOKEN_NAME_LIMIT
from mingcha.records.accounts.factors.keys import ANSWER_LIMIT
from mingcha.records.accounts.factors.rows import has_second_factor
from mingcha.records.accounts.models import NAME_LIMIT, Person
from mingcha.records.accounts.states import LANGUAGES, Role

# A telephone shows digits, a browser offers the code it was sent.
CODE = {"autocomplete": "one-time-code", "inputmode": "numeric", "autocapitalize": "none", "spellcheck": "false"}


class Text(forms.CharField):
    """A text with a limit that is told, not enforced by the browser: ``maxlength`` cuts a pasted name in silence."""

    def __init__(self, *, limit: int, **options: Any) -> None:
        super().__init__(max_length=limit, **options)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        attrs: dict[str, Any] = super().widget_attrs(widget)
        attrs.pop("maxlength", None)
        return attrs


class SignInForm(forms.Form):
    username = forms.CharField(
        label=_("Sign-in name"),
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True, "autocapitalize": "none"}),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class OwnPasswordForm(forms.Form):
    """`ask_current`: whoever has an own password already must know it to change it."""

    current = forms.CharField(
        label=_("Present password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )
    password = forms.CharField(
        label=_("New password"),
        max_length=200,
        strip=False,
        help_text=_("At least 10 characters. A few words in a row are easy to remember and hard to guess."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("New password, once more"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, ask_current: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not ask_current:
            del self.fields["current"]
            self.fields["password"].widget.attrs["autofocus"] = True

    def clean_again(self) -> str:
        again: str = self.cleaned_data["again"]
        if "password" in self.cleaned_data and again != self.cleaned_data["password"]:
            raise forms.ValidationError(_("The two passwords differ."))
        return again


class IdentityForm(forms.Form):
    """The answer to "is it still you": the password, a code, or a key's answer. The names are those of no other form,
    since it travels with other fields."""

    identity_asked = forms.CharField(initial="1", widget=forms.HiddenInput())
    identity_password = forms.CharField(
        label=_("Your password"),
        max_length=200,
        strip=False,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )
    identity_code = forms.CharField(
        label=_("Or a code of your app"), max_length=20, required=False, widget=forms.TextInput(attrs=CODE)
    )
    identity_key = forms.CharField(max_length=ANSWER_LIMIT, required=False, widget=forms.HiddenInput())

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_second_factor(person):
            self.fields["identity_code"].disabled = self.fields["identity_key"].disabled = True

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if not any(given.get(name) for name in ("identity_password", "identity_code", "identity_key")):
            self.add_error("identity_password", _("Show that it is you."))
        return given


class SecondFactorForm(forms.Form):
    """A code at the door, or a key's answer."""

    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        required=False,
        help_text=_("Six digits from your app, or a recovery code."),
        widget=forms.TextInput(attrs={**CODE, "autofocus": True}),
    )
    key = forms.CharField(max_length=ANSWER_LIMIT, required=False, widget=forms.HiddenInput())

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if not given.get("code") and not given.get("key"):
            self.add_error("code", _("Type the code."))
        return given


class AppForm(forms.Form):
    """The first code of a new app."""

    code = forms.CharField(
        label=_("Code from the app"), max_length=20, widget=forms.TextInput(attrs={**CODE, "autofocus": True})
    )


class KeyForm(forms.Form):
    name = Text(
        label=pgettext_lazy("of a key", "Name"),
        limit=KEY_NAME_LIMIT,
        help_text=_("So that you tell your keys apart, such as: blue key, office laptop."),
    )
    key = forms.CharField(max_length=ANSWER_LIMIT, widget=forms.HiddenInput())


class TokenForm(forms.Form):
    name = Text(label=pgettext_lazy("of a token", "Name"), limit=TOKEN_NAME_LIMIT, help_text=_("What it is for."))
    days = forms.TypedChoiceField(
        label=_("Works for"),
        coerce=int,
        choices=[(30, _("30 days")), (90, _("90 days")), (365, _("365 days"))],
        initial=90,
    )


class PeopleFilter(forms.Form):
    """What the list of people is narrowed to."""

    text = forms.CharField(label=_("Name or sign-in name"), max_length=100, required=False)
    role = forms.ChoiceField(label=_("Role"), required=False, choices=[("", _("All")), *Role.choices])
    state = forms.ChoiceField(
        label=_("Account"),
        required=False,
        choices=[
            ("", _("All")),
            ("active", _("Active")),
            ("waiting", _("No own password yet")),
            ("disabled", _("Disabled")),
        ],
    )


class PersonForm(forms.Form):
    name = Text(label=pgettext_lazy("of a person", "Name"), limit=NAME_LIMIT)
    username = Text(
        label=_("Sign-in name"),
        limit=64,
        help_text=_("Letters, digits, dots, hyphens or underscores; cannot be changed later."),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "autocomplete": "off"}),
    )
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.GUARD)
    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        choices=[("", _("That of their browser")), *LANGUAGES],
        initial=get_language,
    )


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)


class LanguageForm(forms.Form):
    language = forms.ChoiceField(choices=LANGUAGES)
    next = forms.CharField(required=False)
