"""Forms of policies and approvals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mingcha.records.inventory.models import Site
from mingcha.records.policies.states import RULES, TEXT_LIMIT, Rule, ValueKind


class PolicyForm(forms.Form):
    """What a policy is to be, where, and why. `now`: what holds everywhere."""

    scope = forms.ChoiceField(label=_("Where"), required=False)
    value = forms.IntegerField(label=_("New value"))
    reason = forms.CharField(label=_("Why"), max_length=TEXT_LIMIT)

    def __init__(self, *args: Any, key: str, sites: Sequence[Site], now: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rule = RULES[key]
        self.fields["value"] = value_field(rule)
        self.fields["value"].initial = now
        self.names = {site.public_id: site.name for site in sites}
        if rule.per_site and sites:
            self.fields["scope"] = forms.ChoiceField(
                label=_("Where"), required=False, choices=[("", _("Everywhere")), *self.names.items()]
            )
        else:
            del self.fields["scope"]

    @property
    def scope_chosen(self) -> tuple[str, str]:
        """Id and name of the site, both empty for everywhere."""
        scope = str(self.cleaned_data.get("scope", ""))
        return scope, self.names.get(scope, "")


def value_field(rule: Rule) -> forms.Field:
    """How a value of this kind is asked for."""
    label = _("New value")
    if rule.kind is ValueKind.YES_NO:
        return forms.TypedChoiceField(label=label, coerce=int, choices=[(1, _("Yes")), (0, _("No"))])
    if rule.kind is ValueKind.O_CLOCK:
        hours = [(hour, f"{hour}:00") for hour in range(rule.least, rule.most + 1)]
        return forms.TypedChoiceField(label=label, coerce=int, choices=hours)
    return forms.IntegerField(label=_UNITS.get(rule.kind, label), min_value=rule.least, max_value=rule.most)


_UNITS = {ValueKind.HOURS: _("New value (hours)"), ValueKind.DAYS: _("New value (days)")}


class SecondPersonForm(forms.Form):
    """A second person's own sign-in, on somebody else's screen: nothing of it is remembered by the browser."""

    username = forms.CharField(
        label=_("Sign-in name of the second person"),
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    code = forms.CharField(
        label=_("Code of the app, or a recovery code"),
        max_length=16,
        required=False,
        help_text=_("Where the second person has a second factor."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric", "autocapitalize": "none"}),
    )


class RefusalForm(forms.Form):
    """Why not."""

    note = forms.CharField(label=_("Why it is refused"), max_length=TEXT_LIMIT)
