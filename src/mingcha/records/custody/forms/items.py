"""Forms of copies in custody."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mingcha.records.custody.actions import Attestation, HandOverDraft, ReceiverDraft, SealDraft
from mingcha.records.custody.queries import CopySearch
from mingcha.records.custody.states import (
    BY_HAND,
    CERTIFICATES,
    NAME_LIMIT,
    NUMBER_LIMIT,
    OTHER_PAPER,
    SEAL_LIMIT,
    TEXT_LIMIT,
    Ending,
    ItemState,
    Medium,
)
from mingcha.records.files.states import PICTURES, Kind, accept_of
from mingcha.records.viewing.states import ExportState
from mingcha.records.wording.law import label

_UNFINISHED = (
    (ExportState.ORDERED.value, ExportState.ORDERED.label),
    (ExportState.FAILED.value, ExportState.FAILED.label),
)


def paper_label(code: str) -> str:
    """A paper that was shown, in the reader's language; empty for none."""
    if code == OTHER_PAPER:
        return str(_("Another paper with a number"))
    return label("document", code) if code else ""


def _day(label_: Any, *, required: bool, help_text: Any = "") -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label_, required=required, widget=widget, help_text=help_text)


def _file(label_: Any, kinds: frozenset[Kind], *, help_text: Any = "") -> forms.FileField:
    widget = forms.ClearableFileInput(attrs={"accept": accept_of(kinds)})
    return forms.FileField(label=label_, required=False, widget=widget, help_text=help_text)


class SealForm(forms.Form):
    medium = forms.ChoiceField(label=_("It leaves on"), choices=Medium.choices)
    seal_number = forms.CharField(
        label=_("Number of the seal"),
        max_length=SEAL_LIMIT,
        required=False,
        help_text=_("As printed on the seal or the evidence bag. What is sent by line has none."),
    )
    receiver_unit = forms.CharField(label=_("Receiving unit"), max_length=NAME_LIMIT, required=False)
    receiver_name = forms.CharField(label=_("Name of the receiver"), max_length=NAME_LIMIT)
    purpose = forms.CharField(label=pgettext_lazy("of a copy", "What it is for"), max_length=TEXT_LIMIT)

    def draft(self) -> SealDraft:
        return SealDraft(**self.cleaned_data)


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Why"), max_length=TEXT_LIMIT)


class KeepForm(ReasonForm):
    until = _day(_("Let it wait until"), required=True)
    field_order = ("until", "reason")

    def until_at(self) -> datetime:
        """The end of that day where the reader is."""
        return timezone.make_aware(datetime.combine(self.cleaned_data["until"], time(23, 59, 59)))


class _ReceiptForm(forms.Form):
    """What somebody showed and how they signed."""

    paper = forms.ChoiceField(label=_("Certificate shown"), required=False)
    number = forms.CharField(
        label=_("Number on the certificate shown"),
        max_length=NUMBER_LIMIT,
        required=False,
        help_text=_("Kept sealed; screens show a part of it."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    signature = _file(_("Signature"), PICTURES, help_text=_("Drawn on the screen, or a picture of it."))
    signed_name = forms.CharField(label=_("Name typed instead of a signature"), max_length=NAME_LIMIT, required=False)
    note = forms.CharField(label=_("Note"), max_length=TEXT_LIMIT, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["paper"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", _("None was shown")),
            *((code, paper_label(code)) for code in (*CERTIFICATES, OTHER_PAPER)),
        ]

    def receiver(self) -> ReceiverDraft:
        data = self.cleaned_data
        return ReceiverDraft(data["paper"], data["number"], data["signature"], data["signed_name"], data["note"])


class HandOverForm(_ReceiptForm):
    return_due_on = _day(
        _("Has to be back by"), required=False, help_text=_("Leave it empty when the receiver keeps it.")
    )

    def draft(self) -> HandOverDraft:
        return HandOverDraft(self.receiver(), self.cleaned_data["return_due_on"])


class TakeBackForm(_ReceiptForm):
    by_unit = forms.CharField(label=_("Unit of whoever brings it"), max_length=NAME_LIMIT, required=False)
    by_name = forms.CharField(label=_("Name of whoever brings it"), max_length=NAME_LIMIT)
    seal_intact = forms.BooleanField(label=_("The seal is whole"), required=False)
    field_order = ("by_unit", "by_name", "seal_intact")


class HandOnForm(forms.Form):
    unit = forms.CharField(label=_("Receiving unit"), max_length=NAME_LIMIT, required=False)
    name = forms.CharField(label=_("Name of the receiver"), max_length=NAME_LIMIT)
    note = forms.CharField(label=_("How this is known, and why"), max_length=TEXT_LIMIT)


class DestroyForm(forms.Form):
    ending = forms.ChoiceField(
        label=_("Why it is destroyed"), choices=[(code.value, code.label) for code in Ending if code in BY_HAND]
    )
    note = forms.CharField(label=_("In words"), max_length=TEXT_LIMIT, required=False)


class AttestForm(forms.Form):
    how = forms.CharField(
        label=_("What was destroyed, and how"),
        max_length=TEXT_LIMIT,
        help_text=_("Discs and sticks, files on computers, what the receiver had."),
    )
    first_witness = forms.CharField(label=_("First witness"), max_length=NAME_LIMIT, required=False)
    second_witness = forms.CharField(label=_("Second witness"), max_length=NAME_LIMIT, required=False)
    evidence = _file(_("Signed paper or photograph"), PICTURES | {Kind.PDF})

    def draft(self) -> Attestation:
        data = self.cleaned_data
        return Attestation(data["how"], (data["first_witness"], data["second_witness"]), data["evidence"])


class CheckForm(forms.Form):
    """A manifest, or the hash of one or of a film. No film is ever uploaded."""

    manifest = forms.FileField(
        label=_("The file manifest.json"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": ".json,application/json"}),
        help_text=_("Only its fingerprint is taken; it is not kept. Never choose a film here."),
    )
    sha256 = forms.CharField(
        label=_("Or a SHA-256"),
        max_length=200,
        required=False,
        help_text=_("Of manifest.json or of a film, as sha256sum or certutil prints it."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not data.get("manifest") and not data.get("sha256", "").strip():
            self.add_error(None, _("Choose a manifest or enter a SHA-256."))
        return data


class CopySearchForm(forms.Form):
    """Filters of the list; a GET form."""

    text = forms.CharField(label=_("Receiver, purpose, seal or number"), required=False, max_length=NAME_LIMIT)
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=(("", _("All")), *ItemState.choices, *_UNFINISHED)
    )
    basis = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
    before = forms.IntegerField(required=False, min_value=1, max_value=1 << 62, widget=forms.HiddenInput)

    def search(self) -> CopySearch:
        data = self.cleaned_data
        return CopySearch(data["state"], data["text"].strip(), data["basis"], data["before"])
