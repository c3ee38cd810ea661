"""The form that asks what binds a site on a day: where, what kind of place, which day, and what is so there."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mingcha import law
from mingcha.law import FactError
from mingcha.law.regions import matching, name_of, regions
from mingcha.web.pages.law_words import codes, label, language

CANDIDATES = 6
_DATED_BY_DAY = frozenset({"recorded_at", "now", "planned_on"})


class Day(forms.DateField):
    """A calendar day as browsers send it."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(input_formats=("%Y-%m-%d",), widget=widget, **kwargs)


class SiteForm(forms.Form):
    """A GET form, so that an answer can be bookmarked and sent to somebody."""

    region = forms.CharField(
        label=_("Region"),
        max_length=60,
        help_text=_("Name, or GB/T 2260 code of six digits, such as 420106."),
        widget=forms.TextInput(attrs={"list": "regions", "autocomplete": "off"}),
    )
    place = forms.ChoiceField(label=_("Kind of place"))
    on = Day(label=_("Day"))
    area = forms.ChoiceField(label=_("Area of the camera"), required=False)
    installer = forms.ChoiceField(label=_("Who installs"), required=False)
    in_use_on = Day(label=_("In use since"), required=False)
    accepted_on = Day(label=_("Accepted on"), required=False)
    personnel_changed_on = Day(label=_("Staff or particulars changed on"), required=False)
    has_monitoring_room = forms.BooleanField(label=_("There is a monitoring room"), required=False)
    outsourced = forms.BooleanField(label=_("Monitoring or upkeep is contracted out"), required=False)
    key_antiterror = forms.BooleanField(label=_("It is a key target of counter-terrorism"), required=False)
    near_confidential_unit = forms.BooleanField(label=_("A confidential unit is near"), required=False)
    confidential_unit_consent = forms.BooleanField(label=_("That unit has consented"), required=False)
    captures_passwords = forms.BooleanField(label=_("It could capture customers' passwords"), required=False)
    drafts = forms.BooleanField(label=_("Count drafts as if they were in force"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, group in (("place", "place"), ("area", "area"), ("installer", "installer")):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            # A browser shows the first choice of a field that was not sent, so the law's default stands first.
            ordered = sorted(codes(group), key=lambda code: code not in _DEFAULTS)
            field.choices = [(code, label(group, code)) for code in ordered]

    @property
    def options(self) -> Iterable[str]:
        """What the region field offers: code and name."""
        return (f"{region.code} {region.name(language())}" for region in regions())

    def clean_region(self) -> str:
        meant = matching(self.cleaned_data["region"])
        if not meant:
            raise forms.ValidationError(_("No region of this name. Give a city, a province or a code of six digits."))
        if len(meant) > 1:
            said = "; ".join(f"{code} {name_of(code, language())}" for code in meant[:CANDIDATES])
            raise forms.ValidationError(
                _("Several regions may be meant: %(regions)s. Choose one of the codes."), params={"regions": said}
            )
        try:
            law.current().regime(meant[0], date.max)
        except FactError:
            raise forms.ValidationError(_("No province has a code that begins so.")) from None
        return meant[0]

    def facts(self, question: str) -> dict[str, object]:
        """The facts of a question as the law wants them. The form must be valid."""
        given = self.cleaned_data
        facts: dict[str, object] = {"region": given["region"], "on": _text(given["on"]), "drafts": given["drafts"]}
        if question != "log_retention":
            facts["place"] = given["place"]
        if question == "placement":
            facts |= {name: given[name] for name in ("area", "installer") if given[name]}
            facts |= {name: given[name] for name in _PLACEMENT_FLAGS}
        elif question == "filing":
            facts |= {name: _text(given[name]) for name in ("in_use_on", "accepted_on", "personnel_changed_on")}
        elif question == "retention":
            midnight = datetime.combine(given["on"], time.min, tzinfo=law.current().data.offset).isoformat()
            del facts["on"]
            facts |= {"recorded_at": midnight, "now": midnight, "key_antiterror": given["key_antiterror"]}
        elif question == "removal":
            facts["planned_on"] = facts["on"]
        elif question == "duties":
            facts |= {name: given[name] for name in ("has_monitoring_room", "key_antiterror", "outsourced")}
        return facts

    def told(self) -> list[str]:
        """What was said beyond place and day, in words. The form must be valid."""
        said = []
        for name in list(self.fields)[3:]:
            value, words = self.cleaned_data[name], str(self.fields[name].label)
            if value is True:
                said.append(words)
            elif isinstance(value, date):
                said.append(f"{words} {value.isoformat()}")
            elif value and value not in _DEFAULTS:
                said.append(label(name, value))
        return said

    def refuse(self, error: FactError) -> None:
        """Say at its field what the law could not take. What the form checks itself does not come here."""
        name = "on" if error.field in _DATED_BY_DAY else error.field
        self.add_error(name if name in self.fields else None, _("The law cannot count with this value."))


_DEFAULTS = frozenset({"general", "managing_unit"})
_PLACEMENT_FLAGS = ("near_confidential_unit", "confidential_unit_consent", "captures_passwords")


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
