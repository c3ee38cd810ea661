"""What one may ask the book: the search form, and how its answers become a search."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mingcha.base.ids import KINDS, is_id
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.queries import people
from mingcha.records.inventory.queries import cameras, sites
from mingcha.records.register.acts import ACTS
from mingcha.records.register.queries import Place, Search

AREAS: dict[str, str | Promise] = {
    "person": _("People and sign-in"),
    "post": _("Posts"),
    "appointment": _("Appointments"),
    "personnel": _("Personnel files"),
    "unit": _("Units"),
    "contractor": _("Contractors"),
    "site": _("Sites"),
    "system": _("Systems"),
    "area": _("Areas"),
    "device": _("Device models"),
    "camera": _("Cameras"),
    "sign": _("Signs"),
    "document": _("Documents"),
    "viewing": _("Viewings"),
    "register": _("Register"),
    "footage": _("Recordings"),
    "hold": _("Holds"),
    "disclosure": _("Requests to see recordings"),
    "recorder": _("Recorder"),
    "gap": _("Gaps"),
    "run": _("Streams"),
    "export": _("Copies"),
    "storage": _("Storage"),
    "clock": _("Clock"),
    "local": _("Command line"),
}
SUGGESTED = 200
FIRST_DAY, LAST_DAY = date(1970, 1, 2), date(2999, 12, 31)
PAGING = ("before", "after")


class BookForm(forms.Form):
    """Filters of the book; a GET form. A person and a camera may be given by name or by id."""

    act = forms.ChoiceField(label=_("Act"), required=False)
    person = forms.CharField(label=_("Person"), required=False, max_length=100)
    camera = forms.CharField(label=_("Camera or site"), required=False, max_length=200)
    text = forms.CharField(label=_("Piece of a name"), required=False, max_length=100)
    since = forms.DateField(
        label=_("From day"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    until = forms.DateField(
        label=_("To day"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    before = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    after = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict, *, viewer: Person, words: Iterable[str] = ACTS, **kwargs: Any) -> None:
        self.viewer = viewer
        super().__init__(with_names(data, viewer), **kwargs)
        act = self.fields["act"]
        assert isinstance(act, forms.ChoiceField)
        act.choices = [("", _("All")), *_act_choices(frozenset(words))]
        for name in ("person", "camera"):
            self.fields[name].widget.attrs.update({"list": f"names-{name}", "autocomplete": "off"})

    def suggestions(self) -> dict[str, list[str]]:
        """Names to choose from, for the lists beside the two fields; of a big unit only the first."""
        found = cameras(viewer=self.viewer).values_list("name", flat=True)[:SUGGESTED]
        return {
            "person": list(people(viewer=self.viewer).values_list("name", flat=True)[:SUGGESTED]),
            "camera": list(dict.fromkeys(found)),
        }

    def clean_person(self) -> str:
        return id_of_named(self.cleaned_data["person"], "per", people(viewer=self.viewer))

    def clean_camera(self) -> str:
        value = self.cleaned_data["camera"].strip()
        if not value or any(is_id(value, kind) for kind in KINDS):
            return str(value)
        named = sites(viewer=self.viewer).filter(name=value)
        return id_of_named(value, "cam", cameras(viewer=self.viewer, with_retired=True), named)

    def clean_since(self) -> date | None:
        return _in_calendar(self.cleaned_data["since"])

    def clean_until(self) -> date | None:
        return _in_calendar(self.cleaned_data["until"])

    def clean_before(self) -> Place | None:
        return _place(self.cleaned_data["before"])

    def clean_after(self) -> Place | None:
        return _place(self.cleaned_data["after"])

    def search(self) -> Search:
        """The search of a valid form, without its page."""
        data = self.cleaned_data
        return Search(
            act=data["act"],
            ref=data["person"],
            also_ref=data["camera"],
            text=data["text"],
            since=midnight(data["since"]) if data["since"] else None,
            until=midnight(data["until"] + timedelta(days=1)) if data["until"] else None,
        )

    def query(self) -> str:
        """The search as the query of an address."""
        names = (name for name in self.fields if name not in PAGING)
        return urlencode({name: self.data[name] for name in names if self.data.get(name)})


def midnight(day: date) -> datetime:
    """The beginning of a day of the reader's calendar."""
    return timezone.make_aware(datetime.combine(day, time.min))


def _act_choices(offered: frozenset[str]) -> list[Any]:
    """Each area as a whole, then its words."""
    words = sorted(
        (ACTS[word] for word in offered), key=lambda act: (_rank(act.subject_area), act.subject_area, act.word)
    )
    return [
        (AREAS.get(area, area), [(f"{area}.", _("All of this kind")), *((act.word, act.title) for act in acts)])
        for area, acts in groupby(words, key=lambda act: act.subject_area)
    ]


def _rank(area: str) -> int:
    order = list(AREAS)
    return order.index(area) if area in AREAS else len(order)


def with_names(data: QueryDict, viewer: Person) -> QueryDict:
    """Ids that came by a link, shown by their names where these say as much."""
    shown = data.copy()
    if is_id(data.get("person", ""), "per"):
        _show_name(shown, "person", people(viewer=viewer))
    if is_id(data.get("camera", ""), "cam"):
        _show_name(shown, "camera", cameras(viewer=viewer, with_retired=True))
    return shown


def _show_name(shown: QueryDict, field: str, known: QuerySet[Any]) -> None:
    named = known.filter(public_id=shown[field]).first()
    if named is not None and known.filter(name=named.name).count() == 1:
        shown[field] = named.name


def id_of_named(value: str, kind: str, *known: QuerySet[Any]) -> str:
    """The id of the one thing of this name; an id stays what it is."""
    value = value.strip()
    if not value or is_id(value, kind):
        return value
    found = [item.public_id for named in known for item in named.filter(name=value)[:2]]
    if not found:
        raise forms.ValidationError(gettext("Nothing is called so today. Look for it under “Piece of a name”."))
    if len(found) > 1:
        raise forms.ValidationError(gettext("Several are called so. Open the one you mean and follow its link."))
    return str(found[0])


def _in_calendar(day: date | None) -> date | None:
    if day is not None and not FIRST_DAY <= day <= LAST_DAY:
        raise forms.ValidationError(gettext("Choose a day after 1970."))
    return day


def _place(text: str) -> Place | None:
    return Place.read(text) if text else None
