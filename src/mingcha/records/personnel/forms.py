"""Forms of posts and personnel files. They read what was typed; acts decide."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mingcha.records.accounts.models import Person
from mingcha.records.files.states import PAPERS, accept_of
from mingcha.records.inventory.models import Contractor, Site
from mingcha.records.personnel.actions import Cover
from mingcha.records.personnel.models import PersonnelFile
from mingcha.records.personnel.states import (
    MOST_SEATS,
    NAME_LIMIT,
    REASON_LIMIT,
    TEXT_LIMIT,
    IdKind,
    Number,
    PostKind,
    Result,
)

_OFF = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


def _day(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    # Browsers take and give such days as ISO 8601, whatever the language of the page.
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, help_text=help_text, widget=widget)


def _evidence(label: Any) -> forms.FileField:
    return forms.FileField(
        label=label,
        required=False,
        max_length=255,
        help_text=_("PDF, PNG, JPEG, WebP, DOCX, XLSX or plain text. Only keepers of personnel files can open it."),
        error_messages={"empty": _("The file is empty.")},
        widget=forms.FileInput(attrs={"accept": accept_of(PAPERS)}),
    )


def _reason(label: Any, help_text: Any = "") -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 2})
    return forms.CharField(label=label, max_length=REASON_LIMIT, help_text=help_text, widget=widget)


class ByPublicId(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A choice whose values are public ids."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, to_field_name="public_id", **kwargs)


class PostForm(forms.Form):
    site = ByPublicId(label=_("Site"), queryset=Site.objects.none(), empty_label=None)
    name = forms.CharField(
        label=_("Name of the post"), max_length=NAME_LIMIT, help_text=_("For example “Control room, east”.")
    )
    kind = forms.ChoiceField(
        label=_("Kind of post"),
        choices=PostKind.choices,
        help_text=_("Monitoring and management posts give pictures; what the law demands depends on the kind."),
    )
    seats = forms.IntegerField(
        label=pgettext_lazy("in a post", "Places"),
        min_value=1,
        max_value=MOST_SEATS,
        initial=1,
        help_text=_("How many people it wants."),
    )

    def __init__(self, *args: Any, sites: QuerySet[Site] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if sites is None:
            del self.fields["site"], self.fields["kind"]
        else:
            _choices(self, "site", sites)


class AppointForm(forms.Form):
    from_on = _day(_("First day"))
    until_on = _day(_("Last day"), required=False, help_text=_("Leave empty for an appointment without an end."))


class ReasonForm(forms.Form):
    reason = _reason(_("Reason"), _("It goes into the register and stays there."))


class RevealForm(ReasonForm):
    which = forms.ChoiceField(label=_("Number"), choices=Number.choices)


class CoverForm(forms.Form):
    """`cover`: what is stored. Its numbers are not shown; empty fields keep them, a tick removes them."""

    full_name = forms.CharField(
        label=_("Full name"), max_length=100, help_text=_("As on the identity card."), widget=forms.TextInput(_OFF)
    )
    employer = ByPublicId(
        label=_("Employed by"), queryset=Contractor.objects.none(), required=False, empty_label=_("Own unit")
    )
    site = ByPublicId(
        label=_("Works at"),
        queryset=Site.objects.none(),
        required=False,
        empty_label=_("Not decided"),
        help_text=_("Decides in which staff list the person stands before any appointment."),
    )
    id_kind = forms.ChoiceField(label=_("Kind of number"), choices=IdKind.choices, initial=IdKind.RESIDENT)
    id_number = forms.CharField(
        label=pgettext_lazy("of a person", "Id number"),
        max_length=40,
        required=False,
        help_text=_("Kept encrypted and shown masked. The check digit is verified."),
        widget=forms.TextInput(_OFF),
    )
    drop_id = forms.BooleanField(label=_("Remove the stored id number"), required=False)
    phone = forms.CharField(
        label=_("Telephone"),
        max_length=40,
        required=False,
        help_text=_("Kept encrypted and shown masked."),
        widget=forms.TextInput({**_OFF, "inputmode": "tel"}),
    )
    drop_phone = forms.BooleanField(label=_("Remove the stored telephone"), required=False)

    def __init__(
        self,
        *args: Any,
        sites: QuerySet[Site],
        firms: QuerySet[Contractor],
        cover: PersonnelFile | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        _choices(self, "site", sites)
        _choices(self, "employer", firms)
        for name, drop, sealed in (
            ("id_number", "drop_id", cover.id_sealed if cover else ""),
            ("phone", "drop_phone", cover.phone_sealed if cover else ""),
        ):
            if sealed:
                self.fields[name].help_text = pgettext_lazy("a number", "Leave empty to keep the stored one.")
            else:
                del self.fields[drop]

    def cover(self) -> Cover:
        data = self.cleaned_data
        return Cover(
            full_name=data["full_name"],
            id_kind=data["id_kind"],
            id_number=self._number("id_number", "drop_id"),
            phone=self._number("phone", "drop_phone"),
            employer=data["employer"],
            site=data["site"],
        )

    def _number(self, name: str, drop: str) -> str | None:
        typed: str = self.cleaned_data[name].strip()
        if typed:
            return typed
        return "" if self.cleaned_data.get(drop) else None


class CheckForm(forms.Form):
    checked_on = _day(_("Checked on"))
    result = forms.ChoiceField(label=_("Result"), choices=Result.choices)
    checked_by = forms.CharField(label=pgettext_lazy("entry check", "Checked by"), max_length=NAME_LIMIT)
    remark = forms.CharField(label=_("Remark"), max_length=TEXT_LIMIT, required=False)
    evidence = _evidence(_("Record of the check"))


class UndertakingForm(forms.Form):
    educated_on = _day(_("Education on"))
    signed_on = _day(_("Undertaking signed on"))
    expires_on = _day(_("Good until"), required=False, help_text=_("The last day it counts, if it says one."))
    evidence = _evidence(_("Signed undertaking"))


class PeopleForm(forms.Form):
    """A line for many people at once. `shown`: the people the page lists."""

    people = forms.MultipleChoiceField(
        label=_("People"), required=False, widget=forms.CheckboxSelectMultiple, choices=()
    )

    def __init__(self, *args: Any, shown: Sequence[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = self.fields["people"]
        assert isinstance(people, forms.MultipleChoiceField)
        people.choices = [(person.public_id, person.name) for person in shown]


class TrainingForm(PeopleForm):
    course = forms.CharField(label=_("Course"), max_length=NAME_LIMIT)
    organiser = forms.CharField(label=_("Organiser"), max_length=NAME_LIMIT)
    held_on = _day(_("Held on"))
    result = forms.ChoiceField(label=_("Result"), choices=Result.choices)
    expires_on = _day(_("Good until"), required=False, help_text=_("The last day it counts, if it says one."))
    evidence = _evidence(_("Certificate or list of participants"))


class FilingForm(PeopleForm):
    organ = forms.CharField(label=_("Filed with"), max_length=NAME_LIMIT)
    filed_on = _day(_("Filed on"))
    receipt_number = forms.CharField(label=_("Number of the receipt"), max_length=100, required=False)
    evidence = _evidence(_("Receipt"))


class TakeOutForm(PeopleForm):
    reason = _reason(_("Reason"), _("It goes into the register and stays there."))


class FilterForm(forms.Form):
    """What the list of people shows."""

    STATES = (
        ("", _("Everybody")),
        ("in_post", _("In a post")),
        ("suspended", _("In a post, may not watch")),
        ("no_post", _("Without a post")),
        ("no_file", _("Without a file")),
    )

    text = forms.CharField(
        label=_("Name or whole number"), max_length=100, required=False, widget=forms.TextInput({"type": "search"})
    )
    site = ByPublicId(
        label=_("Site"), queryset=Site.objects.none(), required=False, empty_label=_("All sites"), blank=True
    )
    employer = ByPublicId(
        label=_("Employed by"), queryset=Contractor.objects.none(), required=False, empty_label=_("All employers")
    )
    state = forms.ChoiceField(label=_("Shown"), choices=STATES, required=False)

    def __init__(self, *args: Any, sites: QuerySet[Site], firms: QuerySet[Contractor], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choices(self, "site", sites)
        _choices(self, "employer", firms)


def _choices(form: forms.Form, name: str, rows: QuerySet[Any]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = rows
