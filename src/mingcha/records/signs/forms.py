"""Forms of the notices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mingcha.records.files.states import PICTURES, accept_of
from mingcha.records.inventory.models import Area, Camera, Site
from mingcha.records.signs.actions import CAMERAS_MOST, NoticeDraft, SignDraft
from mingcha.records.signs.queries import Search
from mingcha.records.signs.queries.notices import PURPOSE
from mingcha.records.signs.states import (
    CHECK_DAYS_MOST,
    CHECK_EVERY_DAYS,
    NAME_LIMIT,
    TEXT_LIMIT,
    CheckResult,
    SignState,
)

_DAY = {"type": "date"}


def photo_field() -> forms.FileField:
    """A photograph, if there is one; on a phone the camera opens."""
    return forms.FileField(
        label=_("Photograph"),
        required=False,
        help_text=_("JPEG, PNG or WebP. Place and device are taken out of what others see."),
        error_messages={"empty": _("The file is empty.")},
        widget=forms.FileInput(attrs={"accept": accept_of(PICTURES), "capture": "environment"}),
    )


class SignForm(forms.Form):
    name = forms.CharField(
        label=_("Where it hangs"), max_length=NAME_LIMIT, help_text=_("For example “Pillar at the east gate”.")
    )
    area = forms.ModelChoiceField(label=_("Area"), queryset=Area.objects.none(), required=False, empty_label="—")
    cameras = forms.ModelMultipleChoiceField(
        label=_("Cameras it announces"),
        queryset=Camera.objects.none(),
        to_field_name="public_id",
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, site: Site, chosen: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        area, cameras = self.fields["area"], self.fields["cameras"]
        assert isinstance(area, forms.ModelChoiceField)
        assert isinstance(cameras, forms.ModelMultipleChoiceField)
        area.queryset = Area.objects.filter(site=site, removed_at__isnull=True)
        found = Camera.objects.filter(site=site, retired_at__isnull=True).order_by("id")
        # A form with thousands of boxes helps nobody: there, only those that were chosen before.
        cameras.queryset = found.filter(public_id__in=chosen) if found.count() > CAMERAS_MOST else found

    def draft(self) -> SignDraft:
        data = self.cleaned_data
        return SignDraft(name=data["name"], area=data["area"], cameras=list(data["cameras"]))


class PostForm(forms.Form):
    posted_on = forms.DateField(label=_("Put up on"), widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"))
    photo = photo_field()


class CheckForm(forms.Form):
    result = forms.ChoiceField(label=_("Found"), choices=CheckResult.choices)
    note = forms.CharField(label=_("Note"), max_length=TEXT_LIMIT, required=False)
    photo = photo_field()


class RemoveForm(forms.Form):
    reason = forms.CharField(label=_("Why"), max_length=TEXT_LIMIT)


class NoticeForm(forms.Form):
    purpose_zh = forms.CharField(
        label=_("Purpose, in Chinese"),
        max_length=TEXT_LIMIT,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": PURPOSE["zh"]}),
    )
    purpose_en = forms.CharField(
        label=_("Purpose, in English"),
        max_length=TEXT_LIMIT,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": PURPOSE["en"]}),
    )
    contact = forms.CharField(
        label=_("Contact and complaints"),
        max_length=TEXT_LIMIT,
        required=False,
        help_text=_("Empty: as the unit says."),
    )
    check_every_days = forms.IntegerField(
        label=_("Check each notice every (days)"), min_value=1, max_value=CHECK_DAYS_MOST, initial=CHECK_EVERY_DAYS
    )

    def draft(self) -> NoticeDraft:
        return NoticeDraft(**self.cleaned_data)


class SearchForm(forms.Form):
    """Filters of the list; a GET form."""

    site = forms.ChoiceField(label=_("Site"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False, choices=(("", _("All")), *SignState.choices))
    after = forms.IntegerField(required=False, min_value=1, max_value=1 << 62, widget=forms.HiddenInput)

    def __init__(self, *args: Any, sites: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["site"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("All")), *((site.public_id, site.name) for site in sites)]

    def search(self) -> Search:
        data = self.cleaned_data
        return Search(site=data["site"], state=data["state"], after_id=data["after"])
