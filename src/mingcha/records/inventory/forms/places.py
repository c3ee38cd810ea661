"""Forms of the unit, contractors, sites, systems, areas and device models."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mingcha.base.position_text import read_pair, write_degrees
from mingcha.base.positions import E7, to_stored
from mingcha.base.positions import Datum as GivenDatum
from mingcha.law.regions import matching, name_of, regions
from mingcha.records.files.states import PAPERS, PICTURES, accept_of
from mingcha.records.inventory.actions import (
    AreaDraft,
    ContractorDraft,
    ModelDraft,
    SiteFacts,
    SystemDraft,
    UnitDraft,
    facts_of_site,
)
from mingcha.records.inventory.codes import read_credit_code, read_region
from mingcha.records.inventory.forms.fields import NONE, OFF, Day, Measure, Text, choose, offer, readable
from mingcha.records.inventory.models import Contractor, Site, System
from mingcha.records.inventory.names import read_name
from mingcha.records.inventory.states import NAME_LIMIT, BuilderKind, Datum, Service, SystemState
from mingcha.records.wording.law import choices, language

CANDIDATES = 6
CREDIT_CODE_HINT = _("18 characters, as on the licence; its check character is verified.")


class UnitForm(forms.Form):
    name = Text(label=_("Name of the unit"))
    credit_code = Text(
        label=_("Unified social credit code"),
        required=False,
        help_text=CREDIT_CODE_HINT,
        widget=forms.TextInput(attrs=OFF),
    )
    kind_of_builder = forms.ChoiceField(label=_("Kind of body"), choices=[NONE, *BuilderKind.choices], required=False)
    address = Text(label=_("Address"), max_length=300, required=False)
    responsible_name = Text(label=_("Responsible person"), max_length=NAME_LIMIT, required=False)
    phone = Text(label=_("Telephone"), max_length=40, required=False)
    complaints_contact = Text(
        label=_("Where people can ask and complain"),
        max_length=300,
        required=False,
        help_text=_("Printed on the notices: a telephone number, an office or an e-mail address."),
    )

    def clean_name(self) -> str:
        return readable(self.cleaned_data["name"], read_name)

    def clean_credit_code(self) -> str:
        return readable(self.cleaned_data["credit_code"], read_credit_code)

    def draft(self) -> UnitDraft:
        return UnitDraft(**self.cleaned_data)


class ContractorForm(forms.Form):
    name = Text(label=_("Name of the firm"))
    credit_code = Text(
        label=_("Unified social credit code"),
        required=False,
        help_text=CREDIT_CODE_HINT,
        widget=forms.TextInput(attrs=OFF),
    )
    services = forms.MultipleChoiceField(
        label=_("What it does for the unit"),
        choices=Service.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    contact = Text(label=_("Contact"), max_length=300, required=False)
    agreement = forms.FileField(label=_("Agreement as a file"), max_length=255, required=False)
    agreement_from = Day(label=_("Agreement from"), required=False)
    agreement_until = Day(label=_("Agreement until"), required=False)
    confidentiality_undertaken_on = Day(label=_("Undertaking of confidentiality of"), required=False)
    licence_scope = Text(label=_("Scope of its licence"), max_length=NAME_LIMIT, required=False)
    licence_until = Day(label=_("Licence until"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agreement"].widget.attrs["accept"] = accept_of(PAPERS)

    def clean_name(self) -> str:
        return readable(self.cleaned_data["name"], read_name)

    def clean_credit_code(self) -> str:
        return readable(self.cleaned_data["credit_code"], read_credit_code)

    def draft(self) -> ContractorDraft:
        return ContractorDraft(**{**self.cleaned_data, "services": tuple(self.cleaned_data["services"])})


class SiteForm(forms.Form):
    """Name, address and what the law looks at. Everything but the name can be told later."""

    name = Text(label=_("Name of the site"))
    address = Text(label=_("Address"), max_length=300, required=False)
    region = forms.CharField(
        label=_("Region"),
        required=False,
        help_text=_("Name, or GB/T 2260 code of six digits, such as 420106."),
        widget=forms.TextInput(attrs={"list": "regions", "autocomplete": "off"}),
    )
    place = forms.ChoiceField(label=_("Kind of place"), required=False)
    installer = forms.ChoiceField(label=_("Who installs"), required=False)
    key_antiterror = forms.BooleanField(label=_("It is a key target of counter-terrorism"), required=False)
    has_monitoring_room = forms.BooleanField(label=_("There is a monitoring room"), required=False)
    near_confidential_unit = forms.BooleanField(
        label=_("It lies near a military zone or a unit that holds secrets"), required=False
    )
    confidential_unit = Text(label=_("Which unit that is"), max_length=NAME_LIMIT, required=False)
    secret_related = forms.BooleanField(label=_("The site itself holds State secrets"), required=False)
    operator = forms.ModelChoiceField(
        label=_("Operated by a contractor"), queryset=Contractor.objects.none(), required=False, empty_label="—"
    )
    police_organ = Text(label=_("Public security organ it is filed with"), max_length=NAME_LIMIT, required=False)
    built_on = Day(label=_("Built on"), required=False)
    accepted_on = Day(label=_("Accepted on"), required=False)
    in_use_on = Day(label=_("In use since"), required=False)
    closed_on = Day(label=_("Closed on"), required=False)
    position = Text(
        label=_("Latitude and longitude"),
        required=False,
        help_text=_("As 30.5867, 114.2871 or N30°35'12\" E114°17'13\"; latitude first."),
        widget=forms.TextInput(attrs=OFF),
    )
    datum = forms.ChoiceField(
        label=_("Coordinates from"), choices=Datum.choices, initial=Datum.CGCS2000, required=False
    )
    drafts = forms.BooleanField(label=_("Ask texts that are still drafts too"), required=False)

    def __init__(self, *args: Any, site: Site | None = None, contractors: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {**_site_initial(site), **kwargs.get("initial", {})} if site else kwargs.get("initial")
        super().__init__(*args, **kwargs)
        self.site = site
        offer(self, "operator", contractors)
        choose(self, "place", [NONE, *choices("place")])
        ordered = sorted(choices("installer"), key=lambda choice: choice[0] != "managing_unit")
        choose(self, "installer", ordered)

    @property
    def options(self) -> Iterable[str]:
        """What the region field offers: code and name."""
        return (f"{region.code} {region.name(language())}" for region in regions())

    def clean_name(self) -> str:
        return readable(self.cleaned_data["name"], read_name)

    def clean_region(self) -> str:
        said: str = self.cleaned_data["region"]
        if not said.strip():
            return ""
        meant = matching(said)
        if not meant:
            raise forms.ValidationError(_("No region of this name. Give a city, a province or a code of six digits."))
        if len(meant) > 1:
            named = "; ".join(f"{code} {name_of(code, language())}" for code in meant[:CANDIDATES])
            raise forms.ValidationError(
                _("Several regions may be meant: %(regions)s. Choose one of the codes."), params={"regions": named}
            )
        return readable(meant[0], read_region)

    def clean_position(self) -> str:
        text: str = self.cleaned_data["position"]
        return readable(text, read_pair) if text.strip() else ""

    def facts(self) -> SiteFacts:
        """What was typed."""
        data = {name.name: self.cleaned_data[name.name] for name in fields(SiteFacts) if name.name in self.cleaned_data}
        data["installer"] = data["installer"] or "managing_unit"
        if not self.cleaned_data["position"]:
            return SiteFacts(**data)
        if self.site is not None and "position" not in self.changed_data and "datum" not in self.changed_data:
            return SiteFacts(**data, lat_e7=self.site.lat_e7, lon_e7=self.site.lon_e7)
        datum = GivenDatum(self.cleaned_data["datum"] or Datum.CGCS2000)
        place = to_stored(read_pair(self.cleaned_data["position"]), datum).position
        return SiteFacts(**data, lat_e7=place.lat_e7, lon_e7=place.lon_e7)


class ConsentForm(forms.Form):
    """The consent of a confidential unit nearby."""

    unit = Text(label=_("Unit that consented"), max_length=NAME_LIMIT)
    given_on = Day(label=_("Given on"))
    file = forms.FileField(label=_("Letter of consent"), max_length=255, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].widget.attrs["accept"] = accept_of(PAPERS)


class SystemForm(forms.Form):
    name = Text(label=_("Name of the system"))
    security_grade = Text(label=_("Grade of network security protection"), max_length=NAME_LIMIT, required=False)
    designed_on = Day(label=_("Designed on"), required=False)
    built_on = Day(label=_("Built on"), required=False)
    inspected_on = Day(label=_("Inspected on"), required=False)

    def clean_name(self) -> str:
        return readable(self.cleaned_data["name"], read_name)

    def draft(self) -> SystemDraft:
        return SystemDraft(**self.cleaned_data)


class StepForm(forms.Form):
    """The next stage of a system's life."""

    state = forms.ChoiceField(label=_("Next stage"))
    on = Day(label=_("As of"))

    def __init__(self, *args: Any, steps: Iterable[SystemState], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wanted = set(steps)
        choose(self, "state", [(step.value, step.label) for step in SystemState if step in wanted])


class AreaForm(forms.Form):
    name = Text(label=_("Name of the area"), help_text=_("For example “Ground floor, east wing”."))
    kind = forms.ChoiceField(label=_("Kind of area"), help_text=_("The law bans cameras in some kinds of areas."))
    floor = Text(label=_("Floor"), max_length=40, required=False)
    system = forms.ModelChoiceField(label=_("System"), queryset=System.objects.none(), required=False, empty_label="—")
    plan = forms.FileField(
        label=_("Plan as a picture"), max_length=255, required=False, help_text=_("PNG, JPEG or WebP; north is up.")
    )
    plan_mm_per_px = Measure(
        label=_("Ground per picture element (mm)"),
        parts=1,
        least=1,
        most=100000,
        required=False,
        help_text=_("So that reach is drawn to scale: length of the plan in mm, divided by its width in pixels."),
    )

    def __init__(self, *args: Any, systems: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "kind", choices("area"))
        offer(self, "system", systems)
        self.fields["plan"].widget.attrs["accept"] = accept_of(PICTURES)

    def clean_name(self) -> str:
        return readable(self.cleaned_data["name"], read_name)

    def draft(self) -> AreaDraft:
        return AreaDraft(**self.cleaned_data)


class ModelForm(forms.Form):
    vendor = Text(label=_("Maker"))
    model = Text(label=_("Model"))
    certificate_number = Text(label=_("Number of the certificate"), max_length=NAME_LIMIT, required=False)
    certificate_until = Day(label=_("Certificate until"), required=False)
    quality_file = forms.FileField(label=_("Certificate or test report"), max_length=255, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["quality_file"].widget.attrs["accept"] = accept_of(PAPERS)

    def clean_vendor(self) -> str:
        return readable(self.cleaned_data["vendor"], read_name)

    def clean_model(self) -> str:
        return readable(self.cleaned_data["model"], read_name)

    def draft(self) -> ModelDraft:
        return ModelDraft(**self.cleaned_data)


def _site_initial(site: Site) -> dict[str, Any]:
    facts = facts_of_site(site)
    found: dict[str, Any] = {one.name: getattr(facts, one.name) for one in fields(SiteFacts)}
    found |= {"name": site.name, "address": site.address}
    if site.lat_e7 is not None and site.lon_e7 is not None:
        found["position"] = f"{write_degrees(site.lat_e7 / E7)}, {write_degrees(site.lon_e7 / E7)}"
    return found
