"""Forms of receiving, adding and deciding."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from mingcha.base.clock import from_datetime
from mingcha.base.timerange import TimeRange
from mingcha.records.disclosure.actions import Asking, OfficerDraft, PaperDraft, Self, Wanted
from mingcha.records.disclosure.queries import Search
from mingcha.records.disclosure.states import (
    CERTIFICATES,
    GRANT_MINUTES,
    NAME_LIMIT,
    NUMBER_LIMIT,
    ORGANS,
    PAPERS,
    POLICE_APPROVAL,
    TEXT_LIMIT,
    Refusal,
    State,
)
from mingcha.records.files.states import PICTURES, Kind, accept_of
from mingcha.records.inventory.models import Camera, Site
from mingcha.records.screens.models import Screen
from mingcha.records.wording.law import choices, label

BOXES_MOST = 500
RECORDED, LIVE = "recorded", "live"
_MOMENT = {"type": "datetime-local", "step": "1"}
_EMPTY = {"empty": _("The file is empty.")}


def file_field(name: Any, accept: frozenset[Kind], *, camera: bool = False, hint: Any = "") -> forms.FileField:
    attrs = {"accept": accept_of(accept), **({"capture": "environment"} if camera else {})}
    widget = forms.FileInput(attrs=attrs)
    return forms.FileField(label=name, required=False, help_text=hint, error_messages=_EMPTY, widget=widget)


def moment(name: Any, *, required: bool = False) -> forms.DateTimeField:
    """An instant in local time, as browsers give it."""
    widget = forms.DateTimeInput(attrs=_MOMENT, format="%Y-%m-%dT%H:%M:%S")
    return forms.DateTimeField(label=name, required=required, widget=widget)


class WantedForm(forms.Form):
    """What both kinds of request have in common."""

    cameras = forms.ModelMultipleChoiceField(
        label=_("Cameras"),
        queryset=Camera.objects.none(),
        to_field_name="public_id",
        widget=forms.CheckboxSelectMultiple,
    )
    what = forms.ChoiceField(
        label=_("Which pictures"), choices=((RECORDED, _("Recordings of a time")), (LIVE, _("Live pictures")))
    )
    from_at = moment(_("From"))
    until_at = moment(_("Until"))
    purpose = forms.CharField(
        label=_("Purpose of the request"), max_length=TEXT_LIMIT, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, site: Site, chosen: Sequence[str] = (), named: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["cameras"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        found = Camera.objects.filter(site=site).order_by("retired_at", "id")
        self.are_many = found.count() > BOXES_MOST
        if self.are_many:
            # A form with thousands of boxes helps nobody: there, only those looked for by name, and those chosen.
            hits = found.filter(name__icontains=named).values_list("pk", flat=True)[:BOXES_MOST] if named else ()
            found = found.filter(Q(public_id__in=chosen) | Q(pk__in=list(hits)))
        field.queryset = found

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        first, last = data.get("from_at"), data.get("until_at")
        has_range = first is not None and last is not None and last > first
        if data.get("what") == RECORDED and not has_range and not (self.errors.keys() & {"from_at", "until_at"}):
            self.add_error("until_at", _("Give a beginning and an end after it."))
        return data

    def wanted(self, *, mode: str, case_number: str = "", emergency: bool = False) -> Wanted:
        data = self.cleaned_data
        span = None
        if data["what"] == RECORDED:
            span = TimeRange(from_datetime(data["from_at"]), from_datetime(data["until_at"]))
        return Wanted(
            cameras=list(data["cameras"]),
            span=span,
            mode=mode,
            purpose=data["purpose"],
            case_number=case_number,
            emergency=emergency,
        )


class OrganForm(WantedForm):
    """A state organ's request."""

    organ = forms.CharField(label=_("Organ"), max_length=NAME_LIMIT)
    requester = forms.ChoiceField(label=_("Kind of organ"))
    statutory_duty = forms.CharField(
        label=_("Statutory duty"),
        max_length=TEXT_LIMIT,
        required=False,
        help_text=_("Which duty by law the organ carries out, in its own words."),
    )
    case_number = forms.CharField(label=_("Case number"), max_length=NUMBER_LIMIT, required=False)
    mode = forms.ChoiceField(label=_("It asks to"))
    own_sector = forms.BooleanField(label=_("Within its own sector and district"), required=False, initial=True)
    emergency = forms.BooleanField(
        label=_("Emergency"),
        required=False,
        help_text=_("What the law asks for must be there all the same; particulars may follow and are owed."),
    )
    field_order = (
        *("organ", "requester", "statutory_duty", "case_number", "purpose", "mode", "cameras", "what"),
        *("from_at", "until_at", "own_sector", "emergency"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "requester", [(code, label("requester", code)) for code in ORGANS])
        self.fields["organ"].widget.attrs |= {"list": "organs", "autofocus": True}
        _choose(self, "mode", choices("mode"))

    def asking(self) -> Asking:
        data = self.cleaned_data
        return Asking(data["requester"], data["organ"], data["statutory_duty"], data["own_sector"])

    def draft(self) -> Wanted:
        data = self.cleaned_data
        return self.wanted(mode=data["mode"], case_number=data["case_number"], emergency=data["emergency"])


class PersonForm(WantedForm):
    """A person's request; they may see, no more."""

    name = forms.CharField(label=pgettext_lazy("of a person", "Name"), max_length=NAME_LIMIT)
    id_number = forms.CharField(
        label=_("Number of the identity paper"),
        max_length=NUMBER_LIMIT,
        required=False,
        help_text=_("Kept sealed; screens show a part of it."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    relationship = forms.ChoiceField(label=_("To the person shown"))
    protects = forms.ChoiceField(label=_("To protect"))
    urgent = forms.BooleanField(label=_("Urgent"), required=False)
    field_order = (
        *("name", "id_number", "relationship", "protects", "purpose", "cameras", "what", "from_at", "until_at"),
        "urgent",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "relationship", choices("relationship"))
        _choose(self, "protects", choices("protects"))

    def asking(self) -> Self:
        data = self.cleaned_data
        return Self(data["name"], data["id_number"], data["relationship"], data["protects"], data["urgent"])

    def draft(self) -> Wanted:
        return self.wanted(mode="view")


class OfficerForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("of a person", "Name"), max_length=NAME_LIMIT)
    organ = forms.CharField(label=_("Organ"), max_length=NAME_LIMIT)
    certificate = forms.ChoiceField(label=_("Certificate shown"), required=False)
    number = forms.CharField(
        label=_("Number on the certificate shown"),
        max_length=NUMBER_LIMIT,
        required=False,
        help_text=_("Kept sealed; screens show a part of it."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    photo = file_field(_("Photograph of the papers"), PICTURES, camera=True)
    signature = file_field(_("Signature"), PICTURES, hint=_("Drawn on the screen, or a picture of it."))
    signed_name = forms.CharField(label=_("Name typed instead of a signature"), max_length=NAME_LIMIT, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shown = [(code, label("document", code)) for code in CERTIFICATES]
        _choose(self, "certificate", [("", _("None was shown")), *shown])

    def draft(self) -> OfficerDraft:
        return OfficerDraft(**self.cleaned_data)


class OfficerRow(OfficerForm):
    """An officer on the page of the request itself; an empty row is none. They come from the organ that asks."""

    field_order = ("name", "certificate", "number", "signed_name", "signature", "photo")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, empty_permitted=True, use_required_attribute=False, **kwargs)
        del self.fields["organ"]

    def draft_of(self, organ: str) -> OfficerDraft:
        return OfficerDraft(**self.cleaned_data, organ=organ)


class PaperForm(forms.Form):
    kind = forms.ChoiceField(label=_("Paper shown"))
    issuer = forms.CharField(label=_("Issued by"), max_length=NAME_LIMIT)
    number = forms.CharField(label=_("Number"), max_length=NUMBER_LIMIT, required=False)
    dated_on = forms.DateField(
        label=_("Dated"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    scan = file_field(_("Scan or photograph"), PICTURES | {Kind.PDF}, camera=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "kind", paper_kinds())

    def draft(self) -> PaperDraft:
        return PaperDraft(**self.cleaned_data)


class PaperRow(PaperForm):
    """A paper on the page of the request itself; without a number it is none."""

    field_order = ("kind", "number", "issuer", "dated_on", "scan")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, empty_permitted=True, use_required_attribute=False, **kwargs)
        _choose(self, "kind", [("", _("None was shown")), *paper_kinds()])
        self.fields["kind"].required = self.fields["issuer"].required = False

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not data.get("kind") and (data.get("number") or data.get("scan") or data.get("issuer")):
            self.add_error("kind", _("Choose which paper was shown."))
        return data

    def is_shown(self) -> bool:
        return bool(self.cleaned_data.get("kind"))

    def draft_of(self, organ: str) -> PaperDraft:
        data = self.cleaned_data
        return PaperDraft(**{**data, "issuer": data["issuer"] or organ})


class GrantForm(forms.Form):
    minutes = forms.TypedChoiceField(label=_("For how long"), coerce=int, initial=60)
    screens = forms.ModelMultipleChoiceField(
        label=_("On which screens"),
        queryset=Screen.objects.none(),
        to_field_name="public_id",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, screens: QuerySet[Screen] | None = None, here: Screen | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        _choose(self, "minutes", [(minutes, _long(minutes)) for minutes in GRANT_MINUTES])
        named = screens if screens is not None else Screen.objects.none()
        if not named:
            del self.fields["screens"]
            return
        field = self.fields["screens"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = named
        field.initial = (
            [here.public_id] if here is not None and here in named else list(named.values_list("public_id", flat=True))
        )

    def duration(self) -> timedelta:
        return timedelta(minutes=self.cleaned_data["minutes"])


class RefuseForm(forms.Form):
    reasons = forms.MultipleChoiceField(
        label=_("Reasons"), choices=Refusal.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    note = forms.CharField(
        label=_("In words"), max_length=TEXT_LIMIT, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class EndForm(forms.Form):
    reason = forms.CharField(label=_("Why"), max_length=TEXT_LIMIT)


class SearchForm(forms.Form):
    """Filters of the list; a GET form."""

    text = forms.CharField(label=_("Who, or case number"), max_length=NAME_LIMIT, required=False)
    site = forms.ChoiceField(label=_("Site"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False, choices=(("", _("All")), *State.choices))
    after = forms.IntegerField(required=False, min_value=1, max_value=1 << 62, widget=forms.HiddenInput)

    def __init__(self, *args: Any, sites: QuerySet[Site], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "site", [("", _("All")), *((site.public_id, site.name) for site in sites)])

    def search(self) -> Search:
        data = self.cleaned_data
        return Search(site=data["site"], state=data["state"], text=data["text"].strip(), after_id=data["after"])


def paper_kinds() -> list[tuple[str, str]]:
    """Papers that may be shown, the law's and the approval of the police."""
    return [
        *((code, label("document", code)) for code in PAPERS),
        (POLICE_APPROVAL, label("missing", POLICE_APPROVAL)),
    ]


def _long(minutes: int) -> str:
    if minutes < 60:
        return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}
    return ngettext("%(count)s hour", "%(count)s hours", minutes // 60) % {"count": minutes // 60}


def _choose(form: forms.Form, name: str, values: Sequence[tuple[Any, Any]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = list(values)
