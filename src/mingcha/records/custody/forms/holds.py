"""Forms of holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from mingcha.base.clock import from_datetime
from mingcha.base.timerange import TimeRange
from mingcha.records.custody.actions import HoldDraft, Reason
from mingcha.records.custody.queries import KeptGroup, Search
from mingcha.records.custody.states import CAMERAS_MOST, NUMBER_LIMIT, TEXT_LIMIT, Ground, HoldState
from mingcha.records.inventory.models import Camera, Site

_WIDGET = {"type": "datetime-local", "step": "1"}


def instant_field(label: Any) -> forms.DateTimeField:
    """A day and a time of it, to the second, in the reader's zone."""
    return forms.DateTimeField(label=label, widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M:%S", attrs=_WIDGET))


class HoldForm(forms.Form):
    """What is to be held. `site`: its cameras are offered; `chosen`: ids that are offered whatever their site."""

    cameras = forms.ModelMultipleChoiceField(
        label=_("Cameras"),
        queryset=Camera.objects.none(),
        to_field_name="public_id",
        widget=forms.CheckboxSelectMultiple,
    )
    start = instant_field(_("From"))
    end = instant_field(_("To"))
    ground = forms.ChoiceField(
        label=_("Held for"),
        choices=Ground.choices,
        help_text=_("Important information stays for the term of the law, anything else until two persons release it."),
    )
    number = forms.CharField(
        label=_("Number of the request or case"),
        max_length=NUMBER_LIMIT,
        required=False,
    )
    text = forms.CharField(label=_("What it is about"), max_length=TEXT_LIMIT)

    def __init__(self, *args: Any, site: Site | None, chosen: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["cameras"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        named = Camera.objects.filter(public_id__in=list(chosen)[:CAMERAS_MOST])
        of_site = Camera.objects.filter(site=site) if site else Camera.objects.none()
        # A form with thousands of boxes helps nobody: there, only those that were chosen before.
        offered = named if of_site.count() > CAMERAS_MOST else named | of_site
        field.queryset = offered.select_related("site").order_by("site_id", "id")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        start, end = data.get("start"), data.get("end")
        if isinstance(start, datetime) and isinstance(end, datetime) and end <= start:
            self.add_error("end", _("The end of the range must come after its start."))
        return data

    def draft(self) -> HoldDraft:
        data = self.cleaned_data
        return HoldDraft(
            ground=data["ground"],
            number=data["number"],
            text=data["text"],
            cameras=list(data["cameras"]),
            span=TimeRange(from_datetime(data["start"]), from_datetime(data["end"])),
        )


class ReasonForm(forms.Form):
    """Why a hold that only the recorder knows is kept on. `group`: its parts; one for a term keeps its ground."""

    ground = forms.ChoiceField(
        label=_("Held for"), choices=[choice for choice in Ground.choices if choice[0] != Ground.IMPORTANT]
    )
    number = forms.CharField(label=_("Number of the request or case"), max_length=NUMBER_LIMIT, required=False)
    text = forms.CharField(label=_("What it is about"), max_length=TEXT_LIMIT)
    site = forms.ModelChoiceField(
        label=_("Site of the cameras"), queryset=Site.objects.none(), to_field_name="public_id", required=False
    )

    def __init__(self, *args: Any, group: KeptGroup, sites: QuerySet[Site], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if group.first.until_us is not None:
            del self.fields["ground"]
        if group.has_strangers:
            self.fields["site"].queryset = sites  # type: ignore[attr-defined]
        else:
            del self.fields["site"]

    def reason(self) -> Reason:
        data = self.cleaned_data
        return Reason(data.get("ground", Ground.IMPORTANT), data["number"], data["text"], data.get("site"))


class NoteForm(forms.Form):
    """A few words on a hold: why it is still needed, why it may go, why it may not."""

    note = forms.CharField(label=_("Why"), max_length=TEXT_LIMIT)


class SearchForm(forms.Form):
    """Filters of the list; a GET form."""

    state = forms.ChoiceField(label=_("State"), required=False, choices=(("", _("All that stand")), *HoldState.choices))
    ground = forms.ChoiceField(label=_("Held for"), required=False, choices=(("", _("All")), *Ground.choices))
    text = forms.CharField(label=_("Number or words"), required=False, max_length=NUMBER_LIMIT)
    camera = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
    before = forms.IntegerField(required=False, min_value=1, max_value=1 << 62, widget=forms.HiddenInput)

    def search(self) -> Search:
        data = self.cleaned_data
        return Search(data["state"], data["ground"], data["camera"], data["text"].strip(), data["before"])
