"""What one may ask the book of what was seen: forms with GET."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from mingcha.base.clock import US_PER_S, from_datetime
from mingcha.base.timerange import TimeRange
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.queries import people
from mingcha.records.inventory.queries import cameras
from mingcha.records.viewing.states import NOTE_LIMIT, Outcome
from mingcha.web.pages.book_form import SUGGESTED, id_of_named, with_names

LENGTHS = (1, 4, 24, 24 * 7)
"""Hours that may be asked for at once."""
FORMAT = "%Y-%m-%dT%H:%M"
DAYS = (7, 30, 90)


class _Form(forms.Form):
    """Names may be given in place of ids, as in the register."""

    def __init__(self, data: QueryDict, *, viewer: Person, **kwargs: Any) -> None:
        self.viewer = viewer
        super().__init__(with_names(data, viewer), **kwargs)
        for name in ("person", "camera"):
            if name in self.fields:
                self.fields[name].widget.attrs.update({"list": f"names-{name}", "autocomplete": "off"})

    def suggestions(self) -> dict[str, list[str]]:
        """Names to choose from; of a big unit only the first."""
        known = {"person": people(viewer=self.viewer), "camera": cameras(viewer=self.viewer)}
        return {
            name: list(dict.fromkeys(known[name].values_list("name", flat=True)[:SUGGESTED]))
            for name in self.fields
            if name in known
        }


class CameraForm(_Form):
    """Which camera, from when, how long."""

    camera = forms.CharField(label=_("Camera"), max_length=200)
    start = forms.DateTimeField(
        label=_("From"), widget=forms.DateTimeInput(format=FORMAT, attrs={"type": "datetime-local"})
    )
    hours = forms.TypedChoiceField(
        label=_("How long"),
        coerce=int,
        choices=lambda: [(n, ngettext("%(n)s hour", "%(n)s hours", n) % {"n": n}) for n in LENGTHS],
    )
    before = forms.IntegerField(required=False, min_value=1, max_value=1 << 62, widget=forms.HiddenInput)

    def clean_camera(self) -> str:
        return id_of_named(self.cleaned_data["camera"], "cam", cameras(viewer=self.viewer, with_retired=True))

    def span(self) -> TimeRange:
        start_us = from_datetime(self.cleaned_data["start"])
        return TimeRange(start_us, start_us + self.cleaned_data["hours"] * 3600 * US_PER_S)


class PersonForm(_Form):
    """Which person."""

    person = forms.CharField(label=_("Person"), max_length=100)
    before = forms.IntegerField(required=False, min_value=1, max_value=1 << 62, widget=forms.HiddenInput)

    def clean_person(self) -> str:
        return id_of_named(self.cleaned_data["person"], "per", people(viewer=self.viewer))


class NoticedForm(forms.Form):
    """How far back."""

    days = forms.TypedChoiceField(
        label=_("Last"),
        coerce=int,
        choices=lambda: [(n, ngettext("%(n)s day", "%(n)s days", n) % {"n": n}) for n in DAYS],
    )


class NoteForm(forms.Form):
    """A few words: what came of it, what others should know, why rows go."""

    note = forms.CharField(label=_("Note"), max_length=NOTE_LIMIT, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, label: str = "", help_text: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if label:
            self.fields["note"].label = label
        self.fields["note"].help_text = help_text


class FindingForm(forms.Form):
    """What looks for an incident led to. `owing`: those that may be chosen."""

    looks = forms.MultipleChoiceField(label=_("Looks"), widget=forms.CheckboxSelectMultiple)
    outcome = forms.ChoiceField(label=_("What it led to"), choices=Outcome.choices, widget=forms.RadioSelect)
    text = forms.CharField(label=_("In words"), max_length=NOTE_LIMIT, required=False)

    def __init__(self, *args: Any, owing: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["looks"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = owing


def this_hour(at: datetime) -> str:
    """The beginning of the hour, as the form writes it."""
    return at.astimezone(timezone.get_current_timezone()).replace(minute=0).strftime(FORMAT)


def days_before(at: datetime, days: int) -> datetime:
    """Midnight of the day so many days ago, in the reader's zone."""
    return at.astimezone(timezone.get_current_timezone()).replace(
        hour=0, minute=0, second=0, microsecond=0
    ) - timedelta(days=days)
