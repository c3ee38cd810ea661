"""Forms of what follows a grant: narrowing, take-overs, costs, debts, sealed numbers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mingcha.base.clock import from_datetime, to_datetime
from mingcha.base.timerange import TimeRange
from mingcha.records.disclosure.actions import HandBack, Width
from mingcha.records.disclosure.forms.desk import GrantForm, file_field, moment
from mingcha.records.disclosure.models import Grant, Officer, Request
from mingcha.records.disclosure.states import AMOUNT_MOST_FEN, NAME_LIMIT, TEXT_LIMIT, UNIT_ENDS, CostKind, DebtEnd
from mingcha.records.files.states import PICTURES
from mingcha.records.inventory.models import Camera

FEN = 100


class NarrowForm(forms.Form):
    """A grant made smaller; what stands in it is what is left."""

    cameras = forms.ModelMultipleChoiceField(
        label=_("Cameras that stay"),
        queryset=Camera.objects.none(),
        to_field_name="public_id",
        widget=forms.CheckboxSelectMultiple,
    )
    from_at = moment(_("Recordings from"))
    until_at = moment(_("Recordings until"))
    until = moment(_("The grant ends"), required=True)
    reason = forms.CharField(label=_("Why"), max_length=TEXT_LIMIT)

    def __init__(self, *args: Any, grant: Grant, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._grant = grant
        field = self.fields["cameras"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = grant.cameras.order_by("id")
        field.initial = list(grant.cameras.values_list("public_id", flat=True))
        self.fields["until"].initial = grant.until_at.astimezone(timezone.get_current_timezone())
        if grant.from_us is None or grant.to_us is None:
            del self.fields["from_at"], self.fields["until_at"]
        else:
            self.fields["from_at"].initial = to_datetime(grant.from_us).astimezone(timezone.get_current_timezone())
            self.fields["until_at"].initial = to_datetime(grant.to_us).astimezone(timezone.get_current_timezone())
            self.fields["from_at"].required = self.fields["until_at"].required = True

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        first, last = data.get("from_at"), data.get("until_at")
        if first is not None and last is not None and last <= first:
            self.add_error("until_at", _("Give a beginning and an end after it."))
        return data

    def width(self) -> Width:
        data, grant = self.cleaned_data, self._grant
        span = None
        if grant.from_us is not None and grant.to_us is not None:
            # Fields show whole seconds: what was left as it stood is what the grant says, to the microsecond.
            start = grant.from_us if "from_at" not in self.changed_data else from_datetime(data["from_at"])
            end = grant.to_us if "until_at" not in self.changed_data else from_datetime(data["until_at"])
            span = TimeRange(start, end)
        until = grant.until_at if "until" not in self.changed_data else data["until"]
        return Width(list(data["cameras"]), span, until)


class ExtendForm(GrantForm):
    """For how long from now, and why."""

    reason = forms.CharField(label=_("Why"), max_length=TEXT_LIMIT)


class HandBackForm(forms.Form):
    officer = forms.ModelChoiceField(
        label=_("Handed back by"), queryset=Officer.objects.none(), empty_label=None, to_field_name="pk"
    )
    signature = file_field(_("Signature"), PICTURES, hint=_("Drawn on the screen, or a picture of it."))
    signed_name = forms.CharField(label=_("Name typed instead of a signature"), max_length=NAME_LIMIT, required=False)
    note = forms.CharField(
        label=_("Remarks"), max_length=TEXT_LIMIT, required=False, help_text=_("For example how the camera was left.")
    )

    def __init__(self, *args: Any, request: Request, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["officer"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = request.officers.all()

    def draft(self) -> HandBack:
        return HandBack(**self.cleaned_data)


class EndLeaseForm(forms.Form):
    end = forms.ChoiceField(label=_("Reason"), choices=[(end.value, end.label) for end in UNIT_ENDS])
    note = forms.CharField(label=_("In words"), max_length=TEXT_LIMIT)


class CostForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind of cost"), choices=CostKind.choices)
    text = forms.CharField(label=_("What it was for"), max_length=TEXT_LIMIT)
    amount = forms.DecimalField(
        label=_("Amount in yuan"),
        min_value=Decimal("0.01"),
        max_value=Decimal(AMOUNT_MOST_FEN) / FEN,
        decimal_places=2,
        widget=forms.NumberInput(attrs={"step": "0.01", "inputmode": "decimal"}),
    )

    def fen(self) -> int:
        return int(self.cleaned_data["amount"] * FEN)


class CloseDebtForm(forms.Form):
    """`to` is wanted for a report."""

    what = forms.ChoiceField(
        label=_("What is done"),
        choices=(
            (DebtEnd.REPORTED.value, _("Report it to the police organ")),
            (DebtEnd.WRITTEN_OFF.value, _("Write it off")),
        ),
    )
    to = forms.CharField(label=_("Reported to"), max_length=NAME_LIMIT, required=False)
    reason = forms.CharField(label=_("Why"), max_length=TEXT_LIMIT)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("what") == DebtEnd.REPORTED and not data.get("to"):
            self.add_error("to", _("Say to whom it is reported."))
        return data


class RevealForm(forms.Form):
    reason = forms.CharField(
        label=_("Why the number is needed"),
        max_length=TEXT_LIMIT,
        help_text=_("It goes into the register with your name; the number does not."),
    )
